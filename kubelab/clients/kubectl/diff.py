"""`kubectl diff`: what `apply` would change.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/diff`, which lets the program `diff -u -N` compare two folders of files.
"""

from __future__ import annotations

import difflib
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest
from kubelab.api.strategic_diff import last_applied, three_way, without_last_applied
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl import server_side
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.manifests import manifests
from kubelab.clients.kubectl.sending import prepared
from kubelab.clients.kubectl.session import Session
from kubelab.clients.yaml_writer import to_yaml

FLAGS = (
    *(*f.FILES, f.SELECTOR, f.switch("server-side"), f.switch("force-conflicts"), f.switch("prune")),
    *(f.number("concurrency", 1), f.DRY_RUN),
)
_HIDDEN, _BEFORE, _AFTER = "***", "*** (before)", "*** (after)"


def diff(session: Session) -> None:
    """Show the difference between what is there and what would be there after an apply."""
    flags = session.flags
    if session.words:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    if not flags["filename"] and not flags["kustomize"]:
        raise error("must specify one of -f and -k")
    if flags["prune"]:
        raise missing("--prune")
    server_side.check(session)
    for manifest in manifests(session):
        kind, namespace, content = prepared(session, manifest)
        live = _live(session, kind, manifest, namespace)
        merged = _merged(session, kind, manifest, namespace, content, live)
        before, after = session.plain(live) if live is not None else None, session.plain(merged)
        if kind.name == "Secret" and not kind.group:
            before, after = _masked(before, after)
        _show(session, _name(kind, manifest, namespace), before, after)


def _live(session: Session, kind: Kind, manifest: Manifest, namespace: str | None) -> Any:
    try:
        return session.client.get(kind.resource, manifest.name, namespace)
    except ApiError as refusal:
        if refusal.code == 404:
            return None
        raise


def _merged(
    session: Session, kind: Kind, manifest: Manifest, namespace: str | None, content: dict[str, Any], live: Any
) -> Any:
    """What the API server would make of it."""
    if session.flags["server-side"]:
        return server_side.apply(session, kind, manifest.name, namespace, content, dry_run=True)
    manager = session.flags["field-manager"] or "kubectl-client-side-apply"
    if live is None:
        return session.client.create(content, namespace=namespace, dry_run=True, field_manager=manager)
    before = session.plain(live)
    model = None if kind.custom else kind.model
    patch = three_way(last_applied(before) or {}, without_last_applied(content), before, model)
    patch_type = "merge" if kind.custom else "strategic"
    return session.client.patch(
        kind.resource, manifest.name, patch, namespace, patch_type=patch_type, dry_run=True, field_manager=manager
    )


def _masked(before: dict[str, Any] | None, after: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Two Secrets without their values: only which of them differ is seen."""
    old, new = dict((before or {}).get("data") or {}), dict(after.get("data") or {})
    for key in {**old, **new}:
        changed = key in old and key in new and old[key] != new[key]
        if key in old:
            old[key] = _BEFORE if changed else _HIDDEN
        if key in new:
            new[key] = _AFTER if changed else _HIDDEN
    shown = {**before, "data": old} if before is not None and old else before
    return shown, {**after, "data": new} if new else after


def _name(kind: Kind, manifest: Manifest, namespace: str | None) -> str:
    """How the file is called: `apps.v1.Deployment.default.web`."""
    group = f"{kind.group}." if kind.group else ""
    return f"{group}{kind.version}.{kind.name}.{namespace or ''}.{manifest.name}"


def _show(session: Session, name: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    old = to_yaml(before).splitlines() if before is not None else []
    new = to_yaml(after).splitlines()
    if old == new:
        return
    live, merged = (f"/tmp/{folder}/{name}" for folder in ("LIVE", "MERGED"))
    when = session.now.strftime("%Y-%m-%d %H:%M:%S.%f000 +0000")
    session.say(f"diff -u -N {live} {merged}")
    for line in difflib.unified_diff(old, new, live, merged, when, when, lineterm=""):
        session.say(line)

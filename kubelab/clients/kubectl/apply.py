"""`kubectl apply`: making the cluster be as manifests say.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/apply`. Apply compares three things: what was applied last (kept in an annotation), what
    is live, and what is applied now.
    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/
Left out
    `--prune`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.manifest import Manifest
from kubelab.api.objects import to_dict
from kubelab.api.patch import merge_patch
from kubelab.api.strategic_diff import LAST_APPLIED, apply_patch_for, last_applied, with_last_applied
from kubelab.api.strategic_merge import strategic_merge
from kubelab.clients.go_format import compact_json
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl import server_side
from kubelab.clients.kubectl.elsewhere import missing
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.gone import Gone
from kubelab.clients.kubectl.manifests import manifests
from kubelab.clients.kubectl.sending import each, prepared, selected, source_told, validation
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(*f.FILES, f.OUTPUT, f.DRY_RUN, f.SELECTOR, f.switch("server-side"), f.switch("force-conflicts")),
    *(f.switch("prune"), f.switch("force"), f.switch("wait"), f.switch("overwrite", default=True), f.switch("all")),
    *(f.text("validate", default="strict"), f.switch("save-config"), f.switch("record"), f.text("subresource")),
    *(f.number("grace-period", -1), f.duration("timeout"), f.text("cascade")),
)
_NEVER_APPLIED = (
    "resource {name} is missing the {annotation} annotation which is required by kubectl apply. kubectl apply should "
    "only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The "
    "missing annotation will be patched automatically."
)


def apply(session: Session) -> None:
    """Make every object of the manifests be as it says, one after the other."""
    flags = session.flags
    if session.words:
        raise session.usage(f"Unexpected args: [{' '.join(session.words)}]")
    if flags["prune"]:
        raise missing(
            "--prune",
            es="borra lo que ya no quieras, por etiqueta o por fichero",
            en="delete what is no longer wanted, by label or by file",
        )
    if not flags["kustomize"] and not flags["filename"]:
        raise error("must specify one of -f and -k")
    server_side.check(session)
    read = selected(session, manifests(session))
    if not read:
        raise error("no objects passed to apply")
    applied = each(session, read, _apply_there if flags["server-side"] else _apply_one)
    if flags["output"] not in ("", "name"):
        session.show_all(applied)


def _apply_one(session: Session, manifest: Manifest) -> Any:
    kind, namespace, content = prepared(session, manifest)
    if not manifest.name:
        metadata = content.get("metadata")
        if isinstance(metadata, dict) and metadata.get("generateName"):
            raise error(f"from {metadata['generateName']}: cannot use generate name with apply")
        raise error("resource name may not be empty")
    live = _live(session, kind, manifest.name, namespace)
    if live is None:
        with source_told(manifest, "creating"):
            return _make(session, kind, namespace, with_last_applied(content))
    before = to_dict(live)
    what = f"{kind.plural}/{manifest.name}"
    if last_applied(before) is None:
        session.warn(_NEVER_APPLIED.format(name=what, annotation=LAST_APPLIED))
    patch = apply_patch_for(before, content, None if kind.custom else kind.model)
    after = _patched(session, kind, live, patch, manifest) if patch else live
    if live.metadata.deletionTimestamp:
        session.warn(f"Detected changes to resource {what} which is currently being deleted.")
    same = isinstance(after, type(live)) and after.metadata.resourceVersion == live.metadata.resourceVersion
    unchanged = not patch or (same and session.flags.dry_run == "none")
    _tell(session, kind, manifest.name, "unchanged" if unchanged else "configured")
    return after


def _patched(session: Session, kind: Kind, live: Any, patch: dict[str, Any], manifest: Manifest) -> Any:
    """What comes of a patch: on the API server, or here for a dry run by the client."""
    name, namespace = live.metadata.name, live.metadata.namespace
    if session.flags.dry_run == "client":
        return merge_patch(to_dict(live), patch) if kind.custom else strategic_merge(to_dict(live), patch, kind.model)
    place = f'GroupVersionKind: "{kind.group}/{kind.version}, Kind={kind.name}"\n'
    place = f'Resource: "{kind.group}/{kind.version}, Resource={kind.plural}", {place}'
    place += f'Name: "{name}", Namespace: "{namespace or ""}"'
    try:
        with (
            source_told(manifest, f"applying patch:\n{compact_json(patch)}\nto:\n{place}\nfor:"),
            source_told(manifest, "patching"),
        ):
            after = session.client.patch(
                kind.resource,
                name,
                patch,
                namespace,
                patch_type="merge" if kind.custom else "strategic",
                dry_run=session.flags.dry_run == "server",
                field_validation=validation(session),
                field_manager=session.manager,
            )
    except ApiError as refusal:
        if not session.flags["force"] or refusal.reason not in ("Invalid", "Conflict"):
            raise
        return _made_anew(session, kind, live, manifest)
    session.warnings()
    return after


def _made_anew(session: Session, kind: Kind, live: Any, manifest: Manifest) -> Any:
    """What `--force` does where a change is not allowed: delete the object, and make another."""
    name, namespace = live.metadata.name, live.metadata.namespace
    session.client.delete(kind.resource, name, namespace, grace_period_seconds=0, propagation_policy="Background")
    if not session.wait_until(Gone(kind.resource, name, namespace).so, session.flags["timeout"]):
        raise error("timed out waiting for the condition")
    _, _, content = prepared(session, manifest)
    return session.client.create(with_last_applied(content), namespace=namespace, field_manager=session.manager)


def _apply_there(session: Session, manifest: Manifest) -> Any:
    """Let the API server work out what changes: server-side apply."""
    kind, namespace, content = prepared(session, manifest)
    after = server_side.apply(session, kind, manifest.name, namespace, content)
    session.warnings()
    if not session.flags["subresource"]:
        after = server_side.upgraded(session, kind, after, content)
    _tell(session, kind, manifest.name, "serverside-applied")
    return after


def _tell(session: Session, kind: Kind, name: str, operation: str) -> None:
    """Say what was done to an object, unless the objects themselves are shown at the end."""
    if session.flags["output"] in ("", "name"):
        session.done(kind, name, operation)


def _make(session: Session, kind: Kind, namespace: str | None, content: dict[str, Any]) -> Any:
    if session.flags.dry_run == "client":
        made = content
    else:
        made = session.client.create(
            content,
            namespace=namespace,
            dry_run=session.flags.dry_run == "server",
            field_validation=validation(session),
            field_manager=session.manager,
        )
        session.warnings()
    _tell(session, kind, (content.get("metadata") or {}).get("name") or "", "created")
    return made


def _live(session: Session, kind: Kind, name: str, namespace: str | None) -> Any:
    try:
        return session.client.get(kind.resource, name, namespace)
    except ApiError as refusal:
        if refusal.code == 404:
            return None
        raise

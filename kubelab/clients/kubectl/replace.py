"""`kubectl replace`: another object under the same name, as a whole.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/replace`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.manifest import Manifest
from kubelab.api.strategic_diff import with_last_applied
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.gone import Gone
from kubelab.clients.kubectl.manifests import manifests
from kubelab.clients.kubectl.sending import each, prepared, source_told, validation
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(*f.FILES, f.OUTPUT, f.DRY_RUN, f.switch("force"), f.switch("save-config"), f.text("subresource")),
    *(f.number("grace-period", -1), f.duration("timeout"), f.text("validate", default="strict"), f.switch("wait")),
    *(f.Flag("cascade", "", "text", "background", "background"), f.text("raw")),
)
_PATIENCE = 300.0


def replace(session: Session) -> None:
    """Replace every object of the manifests; with `--force` delete and make it anew."""
    flags = session.flags
    for flag in ("grace-period", "timeout"):
        if flag in flags.given and not flags["force"]:
            raise error(f"--{flag} must have --force specified")
    if flags["force"] and flags.dry_run != "none":
        raise error("--dry-run can not be used when --force is set")
    if not flags["filename"] and not flags["kustomize"]:
        raise error("must specify one of -f and -k")
    read = manifests(session)
    if not read:
        raise error("no objects passed to replace")
    if flags["force"]:
        for manifest in read:
            _remove(session, manifest)
    each(session, read, _one)


def _one(session: Session, manifest: Manifest) -> None:
    kind, namespace, content = prepared(session, manifest)
    flags = session.flags
    if flags["save-config"]:
        content = with_last_applied(content)
    if flags.dry_run == "client":
        session.done(kind, manifest.name, "replaced", content)
        return
    options: dict[str, Any] = {"field_validation": validation(session), "field_manager": session.manager}
    if flags["force"]:
        after = session.client.create(content, namespace=namespace, **options)
    else:
        with source_told(manifest, "replacing"):
            if namespace:
                content["metadata"] = {**content["metadata"], "namespace": namespace}
            dry_run = flags.dry_run == "server"
            after = session.client.update(content, subresource=flags["subresource"], dry_run=dry_run, **options)
    session.warnings()
    session.done(kind, manifest.name, "replaced", after)


def _remove(session: Session, manifest: Manifest) -> None:
    """Delete what is there under the name, and wait until it is gone."""
    kind, namespace, _ = prepared(session, manifest)
    grace = session.flags["grace-period"]
    try:
        session.client.delete(
            kind.resource,
            manifest.name,
            namespace,
            grace_period_seconds=max(grace, 0),
            propagation_policy="Background",
        )
    except ApiError as refusal:
        if refusal.code != 404:
            raise
        return
    type_ = f"{kind.singular}.{kind.group}" if kind.group else kind.singular
    where = f" from {namespace} namespace" if kind.namespaced else ""
    session.say(f'{type_} "{manifest.name}" {"force deleted" if grace < 1 else "deleted"}{where}')
    gone = Gone(kind.resource, manifest.name, namespace)
    if not session.wait_until(gone.so, session.flags["timeout"] or _PATIENCE):
        raise error("timed out waiting for the condition")

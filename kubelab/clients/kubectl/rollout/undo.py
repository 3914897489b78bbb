"""`kubectl rollout undo`.

In Kubernetes
    `rollback.go` in `k8s.io/kubectl/pkg/polymorphichelpers`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.api.strategic_diff import LAST_APPLIED
from kubelab.clients.kubectl.describe.templates import describe_template
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.rollout.chosen import chosen
from kubelab.clients.kubectl.rollout.revisions import REVISION, Revision, data_of, revisions_of, template_of
from kubelab.clients.kubectl.session import Session

# What belongs to the Deployment and not to one of its revisions.
_NOT_ROLLED_BACK = (
    *(LAST_APPLIED, REVISION, "deployment.kubernetes.io/revision-history"),
    *("deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"),
    "deprecated.deployment.rollback.to",
)
_WARNING = (
    "resource {name} was previously managed with 'kubectl apply'. Rolling back will not update the {annotation} "
    "annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl "
    "apply' with your previous configuration file instead."
)


def undo(session: Session) -> None:
    """Roll back to an earlier revision: the one before, or `--to-revision`."""
    target = session.flags["to-revision"]
    for found in chosen(session):
        if LAST_APPLIED in (found.obj.metadata.annotations or {}):
            session.warn(_WARNING.format(name=f"{found.kind.plural}/{found.name}", annotation=LAST_APPLIED))
        revision = _wanted(session, found, target)
        template = template_of(found, revision)
        if session.flags.dry_run == "client":
            said = describe_template(template)
            session.done(
                found.kind, found.name, said if found.kind.name == "Deployment" else f"will roll back to {said}"
            )
            continue
        done = (
            _deployment(session, found, revision) if found.kind.name == "Deployment" else _set(session, found, revision)
        )
        said = "rolled back" if done else f"skipped rollback (current template already matches revision {target})"
        session.done(found.kind, found.name, said)


def _wanted(session: Session, found: Found, target: int) -> Revision:
    revisions = revisions_of(session, found)
    if target < 0 or (target and target not in revisions):
        raise error(f"unable to find specified revision {target} in history")
    if target:
        return revisions[target]
    if len(revisions) > 1:
        return list(revisions.values())[-2]
    if found.kind.name == "Deployment":
        raise error(f'no rollout history found for deployment "{found.name}"')
    raise error("no last revision to roll back to")


def _deployment(session: Session, found: Found, revision: Revision) -> bool:
    """Give a Deployment the template and the annotations of one of its ReplicaSets."""
    deployment, source = found.obj, revision.source
    if deployment.spec.paused:
        raise error(
            "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"
        )
    template = to_dict(source)["spec"]["template"]
    labels = template.get("metadata", {}).get("labels") or {}
    labels.pop("pod-template-hash", None)
    if template == to_dict(deployment)["spec"]["template"]:
        return False
    own = {key: text for key, text in (deployment.metadata.annotations or {}).items() if key in _NOT_ROLLED_BACK}
    theirs = source.metadata.annotations or {}
    annotations = {**own, **{key: text for key, text in theirs.items() if key not in _NOT_ROLLED_BACK}}
    operations = [
        {"op": "replace", "path": "/spec/template", "value": template},
        {"op": "replace", "path": "/metadata/annotations", "value": annotations},
    ]
    _patch(session, found, operations, "json")
    return True


def _set(session: Session, found: Found, revision: Revision) -> bool:
    """Give a StatefulSet or DaemonSet what a ControllerRevision holds."""
    data = data_of(revision)
    now = {"spec": {"template": {**to_dict(found.obj)["spec"]["template"], "$patch": "replace"}}}
    if data == now:
        return False
    _patch(session, found, data, "strategic")
    return True


def _patch(session: Session, found: Found, patch: Any, patch_type: str) -> None:
    session.client.patch(
        found.kind.resource,
        found.name,
        patch,
        found.namespace,
        patch_type=patch_type,
        dry_run=session.flags.dry_run == "server",
        field_manager="kubectl",
    )

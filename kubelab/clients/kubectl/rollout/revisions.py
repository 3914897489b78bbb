"""The revisions of workloads: ReplicaSets remember those of Deployments, ControllerRevisions those of the others.

In Kubernetes
    `history.go` in `k8s.io/kubectl/pkg/polymorphichelpers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from lightkube.models import core_v1

from kubelab.api.objects import controller_of, replace, to_dict
from kubelab.api.selectors import from_object
from kubelab.api.strategic_merge import strategic_merge
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.session import Session

REVISION = "deployment.kubernetes.io/revision"
CHANGE_CAUSE = "kubernetes.io/change-cause"


@dataclass(frozen=True)
class Revision:
    """One revision: its number, why it came, and the object that remembers it."""

    number: int
    cause: str
    source: Any


def revision_of(obj: Any) -> int:
    """The revision that a Deployment or ReplicaSet is at, 0 when it has none yet."""
    text = (obj.metadata.annotations or {}).get(REVISION, "")
    return int(text) if text.isdigit() else 0


def revisions_of(session: Session, found: Found) -> dict[int, Revision]:
    """The revisions of a workload by number, the oldest first."""
    made = _of_deployment(session, found) if found.kind.name == "Deployment" else _of_set(session, found)
    return {held.number: held for held in sorted(made, key=_number)}


def _number(revision: Revision) -> int:
    return revision.number


def _of_deployment(session: Session, found: Found) -> list[Revision]:
    held = _owned(session, found, "replicasets")
    return [Revision(revision_of(obj), _cause(obj), obj) for obj in held if revision_of(obj)]


def _of_set(session: Session, found: Found) -> list[Revision]:
    held = _owned(session, found, "controllerrevisions", str(from_object(found.obj.spec.selector)))
    return [Revision(obj.revision or 0, _cause(obj), obj) for obj in held]


def _owned(session: Session, found: Found, kind: str, selector: str = "") -> list[Any]:
    objects = session.client.list(kind, found.namespace, selector=selector)
    owners = [(obj, controller_of(obj)) for obj in objects]
    return [obj for obj, owner in owners if owner and owner.uid == found.obj.metadata.uid]


def _cause(obj: Any) -> str:
    return (obj.metadata.annotations or {}).get(CHANGE_CAUSE) or ""


def data_of(revision: Revision) -> dict[str, Any]:
    """What a ControllerRevision holds: the patch that leads back to it."""
    data = revision.source.data
    return data if isinstance(data, dict) else msgspec.to_builtins(data)


def applied(found: Found, revision: Revision) -> dict[str, Any]:
    """The workload as it was at a revision that a ControllerRevision remembers."""
    return strategic_merge(to_dict(found.obj), data_of(revision), found.kind.model)


def template_of(found: Found, revision: Revision) -> Any:
    """The pod template of a revision, as kubectl shows it: a ReplicaSet's has the cause among its annotations."""
    if found.kind.name != "Deployment":
        return msgspec.convert(applied(found, revision)["spec"]["template"], core_v1.PodTemplateSpec)
    template = revision.source.spec.template
    if revision.cause:
        held = (template.metadata.annotations if template.metadata else None) or {}
        annotations = {**held, CHANGE_CAUSE: revision.cause}
        template = replace(template, metadata=replace(template.metadata, annotations=annotations))
    return template

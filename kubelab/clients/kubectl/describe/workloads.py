"""`kubectl describe` of what keeps replicas of a pod: Deployment, ReplicaSet, ReplicationController.

In Kubernetes
    `describeDeployment`, `describeReplicaSet`, `describeReplicationController` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import controller_of, to_dict
from kubelab.api.selectors import format_labels, format_selector, from_labels, from_object
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.templates import add_template
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session


def describe_deployment(session: Session, deployment: Any) -> str:
    """A Deployment: what it wants, what there is, which ReplicaSets do it."""
    writer = Writer(session.now)
    meta, spec, status = deployment.metadata, deployment.spec, deployment.status
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("CreationTimestamp", date(meta.creationTimestamp))
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    writer.field("Selector", str(from_object(spec.selector)))
    counts = [
        count(status, name) for name in ("updatedReplicas", "replicas", "availableReplicas", "unavailableReplicas")
    ]
    updated, total, available, unavailable = counts
    writer.field(
        "Replicas",
        f"{spec.replicas} desired | {updated} updated | {total} total | {available} available | "
        f"{unavailable} unavailable",
    )
    strategy = spec.strategy
    writer.field("StrategyType", strategy.type if strategy else "")
    writer.field("MinReadySeconds", spec.minReadySeconds or 0)
    if strategy and strategy.rollingUpdate:
        rolling = strategy.rollingUpdate
        writer.field("RollingUpdateStrategy", f"{rolling.maxUnavailable} max unavailable, {rolling.maxSurge} max surge")
    add_template(writer, spec.template)
    _conditions(writer, status)
    old, new = _replica_sets(session, deployment)
    if old or new:
        writer.field("OldReplicaSets", _listed(old))
        writer.field("NewReplicaSet", _listed(new))
    add_events(session, writer, deployment)
    return writer.text()


def describe_replica_set(session: Session, replica_set: Any) -> str:
    """A ReplicaSet: how many pods it wants, and in which phases they are."""
    shown = format_selector(replica_set.spec.selector)
    return _replicas(session, replica_set, shown, str(from_object(replica_set.spec.selector)))


def describe_replication_controller(session: Session, controller: Any) -> str:
    """A ReplicationController: what ReplicaSets were before there were Deployments."""
    selector = controller.spec.selector
    return _replicas(session, controller, format_labels(selector), str(from_labels(selector)))


def _replicas(session: Session, obj: Any, shown: str, selector: str) -> str:
    writer = Writer(session.now)
    meta, spec, status = obj.metadata, obj.spec, obj.status
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("Selector", shown)
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    owner = controller_of(obj)
    if owner:
        writer.field("Controlled By", f"{owner.kind}/{owner.name}")
    writer.field("Replicas", f"{count(status, 'replicas')} current / {spec.replicas} desired")
    add_pods_status(session, writer, obj, selector)
    add_template(writer, spec.template)
    _conditions(writer, status)
    add_events(session, writer, obj)
    return writer.text()


def add_pods_status(session: Session, writer: Writer, owner: Any, selector: str) -> None:
    """Add how many of the pods that an object controls are in which phase."""
    phases = {"Running": 0, "Pending": 0, "Succeeded": 0, "Failed": 0}
    for pod in session.client.list("pods", owner.metadata.namespace, selector=selector):
        held = controller_of(pod)
        if held and held.uid == owner.metadata.uid and pod.status and pod.status.phase in phases:
            phases[pod.status.phase] += 1
    running, waiting, succeeded, failed = phases.values()
    writer.field("Pods Status", f"{running} Running / {waiting} Waiting / {succeeded} Succeeded / {failed} Failed")


def count(status: Any, name: str) -> int:
    """A number of a status, 0 where it says none."""
    return (getattr(status, name) if status else None) or 0


def _conditions(writer: Writer, status: Any) -> None:
    conditions = (status.conditions if status else None) or []
    if conditions:
        writer.line("Conditions:")
        writer.columns(1, ["Type", "Status", "Reason"], ["----", "------", "------"])
        for held in conditions:
            writer.columns(1, [f"{held.type} ", held.status, held.reason or ""])


def _replica_sets(session: Session, deployment: Any) -> tuple[list[Any], list[Any]]:
    """The ReplicaSets of earlier revisions, and the one whose template is the Deployment's."""
    wanted = _without_hash(deployment.spec.template)
    old: list[Any] = []
    new: list[Any] = []
    for held in session.client.list("replicasets", deployment.metadata.namespace):
        owner = controller_of(held)
        if owner and owner.uid == deployment.metadata.uid:
            (new if _without_hash(held.spec.template) == wanted and not new else old).append(held)
    return old, new


def _without_hash(template: Any) -> dict[str, Any]:
    plain = to_dict(template)
    labels = (plain.get("metadata") or {}).get("labels") or {}
    labels.pop("pod-template-hash", None)
    return plain


def _listed(replica_sets: list[Any]) -> str:
    texts = [
        f"{held.metadata.name} ({count(held.status, 'replicas')}/{held.spec.replicas} replicas created)"
        for held in replica_sets
    ]
    return ", ".join(texts) or "<none>"

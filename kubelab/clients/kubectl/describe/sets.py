"""`kubectl describe statefulset` and `daemonset`.

In Kubernetes
    `describeStatefulSet`, `describeDaemonSet` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.selectors import format_labels, from_object
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.storage import class_of
from kubelab.clients.kubectl.describe.templates import add_template
from kubelab.clients.kubectl.describe.workloads import add_pods_status, count
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session


def describe_stateful_set(session: Session, stateful_set: Any) -> str:
    """A StatefulSet: its pods, and the claims that each of them gets."""
    writer, meta, spec = Writer(session.now), stateful_set.metadata, stateful_set.spec
    selector = str(from_object(spec.selector))
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("CreationTimestamp", date(meta.creationTimestamp))
    writer.field("Selector", selector)
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    writer.field("Replicas", f"{spec.replicas} desired | {count(stateful_set.status, 'replicas')} total")
    strategy = spec.updateStrategy
    writer.field("Update Strategy", (strategy.type if strategy else None) or "")
    rolling = strategy.rollingUpdate if strategy else None
    if rolling and rolling.partition is not None:
        writer.field("Partition", rolling.partition, 1)
        if rolling.maxUnavailable is not None:
            writer.field("MaxUnavailable", rolling.maxUnavailable, 1)
    add_pods_status(session, writer, stateful_set, selector)
    add_template(writer, spec.template)
    _claims(writer, spec.volumeClaimTemplates or [])
    add_events(session, writer, stateful_set)
    return writer.text()


def _claims(writer: Writer, claims: list[Any]) -> None:
    writer.line("Volume Claims:" if claims else "Volume Claims:\t<none>")
    for claim in claims:
        writer.field("Name", claim.metadata.name, 1)
        writer.field("StorageClass", class_of(claim), 1)
        writer.labels("  Labels", claim.metadata.labels)
        writer.labels("  Annotations", claim.metadata.annotations)
        requests = (claim.spec.resources.requests if claim.spec.resources else None) or {}
        writer.field("Capacity", requests.get("storage", "<default>"), 1)
        writer.field("Access Modes", f"[{' '.join(claim.spec.accessModes or ())}]", 1)


def describe_daemon_set(session: Session, daemon_set: Any) -> str:
    """A DaemonSet: on how many nodes its pods should be, and are."""
    writer, meta, spec, status = Writer(session.now), daemon_set.metadata, daemon_set.spec, daemon_set.status
    selector = str(from_object(spec.selector))
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("Selector", selector)
    writer.field("Node-Selector", format_labels(spec.template.spec.nodeSelector))
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    for title, name in (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ):
        writer.line(f"{title}: {count(status, name)}")
    add_pods_status(session, writer, daemon_set, selector)
    add_template(writer, spec.template)
    add_events(session, writer, daemon_set)
    return writer.text()

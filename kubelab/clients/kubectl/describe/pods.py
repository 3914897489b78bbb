"""`kubectl describe pod`.

In Kubernetes
    `describePod` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import controller_of
from kubelab.clients.kubectl.describe.containers import describe_containers, describe_resources
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.templates import add_spreading, toleration_lines
from kubelab.clients.kubectl.describe.volumes import add_volumes
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session


def describe_pod(session: Session, pod: Any) -> str:
    """A pod: where it is, what its containers do, what has happened to it."""
    writer = Writer(session.now)
    _head(writer, pod)
    spec, status = pod.spec, pod.status
    if spec.resources:
        writer.line("Resources:")
        describe_resources(writer, spec.resources, 1)
    if spec.initContainers:
        statuses = (status.initContainerStatuses if status else None) or []
        describe_containers(writer, "Init Containers", spec.initContainers, statuses, pod=pod)
    statuses = (status.containerStatuses if status else None) or []
    describe_containers(writer, "Containers", spec.containers or [], statuses, pod=pod)
    _conditions(writer, pod)
    add_volumes(writer, spec.volumes or [])
    writer.field("QoS Class", (status.qosClass if status else None) or "BestEffort")
    writer.labels("Node-Selectors", spec.nodeSelector)
    writer.fields("Tolerations", toleration_lines(spec.tolerations or []))
    add_spreading(writer, spec.topologySpreadConstraints or [])
    add_events(session, writer, pod)
    return writer.text()


def _head(writer: Writer, pod: Any) -> None:
    meta, spec, status = pod.metadata, pod.spec, pod.status
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace or "")
    if spec.priority is not None:
        writer.field("Priority", spec.priority)
    if spec.priorityClassName:
        writer.field("Priority Class Name", spec.priorityClassName)
    if spec.runtimeClassName:
        writer.field("Runtime Class Name", spec.runtimeClassName)
    if spec.serviceAccountName:
        writer.field("Service Account", spec.serviceAccountName)
    host = (status.hostIP if status else None) or ""
    writer.field("Node", f"{spec.nodeName}/{host}" if spec.nodeName else "<none>")
    if status and status.startTime:
        writer.field("Start Time", date(status.startTime))
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    phase = (status.phase if status else None) or ""
    if meta.deletionTimestamp and phase not in ("Failed", "Succeeded"):
        writer.field("Status", f"Terminating (lasts {writer.age(meta.deletionTimestamp)})")
        writer.field("Termination Grace Period", f"{meta.deletionGracePeriodSeconds or 0}s")
    else:
        writer.field("Status", phase)
    if status and status.reason:
        writer.field("Reason", status.reason)
    if status and status.message:
        writer.field("Message", status.message)
    if spec.securityContext and spec.securityContext.seccompProfile:
        writer.field("SeccompProfile", spec.securityContext.seccompProfile.type)
    writer.field("IP", (status.podIP if status else None) or "")
    addresses = (status.podIPs if status else None) or []
    writer.line("IPs:" if addresses else "IPs:\t<none>")
    for address in addresses:
        writer.field("IP", address.ip, 1)
    owner = controller_of(pod)
    if owner:
        writer.field("Controlled By", f"{owner.kind}/{owner.name}")
    if status and status.nominatedNodeName:
        writer.field("NominatedNodeName", status.nominatedNodeName)


def _conditions(writer: Writer, pod: Any) -> None:
    conditions = (pod.status.conditions if pod.status else None) or []
    if pod.spec.readinessGates:
        writer.line("Readiness Gates:")
        writer.columns(1, ["Type", "Status"])
        for gate in pod.spec.readinessGates:
            held = next((one.status for one in conditions if one.type == gate.conditionType), "<none>")
            writer.columns(1, [f"{gate.conditionType} ", f"{held} "])
    if conditions:
        writer.line("Conditions:")
        writer.columns(1, ["Type", "Status"], *([f"{one.type} ", f"{one.status} "] for one in conditions))

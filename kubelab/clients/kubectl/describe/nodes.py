"""`kubectl describe node`: its conditions, its room, and the pods that share it.

In Kubernetes
    `describeNode`, `describeNodeResource` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.tables import node_roles
from kubelab.clients.kubectl.describe.amounts import Amounts, pod_amounts
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_INFO = (
    *(("Machine ID", "machineID"), ("System UUID", "systemUUID"), ("Boot ID", "bootID")),
    *(("Kernel Version", "kernelVersion"), ("OS Image", "osImage"), ("Operating System", "operatingSystem")),
    *(("Architecture", "architecture"), ("Container Runtime Version", "containerRuntimeVersion")),
    ("Kubelet Version", "kubeletVersion"),
)


def describe_node(session: Session, node: Any) -> str:
    """A node."""
    writer, meta, spec, status = Writer(session.now), node.metadata, node.spec, node.status
    writer.field("Name", meta.name)
    writer.field("Roles", node_roles(node))
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    writer.field("CreationTimestamp", date(meta.creationTimestamp))
    taints = sorted((spec.taints if spec else None) or (), key=_taint_order)
    writer.fields("Taints", [_taint(taint) for taint in taints])
    writer.field("Unschedulable", "true" if spec and spec.unschedulable else "false")
    _lease(session, writer, meta.name)
    _conditions(writer, status)
    writer.line("Addresses:")
    for address in (status.addresses if status else None) or ():
        writer.field(address.type, address.address, 1)
    for title, amounts in (("Capacity", status and status.capacity), ("Allocatable", status and status.allocatable)):
        if amounts:
            writer.line(f"{title}:")
            for name, quantity in sorted(amounts.items()):
                writer.field(name, quantity, 1)
    writer.line("System Info:")
    info = status.nodeInfo if status else None
    for title, name in _INFO:
        writer.field(title, (getattr(info, name) if info else None) or "", 1)
    if spec and spec.podCIDR:
        writer.field("PodCIDR", spec.podCIDR)
    if spec and spec.podCIDRs:
        writer.field("PodCIDRs", ",".join(spec.podCIDRs))
    if spec and spec.providerID:
        writer.field("ProviderID", spec.providerID)
    _pods(session, writer, node)
    add_events(session, writer, node, uids=(meta.uid, meta.name))
    return writer.text()


def _taint_order(taint: Any) -> str:
    return f"{taint.effect},{taint.key}"


def _taint(taint: Any) -> str:
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def _lease(session: Session, writer: Writer, name: str) -> None:
    try:
        spec = session.client.get("leases", name, "kube-node-lease").spec
    except ApiError as refusal:
        writer.field("Lease", f"Failed to get lease: {refusal.message}")
        return
    writer.line("Lease:")
    writer.field("HolderIdentity", spec.holderIdentity or "<unset>", 1)
    writer.field("AcquireTime", date(spec.acquireTime) if spec.acquireTime else "<unset>", 1)
    writer.field("RenewTime", date(spec.renewTime) if spec.renewTime else "<unset>", 1)


def _conditions(writer: Writer, status: Any) -> None:
    conditions = (status.conditions if status else None) or []
    if not conditions:
        return
    titles = ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"]
    writer.line("Conditions:")
    writer.columns(1, titles, ["-" * len(title) if title != "Type" else "----" for title in titles])
    for held in conditions:
        times = [f"{date(held.lastHeartbeatTime)} ", f"{date(held.lastTransitionTime)} "]
        writer.columns(1, [f"{held.type} ", f"{held.status} ", *times, f"{held.reason or ''} ", held.message or ""])


def _pods(session: Session, writer: Writer, node: Any) -> None:
    selector = f"spec.nodeName={node.metadata.name},status.phase!=Succeeded,status.phase!=Failed"
    pods = session.client.list("pods", None, field_selector=selector)
    room = Amounts((node.status and (node.status.allocatable or node.status.capacity)) or {})
    writer.line(f"Non-terminated Pods:\t({len(pods)} in total)")
    writer.columns(
        1,
        ["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"],
        ["---------", "----", "", "------------", "----------", "---------------", "-------------", "---"],
    )
    requests, limits = Amounts(), Amounts()
    for pod in pods:
        asked, allowed = pod_amounts(pod)
        requests, limits = requests + asked, limits + allowed
        cells = [amounts.share(name, room) for name in ("cpu", "memory") for amounts in (asked, allowed)]
        age = writer.age(pod.metadata.creationTimestamp)
        writer.columns(1, [pod.metadata.namespace, pod.metadata.name, "", *cells, age])
    writer.line("Allocated resources:")
    writer.line("(Total limits may be over 100 percent, i.e., overcommitted.)", 1)
    writer.columns(1, ["Resource", "Requests", "Limits"], ["--------", "--------", "------"])
    huge = [name for name in room.names() if name.startswith("hugepages-")]
    for name in ("cpu", "memory", "ephemeral-storage", *huge):
        writer.columns(1, [name, requests.share(name, room), limits.share(name, room)])
    for name in room.names():
        if "/" in name:
            writer.columns(1, [name, requests.shown(name), limits.shown(name)])

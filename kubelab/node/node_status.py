"""What a kubelet says of its node: the Node object, its conditions, and its lease."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lightkube.models import coordination_v1, core_v1, meta_v1

from kubelab.api.quantity import canonical

if TYPE_CHECKING:
    from kubelab.node.worker import WorkerSize

VERSION = "v1.36.2"
LEASES = "kube-node-lease"
KUBELET_PORT = 10250

# Condition, status, reason and message of a node that is well.
HEALTHY = (
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
)
# What the node says in public when such a condition becomes healthy.
EVENTS = {
    "MemoryPressure": "NodeHasSufficientMemory",
    "DiskPressure": "NodeHasNoDiskPressure",
    "PIDPressure": "NodeHasSufficientPID",
    "Ready": "NodeReady",
}


def new_node(name: str, pod_range: str) -> dict[str, Any]:
    """The Node that a kubelet registers.

    In Kubernetes
        pkg/kubelet/kubelet_node_status.go, `initialNode`.

    Left out
        `spec.podCIDR` comes from the node IPAM controller there. Nothing is reserved for the system, as kind sets its
        kubelets up: allocatable equals capacity.
    """
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "beta.kubernetes.io/arch": "amd64",
                "beta.kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
            },
            "annotations": {
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": {"podCIDR": pod_range, "podCIDRs": [pod_range]},
    }


def status_of(
    name: str, size: WorkerSize, address: str, boots: int, images: list[core_v1.ContainerImage], now: datetime, old: Any
) -> core_v1.NodeStatus:
    """The status of a node that is well; what has not changed since `old` keeps its times."""
    amounts = {
        "cpu": canonical(size.cpu),
        "ephemeral-storage": "100Gi",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": canonical(size.memory),
        "pods": str(size.pods),
    }
    return core_v1.NodeStatus(
        addresses=[
            core_v1.NodeAddress(type="InternalIP", address=address),
            core_v1.NodeAddress(type="Hostname", address=name),
        ],
        allocatable=amounts,
        capacity=amounts,
        conditions=_conditions(old, now),
        daemonEndpoints=core_v1.NodeDaemonEndpoints(kubeletEndpoint=core_v1.DaemonEndpoint(Port=KUBELET_PORT)),
        images=images or None,
        nodeInfo=core_v1.NodeSystemInfo(
            architecture="amd64",
            bootID=_fingerprint(name, f"boot {boots}"),
            containerRuntimeVersion="containerd://2.1.0",
            kernelVersion="6.12.0",
            kubeProxyVersion="",
            kubeletVersion=VERSION,
            machineID=_fingerprint(name, "machine").replace("-", ""),
            operatingSystem="linux",
            osImage="Debian GNU/Linux 13 (trixie)",
            systemUUID=_fingerprint(name, "system"),
        ),
    )


def became_healthy(old: Any) -> list[str]:
    """The conditions that were not well in the old Node status, in the order in which a kubelet says so."""
    held = {each.type: each.status for each in (old.conditions if old is not None else None) or ()}
    return [type_ for type_, status, _, _ in HEALTHY if held.get(type_) != status]


def new_lease(node: core_v1.Node, seconds: int) -> coordination_v1.Lease:
    """The node's heartbeat: https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats ."""
    name = node.metadata.name
    owner = meta_v1.OwnerReference(apiVersion="v1", kind="Node", name=name, uid=node.metadata.uid)
    return coordination_v1.Lease(
        metadata=meta_v1.ObjectMeta(name=name, namespace=LEASES, ownerReferences=[owner]),
        spec=coordination_v1.LeaseSpec(holderIdentity=name, leaseDurationSeconds=seconds),
    )


def _conditions(old: Any, now: datetime) -> list[core_v1.NodeCondition]:
    held = {each.type: each for each in (old.conditions if old is not None else None) or ()}
    made = []
    for type_, status, reason, message in HEALTHY:
        before = held.pop(type_, None)
        if before is not None and (before.status, before.reason, before.message) == (status, reason, message):
            made.append(before)
            continue
        since = before.lastTransitionTime if before is not None and before.status == status else now
        made.append(
            core_v1.NodeCondition(
                type=type_,
                status=status,
                reason=reason,
                message=message,
                lastHeartbeatTime=now,
                lastTransitionTime=since,
            )
        )
    return [*held.values(), *made]


def _fingerprint(name: str, what: str) -> str:
    text = hashlib.sha256(f"{name} {what}".encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"

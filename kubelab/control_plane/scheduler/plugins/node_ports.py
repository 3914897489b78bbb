"""NodePorts: a port of the node itself (`hostPort`) can be taken by one pod only.

In Kubernetes
    `pkg/scheduler/framework/plugins/nodeports/node_ports.go`.
    https://kubernetes.io/docs/concepts/configuration/overview/#services
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import HostPort, PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

TAKEN = Status("NodePorts", ("node(s) didn't have free ports for the requested pod ports",), resolvable=True)
ANY_ADDRESS = "0.0.0.0"


class NodePorts(FilterPlugin):
    """Filters by host ports."""

    name = "NodePorts"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node where a pod has a port that this one wants."""
        if not pod.host_ports:
            return None
        return TAKEN if any(conflict(pod.host_ports, other.host_ports) for other in node.kinds) else None

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A pod with such a port has gone, or a node has come."""
        if isinstance(event, NodeEvent):
            return event.old is None
        return event.new is None and conflict(pod.host_ports, event.old.host_ports)


def conflict(wanted: Iterable[HostPort], used: Iterable[HostPort]) -> bool:
    """Whether both want the same port of the same address; 0.0.0.0 is all addresses.

    Examples
    --------
    >>> conflict([("0.0.0.0", "TCP", 80)], [("10.0.0.1", "TCP", 80)])
    True
    >>> conflict([("10.0.0.2", "TCP", 80)], [("10.0.0.1", "TCP", 80), ("10.0.0.2", "UDP", 80)])
    False
    """
    used = tuple(used)
    return any(
        protocol == other_protocol and number == other_number and (ip == other_ip or ANY_ADDRESS in (ip, other_ip))
        for ip, protocol, number in wanted
        for other_ip, other_protocol, other_number in used
    )

"""NodeName: a pod that names its node runs there or nowhere.

In Kubernetes
    `pkg/scheduler/framework/plugins/nodename/node_name.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

OTHER_NODE = Status("NodeName", ("node(s) didn't match the requested node name",), resolvable=False)


class NodeName(FilterPlugin):
    """Filters by `spec.nodeName`."""

    name = "NodeName"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects every node but the one that the pod names."""
        return OTHER_NODE if pod.node_name and pod.node_name != node.name else None

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """The node it names has come."""
        return isinstance(event, NodeEvent) and event.old is None and self.filter(pod, event.new) is None

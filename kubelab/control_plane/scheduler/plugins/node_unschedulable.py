"""NodeUnschedulable: a cordoned node takes no new pods.

In Kubernetes
    `pkg/scheduler/framework/plugins/nodeunschedulable/node_unschedulable.go`.
    https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration
"""

from __future__ import annotations

from lightkube.models import core_v1

from kubelab.api.tolerations import is_tolerated
from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

CORDONED = Status("NodeUnschedulable", ("node(s) were unschedulable",), resolvable=False)
TAINT = core_v1.Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")


class NodeUnschedulable(FilterPlugin):
    """Filters by the node's `spec.unschedulable`, which `kubectl cordon` sets."""

    name = "NodeUnschedulable"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a cordoned node, unless the pod tolerates the taint that stands for it (a DaemonSet's does)."""
        return CORDONED if node.unschedulable and not is_tolerated(TAINT, pod.tolerations) else None

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A node has come or been uncordoned."""
        if not isinstance(event, NodeEvent) or event.new is None:
            return False
        return not event.new.unschedulable and (event.old is None or event.old.unschedulable)

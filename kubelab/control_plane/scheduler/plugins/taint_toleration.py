"""TaintToleration: nodes keep pods away by taints, pods come all the same by tolerations.

In Kubernetes
    `pkg/scheduler/framework/plugins/tainttoleration/taint_toleration.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelab.api.tolerations import is_tolerated, untolerated
from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import (
    FilterPlugin,
    NormalizeScore,
    ScorePlugin,
    Status,
    default_normalize,
)
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

UNTOLERATED = Status("TaintToleration", ("node(s) had untolerated taint(s)",), resolvable=False)


class TaintToleration(NormalizeScore, ScorePlugin, FilterPlugin):
    """Filters by NoSchedule and NoExecute taints, scores by PreferNoSchedule ones."""

    name = "TaintToleration"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node with a taint that the pod does not tolerate."""
        return UNTOLERATED if node.taints and untolerated(node.taints, pod.tolerations) is not None else None

    def score(self, pod: PodInfo, node: NodeInfo) -> int:
        """How many PreferNoSchedule taints the pod does not tolerate."""
        return sum(
            taint.effect == "PreferNoSchedule" and not is_tolerated(taint, pod.tolerations) for taint in node.taints
        )

    def normalize(self, raw: Sequence[int]) -> list[int]:
        """The fewer such taints, the better."""
        return default_normalize(raw, reverse=True)

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A node has come, or lost taints, that the pod tolerates now and did not before."""
        if not isinstance(event, NodeEvent) or event.new is None or self.filter(pod, event.new) is not None:
            return False
        return event.old is None or self.filter(pod, event.old) is not None

"""NodeResourcesBalancedAllocation: a node should not run out of memory while its cpu idles, nor the other way round.

In Kubernetes
    `pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go`.
    https://kubernetes.io/docs/reference/scheduling/config/#scheduling-plugins
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.framework import MAX_NODE_SCORE, ScorePlugin
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo

SCORED = ("cpu", "memory")


class NodeResourcesBalancedAllocation(ScorePlugin):
    """Scores by how much more, or less, evenly cpu and memory would be used with the pod than without it."""

    name = "NodeResourcesBalancedAllocation"

    def scores(self, pod: PodInfo) -> bool:
        """Only if the pod requests cpu or memory: pods without requests would all gather on one node."""
        return any(pod.requests.get(name, 0) for name in SCORED)

    def score(self, pod: PodInfo, node: NodeInfo) -> int:
        """From 50 to 100; 75 is no change."""
        before, after = [], []
        for name in SCORED:
            capacity = node.allocatable.get(name, 0)
            if capacity:
                used = node.requested.get(name, 0)
                before.append(min(used / capacity, 1.0))
                after.append(min((used + pod.requests.get(name, 0)) / capacity, 1.0))
        gain = evenness(after) - evenness(before)
        return MAX_NODE_SCORE // 2 + (MAX_NODE_SCORE // 2 + gain) // 2


def evenness(shares: list[float]) -> int:
    """100 if both resources are used to the same share, less the further the shares lie apart.

    Examples
    --------
    >>> evenness([0.25, 0.25]), evenness([0.5, 0.0])
    (100, 75)
    """
    deviation = abs((shares[0] - shares[1]) / 2) if len(shares) == 2 else 0.0
    return int((1 - deviation) * MAX_NODE_SCORE)

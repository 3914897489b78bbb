"""NodeResourcesFit: what a pod requests must be free on the node; the emptier the node, the better.

In Kubernetes
    `pkg/scheduler/framework/plugins/noderesources/fit.go` and `least_allocated.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/

Left out
    The strategies MostAllocated and RequestedToCapacityRatio; resources that device classes hand out (DRA).
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import MAX_NODE_SCORE, FilterPlugin, ScorePlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

SCORED = ("cpu", "memory")  # weight 1 each
ALWAYS_FIRST = ("cpu", "memory", "ephemeral-storage")


class NodeResourcesFit(ScorePlugin, FilterPlugin):
    """Filters by free resources and scores by LeastAllocated."""

    name = "NodeResourcesFit"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node that is too full, or too small for this pod even when empty."""
        lacking = insufficient(pod, node)
        if not lacking and len(node.pods) < node.allocatable.get("pods", 0):
            return None
        reasons = [f"Insufficient {name}" for name in lacking]
        if len(node.pods) >= node.allocatable.get("pods", 0):
            reasons.insert(0, "Too many pods")
        too_small = any(pod.requests[name] > node.allocatable.get(name, 0) for name in lacking)
        return Status(self.name, tuple(reasons), resolvable=not too_small)

    def score(self, pod: PodInfo, node: NodeInfo) -> int:
        """The share of cpu and memory that would stay free, in per cent, their mean rounded down."""
        total = counted = 0
        for name in SCORED:
            capacity = node.allocatable.get(name, 0)
            if capacity:
                used = node.assumed.get(name, 0) + pod.assumed_requests.get(name, 0)
                total += (capacity - used) * MAX_NODE_SCORE // capacity if used <= capacity else 0
                counted += 1
        return total // counted if counted else 0

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A pod has left a node or asks for less, or a node has come or grown that could hold this one when empty."""
        if not isinstance(event, NodeEvent):
            if event.new is None or event.old is None:
                return event.new is None
            return any(event.new.requests.get(name, 0) < value for name, value in event.old.requests.items())
        if event.new is None or any(value > event.new.allocatable.get(name, 0) for name, value in pod.requests.items()):
            return False
        if event.old is None:
            return True
        old, new = event.old.allocatable, event.new.allocatable
        return any(new.get(name, 0) > old.get(name, 0) for name in ("pods", *pod.requests))


def insufficient(pod: PodInfo, node: NodeInfo) -> list[str]:
    """The resources of which the node has too little left."""
    lacking = []
    for name, asked in pod.requests.items():
        if asked > 0 and asked > node.allocatable.get(name, 0) - node.requested.get(name, 0):
            lacking.append(name)
    if len(lacking) > 1:
        lacking.sort(key=_order)
    return lacking


def _order(resource: str) -> tuple[int, str]:
    return (ALWAYS_FIRST.index(resource) if resource in ALWAYS_FIRST else len(ALWAYS_FIRST), resource)

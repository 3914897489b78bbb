"""Nominations: nodes on which room is being made for a pod, and which pod that is.

While the pods that have to go for it are ending, their room must not be given to a pod of lower priority: the pod that
is to have it counts as being there already.

In Kubernetes
    `pkg/scheduler/backend/queue/nominator.go`; `status.nominatedNodeName` of a pod, see
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#user-exposed-information

Left out
    Kubernetes asks the filters twice, with and without the nominated pods, and scores without them. Here filters and
    scores see them.
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot


class Nominator:
    """The nominated pods, by key."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, PodInfo]] = {}  # key -> node, kind

    def put(self, key: str, info: PodInfo, node: str) -> None:
        """A pod is to have room on a node."""
        self._held[key] = node, info

    def drop(self, key: str) -> bool:
        """The pod has its node, or needs none any more. Answers whether it was nominated."""
        return self._held.pop(key, None) is not None

    def node_of(self, key: str) -> str:
        """The node on which the pod is to have room; empty if it is not nominated."""
        return self._held.get(key, ("", None))[0]

    def lower(self, node: str, priority: int) -> list[str]:
        """The pods of lower priority that hope for room on the same node."""
        return [key for key, (at, info) in self._held.items() if at == node and info.priority < priority]

    def seen_by(self, key: str, info: PodInfo, snapshot: Snapshot) -> Snapshot:
        """The nodes as a pod has to see them: with the others of at least its priority that are to be there."""
        for other, (name, kind) in self._held.items():
            node = snapshot.get(name)
            if other != key and kind.priority >= info.priority and node is not None and other not in node.pods:
                snapshot = snapshot.with_node(node.with_pod(other, kind, node.generation))
        return snapshot

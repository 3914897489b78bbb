"""NodeAffinity: pods say which nodes they want, by nodeSelector and by node affinity.

In Kubernetes
    `pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#affinity-and-anti-affinity

Left out
    `addedAffinity`, which an administrator can give the whole profile.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelab.api.node_selectors import NodeSelectorTerm
from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import (
    FilterPlugin,
    NormalizeScore,
    PreFilterPlugin,
    ScorePlugin,
    Status,
    default_normalize,
)
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot

NOT_WANTED = Status("NodeAffinity", ("node(s) didn't match Pod's node affinity/selector",), resolvable=False)


class NodeAffinity(NormalizeScore, ScorePlugin, FilterPlugin, PreFilterPlugin):
    """Filters by what the pod requires of a node, scores by what it prefers."""

    name = "NodeAffinity"

    def pre_filter(self, pod: PodInfo) -> tuple[str, ...] | None:
        """The nodes named by `matchFields`, if every term names some; () if terms contradict themselves."""
        if not pod.required_nodes.terms:
            return None
        names: dict[str, None] = {}
        for term in pod.required_nodes.terms:
            named = _named(term)
            if named is None:
                return None
            names.update(dict.fromkeys(named))
        return tuple(names)

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node without the labels that the pod requires."""
        required = pod.required_nodes
        return None if required.anything or required.matches(node.name, node.labels) else NOT_WANTED

    def scores(self, pod: PodInfo) -> bool:
        """Only if the pod prefers some nodes."""
        return bool(pod.preferred_nodes)

    def score(self, pod: PodInfo, node: NodeInfo) -> int:
        """The sum of the weights of the preferences that the node meets."""
        return sum(weight for weight, term in pod.preferred_nodes if term.matches(node.name, node.labels))

    def normalize(self, raw: Sequence[int]) -> list[int]:
        """The best node gets 100."""
        return default_normalize(raw, reverse=False)

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A node has come, or got labels, that the pod requires."""
        if not isinstance(event, NodeEvent) or event.new is None or self.filter(pod, event.new) is not None:
            return False
        return event.old is None or self.filter(pod, event.old) is not None


def _named(term: NodeSelectorTerm) -> tuple[str, ...] | None:
    """The nodes that one term names, None if it names none in particular."""
    names: tuple[str, ...] | None = None
    for field in term.fields:
        if field.key == "metadata.name" and field.operator == "in":
            names = field.values if names is None else tuple(name for name in names if name in field.values)
    return names

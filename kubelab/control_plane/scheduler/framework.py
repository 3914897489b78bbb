"""The scheduling framework: the points of a scheduling cycle at which plugins have their say.

A cycle asks every plugin the same questions in the same order: may the pod run on this node (Filter)? how good would
it be there (Score)? what is that worth beside the other nodes (NormalizeScore)? A plugin answers from the pod and the
node alone, or also from `Totals`, what it counted over all nodes beforehand (PreFilter, PreScore). It keeps nothing:
the same question always gets the same answer, so answers can be kept for as long as the node does not change.

In Kubernetes
    `staging/src/k8s.io/kube-scheduler/framework/interface.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/

Left out
    Permit, PreBind and PostBind: no plugin of the default profile that is here needs them. PostFilter is asked by the
    scheduler itself: the one plugin that has it is in `default_preemption`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.cluster_event import ClusterEvent
    from kubelab.control_plane.scheduler.node_info import NodeInfo
    from kubelab.control_plane.scheduler.pod_info import PodInfo
    from kubelab.control_plane.scheduler.snapshot import Snapshot

MAX_NODE_SCORE = 100


@dataclass(frozen=True, slots=True)
class Status:
    """A plugin's no: which plugin, its reasons in Kubernetes's words, and whether evicting pods could turn it.

    With `of_pod` it is about the pod, whatever the node: then it is said once and not for each node.

    In Kubernetes
        `Unschedulable` is `resolvable`, `UnschedulableAndUnresolvable` is not. A yes (`Success`) is None here.
    """

    plugin: str
    reasons: tuple[str, ...]
    resolvable: bool
    of_pod: bool = False

    @property
    def message(self) -> str:
        """All reasons in one line."""
        return ", ".join(self.reasons)


class Totals:
    """What a plugin counted over all nodes, by group and value: matching pods by zone, nodes that hold an image.

    `amount` is the sum of what the nodes contributed, `nodes` says how many did (a domain with 0 pods is a domain).
    """

    def __init__(self) -> None:
        self.amount: dict[Hashable, dict[Hashable, int]] = {}
        self.nodes: dict[Hashable, dict[Hashable, int]] = {}

    def add(self, tally: Tally) -> None:
        """Count one node's contributions."""
        for group, value, amount in tally:
            amounts = self.amount.setdefault(group, {})
            nodes = self.nodes.setdefault(group, {})
            amounts[value] = amounts.get(value, 0) + amount
            nodes[value] = nodes.get(value, 0) + 1

    def subtract(self, tally: Tally) -> None:
        """Take one node's contributions back: it has changed."""
        for group, value, amount in tally:
            amounts, nodes = self.amount[group], self.nodes[group]
            if nodes[value] == 1:
                del amounts[value], nodes[value]
                if not nodes:
                    del self.amount[group], self.nodes[group]
            else:
                amounts[value] -= amount
                nodes[value] -= 1


Tally = tuple[tuple[Hashable, Hashable, int], ...]


class Plugin:
    """A plugin; its `name` is Kubernetes's, and so are its reasons."""

    name = ""

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """Queueing hint: whether a pod that this plugin rejected is worth another attempt after the event."""
        return True


class PreFilterPlugin(Plugin):
    """Looks at the pod before any node: it may refuse it, or name the only nodes worth looking at."""

    def refusal(self, pod: PodInfo) -> Status | None:
        """Why the pod can run nowhere; None if nothing speaks against it."""
        return None

    def pre_filter(self, pod: PodInfo) -> tuple[str, ...] | None:
        """The only nodes that can be feasible; None when any can."""
        return None


class FilterPlugin(Plugin):
    """Says which nodes cannot run the pod, each looked at alone."""

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """None if the node can run the pod, otherwise why not."""
        raise NotImplementedError


class ScorePlugin(Plugin):
    """Says how good a feasible node is, each looked at alone."""

    def scores(self, pod: PodInfo) -> bool:
        """PreScore: False skips the plugin for this pod."""
        return True

    def score(self, pod: PodInfo, node: NodeInfo) -> int:
        """The raw score."""
        raise NotImplementedError


class NormalizeScore:
    """Mixed in where raw scores mean something only beside those of the other feasible nodes."""

    def normalize(self, raw: Sequence[int]) -> list[int]:
        """Scores from 0 to 100. They depend on the set of raw scores only, so each value is given once."""
        raise NotImplementedError


class ClusterPlugin(Plugin):
    """A plugin whose answer about a node depends on the other nodes as well.

    `tally` is what one node contributes to the totals; `place` is everything about a node that the answer about it
    depends on beside the totals. Nodes of equal places get equal answers.
    """

    def tally(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> Tally:
        """One node's contribution to the totals."""
        raise NotImplementedError

    def place(self, pod: PodInfo, node: NodeInfo, keys: Hashable) -> Hashable:
        """What the answer about the node depends on."""
        raise NotImplementedError

    def keys(self, pod: PodInfo, totals: Totals) -> Hashable:
        """What places are made of, where that depends on the totals."""
        return ()


class ClusterFilterPlugin(ClusterPlugin):
    """Filters nodes by how pods lie on all of them."""

    def filters(self, pod: PodInfo, totals: Totals, snapshot: Snapshot) -> Any:
        """PreFilter: what `filter_place` needs to know once a cycle; None skips the plugin."""
        raise NotImplementedError

    def filter_place(self, pod: PodInfo, state: Any, place: Any) -> Status | None:
        """None if nodes of this place can run the pod, otherwise why not."""
        raise NotImplementedError


class ClusterScorePlugin(ClusterPlugin):
    """Scores nodes by how pods, or images, lie on all of them."""

    def pre_score(self, pod: PodInfo, totals: Totals, places: Mapping[Any, int], snapshot: Snapshot) -> Any:
        """PreScore: what `score_places` needs, from the feasible nodes' places, each counted; None skips."""
        raise NotImplementedError

    def score_places(self, pod: PodInfo, state: Any, places: Sequence[Any]) -> tuple[list[int], list[int]]:
        """Raw and normalised scores of distinct places."""
        raise NotImplementedError


def default_normalize(raw: Sequence[int], *, reverse: bool) -> list[int]:
    """Stretch scores so that the highest becomes 100; reversed, so that the lowest raw score is the best.

    In Kubernetes
        `DefaultNormalizeScore` in `pkg/scheduler/framework/plugins/helper/normalize_score.go`: integers, rounded down.

    Examples
    --------
    >>> default_normalize([0, 1, 3], reverse=False), default_normalize([0, 1, 3], reverse=True)
    ([0, 33, 100], [100, 67, 0])
    """
    highest = max(raw, default=0)
    if highest == 0:
        return [MAX_NODE_SCORE] * len(raw) if reverse else list(raw)
    scaled = [MAX_NODE_SCORE * score // highest for score in raw]
    return [MAX_NODE_SCORE - score for score in scaled] if reverse else scaled

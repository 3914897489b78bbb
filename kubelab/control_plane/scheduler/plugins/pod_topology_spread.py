"""PodTopologySpread: pods of a kind spread evenly over zones, nodes, or whatever a label of nodes stands for.

In Kubernetes
    `pkg/scheduler/framework/plugins/podtopologyspread/` (`filtering.go`, `scoring.go`, `common.go`).
    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from kubelab.api.tolerations import untolerated
from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import (
    MAX_NODE_SCORE,
    ClusterFilterPlugin,
    ClusterScorePlugin,
    Status,
    Tally,
    Totals,
)
from kubelab.control_plane.scheduler.node_info import HOSTNAME, NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_terms import SpreadConstraint
from kubelab.control_plane.scheduler.snapshot import Snapshot

TOO_SKEWED = Status("PodTopologySpread", ("node(s) didn't match pod topology spread constraints",), resolvable=True)
NO_LABEL = Status(
    "PodTopologySpread",
    ("node(s) didn't match pod topology spread constraints (missing required label)",),
    resolvable=False,
)

# A place: for each hard constraint the node's domain, whether soft ones leave the node out, and what it scores by.
Place = tuple[tuple[str | None, ...], bool, tuple[str | int | None, ...]]


def matching_pods(constraint: SpreadConstraint, pod: PodInfo, node: NodeInfo) -> int:
    """How many pods on the node the constraint counts: those of its selector in the pod's namespace, not ending."""
    namespace, selector = pod.namespace, constraint.selector
    return sum(
        count
        for other, count in node.kinds.items()
        if other.namespace == namespace and not other.terminating and selector.matches(other.labels)
    )


class PodTopologySpread(ClusterFilterPlugin, ClusterScorePlugin):
    """Filters by DoNotSchedule constraints and scores by ScheduleAnyway ones."""

    name = "PodTopologySpread"

    def tally(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> Tally:
        """How many matching pods the node adds to each of its domains."""
        found: list[tuple[Hashable, Hashable, int]] = []
        labels = node.labels
        for kind, constraints in (("hard", pod.hard_spread), ("soft", pod.soft_spread)):
            strict = kind == "hard" or bool(pod.spread)
            if not constraints or (strict and any(each.topology_key not in labels for each in constraints)):
                continue
            for i, each in enumerate(constraints):
                if kind == "soft" and each.topology_key == HOSTNAME:
                    continue  # scored by the node's own pods, wherever others are
                if _counts(each, pod, node):
                    found.append(((kind, i), labels.get(each.topology_key, ""), matching_pods(each, pod, node)))
        return tuple(found)

    def place(self, pod: PodInfo, node: NodeInfo, keys: Hashable) -> Place:
        """The node's domains, and of soft hostname constraints its own matching pods."""
        labels, soft = node.labels, pod.soft_spread
        ignored = bool(pod.spread) and any(each.topology_key not in labels for each in soft)
        own: list[str | int | None] = []
        for each in soft:
            if each.topology_key == HOSTNAME and HOSTNAME in labels:
                own.append(matching_pods(each, pod, node))
            else:
                own.append(labels.get(each.topology_key))
        return tuple(labels.get(each.topology_key) for each in pod.hard_spread), ignored, tuple(own)

    def filters(self, pod: PodInfo, totals: Totals, snapshot: Snapshot) -> Any:
        """Of each hard constraint: the pods in each domain, the fewest in one, and whether it counts itself."""
        constraints = pod.hard_spread
        if not constraints:
            return None
        state = []
        for i, each in enumerate(constraints):
            domains = totals.amount.get(("hard", i), {})
            fewest = min(domains.values(), default=2**31 - 1) if len(domains) >= each.min_domains else 0
            state.append((domains, fewest, int(each.selector.matches(pod.labels)), each.max_skew))
        return state

    def filter_place(self, pod: PodInfo, state: Any, place: Place) -> Status | None:
        """Rejects a domain that would be more than `maxSkew` pods ahead of the emptiest one."""
        for value, (domains, fewest, itself, max_skew) in zip(place[0], state, strict=True):
            if value is None:
                return NO_LABEL
            if domains.get(value, 0) + itself - fewest > max_skew:
                return TOO_SKEWED
        return None

    def pre_score(self, pod: PodInfo, totals: Totals, places: Mapping[Place, int], snapshot: Snapshot) -> Any:
        """Each constraint's domains among the feasible nodes, with a weight: few domains must not drown among many."""
        constraints = pod.soft_spread
        if not constraints:
            return None
        state = []
        for i, each in enumerate(constraints):
            if each.topology_key == HOSTNAME:
                size = sum(nodes for place, nodes in places.items() if not place[1])
            else:
                size = len({place[2][i] for place in places if not place[1]})
            state.append((each.max_skew - 1, math.log(size + 2), totals.amount.get(("soft", i), {})))
        return state

    def score_places(self, pod: PodInfo, state: Any, places: Sequence[Place]) -> tuple[list[int], list[int]]:
        """The weighted number of matching pods in the node's domains; the fewer, the better."""
        raw = [0 if ignored else _raw(own, state) for _, ignored, own in places]
        counted = [score for score, place in zip(raw, places, strict=True) if not place[1]]
        most, least = max(counted, default=0), min(counted, default=0)
        normal = []
        for score, place in zip(raw, places, strict=True):
            if place[1]:
                normal.append(0)
            else:
                normal.append(MAX_NODE_SCORE * (most + least - score) // most if most else MAX_NODE_SCORE)
        return raw, normal

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """The count has changed in some domain, or domains have come or gone."""
        constraints = pod.hard_spread
        keys = [each.topology_key for each in constraints]
        if isinstance(event, NodeEvent):
            old = event.old.labels if event.old is not None else {}
            new = event.new.labels if event.new is not None else {}
            had, has = all(key in old for key in keys), all(key in new for key in keys)
            if event.old is None or event.new is None or had != has:
                return had or has
            taints = event.old.taints != event.new.taints and any(each.honor_taints for each in constraints)
            return has and (taints or any(old[key] != new[key] for key in keys))
        before = [_counted(each, pod, event.old) for each in constraints]
        return before != [_counted(each, pod, event.new) for each in constraints]


def _counts(constraint: SpreadConstraint, pod: PodInfo, node: NodeInfo) -> bool:
    """Whether the constraint counts this node at all (nodeAffinityPolicy, nodeTaintsPolicy)."""
    if constraint.honor_affinity and not pod.required_nodes.matches(node.name, node.labels):
        return False
    return not constraint.honor_taints or untolerated(node.taints, pod.tolerations) is None


def _counted(constraint: SpreadConstraint, pod: PodInfo, other: PodInfo | None) -> bool:
    if other is None or other.namespace != pod.namespace or other.terminating:
        return False
    return constraint.selector.matches(other.labels)


def _raw(own: tuple[str | int | None, ...], state: Any) -> int:
    total = 0.0
    for value, (skew, weight, domains) in zip(own, state, strict=True):
        if value is not None:
            total += (value if isinstance(value, int) else domains.get(value, 0)) * weight + skew
    return _round(total)


def _round(number: float) -> int:
    """Go's math.Round of a number that is not negative: halves go up."""
    whole = int(number)
    return whole + 1 if number - whole >= 0.5 else whole

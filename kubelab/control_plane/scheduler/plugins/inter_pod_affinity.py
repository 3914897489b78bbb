"""InterPodAffinity: pods seek or shun the company of other pods, on the same node, in the same zone.

In Kubernetes
    `pkg/scheduler/framework/plugins/interpodaffinity/` (`filtering.go`, `scoring.go`).
    https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent
from kubelab.control_plane.scheduler.framework import (
    MAX_NODE_SCORE,
    ClusterFilterPlugin,
    ClusterScorePlugin,
    Status,
    Tally,
    Totals,
)
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_terms import AffinityTerm, Namespaces
from kubelab.control_plane.scheduler.snapshot import Snapshot

NO_COMPANY = Status("InterPodAffinity", ("node(s) didn't match pod affinity rules",), resolvable=False)
UNWANTED_COMPANY = Status("InterPodAffinity", ("node(s) didn't match pod anti-affinity rules",), resolvable=True)
UNWANTED_THERE = Status(
    "InterPodAffinity", ("node(s) didn't satisfy existing pods anti-affinity rules",), resolvable=True
)
HARD_POD_AFFINITY_WEIGHT = 1  # what a required term of a pod that is there already adds to the score

# Groups of the totals, each with values (topology key, domain).
WANTED, SHUNNED, SHUN_IT, SCORE = "wanted", "shunned", "shun it", "score"

Place = tuple[tuple[str, str], ...]


class InterPodAffinity(ClusterFilterPlugin, ClusterScorePlugin):
    """Filters by required terms and scores by preferred ones: the pod's own, and those of the pods that run already."""

    name = "InterPodAffinity"

    def tally(self, pod: PodInfo, node: NodeInfo, snapshot: Snapshot) -> Tally:
        """What the pods on the node mean for its domains."""
        found: dict[tuple[str, tuple[str, str]], int] = {}
        own = pod.has_affinity
        for other, count in node.kinds.items():
            if own:
                _add_own(found, pod, other, count, node, snapshot.namespaces)
            if other.has_affinity:
                _add_theirs(found, pod, other, count, node, snapshot.namespaces)
        return tuple((group, value, amount) for (group, value), amount in found.items())

    def keys(self, pod: PodInfo, totals: Totals) -> Hashable:
        """The topology keys that matter now."""
        used = dict.fromkeys(term.topology_key for term in pod.affinity)
        for domains in totals.amount.values():
            domain: Any
            for domain in domains:
                used[domain[0]] = None
        return tuple(sorted(used))

    def place(self, pod: PodInfo, node: NodeInfo, keys: Any) -> Place:
        """The node's domains."""
        return tuple((key, node.labels[key]) for key in keys if key in node.labels) if keys else ()

    def filters(self, pod: PodInfo, totals: Totals, snapshot: Snapshot) -> Any:
        """Skipped if neither this pod nor any other demands anything."""
        if not pod.affinity and SHUNNED not in totals.amount and SHUN_IT not in totals.amount:
            return None
        # The first pod of a group that wants to be together must be let in somewhere: nobody is there yet to join.
        alone = WANTED not in totals.amount and all(term.matches(pod, snapshot.namespaces) for term in pod.affinity)
        none: dict[Hashable, int] = {}
        return (
            totals.amount.get(WANTED, none),
            totals.amount.get(SHUNNED, none),
            totals.amount.get(SHUN_IT, none),
            alone,
        )

    def filter_place(self, pod: PodInfo, state: Any, place: Place) -> Status | None:
        """Rejects nodes without the company the pod needs, with company it shuns, or whose company shuns it."""
        wanted, shunned, shun_it, alone = state
        if pod.affinity:
            domains = dict(place)
            needed = [(term.topology_key, domains.get(term.topology_key)) for term in pod.affinity]
            if any(value is None for _, value in needed):
                return NO_COMPANY
            if not alone and any(wanted.get(domain, 0) <= 0 for domain in needed):
                return NO_COMPANY
        if shunned and any(shunned.get(domain, 0) > 0 for domain in place):
            return UNWANTED_COMPANY
        if shun_it and any(shun_it.get(domain, 0) > 0 for domain in place):
            return UNWANTED_THERE
        return None

    def pre_score(self, pod: PodInfo, totals: Totals, places: Mapping[Place, int], snapshot: Snapshot) -> Any:
        """The points of each domain; skipped if there are none."""
        return totals.amount.get(SCORE)

    def score_places(self, pod: PodInfo, state: Any, places: Sequence[Place]) -> tuple[list[int], list[int]]:
        """The sum of the points of the node's domains, stretched over 0 to 100."""
        raw = [sum(state.get(domain, 0) for domain in place) for place in places]
        most, least = max(raw, default=0), min(raw, default=0)
        if most == least:
            return raw, [0] * len(raw)
        return raw, [int(MAX_NODE_SCORE * ((score - least) / (most - least))) for score in raw]

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """Wanted company has come, unwanted company has gone, or nodes have new domains."""
        if isinstance(event, NodeEvent):
            if event.new is None:
                return False
            old = event.old.labels if event.old is not None else {}
            keys = [term.topology_key for term in (*pod.affinity, *pod.anti_affinity)]
            return event.old is None or any(event.new.labels.get(key) != old.get(key) for key in keys)
        return _helps(pod, event.old, event.new, snapshot.namespaces)


def _add_own(
    found: dict[Any, int], pod: PodInfo, other: PodInfo, count: int, node: NodeInfo, namespaces: Namespaces
) -> None:
    """What the pod says of the others."""
    if pod.affinity and all(term.matches(other, namespaces) for term in pod.affinity):
        for term in pod.affinity:
            _add(found, WANTED, term, count, node)
    for term in pod.anti_affinity:
        if term.matches(other, namespaces):
            _add(found, SHUNNED, term, count, node)
    for terms, sign in ((pod.preferred_affinity, 1), (pod.preferred_anti_affinity, -1)):
        for term in terms:
            if term.matches(other, namespaces):
                _add(found, SCORE, term, sign * term.weight * count, node)


def _add_theirs(
    found: dict[Any, int], pod: PodInfo, other: PodInfo, count: int, node: NodeInfo, namespaces: Namespaces
) -> None:
    """What the others say of the pod."""
    for term in other.anti_affinity:
        if term.matches(pod, namespaces):
            _add(found, SHUN_IT, term, count, node)
    for term in other.affinity:
        if term.matches(pod, namespaces):
            _add(found, SCORE, term, HARD_POD_AFFINITY_WEIGHT * count, node)
    for terms, sign in ((other.preferred_affinity, 1), (other.preferred_anti_affinity, -1)):
        for term in terms:
            if term.matches(pod, namespaces):
                _add(found, SCORE, term, sign * term.weight * count, node)


def _add(found: dict[Any, int], group: str, term: AffinityTerm, amount: int, node: NodeInfo) -> None:
    value = node.labels.get(term.topology_key)
    if value is not None:
        key = group, (term.topology_key, value)
        found[key] = found.get(key, 0) + amount


def _helps(pod: PodInfo, old: PodInfo | None, new: PodInfo | None, namespaces: Namespaces) -> bool:
    """Whether another pod's coming, going or changing can have made room for this one."""

    def wanted(other: PodInfo | None) -> bool:
        return other is not None and any(term.matches(other, namespaces) for term in pod.affinity)

    def unwanted(other: PodInfo | None) -> bool:
        return other is not None and (
            any(term.matches(other, namespaces) for term in pod.anti_affinity)
            or any(term.matches(pod, namespaces) for term in other.anti_affinity)
        )

    return (wanted(new) and not wanted(old)) or (unwanted(old) and not unwanted(new))

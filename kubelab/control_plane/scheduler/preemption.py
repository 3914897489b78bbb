"""Preemption, as a question: which pods would have to go, and where, so that a pod of higher priority can run.

Nothing is evicted here. A node is tried without any of the pods of lower priority; if the pod then fits, as many of
them as possible are given their place back, the most important first. Of all nodes where that works, the one wins whose
loss hurts least.

In Kubernetes
    `pkg/scheduler/framework/preemption/preemption.go`, `.../plugins/defaultpreemption/default_preemption.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#preemption

Left out
    Extenders; groups of pods that are scheduled together. As in Kubernetes, no pod is evicted on another node than the
    one that the pod would run on, and affinity to a pod of lower priority is of no help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from random import Random
from typing import NamedTuple

from lightkube.models import core_v1, policy_v1

from kubelab.api.objects import key_of
from kubelab.api.selectors import from_object
from kubelab.control_plane.scheduler.algorithm import histogram, verdict_at
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.framework import Status
from kubelab.control_plane.scheduler.node_info import NodeInfo

MIN_CANDIDATES, MIN_CANDIDATES_PERCENTAGE = 100, 10  # minCandidateNodesAbsolute, minCandidateNodesPercentage
NOT_HELPFUL = "Preemption is not helpful for scheduling"
NO_VICTIMS = "No preemption victims found for incoming pod"
_LOWEST = -(2**31)

PodOf = Callable[[str], core_v1.Pod]


class Victims(NamedTuple):
    """The pods that would have to leave a node, the most important first. `violations` of them break a budget."""

    node: str
    pods: tuple[core_v1.Pod, ...]
    violations: int

    def harm(self, now: datetime) -> tuple[float, ...]:
        """What is compared between nodes: the less, the better. Among equals, whoever has run longest stays."""
        priorities = [priority_of(pod) for pod in self.pods]
        oldest = min(started(pod, now) for pod in self.pods if priority_of(pod) == priorities[0])
        total = sum(priority - _LOWEST for priority in priorities)  # never negative: fewer pods are less harm
        return self.violations, priorities[0], total, len(priorities), -oldest.timestamp()


def find_victims(
    known: EquivalenceClass,
    verdicts: Sequence[Status | None],
    pod_of: PodOf,
    budgets: Iterable[policy_v1.PodDisruptionBudget],
    rng: Random,
    now: datetime,
) -> Victims | str:
    """The pods whose end does the least harm, or the sentence that says why it would help on no node.

    `verdicts` are the nodes' refusals of the pod, in the order of the snapshot.
    """
    budgets = list(budgets)
    outlook = [NOT_HELPFUL] * len(verdicts)
    possible = [at for at, verdict in enumerate(verdicts) if verdict is not None and verdict.resolvable]
    enough = max(len(possible) * MIN_CANDIDATES_PERCENTAGE // 100, MIN_CANDIDATES)
    first = rng.randrange(len(possible)) if len(possible) > enough else 0
    found: list[Victims] = []
    reasons: list[str] = []
    for at in (*possible[first:], *possible[:first]):
        on_node = dry_run(known, at, pod_of, budgets, now)
        if isinstance(on_node, Victims):
            found.append(on_node)
            if len(found) == enough and not all(each.violations for each in found):
                break
        else:
            outlook[at] = ""
            reasons += on_node
    if not found:
        return f"0/{len(verdicts)} nodes are available: {histogram([*filter(None, outlook), *reasons])}"
    least = min(each.harm(now) for each in found)
    best = [each for each in found if each.harm(now) == least]
    return best[0] if len(best) == 1 else rng.choice(best)


def dry_run(
    known: EquivalenceClass, at: int, pod_of: PodOf, budgets: list[policy_v1.PodDisruptionBudget], now: datetime
) -> Victims | tuple[str, ...]:
    """The pods that one node would lose, or why the pod cannot run there even without them.

    `known` is left as it was found.
    """
    snapshot = known.snapshot
    node = snapshot[at]
    lower = [key for key, kind in node.pods.items() if kind.priority < known.pod.priority]
    if not lower:
        return (NO_VICTIMS,)
    for key in lower:
        node = node.without_pod(key, node.generation)
    try:
        refusal = _refusal(known, at, node)
        if refusal is not None:
            return refusal.reasons
        lower.sort(key=lambda key: _importance(pod_of(key), now))
        guarded, others = split_by_budgets(map(pod_of, lower), budgets)
        victims: list[core_v1.Pod] = []
        violations = 0
        for pod in (*guarded, *others):
            key = key_of(pod)
            fuller = node.with_pod(key, snapshot[at].pods[key], node.generation)
            if _refusal(known, at, fuller) is None:
                node = fuller
            else:
                victims.append(pod)
                violations += pod in guarded
    finally:
        known.update(snapshot)
    victims.sort(key=lambda pod: _importance(pod, now))
    return Victims(node.name, tuple(victims), violations)


def split_by_budgets(
    pods: Iterable[core_v1.Pod], budgets: Iterable[policy_v1.PodDisruptionBudget]
) -> tuple[list[core_v1.Pod], list[core_v1.Pod]]:
    """The pods whose going would break a disruption budget, if the pods went in this order, and the others."""
    allowed = [(pdb, from_object(pdb.spec.selector)) for pdb in budgets if pdb.spec.selector is not None]
    left = [(pdb.status.disruptionsAllowed or 0) if pdb.status is not None else 0 for pdb, _ in allowed]
    breaking: list[core_v1.Pod] = []
    fine: list[core_v1.Pod] = []
    for pod in pods:
        broken = False
        for i, (pdb, selector) in enumerate(allowed):
            told = (pdb.status.disruptedPods if pdb.status is not None else None) or {}
            same = pdb.metadata.namespace == pod.metadata.namespace and pod.metadata.name not in told
            if same and not selector.empty and pod.metadata.labels and selector.matches(pod.metadata.labels):
                left[i] -= 1
                broken = broken or left[i] < 0
        (breaking if broken else fine).append(pod)
    return breaking, fine


def priority_of(pod: core_v1.Pod) -> int:
    """A pod's priority; 0 where nothing says."""
    return pod.spec.priority or 0


def started(pod: core_v1.Pod, now: datetime) -> datetime:
    """Since when a pod has run; one that has not begun begins now."""
    return (pod.status.startTime if pod.status is not None else None) or now


def _importance(pod: core_v1.Pod, now: datetime) -> tuple[int, datetime]:
    """The smaller, the more important: higher priority, then whoever has run longer."""
    return -priority_of(pod), started(pod, now)


def _refusal(known: EquivalenceClass, at: int, node: NodeInfo) -> Status | None:
    """Why a node that is otherwise than in the snapshot cannot run the pod."""
    known.update(known.snapshot.with_node(node))
    return verdict_at(known, at)

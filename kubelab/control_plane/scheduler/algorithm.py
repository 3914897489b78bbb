"""One scheduling decision: filter the nodes, score those that are left, take the best.

In Kubernetes
    `schedulePod`, `findNodesThatFitPod`, `prioritizeNodes` and `selectHost` in `pkg/scheduler/schedule_one.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/#kube-scheduler-implementation
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain, compress, islice
from operator import add, itemgetter
from random import Random

from kubelab.control_plane.scheduler.equivalence import ClusterView, EquivalenceClass
from kubelab.control_plane.scheduler.framework import ClusterScorePlugin, Status

MIN_FEASIBLE_NODES = 100
MIN_PERCENTAGE = 5


def num_feasible_nodes_to_find(nodes: int, percentage: int = 0) -> int:
    """After how many feasible nodes the search ends: in a large cluster, good enough is good enough.

    `percentage` is percentageOfNodesToScore; 0 lets the size of the cluster decide.
    https://kubernetes.io/docs/concepts/scheduling-eviction/scheduler-perf-tuning/

    Examples
    --------
    >>> [num_feasible_nodes_to_find(nodes) for nodes in (3, 100, 1200, 5000)]
    [3, 100, 492, 500]
    """
    if nodes < MIN_FEASIBLE_NODES or percentage >= 100:
        return nodes
    if not percentage:
        percentage = max(50 - nodes // 125, MIN_PERCENTAGE)
    return max(nodes * percentage // 100, MIN_FEASIBLE_NODES)


class Outcome:
    """What a cycle found, by the nodes' positions in the snapshot.

    `feasible` are the nodes that were scored, `totals` their final scores, `best` those of the highest one; `visited`
    is how many nodes were looked at, from `start` on.
    """

    __slots__ = ("best", "feasible", "start", "totals", "verdicts", "visited")

    def __init__(self, start: int, visited: int, feasible: Sequence[int], verdicts: list[Status | None] | None) -> None:
        self.start, self.visited, self.feasible, self.verdicts = start, visited, feasible, verdicts
        self.totals: Sequence[int] = ()
        self.best: Sequence[int] = feasible

    def choose(self, rng: Random) -> int:
        """One of the best, each with the same chance, as reservoir sampling gives in Kubernetes."""
        return self.best[0] if len(self.best) == 1 else self.best[rng.randrange(len(self.best))]


def schedule(known: EquivalenceClass, start: int = 0, percentage: int = 0, nominated: str = "") -> Outcome:
    """Filter and score the nodes of the class's snapshot, from the node `start` on, in turns.

    A `nominated` node, on which room was made for the pod, is looked at first; if it fits there, that is it.
    """
    at = known.snapshot.index.get(nominated)
    if at is not None and verdict_at(known, at) is None:
        return Outcome(at, 0, (at,), None)
    outcome = find_feasible(known, start, percentage)
    if len(outcome.feasible) > 1:  # a single one needs no scores
        outcome.totals = totals = total_scores(known, outcome.feasible)
        highest = max(totals)
        outcome.best = list(compress(outcome.feasible, map(highest.__eq__, totals)))
    return outcome


def find_feasible(known: EquivalenceClass, start: int, percentage: int) -> Outcome:
    """The nodes that pass every filter, up to as many as are enough."""
    size = len(known.snapshot)
    candidates = size if known.named is None else sum(name in known.snapshot.index for name in known.named[1])
    wanted = num_feasible_nodes_to_find(candidates, percentage)
    verdicts = cluster_verdicts(known)
    passed = known.open if verdicts is None else bytearray(verdict is None for verdict in verdicts)
    turned = chain(range(start, size), range(start))
    feasible = list(islice(compress(turned, passed[start:] + passed[:start]), wanted))
    visited = (feasible[-1] - start) % size + 1 if feasible and len(feasible) == wanted < candidates else size
    return Outcome(start, visited, feasible, known.rejected if verdicts is None else verdicts)


def verdict_at(known: EquivalenceClass, at: int) -> Status | None:
    """One node's verdict, with those filters that look at all nodes."""
    verdict = known.rejected[at]
    for plugin in known.profile.cluster_filters if verdict is None else ():
        view = known.views[plugin.name]
        state = plugin.filters(known.pod, view.totals, known.snapshot)
        if state is not None:
            verdict = verdict or plugin.filter_place(known.pod, state, view.places[view.numbers[at]])
    return verdict


def cluster_verdicts(known: EquivalenceClass) -> list[Status | None] | None:
    """Every node's verdict with those filters that look at all nodes; None if they have nothing to say."""
    verdicts: list[Status | None] | None = None
    for plugin in known.profile.cluster_filters:
        view = known.views[plugin.name]
        state = plugin.filters(known.pod, view.totals, known.snapshot)
        if state is not None:
            by_number = {
                number: plugin.filter_place(known.pod, state, view.places[number])
                for number in dict.fromkeys(view.numbers)
            }
            before = known.rejected if verdicts is None else verdicts
            verdicts = [verdict or by_number[number] for verdict, number in zip(before, view.numbers, strict=True)]
    return verdicts


def total_scores(known: EquivalenceClass, feasible: Sequence[int]) -> Sequence[int]:
    """The final score of each feasible node: the weighted sum over all plugins."""
    pick = itemgetter(*feasible)
    totals: Sequence[int] = pick(known.plain)
    same = 0  # what every node gets
    for plugin, weight in known.normalized:
        raw = pick(known.raw[plugin.name])
        distinct = list(dict.fromkeys(raw))
        normal = plugin.normalize(distinct)
        if len(distinct) == 1:
            same += normal[0] * weight
        else:
            worth = {score: value * weight for score, value in zip(distinct, normal, strict=True)}
            totals = list(map(add, totals, map(worth.__getitem__, raw)))
    for plugin, view in scoring_views(known):
        numbers = pick(view.numbers)
        scored = score_places(known, plugin, view, numbers)
        if scored is None:
            continue
        weight = known.profile.weights[plugin.name]
        distinct, _, normal = scored
        if len(distinct) == 1:
            same += normal[0] * weight
        else:
            worth = {number: value * weight for number, value in zip(distinct, normal, strict=True)}
            totals = list(map(add, totals, map(worth.__getitem__, numbers)))
    return [total + same for total in totals] if same else totals


def scoring_views(known: EquivalenceClass) -> list[tuple[ClusterScorePlugin, ClusterView]]:
    """The plugins that score by what they counted over all nodes, with their counts."""
    return [(plugin, known.views[plugin.name]) for plugin in known.profile.cluster_scores]


def score_places(
    known: EquivalenceClass, plugin: ClusterScorePlugin, view: ClusterView, numbers: Sequence[int]
) -> tuple[list[int], list[int], list[int]] | None:
    """The distinct places among these nodes' with their raw and normalised scores; None if the plugin is skipped."""
    often = Counter(numbers)
    distinct = list(often)
    places = {view.places[number]: nodes for number, nodes in often.items()}
    state = plugin.pre_score(known.pod, view.totals, places, known.snapshot)
    if state is None:
        return None
    raw, normal = plugin.score_places(known.pod, state, list(places))
    return distinct, raw, normal


def fit_error(verdicts: Sequence[Status | None], preemption: str = "") -> str:
    """The sentence that says why a pod fits nowhere, from the nodes' verdicts.

    `preemption` is what came of looking for pods that could go; empty if some were found.

    In Kubernetes
        `FitError.Error` in `pkg/scheduler/framework/types.go`, with what the PostFilter plugins add: DynamicResources
        (nothing to deallocate) and DefaultPreemption.
    """
    if not verdicts:
        return "no nodes available to schedule pods"
    first = verdicts[0]
    if first is not None and first.of_pod:
        head = f"{first.message}."
    else:
        head = histogram([reason for verdict in verdicts if verdict is not None for reason in verdict.reasons])
    told = f"0/{len(verdicts)} nodes are available: {head}"
    return f"{told} no new claims to deallocate, preemption: {preemption}" if preemption else told


def histogram(reasons: Sequence[str]) -> str:
    """Each reason with how many nodes gave it, as Kubernetes lists them."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason] = counts.get(reason, 0) + 1
    return ", ".join(sorted(f"{count} {reason}" for reason, count in counts.items())) + "."

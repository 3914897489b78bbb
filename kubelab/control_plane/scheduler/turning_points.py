"""Turning points: the smallest change that would have put a pod on another node.

Nothing is guessed: each change is made to the pod or the node as the decision knew them, and the same plugins are asked
again. A change counts only if the node then wins.

In Kubernetes
    There is no such thing; people read the FailedScheduling message and try.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from kubelab.control_plane.scheduler.algorithm import cluster_verdicts, schedule
from kubelab.control_plane.scheduler.changes import Change, Try, remedies, sweeteners
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.framework import Status
from kubelab.language import current

MOST_CHANGES = 4
MOST_NODES = 10
MOST_TRIES = 12  # side by side


@dataclass(frozen=True)
class TurningPoint:
    """What would put the pod on `node`: all of `changes` together. `score` is what it would get (0: unopposed)."""

    node: str
    changes: tuple[Change, ...]
    score: int

    @property
    def size(self) -> tuple[int, float]:
        """How much would have to change: fewer changes are smaller, and so is less of a resource."""
        return len(self.changes), sum(change.size for change in self.changes)

    def sentence(self, language: str | None = None) -> str:
        """The same in a sentence, in Spanish (`es`) or English (`en`)."""
        language = language or current()
        clauses = (" y " if language == "es" else " and ").join(change.clause(language) for change in self.changes)
        if language == "es":
            return f"Si {clauses}, el pod iría a {self.node}."
        return f"If {clauses}, the pod would go to {self.node}."

    def __repr__(self) -> str:
        return f"TurningPoint: {self.sentence()}"


def turning_points(decision: Decision, node: str | None = None) -> list[TurningPoint]:
    """For each node that did not win (or for one), the fewest changes that would make it; the smallest come first.

    Where no node won, a node wins as soon as it can run the pod at all. Of a large cluster only the nodes that came
    nearest are looked at. A node that a few changes cannot help is left out.
    """
    names = [node] if node is not None else _nearest(decision)
    found = [point for point in (turning_point(decision, name) for name in names) if point is not None]
    return sorted(found, key=attrgetter("size"))


def turning_point(decision: Decision, node: str) -> TurningPoint | None:
    """The fewest changes that would put the pod on this node; None if some few cannot."""
    first = Try(decision.info, decision.snapshot[decision.snapshot.index[node]], ())
    waiting = [first]
    for _ in range(MOST_CHANGES + 1):
        scores = [_wins_with(decision, attempt) for attempt in waiting]
        found = [
            TurningPoint(node, each.changes, at) for each, at in zip(waiting, scores, strict=True) if at is not None
        ]
        if found:
            return min(found, key=attrgetter("size"))
        waiting = [further for attempt in waiting for further in _next_tries(decision, attempt)][:MOST_TRIES]
    return None


def _next_tries(decision: Decision, attempt: Try) -> Iterator[Try]:
    verdict = _verdict(decision, attempt)
    if verdict is not None:
        yield from remedies(attempt, verdict, decision.snapshot)
    else:
        for sweetener in sweeteners(attempt, decision):
            smallest = _smallest(decision, sweetener)
            if smallest is not None:
                yield smallest


def _smallest(decision: Decision, sweetener: list[Try]) -> Try | None:
    """Of tries that go further and further the first that wins, by halving; a single one is given as it is."""
    if len(sweetener) == 1:
        return sweetener[0]
    if not sweetener or _wins_with(decision, sweetener[-1]) is None:
        return None
    low, high = 0, len(sweetener) - 1
    while low < high:
        middle = (low + high) // 2
        if _wins_with(decision, sweetener[middle]) is None:
            low = middle + 1
        else:
            high = middle
    return sweetener[low]


def _verdict(decision: Decision, attempt: Try) -> Status | None:
    """Why the changed node still cannot run the changed pod, None if it can."""
    known = _ask(decision, attempt)
    return (cluster_verdicts(known) or known.rejected)[decision.snapshot.index[attempt.node.name]]


def _wins_with(decision: Decision, attempt: Try) -> int | None:
    """The changed node's score if it alone is best (or, where none was, feasible), otherwise None."""
    at = decision.snapshot.index[attempt.node.name]
    if any(plugin.filter(attempt.pod, attempt.node) is not None for plugin in decision.profile.filters):
        return None
    outcome = schedule(_ask(decision, attempt), percentage=100)
    wins = at in outcome.feasible if decision.node is None else list(outcome.best) == [at]
    return max(outcome.totals, default=0) if wins else None


def _ask(decision: Decision, attempt: Try) -> EquivalenceClass:
    return EquivalenceClass(attempt.pod, decision.profile, decision.snapshot.with_node(attempt.node))


def _nearest(decision: Decision) -> list[str]:
    """The nodes that scored best, then those that one plugin rejected, the winner apart."""
    scored = sorted(decision.finals, key=decision.finals.__getitem__, reverse=True)
    names = [name for name in dict.fromkeys((*scored, *decision.rejections)) if name != decision.node]
    return names[:MOST_NODES]

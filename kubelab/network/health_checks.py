"""Health checks: what a load balancer thinks of its nodes, which is what they were like when it last asked."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import NamedTuple

HEALTHY_AFTER = 1  # checks passed in a row
UNHEALTHY_AFTER = 3  # checks failed in a row
NEVER = float("inf")


class Check(NamedTuple):
    """What a check comes to, and until when it would come to the same if nothing else happened."""

    passed: bool
    until: float = NEVER


class HealthChecks:
    """The checks of one load balancer, one a node every `interval` seconds since `began`.

    Nobody asks at each of those instants. Between two changes of the cluster every check comes to the same, so they
    are reckoned together: `advance` is told how far time has come before anything changes.

    In Kubernetes
        The numbers are those with which the provider of Google's cloud sets up its checks: one passed check makes a
        node healthy, three failed ones unhealthy (cloud-provider-gcp, providers/gce/gce_healthchecks.go).
    """

    def __init__(self, began: float, interval: float, probe: Callable[[str, float], Check]) -> None:
        self.began, self.interval, self.probe = began, interval, probe
        self.seen = began  # all checks before this instant are in the books
        self._due = began  # the next check
        self._flips: dict[str, list[tuple[float, bool]]] = {}  # node -> when it became healthy, or ceased to be
        self._row: dict[str, int] = {}  # node -> so many checks in a row said otherwise

    def watch(self, nodes: tuple[str, ...]) -> None:
        """Check these nodes from now on; a new one is unhealthy until a check passes."""
        self._flips = {node: self._flips.get(node, [(self.began, False)]) for node in nodes}
        self._row = {node: self._row.get(node, 0) for node in nodes}
        self._note_latest()

    def advance(self, until: float) -> None:
        """Note what the checks before that instant have come to; since the last call nothing has changed."""
        if self._due < until:
            for node in self._flips:
                self._advance(node, until)
            self._due = self._next(until)
            self._note_latest()
        self.seen = max(self.seen, until)

    def healthy(self, node: str, at: float) -> bool:
        """Whether the node is sent traffic at an instant."""
        self.advance(at)
        return next((state for since, state in reversed(self._flips[node]) if since <= at), False)

    def all_healthy(self, at: float) -> tuple[str, ...]:
        """The nodes that are sent traffic at an instant."""
        self.advance(at)
        since, found = self._latest
        return found if at >= since else tuple(node for node in self._flips if self.healthy(node, at))

    def next_flip(self, at: float) -> float:
        """The instant after `at` from which on something may be otherwise, if nothing happens."""
        self.advance(at)
        found = NEVER
        for node, flips in self._flips.items():
            later = next((since for since, _ in flips if since > at), None)
            if later is None:
                state, check = flips[-1][1], self.probe(node, at)
                later = check.until
                if check.passed != state:
                    missing = _needed(state) - self._row[node] - 1
                    later = min(later, self._next(max(self.seen, at)) + missing * self.interval)
            found = min(found, later)
        return found

    def _note_latest(self) -> None:
        """Who is healthy since the last flip of all."""
        since = max((flips[-1][0] for flips in self._flips.values()), default=self.began)
        self._latest = since, tuple(node for node, flips in self._flips.items() if flips[-1][1])

    def _number(self, at: float) -> int:
        """The number of the first check that is not before an instant, exactly: no check is missed or made twice."""
        number = max(ceil((at - self.began) / self.interval), 0)
        while number and self._at(number - 1) >= at:
            number -= 1
        while self._at(number) < at:
            number += 1
        return number

    def _at(self, number: int) -> float:
        return self.began + number * self.interval

    def _next(self, at: float) -> float:
        """The first check that is not before an instant."""
        return self._at(self._number(at))

    def _advance(self, node: str, until: float) -> None:
        number, end = self._number(self.seen), self._number(until)
        while number < end:
            check = self.probe(node, self._at(number))
            stop = end if check.until >= until else max(self._number(check.until), number + 1)
            self._count(node, number, stop - number, check.passed)
            number = stop

    def _count(self, node: str, first: int, many: int, passed: bool) -> None:
        """So many checks, the first of them then, came to the same."""
        state = self._flips[node][-1][1]
        if passed == state:
            self._row[node] = 0
            return
        missing = _needed(state) - self._row[node]
        if many < missing:
            self._row[node] += many
            return
        self._flips[node].append((self._at(first + missing - 1), passed))
        self._row[node] = 0


def _needed(state: bool) -> int:
    """How many checks in a row must say otherwise."""
    return UNHEALTHY_AFTER if state else HEALTHY_AFTER

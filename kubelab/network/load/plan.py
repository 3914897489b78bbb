"""The plan: all that may become of a request while nothing changes, found by walking it through the cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.network.load.dice import Told, UndecidedError
from kubelab.network.load.numbers import number, numbers

if TYPE_CHECKING:
    from kubelab.network.dice import Dice
    from kubelab.network.dns.answer import Answer
    from kubelab.network.sentences import Sentence
    from kubelab.network.trip.trip import Open
    from kubelab.node.runtime import Container


class Start(NamedTuple):
    """What a client has already: an `answer` to its question for the name, or an open `connection`."""

    key: Any = None
    answer: Answer | None = None
    connection: Open | None = None


class Outcome(NamedTuple):
    """One thing that may become of a request. `until` is the instant from which on it may be another.

    `answered` are the containers that answer, with the lines of their logs; `detail` is what the journal says;
    `connection` is what stays open, `answer` what the name was found to be, `code` what curl would exit with.
    """

    ok: bool
    pod: str
    node: str
    reason: Sentence | None
    latency: float
    code: int = 0
    until: float = float("inf")
    answered: tuple[tuple[Container, str], ...] = ()
    detail: Any = None
    connection: Open | None = None
    answer: Answer | None = None


class Fork:
    """A place on the way where the dice decide: the branches that were gone so far."""

    __slots__ = ("branches", "decision", "number", "path", "probability", "rotates")

    def __init__(self, path: tuple[int, ...], met: UndecidedError) -> None:
        self.path, self.decision, self.number = path, met.decision, met.number
        self.probability, self.rotates = met.probability, met.rotates
        self.branches: list[Fork | Outcome | None] = [None] * met.number

    def branch(self, seed: int, request: int, attempt: int) -> int:
        """The branch that an attempt takes."""
        if self.rotates:
            return (request + attempt) % self.number
        drawn = number(seed, request, attempt, self.decision)
        return int(drawn >= self.probability) if self.probability else int(drawn * self.number)

    def spread(self, seed: int, requests: Any, attempt: int) -> Any:
        """The branches that many take, as an array."""
        if self.rotates:
            return ((requests + attempt) % self.number).astype("int64")
        drawn = numbers(seed, requests, attempt, self.decision)
        found = drawn >= self.probability if self.probability else drawn * self.number
        return found.astype("int64")


class Plan:
    """Outcomes by where a client starts from, grown as requests come to them.

    `walk` walks a request from a start with given dice. `until` is the instant up to which all of it holds.
    """

    def __init__(self, seed: int, walk: Callable[[Start, Dice], Outcome]) -> None:
        self.seed, self.walk = seed, walk
        self.version = -1  # what the clock said when the plan was begun
        self.until = float("inf")
        self._roots: dict[Any, Fork | Outcome] = {}

    def clear(self, version: int) -> None:
        """Something has changed."""
        self.version, self.until = version, float("inf")
        self._roots.clear()

    def __deepcopy__(self, memo: dict[int, Any]) -> Plan:
        twin = Plan(self.seed, deepcopy(self.walk, memo))  # a fork makes its own
        memo[id(self)] = twin
        return twin

    def outcome(self, start: Start, request: int, attempt: int) -> Outcome:
        """What becomes of one attempt."""
        place = self._root(start)
        while isinstance(place, Fork):
            place = self._branch(start, place, place.branch(self.seed, request, attempt))
        return place

    def spread(self, start: Start, requests: Any, attempt: int) -> Iterator[tuple[Outcome, Any]]:
        """What becomes of many: each outcome with the places in the array of those that it befalls."""
        yield from self._spread(start, self._root(start), requests, None, attempt)

    def _spread(
        self, start: Start, place: Fork | Outcome, requests: Any, places: Any, attempt: int
    ) -> Iterator[tuple[Outcome, Any]]:
        import numpy as np

        if not isinstance(place, Fork):
            yield place, np.arange(len(requests)) if places is None else places
            return
        taken = place.spread(self.seed, requests if places is None else requests[places], attempt)
        for index in np.flatnonzero(np.bincount(taken, minlength=place.number)).tolist():
            held = np.flatnonzero(taken == index)
            held = held if places is None else places[held]
            yield from self._spread(start, self._branch(start, place, index), requests, held, attempt)

    def _root(self, start: Start) -> Fork | Outcome:
        root = self._roots.get(start.key)
        if root is None:
            root = self._roots[start.key] = self._grow(start, ())
        return root

    def _branch(self, start: Start, fork: Fork, index: int) -> Fork | Outcome:
        branch = fork.branches[index]
        if branch is None:
            branch = fork.branches[index] = self._grow(start, (*fork.path, index))
        return branch

    def _grow(self, start: Start, path: tuple[int, ...]) -> Fork | Outcome:
        try:
            outcome = self.walk(start, Told(path))
        except UndecidedError as met:
            return Fork(path, met)
        self.until = min(self.until, outcome.until)
        return outcome

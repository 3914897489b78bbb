"""The streets of a small map of the cluster: machines as columns of rows, a network above, and ways that cross nothing.

A way leaves a row through the gutter on the machine's right, and enters one from above, or from the gutter where the
row's stations lie at its side.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[float, float]

LANE, ASIDE, STEP = 14.0, 8.0, 30.0  # hundredths of an inch, as all lengths here
GAP, ABOVE = 18.0, 5.0  # between rows, and how far above its row a way into it runs
LANES = 5  # of a gutter


@dataclass
class Row:
    """A row of a machine in which stations take the next free place: from left to right, or `at_the_side`.

    There they stand one below the other, in a row that is no higher than one (`low`) from right to left.
    """

    machine: str
    x: float
    y: float
    width: float
    height: float
    level: float  # the y of its first station
    at_the_side: bool = False
    low: bool = False
    taken: int = 0
    left: int = 0
    entered: int = 0

    def leave(self, station: Point) -> Point:
        """Where a way to the gutter begins, behind its station: not where another that leaves the row passes."""
        aside = (0, ASIDE, -ASIDE)[self.left % 3]
        self.left += 1
        return station[0], station[1] + aside

    def above(self) -> float:
        """Where above the row a way into it runs: not where the one before does."""
        self.entered += 1
        return self.y - ABOVE - (self.entered + 1) % 2 * ASIDE

    def next(self) -> Point:
        """The next free place."""
        number, self.taken = self.taken, self.taken + 1
        if self.low:
            return self.x + self.width - 15 - number * STEP, self.level
        if self.at_the_side:
            return self.x + self.width - 15, self.level + number * STEP
        return self.x + 17 + number * STEP, self.level


@dataclass
class Streets:
    """Where ways run: `gutters` is the x of each machine's gutter, `bus` the y of the network's first lane.

    What stands in one column, one below the other, has one gutter.
    """

    bus: float
    gutters: dict[str, float] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def way(self, start: Row, tail: Point, end: Row, head: Point) -> list[Point]:
        """From a station to another."""
        if start is end:
            return [tail, head]
        if self.gutters[start.machine] == self.gutters[end.machine]:
            return self._within(start, tail, end, head)
        return self.arrive(self.to_gutter(start, tail, end.machine), end, head)

    def to_gutter(self, start: Row, tail: Point, machine: str) -> list[Point]:
        """From a station over the network to a machine's gutter."""
        lane, out, into = self._lane(), self._gutter(start.machine), self._gutter(machine)
        tail = start.leave(tail)
        return [tail, (out, tail[1]), (out, lane), (into, lane)]

    def arrive(self, way: list[Point], end: Row, head: Point) -> list[Point]:
        """The way on from a machine's gutter to a station."""
        return [*way, *self._enter(way[-1][0], end, head)]

    def _within(self, start: Row, tail: Point, end: Row, head: Point) -> list[Point]:
        below = start.y < end.y <= start.y + start.height + 1.5 * GAP and not end.at_the_side
        if below and (start.at_the_side or start.taken == 1):  # beside the words in the row
            gap = end.above()
            return [tail, (tail[0], gap), (head[0], gap), head]
        x, tail = self._gutter(start.machine), start.leave(tail)
        return [tail, (x, tail[1]), *self._enter(x, end, head)]

    def _enter(self, x: float, end: Row, head: Point) -> list[Point]:
        if end.at_the_side:
            end.left = max(end.left, 1)  # who goes on from there goes beside it
            return [(x, head[1]), head]
        gap = end.above()
        return [(x, gap), (head[0], gap), head]

    def _lane(self) -> float:
        return self.bus + LANE * self._next("lanes")

    def _gutter(self, machine: str) -> float:
        x = self.gutters[machine]
        return x + ASIDE * (self._next(f"gutter {x}") % LANES)

    def _next(self, street: str) -> int:
        number = self.used.get(street, 0)
        self.used[street] = number + 1
        return number

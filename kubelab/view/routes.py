"""Routes: what stands where, and the way of a request over the picture from one stop to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

Point = tuple[float, float]


class Box(NamedTuple):
    """Something drawn, and where. `key` stays the same for as long as it is the same thing."""

    key: str
    x: float
    y: float
    width: float
    height: float
    seen: Any


class Group(NamedTuple):
    """Pods of one family and state that collapsed into a count."""

    family: str
    state: str
    number: int


@dataclass
class Plan:
    """Where everything stands. `drops` are where machines hang on the network: x, y of the line, y of the machine."""

    width: float
    height: float = 0.0
    level: str = "pods"
    masters: list[Box] = field(default_factory=list)
    shelf: Box | None = None
    nodes: list[Box] = field(default_factory=list)
    pods: list[Box] = field(default_factory=list)
    groups: list[Box] = field(default_factory=list)
    cards: list[Box] = field(default_factory=list)
    more_cards: int = 0
    client: Box | None = None
    balancer: Box | None = None
    trunk: float = 0.0
    lines: list[tuple[float, float, float]] = field(default_factory=list)  # y, from x, to x
    drops: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    centres: dict[str, Point] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)

    def route(self, stops: Sequence[str], astray: bool = False) -> list[Point]:
        """The points that a request passes on its way from stop to stop, as `RequestSeen.stops` names them.

        What goes `astray` gets from its only stop as far as the line.
        """
        return [point for leg in self.legs(stops, astray) for point in leg]

    def legs(self, stops: Sequence[str], astray: bool = False) -> list[list[Point]]:
        """The points of each leg, without that which the leg before ended with. Stops not drawn are skipped."""
        known = [stop for stop in stops if stop in self.homes or stop.startswith("link/")]
        if len(stops) == 1 and known:
            return [self._to_line(known[0]) if astray else [self.centres[known[0]]] * 2]
        found: list[list[Point]] = []
        last: Point | None = None
        for start, end in pairwise(known):
            leg = []
            for point in self._leg(start, end):
                if point != last:
                    leg.append(point)
                last = point
            found.append(leg)
        return found

    def _leg(self, start: str, end: str) -> list[Point]:
        if end.startswith("link/"):
            out = self._to_line(start)
            return [*out, *self._along(out[-1], self.middle(*end.split("/")[1:]))]
        if self.homes[start] == self.homes[end]:
            return [self.centres[start], self.centres[end]]
        out, into = self._to_line(start), self._to_line(end)[::-1]
        return [*out, *self._along(out[-1], into[0]), *into[1:]]

    def _along(self, start: Point, end: Point) -> Iterator[Point]:
        """Along the lines, by the trunk where they are two."""
        if start[1] != end[1]:
            yield self.trunk, start[1]
            yield self.trunk, end[1]
        yield end

    def _to_line(self, stop: str) -> list[Point]:
        home = self.homes[stop]
        if home not in self.drops:  # beside the trunk: the clients, load balancers
            return [self.centres[stop], (self.trunk, self.centres[stop][1])]
        x, line, edge = self.drops[home]
        return [self.centres[stop], (x, edge), (x, line)]

    def middle(self, one: str, other: str) -> Point:
        """The middle of the way between two machines."""
        (x, line, _), (further, below, _) = self.drops[one], self.drops[other]
        return ((x + further) / 2, line) if line == below else (self.trunk, (line + below) / 2)

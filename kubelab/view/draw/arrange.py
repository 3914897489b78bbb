"""Arrangement: where each box of some layers stands, and which way each arrow goes: nothing lies on anything else."""

from __future__ import annotations

from itertools import pairwise

from kubelab.view.draw.columns import Columns
from kubelab.view.draw.layers import LINE, Layers

HIGH, APART, HEAD, PASSING, SPREAD = 34.0, 11.0, 26.0, 16.0, 6.0
Point = tuple[float, float]


class Arrangement:
    """Where everything of some layers stands. An arrow over several columns has a free place in each between.

    What leads nowhere gets the next free place, what leads somewhere stands level with the middle of that.
    """

    def __init__(self, layers: Layers) -> None:
        self.heads, self.nodes, self.edges = layers.heads, layers.nodes, layers.joined
        self._column = {name: node.column for name, node in layers.nodes.items()}
        self._legs = [self._stops(number) for number in range(len(self.edges))]
        shared = Columns(layers.nodes, self.edges, self._column)
        self.x, self.wide, self.width = shared.x, shared.wide, shared.width
        self.words = {name: shared.words(node) for name, node in layers.nodes.items()}
        self.labels = [shared.label(edge, self._column[edge.end]) if edge.label else [] for edge in self.edges]
        self._slots: dict[tuple[str, str], float] = {}
        self._after: dict[str, list[str]] = {name: [] for name in self._column}
        self._before: dict[str, list[str]] = {name: [] for name in self._column}
        for legs, said in zip(self._legs, self.labels, strict=True):
            self._slots[legs[-2], legs[-1]] = max(len(said), 1) * LINE + SPREAD
            for start, end in pairwise(legs):
                self._after[start].append(end)
                self._before[end].append(start)
        self._high = {name: self._measured(name) for name in self._column}
        self.y: dict[str, float] = {}
        self._place(self._visited())

    @property
    def bottom(self) -> float:
        """Where the lowest box ends."""
        return max((self.y[name] + self.height(name) / 2 for name in self.y), default=HEAD) + 6

    def height(self, name: str) -> float:
        """How high a box is: an arrow that passes is a thin one."""
        return self._high[name]

    def ways(self, number: int) -> list[tuple[Point, Point]]:
        """The legs of an arrow, each from the right edge of a box to the left edge of the next."""
        return [
            (
                (self.x[self._column[start]] + self.wide[self._column[start]], self.y[start]),
                (self.x[self._column[end]], self._port(start, end)),
            )
            for start, end in pairwise(self._legs[number])
        ]

    def _stops(self, number: int) -> list[str]:
        edge = self.edges[number]
        low, high = self._column[edge.start], self._column[edge.end]
        between = [f"{number} {column}" for column in range(low + 1, high)]
        self._column.update(zip(between, range(low + 1, high), strict=True))
        return [edge.start, *between, edge.end]

    def _measured(self, name: str) -> float:
        if name not in self.nodes:
            return PASSING
        title, words = self.words[name]
        arrows = sum(self._slot(other, name) for other in self._before[name])
        return max(HIGH, (len(title) + len(words)) * LINE + 9, arrows)

    def _slot(self, start: str, end: str) -> float:
        """How much of a box's edge an arrow that comes in takes."""
        return self._slots.get((start, end), LINE + SPREAD)

    def _visited(self) -> dict[str, float]:
        """Where each would stand if all were as far down as what was laid out before it: the order in a column."""
        wanted: dict[str, float] = {}
        floor = HEAD
        for name in self._column:
            if not self._before[name]:
                floor = self._descend(name, wanted, floor)
        return wanted

    def _descend(self, name: str, wanted: dict[str, float], floor: float) -> float:
        """Give a box and what it leads to their places below the floor, and answer the floor of what comes next."""
        if name in wanted:
            return floor
        own, number = floor + self.height(name) + APART, len(wanted) + 1
        wanted[name] = floor + self.height(name) / 2
        below = floor
        for end in self._after[name]:
            below = self._descend(end, wanted, below)
        if below == floor and self._after[name]:  # all of that had its place already
            return floor
        for end in list(wanted)[number:]:  # where the box is the higher one: they stand in its middle
            wanted[end] += max(own - below, 0.0) / 2
        return max(below, own)

    def _place(self, visited: dict[str, float]) -> None:
        for column in sorted({*self._column.values()}, reverse=True):
            middle, order = {}, {}
            for name in (name for name, held in self._column.items() if held == column):
                ends = [self.y[end] for end in self._after[name]]
                middle[name] = (min(ends) + max(ends)) / 2 if ends else visited[name]
                order[name] = visited[name] if self._before[name] else middle[name]
            top = HEAD
            for name in sorted(order, key=order.__getitem__):
                self.y[name] = max(middle[name], top + self.height(name) / 2)
                top = self.y[name] + self.height(name) / 2 + APART

    def _port(self, start: str, end: str) -> float:
        """Where at the edge of a box the arrow from another ends: in the order of the others."""
        if end not in self.nodes:
            return self.y[end]
        ranked = sorted(self._before[end], key=self.y.__getitem__)
        slots = [self._slot(each, end) for each in ranked]
        place = ranked.index(start)
        return self.y[end] - sum(slots) / 2 + sum(slots[:place]) + slots[place] / 2

"""Layers: boxes in columns, arrows from left to right with words on them, arranged so that nothing lies on another."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kubelab.view.colours import LIGHT, VERMILLION, Look
from kubelab.view.draw.sheet import FONT, badge, box, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, HIGH, APART, HEAD = 170.0, 38.0, 11.0, 26.0  # hundredths of an inch, as all lengths here
NARROWEST_GAP, LETTER, BOLD, SPREAD = 40.0, 6.1, 7.7, 16.0


@dataclass
class Node:
    """A box. `look` is a state's; `ghost` is what should be there and is not; a `pile` stands for several."""

    column: int
    title: str
    words: str = ""
    look: Look | None = None
    ghost: bool = False
    pile: int = 1
    keep: str = "head"  # which end of a long title tells more


@dataclass
class Edge:
    """An arrow with words on it; `lost` is one that leads to no good, `faint` one that nobody takes now."""

    start: str
    end: str
    label: str = ""
    colour: str = LIGHT.ink
    faint: bool = False
    lost: bool = False


@dataclass
class Layers:
    """Boxes by name, the arrows between them, and what the columns are called."""

    heads: list[str]
    wide: float = WIDE
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def add(self, name: str, node: Node) -> str:
        """A box, unless it is there already."""
        self.nodes.setdefault(name, node)
        return name

    def join(self, start: str, end: str, label: str = "", **options: Any) -> None:
        """An arrow."""
        self.edges.append(Edge(start, end, label, **options))

    @property
    def joined(self) -> list[Edge]:
        """The arrows, those of the same two boxes as one."""
        found: dict[tuple[str, str], Edge] = {}
        for edge in self.edges:
            held = found.setdefault((edge.start, edge.end), edge)
            if held is not edge and edge.label and edge.label not in held.label:
                held = found[edge.start, edge.end] = Edge(**{**vars(held), "label": f"{held.label}\n{edge.label}"})
        return list(found.values())


class Arrangement:
    """Where everything of some layers stands. An arrow over several columns has a free place in each between."""

    def __init__(self, layers: Layers) -> None:
        self.layers, self.edges, self.wide = layers, layers.joined, layers.wide
        self.columns = {name: node.column for name, node in layers.nodes.items()}
        self._lines: dict[tuple[str, str], int] = {}
        self._legs: list[list[str]] = [self._stops(number, edge) for number, edge in enumerate(self.edges)]
        self._after: dict[str, list[str]] = {name: [] for name in self.columns}
        self._before: dict[str, list[str]] = {name: [] for name in self.columns}
        for legs in self._legs:
            for start, end in pairwise(legs):
                self._after[start].append(end)
                self._before[end].append(start)
        self.y: dict[str, float] = {}
        self._arrange()
        self._widths()

    @property
    def bottom(self) -> float:
        """Where the lowest box ends."""
        return max((self.y[name] + self.height(name) / 2 for name in self.y), default=HEAD) + 6

    def height(self, name: str) -> float:
        """How high a box is: an arrow that passes is a thin one."""
        if name not in self.layers.nodes:
            return 18.0
        return max(HIGH, sum(self._slot(other, name) for other in self._before[name]) + 8)

    def draw(self, ax: Axes) -> None:
        """Columns, arrows, boxes."""
        for column, words in enumerate(self.layers.heads):
            if column in self.columns.values():
                write(ax, self.x[column] + self.wide / 2, 10, words, 9.5, LIGHT.dim, "center", bold=True)
        for legs, edge in zip(self._legs, self.edges, strict=True):
            self._arrow(ax, legs, edge)
        for name, node in self.layers.nodes.items():
            self._box(ax, name, node)

    # -- where

    def _stops(self, number: int, edge: Edge) -> list[str]:
        low, high = self.columns[edge.start], self.columns[edge.end]
        between = [f"{number} {column}" for column in range(low + 1, high)]
        self.columns.update(zip(between, range(low + 1, high), strict=True))
        legs = [edge.start, *between, edge.end]
        self._lines[legs[-2], edge.end] = edge.label.count("\n") + 1
        return legs

    def _slot(self, start: str, end: str) -> float:
        """How much of a box's edge an arrow that comes in takes."""
        return SPREAD + 13.0 * (self._lines.get((start, end), 1) - 1)

    def _arrange(self) -> None:
        """What leads nowhere gets the next free place, what leads somewhere stands level with the middle of that."""
        wanted: dict[str, float] = {}
        floor = HEAD
        for name in self.columns:
            if not self._before[name]:
                floor = self._descend(name, wanted, floor)
        for column in sorted({*self.columns.values()}, reverse=True):
            names = [name for name in self.columns if self.columns[name] == column]
            for name in names:
                ends = [self.y[end] for end in self._after[name]]
                wanted[name] = (min(ends) + max(ends)) / 2 if ends else wanted[name]
            top = HEAD
            for name in sorted(names, key=wanted.__getitem__):
                self.y[name] = max(wanted[name], top + self.height(name) / 2)
                top = self.y[name] + self.height(name) / 2 + APART

    def _descend(self, name: str, wanted: dict[str, float], floor: float) -> float:
        if name in wanted:
            return floor
        wanted[name] = floor + self.height(name) / 2
        below = floor
        for end in self._after[name]:
            below = self._descend(end, wanted, below)
        return max(below, floor + (0 if self._after[name] else self.height(name) + APART))

    def _widths(self) -> None:
        """Gaps are as wide as the words on their arrows."""
        self.x: dict[int, float] = {}
        x = 1.0
        for column in sorted({*self.columns.values()}):
            ending = [edge for edge in self.edges if self.columns[edge.end] == column]
            said = [len(line) for edge in ending for line in edge.label.split("\n")]
            if self.x:
                x += max(NARROWEST_GAP, max(said, default=0) * LETTER + 40)
            self.x[column] = x
            x += self.wide
        self.width = x + 8

    # -- how

    def _arrow(self, ax: Axes, legs: list[str], edge: Edge) -> None:
        from matplotlib.patches import FancyArrowPatch
        from matplotlib.path import Path

        colour = VERMILLION if edge.lost else LIGHT.line if edge.faint else edge.colour
        points, codes = [], []
        for number, (start, end) in enumerate(pairwise(legs)):
            x, y = self.x[self.columns[start]] + self.wide, self._port(start, end, self._after)
            to_x, to_y = self.x[self.columns[end]], self._port(end, start, self._before)
            bend = (to_x - x) * 0.45
            points += [(x, y), (x + bend, y), (to_x - bend, to_y), (to_x, to_y)]
            codes += [2 if number else 1, 4, 4, 4]
        line: Any = {"linewidth": 1.2, "linestyle": "--" if edge.faint or edge.lost else "-", "zorder": 2}
        drawn = FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=9, color=colour, **line)
        ax.add_patch(drawn)
        if edge.label:
            ax.text(
                to_x - 15, to_y, edge.label, fontfamily=FONT, fontsize=7.5, ha="right", va="center", zorder=3,
                linespacing=1.15, color=VERMILLION if edge.lost else LIGHT.dim if edge.faint else LIGHT.ink,
                bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip

    def _port(self, name: str, other: str, side: dict[str, list[str]]) -> float:
        """Where at the edge of a box the arrow from or to another begins or ends: in the order of the others."""
        if side is self._after or name not in self.layers.nodes:
            return self.y[name]
        ranked = sorted(side[name], key=self.y.__getitem__)
        slots = [self._slot(each, name) for each in ranked]
        place = ranked.index(other)
        return self.y[name] - sum(slots) / 2 + sum(slots[:place]) + slots[place] / 2

    def _box(self, ax: Axes, name: str, node: Node) -> None:
        x, y, high = self.x[node.column], self.y[name], self.height(name)
        for behind in (6, 3) if node.pile > 1 else ():
            box(ax, x + behind, y - high / 2 - behind, self.wide - 6, high, look=node.look)
        box(ax, x, y - high / 2, self.wide - (6 if node.pile > 1 else 0), high, look=node.look, off=node.ghost)
        left = x + 9
        if node.look is not None:
            badge(ax, x + 14, y, node.look)
            left = x + 28
        room = x + self.wide - left - (14 if node.pile > 1 else 7)
        colour = VERMILLION if node.ghost else LIGHT.ink
        level = y - 7 if node.words else y
        size = min(8.0, max(6.4, 8.0 * room / width(node.title)))
        fitting = int(len(node.title) * min(1.0, room * 8.0 / size / width(node.title)))
        write(ax, left, level, cut(node.title, fitting, node.keep), size, colour, bold=True)
        if node.words:
            dim = VERMILLION if node.ghost else LIGHT.dim
            write(ax, left, y + 8, cut(node.words, int(room / LETTER)), 7.5, dim)


def width(words: str) -> float:
    """How wide words are in bold letters of 8 points, nearly."""
    return sum(5.0 if letter in ".:/-ilt×… " else 9.4 if letter.isupper() else BOLD for letter in words) + 1.0


def cut(words: str, most: int, keep: str = "head") -> str:
    """As many letters as there is room for."""
    if len(words) <= most:
        return words
    return f"…{words[1 - most :]}" if keep == "tail" else f"{words[: most - 1]}…"

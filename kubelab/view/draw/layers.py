"""Layers: boxes in columns, and arrows from left to right with words on them, which a figure fills in.

A figure of layers is as wide as a page at most: `columns` shares out the width, `arrange` says where each box stands,
and this module what they are and how they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kubelab.view.colours import LIGHT, VERMILLION, Look
from kubelab.view.draw.sheet import FONT, badge, box, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.view.draw.arrange import Arrangement

TITLE, WORDS, LABEL = 8.5, 8.0, 8.0  # points
LINE, BEND, HEADED = 14.0, 22.0, 13.0  # of text; where an arrow bends, and where its head is


@dataclass
class Node:
    """A box. `look` is a state's; `ghost` is what should be there and is not; a `pile` stands for several."""

    column: int
    title: str
    words: str = ""
    look: Look | None = None
    ghost: bool = False
    pile: int = 1

    @property
    def left(self) -> float:
        """Where the words begin."""
        return 25.0 if self.look is not None else 8.0

    @property
    def bold(self) -> bool:
        """Whether the title is: those of pods are long, and have a colour instead."""
        return self.look is None or self.pile > 1

    @property
    def margins(self) -> float:
        """What is beside the words."""
        return self.left + (12.0 if self.pile > 1 else 6.0)


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


def draw_layers(ax: Axes, placed: Arrangement) -> None:
    """Columns, arrows, boxes."""
    for column, words in enumerate(placed.heads):
        if column in placed.x:
            write(ax, placed.x[column], 10, words, 9, LIGHT.dim, bold=True)
    for number in range(len(placed.edges)):
        _arrow(ax, placed, number)
    for name, node in placed.nodes.items():
        _box(ax, placed, name, node)


def _arrow(ax: Axes, placed: Arrangement, number: int) -> None:
    """A curve right behind each box, then straight on: what is written on one arrow no other crosses."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    edge, legs = placed.edges[number], placed.ways(number)
    colour = VERMILLION if edge.lost else LIGHT.line if edge.faint else edge.colour
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for (x, y), (to_x, to_y) in legs:
        points += [(x, y), (x + BEND * 0.55, y), (x + BEND * 0.45, to_y), (x + BEND, to_y), (to_x, to_y)]
        codes += [2 if codes else 1, 4, 4, 4, 2]
    line: Any = {"linewidth": 1.2, "linestyle": "--" if edge.faint or edge.lost else "-", "zorder": 2}
    drawn = FancyArrowPatch(path=Path(points, codes), arrowstyle="-|>", mutation_scale=9, color=colour, **line)
    drawn.shrinkA = drawn.shrinkB = 0
    ax.add_patch(drawn)
    said = placed.labels[number]
    if said:
        ax.text(
            to_x - HEADED, to_y, "\n".join(said), fontfamily=FONT, fontsize=LABEL, ha="right", va="center", zorder=3,
            linespacing=1.15, color=VERMILLION if edge.lost else LIGHT.dim if edge.faint else LIGHT.ink,
            bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _box(ax: Axes, placed: Arrangement, name: str, node: Node) -> None:
    x, y, high, wide = placed.x[node.column], placed.y[name], placed.height(name), placed.wide[node.column]
    for behind in (6, 3) if node.pile > 1 else ():
        box(ax, x + behind, y - high / 2 - behind, wide - 6, high, look=node.look)
    box(ax, x, y - high / 2, wide - (6 if node.pile > 1 else 0), high, look=node.look, off=node.ghost)
    if node.look is not None:
        badge(ax, x + 13, y, node.look, 8)
    title, words = placed.words[name]
    level = y - (len(title) + len(words) - 1) * LINE / 2
    for line in title:
        write(ax, x + node.left, level, line, TITLE, VERMILLION if node.ghost else LIGHT.ink, bold=node.bold)
        level += LINE
    for line in words:
        write(ax, x + node.left, level, line, WORDS, VERMILLION if node.ghost else LIGHT.dim)
        level += LINE

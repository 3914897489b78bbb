"""Owners: which object owns which, down to the pods, and which Services send traffic to those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.colours import BLUE, LIGHT, LOOKS
from kubelab.view.draw.letters import fit, lines, width
from kubelab.view.draw.sheet import badge, blank, box, heading, legend, write
from kubelab.view.ownership import KINDS_DRAWN, ownership
from kubelab.view.scene import Scene, look

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes

PAGE, WIDEST, GAP, HIGH, BETWEEN = 940.0, 172.0, 42.0, 36.0, 8.0  # hundredths of an inch
HEAD, FOOT, NARROWEST, LINE = 26.0, 34.0, 604.0, 14.0
TITLE, SAID = 8.5, 8.0  # points
MOST_ROWS = 24
Place = tuple[int, float]  # column, row


@dataclass(frozen=True)
class _Grid:
    """How wide a column is and how high a box, and the lines of each name as they have room."""

    wide: float
    high: float
    names: dict[str, list[str]]

    def x(self, place: Place) -> float:
        """Where a column begins."""
        return 1 + place[0] * (self.wide + GAP)

    def middle(self, place: Place) -> float:
        """How far down the middle of a row is."""
        return HEAD + (place[1] + 0.5) * (self.high + BETWEEN)


def owners(cluster: Any, ax: Axes) -> Axes:
    """Owners left of what they own, down to the pods; on the right the Services whose EndpointSlices name these.

    A solid arrow is an ownerReference. A dashed one leads from an EndpointSlice to the pods that are its endpoints,
    grey to those that get no traffic as they are not ready.

    Left out
        ReplicaSets that neither have nor want pods, and what `scene` leaves out.
    """
    scene = look(cluster)
    graph = ownership(scene)
    heading(ax, say(es="Quién es dueño de quién", en="Who owns whom"))
    right, height = _extent(graph)
    blank(ax, right, height)
    if not graph:
        write(ax, right / 2, height / 2, _nothing(scene), 11, LIGHT.dim, "center")
        return ax
    grid, (places, _, more) = _grid(graph), _arranged(graph)
    for column, kind in enumerate(_columns(graph)):
        write(ax, grid.x((column, 0)) + grid.wide / 2, 10, kind, 9.5, LIGHT.dim, "center", bold=True)
    for owner, owned, selects in graph.edges(data="selects"):
        if owner in places and owned in places:
            _arrow(ax, grid, places[owner], places[owned], selects)
    for node, place in places.items():
        _node(ax, grid, graph.nodes[node], grid.names[node], place)
    _foot(ax, height - FOOT / 2, more, any(selects for *_, selects in graph.edges(data="selects")))
    legend(ax, [LOOKS[graph.nodes[node]["state"]] for node in places if graph.nodes[node]["kind"] == "Pod"])
    return ax


def summary(cluster: Any) -> str:
    """The figure in one line."""
    scene = look(cluster)
    numbers = dict.fromkeys(KINDS_DRAWN, 0)
    for _, node in ownership(scene).nodes(data=True):
        numbers[node["kind"]] += node["number"]
    counted = ", ".join(f"{number} {kind}{'s' * (number > 1)}" for kind, number in numbers.items() if number)
    return f"{say(es='Dueños', en='Owners')}: {counted}" if counted else _nothing(scene)


def alt(cluster: Any) -> str:
    """The figure told arrow by arrow."""
    graph = ownership(look(cluster))
    arrows = [
        f"{_said(graph.nodes[start])} {'⇢' if selects else '→'} {_said(graph.nodes[end])}"
        for start, end, selects in graph.edges(data="selects")
    ]
    return "; ".join([summary(cluster), *arrows[: 2 * MOST_ROWS]])


def size(cluster: Any) -> tuple[float, float]:
    """The figure's width and height in inches."""
    right, height = _extent(ownership(look(cluster)))
    return right / 100 + 0.2, height / 100 + 0.9


def _columns(graph: networkx.DiGraph) -> list[str]:
    """The kinds that there are, from left to right."""
    kinds = {kind: True for _, kind in graph.nodes(data="kind")}
    return [kind for kind in KINDS_DRAWN if kind in kinds]


def _extent(graph: networkx.DiGraph) -> tuple[float, float]:
    if not graph:
        return NARROWEST, 60.0
    grid = _grid(graph)
    right = grid.x((len(_columns(graph)), 0)) - GAP
    return max(right + 2, NARROWEST), HEAD + _arranged(graph)[1] * (grid.high + BETWEEN) + FOOT


def _grid(graph: networkx.DiGraph) -> _Grid:
    number = len(_columns(graph))
    wide = min(WIDEST, (PAGE - (number - 1) * GAP) / number)
    names = {}
    for name, node in graph.nodes(data=True):
        pod, pile = node["kind"] == "Pod", node["number"] > 1
        room = wide - (34 if pod else 15)
        names[name] = [f"×{node['number']}"] if pile else lines(node["name"], room, TITLE, bold=not pod)
    return _Grid(wide, HIGH + LINE * (max(map(len, names.values())) - 1), names)


def _arranged(graph: networkx.DiGraph) -> tuple[dict[str, Place], float, int]:
    """Where each node is, how many rows that makes, and how many groups there was no room for.

    A group is what is connected in any way. Owners stand level with the middle of what they own.
    """
    import networkx

    column = {kind: number for number, kind in enumerate(_columns(graph))}
    groups = [[node for node in graph if node in group] for group in networkx.weakly_connected_components(graph)]
    places: dict[str, Place] = {}
    top = 0.0
    for number, group in enumerate(groups):
        if top >= MOST_ROWS:
            return places, top, len(groups) - number
        rows: dict[str, float] = {}
        for node in group:
            if graph.nodes[node]["kind"] not in ("EndpointSlice", "Service"):
                _descend(graph, node, rows)
        _beside(graph, group, "EndpointSlice", rows)
        _beside(graph, group, "Service", rows)
        for node in group:
            places[node] = (column[graph.nodes[node]["kind"]], top + rows[node])
        top += max(rows.values()) + 1.15
    return places, top - 0.15, 0


def _descend(graph: networkx.DiGraph, node: str, rows: dict[str, float]) -> float:
    """Give a node and what it owns their rows: the next ones to what owns nothing, the middle of these to an owner."""
    if node not in rows:
        owned = [_descend(graph, held, rows) for held in graph.successors(node)]
        free = max((row for row in rows.values()), default=-1.0) + 1
        rows[node] = (owned[0] + owned[-1]) / 2 if owned else float(int(free))
    return rows[node]


def _beside(graph: networkx.DiGraph, group: list[str], kind: str, rows: dict[str, float]) -> None:
    """Put the nodes of a kind level with what they lead to, one below the other where they would collide."""
    wanted = []
    for node in group:
        if graph.nodes[node]["kind"] == kind:
            held = [rows[end] for end in graph.successors(node)]
            wanted.append(((min(held) + max(held)) / 2 if held else 0.0, node))
    free = 0.0
    for row, node in sorted(wanted, key=_row):
        rows[node] = max(row, free)
        free = rows[node] + 1


def _row(item: tuple[float, str]) -> float:
    return item[0]


def _arrow(ax: Axes, grid: _Grid, start: Place, end: Place, selects: str) -> None:
    """From the edge of one node to the facing edge of another: a curve that leaves and arrives level."""
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    right = end[0] > start[0]
    x, y = grid.x(start) + (grid.wide if right else 0), grid.middle(start)
    to_x, to_y = grid.x(end) + (0 if right else grid.wide), grid.middle(end)
    colour = {"": LIGHT.dim, "ready": BLUE, "not ready": LIGHT.line}[selects]
    bend = (to_x - x) * 0.5
    path = Path([(x, y), (x + bend, y), (to_x - bend * 0.9, to_y), (to_x, to_y)], [1, 4, 4, 4])
    line: Any = {"linewidth": 1.2, "linestyle": "--" if selects else "-", "mutation_scale": 9, "zorder": 2}
    ax.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>", color=colour, **line))


def _node(ax: Axes, grid: _Grid, node: dict[str, Any], name: list[str], place: Place) -> None:
    x, y, wide, high = grid.x(place), grid.middle(place), grid.wide, grid.high
    pod, pile = node["kind"] == "Pod", node["number"] > 1
    seen = LOOKS[node["state"]] if pod else None
    for behind in (6, 3) if pile else ():
        box(ax, x + behind, y - high / 2 - behind, wide - 6, high, look=seen)
    box(ax, x, y - high / 2, wide - (6 if pile else 0), high, look=seen)
    words, left = node["words"], x + 9
    if seen is not None:
        badge(ax, x + 14, y, seen)
        words, left = seen.words if pile else words or say(es="aún sin nodo", en="on no node yet"), x + 28
    level = y - len(name) * LINE / 2
    for number, line in enumerate([*name, words]):
        said = number == len(name)
        shown = fit(line, x + wide - left - 5, SAID) if said else line
        write(ax, left, level, shown, SAID if said else TITLE, LIGHT.dim if said else LIGHT.ink, bold=not (said or pod))
        level += LINE


def _foot(ax: Axes, y: float, more: int, selecting: bool) -> None:
    owning, chosen = say(es="es dueño de", en="owns"), say(es="manda tráfico a", en="sends traffic to")
    samples = [("-", LIGHT.dim, owning), ("--", BLUE, chosen)][: 1 + selecting]
    x = 4.0
    for line, colour, words in samples:
        ax.plot([x, x + 28], [y, y], color=colour, linestyle=line, linewidth=1.2)
        write(ax, x + 36, y, words, SAID, LIGHT.dim)
        x += 36 + width(words, SAID) + 22
    if more:
        words = say(es=f"… y {more} grupos más como estos", en=f"… and {more} more groups like these")
        write(ax, x, y, words, 9, LIGHT.dim)


def _said(node: dict[str, Any]) -> str:
    if node["kind"] != "Pod":
        return f"{node['kind']} {node['name']} {node['words']}".rstrip()
    state = LOOKS[node["state"]].words
    return f"Pod {node['name']} ({state})" if node["number"] == 1 else f"{node['number']} Pods ({state})"


def _nothing(scene: Scene) -> str:
    if not scene.answers:
        return say(es="Ningún servidor de la API responde", en="No API server answers")
    return say(es="Nadie es dueño de nada todavía", en="Nobody owns anything yet")

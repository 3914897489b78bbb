"""Path: the way of one request, drawn over the picture of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import plural
from kubelab.view.colours import BLUE, LIGHT, LOOKS, PURPLE, VERMILLION, WHITE
from kubelab.view.draw.letters import fit, lines, width
from kubelab.view.draw.route_map import COLUMN, REST, Map, Way, route_map
from kubelab.view.draw.sheet import FONT, badge, blank, box, heading, legend, write
from kubelab.view.draw.streets import GAP, Point, Row
from kubelab.view.journey import BALANCER, DNS, OUTSIDE, Journey, Station, journey, milliseconds
from kubelab.view.scene import MachineSeen, PodSeen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from kubelab.network.response import Response

LINE, MORE, TITLE = 22.0, 15.0, 92.0  # of the list below the map: how high a line is, and one more; where titles begin
SAID = 8.5  # points
MOST_BADGES = 7
RADIUS, TIP = 11.0, 8.0  # of a station's number, with its rim; how long an arrow's head is


def path(cluster: Any, ax: Axes, response: Response) -> Axes:
    """Machines with the rules in their kernel and their pods; the path runs over them, its stations numbered.

    Below is the time of each station since the request was sent, and what happened there. Where a packet got lost the
    path is red and ends in a cross; the pod that it was for is there too. What a proxy asks of others is a path of
    another colour, dashed. A node's rules are drawn where the request went through them.

    Left out
        Of the pods and nodes that the request did not see, all but their number. Pods are drawn as they are now.
    """
    told = journey(response)
    made = route_map(cluster, told)
    heading(ax, say(es=f"Por dónde fue {_short(told.url)}", en=f"Where {_short(told.url)} went"))
    blank(ax, made.width, made.height + _list_height(told, made.width))
    _draw_outside(ax, made)
    for machine in made.shown:
        _draw_machine(ax, made, machine)
    for way in made.ways:
        _draw_way(ax, way)
    for point, station in made.stations:
        _number(ax, point, station.number, station.connection)
    for cross in made.crosses:
        ax.plot(*cross, marker="X", markersize=13, color=VERMILLION, markeredgecolor=LIGHT.background, zorder=6)
    _list(ax, told, made)
    drawn = {key: True for _, key in made.rows} | {made.stations[0][1].pod: True}
    seen = [pod.state for pod in made.scene.pods if f"{pod.namespace}/{pod.name}" in drawn]
    legend(ax, [LOOKS[state] for state in seen], _explained(made))
    return ax


def summary(cluster: Any, response: Response) -> str:
    """The figure in one line."""
    told = journey(response)
    number, took = len(told.stations), milliseconds(told.latency)
    stations = say(es=plural(number, "estación", "estaciones"), en=plural(number, "station", "stations"))
    return f"{say(es='Camino de', en='Path of')} {_short(told.url)}: {stations}, {took}; {told.end}"


def alt(cluster: Any, response: Response) -> str:
    """The figure told station by station."""
    told = journey(response)
    return "; ".join([summary(cluster, response), *(_row(told, station) for station in told.stations)])


def size(cluster: Any, response: Response) -> tuple[float, float]:
    """The figure's width and height in inches."""
    told = journey(response)
    made = route_map(cluster, told)
    return made.width / 100 + 0.2, (made.height + _list_height(told, made.width)) / 100 + 0.9


def _draw_outside(ax: Axes, made: Map) -> None:
    low, high = made.top - 14, 8.0
    ax.axhspan(high, low, color=LIGHT.box, linewidth=0, zorder=0)
    write(ax, 6, low - 9, say(es="red", en="network"), SAID, LIGHT.dim)
    for name, title in (
        (OUTSIDE, say(es="fuera", en="outside")),
        (BALANCER, say(es="balanceador", en="balancer")),
        (DNS, "DNS"),
    ):
        row = made.rows.get((name, ""))
        if row is not None:
            box(ax, row.x, row.y, row.width, row.height)
            write(ax, row.x + 9, row.level, title, 9, bold=True)


def _draw_machine(ax: Axes, made: Map, machine: MachineSeen) -> None:
    head = made.rows[machine.name, "head"]
    off = machine.power != "up"
    box(ax, head.x, head.y, COLUMN, made.height - head.y - 6, off=off)
    write(ax, head.x + 10, head.level, machine.name, 9.5, bold=True)
    if off:
        said = {"cut": say(es="sin red", en="no network"), "booting": say(es="arrancando", en="booting")}
        state = said.get(machine.power, say(es="apagado", en="no power"))
        write(ax, head.x + 18 + width(machine.name, 9.5, True), head.level, state, SAID, VERMILLION)
    pods = {f"{pod.namespace}/{pod.name}": pod for pod in made.scene.pods_on(machine.name)}
    last = head
    for (name, key), row in made.rows.items():
        if name != machine.name or key == "head":
            continue
        last = row
        seen = pods.get(key)
        if key == "client":
            client = made.stations[0][1]
            seen = pods.get(client.pod)
            words = _name(client.pod) if client.pod else say(es="cliente", en="client")
        else:
            words = say(es="reglas del nodo", en="the node's rules") if key == "rules" else _name(key)
        box(ax, row.x, row.y, row.width, row.height, look=LOOKS[seen.state] if seen else None)
        words = fit(words, row.width - 31, SAID)
        write(ax, row.x + 28, row.y + row.height - 11, words, SAID, LIGHT.dim if key == "rules" else LIGHT.ink)
    _others(ax, _not_visited(made, machine), last)


def _not_visited(made: Map, machine: MachineSeen) -> list[PodSeen]:
    """The machine's pods that have no row."""
    drawn = {key: True for _, key in made.rows} | {made.stations[0][1].pod: True}
    return [pod for pod in made.scene.pods_on(machine.name) if f"{pod.namespace}/{pod.name}" not in drawn]


def _others(ax: Axes, pods: list[PodSeen], above: Row) -> None:
    """The machine's other pods, as badges."""
    y = above.y + above.height + GAP + REST / 2 - 8
    x = above.x + (8 if above.low else 0)
    for index, pod in enumerate(pods[:MOST_BADGES]):
        badge(ax, x + 9 + index * 19, y, LOOKS[pod.state], 7)
    if len(pods) > MOST_BADGES:
        write(ax, x + 2 + MOST_BADGES * 19, y, f"+{len(pods) - MOST_BADGES}", SAID, LIGHT.dim)


def _draw_way(ax: Axes, way: Way) -> None:
    """A line, and a head where it comes to a station; there is none at a cross."""
    from matplotlib.patches import FancyArrowPatch, Polygon
    from matplotlib.path import Path

    (x, y), tip = way.points[-2:]
    long = max(abs(tip[0] - x), abs(tip[1] - y))
    towards = ((tip[0] - x) / long, (tip[1] - y) / long) if long else (0.0, 0.0)
    points, colour = list(way.points), _colour(way)
    if way.kind != "lost" and long >= RADIUS + TIP:
        tip = (tip[0] - RADIUS * towards[0], tip[1] - RADIUS * towards[1])
        back = (tip[0] - TIP * towards[0], tip[1] - TIP * towards[1])
        side = (towards[1] * TIP / 2, towards[0] * TIP / 2)
        corners = [tip, (back[0] + side[0], back[1] + side[1]), (back[0] - side[0], back[1] - side[1])]
        ax.add_patch(Polygon(corners, facecolor=colour, linewidth=0, zorder=4.5))
        points[-1] = back
    ax.add_patch(FancyArrowPatch(path=Path(points), arrowstyle="-", color=colour, zorder=4, **_stroke(way)))


def _colour(way: Way) -> str:
    if way.kind == "lost":
        return VERMILLION
    return LIGHT.dim if way.kind else (BLUE, PURPLE)[way.connection > 0]


def _stroke(way: Way) -> dict[str, Any]:
    dashes = {"lost": (0, (2, 1.5)), "dns": (0, (1, 1.5)), "rest": (0, (1, 3))}
    return {
        "linewidth": 1.3 if way.kind in ("dns", "rest") else 2.0,
        "linestyle": dashes.get(way.kind, (0, (6, 2)) if way.connection else "-"),
    }


def _explained(made: Map) -> list[Line2D]:
    """What lines and dots mean: of lines only where a proxy sends a request of its own, of dots what there is."""
    from matplotlib.lines import Line2D

    lines = []
    if any(way.connection for way in made.ways):
        for way, words in (
            (Way([], 0), say(es="la petición del cliente", en="the client's request")),
            (Way([], 1), say(es="la segunda petición, la del proxy", en="the second request, the proxy's")),
        ):
            lines.append(Line2D([], [], color=_colour(way), label=words, **_stroke(way)))
    others = [pod.state for machine in made.shown for pod in _not_visited(made, machine)]
    for look in dict.fromkeys(LOOKS[state] for state in others):
        words = say(es=f"otro pod: {look.words}", en=f"another pod: {look.words}")
        lines.append(Line2D([], [], color=look.colour, marker="o", markersize=9, linestyle="", label=words))
    if made.more:
        nodes = plural(made.more, "nodo", "nodos"), plural(made.more, "more node", "more nodes")
        words = say(es=f"… y {nodes[0]} más", en=f"… and {nodes[1]}")
        lines.append(Line2D([], [], linestyle="", label=words))
    return lines


def _number(ax: Axes, point: Point, number: int, connection: int) -> None:
    colour = (BLUE, "#8A3D6B")[connection > 0]
    ax.plot(*point, marker="o", markersize=15, color=colour, markeredgecolor=LIGHT.background, zorder=5)
    font: Any = {"fontfamily": FONT, "fontsize": 8.5, "fontweight": "bold", "color": WHITE, "zorder": 7}
    ax.text(*point, str(number), ha="center", va="center_baseline", **font)


def _column(told: Journey) -> float:
    """Where in the list the words begin: behind the longest title."""
    return TITLE + 14 + max((width(station.title, SAID, True) for station in told.stations), default=0.0)


def _said(told: Journey, wide: float) -> list[list[str]]:
    """What happened at each station, in as many lines as it needs, two at most."""
    room = wide - _column(told) - 4
    return [lines(_words(told, station), room, SAID) for station in told.stations]


def _words(told: Journey, station: Station) -> str:
    """What happened there; where the client's first packet arrives, when its connection stood too."""
    if station.kind != "pod" or station.connection or told.connect <= station.time:
        return station.words
    stood = milliseconds(told.connect)
    return station.words + say(es=f"; TCP conectado a los {stood}", en=f"; TCP connected at {stood}")


def _list_height(told: Journey, wide: float) -> float:
    more = sum(len(said) - 1 for said in _said(told, wide))
    return (len(told.stations) + 1) * LINE + more * MORE + 16


def _list(ax: Axes, told: Journey, made: Map) -> None:
    y, column = made.height + 16, _column(told)
    for station, said in zip(told.stations, _said(told, made.width), strict=True):
        _number(ax, (12, y), station.number, station.connection)
        write(ax, 80, y, milliseconds(station.time), SAID, LIGHT.dim, "right")
        write(ax, TITLE, y, station.title, SAID, bold=True)
        for number, line in enumerate(said):
            write(ax, column, y + number * MORE, line, SAID)
        y += LINE + (len(said) - 1) * MORE
    colour, glyph = (LIGHT.ink, "✓") if told.ok else (VERMILLION, "✗")
    write(ax, 12, y, glyph, 11, colour, "center", bold=True)
    write(ax, 80, y, milliseconds(told.latency), SAID, LIGHT.dim, "right")
    write(ax, TITLE, y, fit(told.end, made.width - TITLE - 4, SAID, bold=True), SAID, colour, bold=True)


def _row(told: Journey, station: Station) -> str:
    return f"{station.number}. {milliseconds(station.time)} {station.title}: {_words(told, station)}"


def _name(pod: str) -> str:
    return pod.rpartition("/")[2]


def _short(url: str) -> str:
    return url if len(url) <= 48 else f"{url[:30]}…{url[-17:]}"

"""The route map: machines, the rules and pods on them, and the ways of a request from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import dist
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of
from kubelab.view.draw.streets import ASIDE, GAP, LANE, LANES, STEP, Point, Row, Streets
from kubelab.view.journey import IN_POD, KNOWN, NO_MACHINES, ON_NODE, Journey, Station
from kubelab.view.scene import MachineSeen, Scene, look

LEFT, COLUMN, BETWEEN = 158.0, 220.0, 14.0  # widths, in hundredths of an inch as all lengths here
GUTTER = LANES * ASIDE + 6
HEAD, CHIP, REST = 26.0, 44.0, 24.0  # heights
NARROWEST, MOST_COLUMNS = 760.0, 4
CLEAR, BESIDE = 26.0, 13.0  # from the middle of a station's number to that of another, and to a way


@dataclass
class Way:
    """A stretch of the path, from station to station."""

    points: list[Point]
    connection: int
    kind: str = ""  # lost, dns, or rest: where what was lost would have gone


@dataclass
class Map:
    """Where everything is: rows by machine and what they are, ways, stations, and where the packet got lost."""

    scene: Scene
    shown: list[MachineSeen]
    more: int
    width: float
    height: float = 0.0
    top: float = 0.0
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    ways: list[Way] = field(default_factory=list)
    stations: list[tuple[Point, Station]] = field(default_factory=list)
    crosses: list[Point] = field(default_factory=list)
    missed: str = ""  # the pod that a lost packet was sent to


def route_map(cluster: Any, told: Journey) -> Map:
    """Lay out the cluster as it is now, and over it the ways of a journey."""
    scene = look(cluster)
    aside = any(station.machine in NO_MACHINES for station in told.stations)
    shown, more = _machines(scene, told, MOST_COLUMNS - aside)
    left = LEFT + 24 if aside else 2.0
    made = Map(scene, shown, more, max(left + len(shown) * (COLUMN + BETWEEN) - BETWEEN + 4, NARROWEST))
    made.missed, home = _missed(cluster, told)
    streets = Streets(16.0)
    made.top = streets.bus + _crossings(told) * LANE + 22
    _left_rows(made, streets, told)
    for column, machine in enumerate(shown):
        x = left + column * (COLUMN + BETWEEN)
        streets.gutters[machine.name] = x + COLUMN - GUTTER + 4
        missed = made.missed if machine.name == home else ""
        made.height = max(made.height, _rows(made, told, machine, x, missed) + 8)
    _travel(made, streets, told)
    return made


def _crossings(told: Journey) -> int:
    """How many ways over the network there may be: those from outside to a balancer or a DNS go beside it."""
    inside = bool(told.stations) and told.stations[0].machine not in NO_MACHINES
    kinds = ("tunnel", "node", "proxy", *(("dns", "balancer") if inside else ()))
    return sum(station.kind in kinds for station in told.stations) + bool(told.lost_at)


def _machines(scene: Scene, told: Journey, most: int) -> tuple[list[MachineSeen], int]:
    """Those on the way, others beside them while there is room, and how many are left out."""
    names = {name: True for station in told.stations for name in (station.machine, station.target)}
    names[told.lost_at] = True
    workers = [machine for machine in scene.machines if machine.role != "master"]
    room = most - sum(machine.name in names for machine in scene.machines)
    shown = []
    for machine in scene.machines:
        spare = machine.role != "master" and room > 0
        if machine.name in names or spare:
            shown.append(machine)
            room -= machine.name not in names
    return shown, sum(machine not in shown for machine in workers)


def _left_rows(made: Map, streets: Streets, told: Journey) -> None:
    y = made.top
    for name in NO_MACHINES:
        visits = sum(station.machine == name for station in told.stations)
        if not visits and told.lost_at != name:
            continue
        lost = name == told.lost_at
        height = CHIP + STEP * (max(visits, 1) - 1 + lost)
        made.rows[name, ""] = Row(name, 1, y, LEFT - 26, height, y + 22, at_the_side=True)
        streets.gutters[name] = LEFT - 17
        y += height + GAP
    made.height = y


def _missed(cluster: Any, told: Journey) -> tuple[str, str]:
    """The pod that a lost packet was sent to, and its machine."""
    if not told.lost_at or not told.stations:
        return "", ""
    address = told.stations[-1].leaves[1].partition(":")[0]
    try:
        pods = cluster.api.list("pods")
    except ApiError:
        return "", ""
    found = (pod for pod in pods if pod.status and pod.status.podIP == address and not pod.spec.hostNetwork)
    return next(((key_of(pod), pod.spec.nodeName or "") for pod in found), ("", ""))


def _rows(made: Map, told: Journey, machine: MachineSeen, x: float, missed: str) -> float:
    """Give the machine its rows: its name, who asks, rules that were used, pods on the way. Answers where it ends."""
    inner, name, y = COLUMN - GUTTER - 8, machine.name, made.top
    made.rows[name, "head"] = Row(name, x, y, inner + 8, HEAD, y + HEAD / 2, at_the_side=True, low=True)
    y += HEAD + GAP - 6
    here = [station for station in told.stations if station.machine == name]
    if here and here[0].kind == "client":
        made.rows[name, "client"] = Row(name, x + 8, y, inner, CHIP, y + 15)
        y += CHIP + GAP
    if any(station.kind in ON_NODE for station in here):
        made.rows[name, "rules"] = Row(name, x + 8, y, inner, CHIP, y + 15)
        y += CHIP + GAP
    visited = [station.pod for station in here if station.kind in IN_POD]
    for pod in dict.fromkeys([*visited, missed] if missed else visited):
        if pod == told.stations[0].pod:  # the client's own
            continue
        made.rows[name, pod] = Row(name, x + 8, y, inner, CHIP, y + 15)
        y += CHIP + GAP
    return y + REST if len(made.scene.pods_on(name)) else y + 4


def _row_of(made: Map, station: Station) -> Row:
    if (station.machine, "") in made.rows:
        return made.rows[station.machine, ""]
    if station.kind == "client":
        return made.rows[station.machine, "client"]
    key = "head" if station.kind == "node" else station.pod if station.kind in IN_POD else "rules"
    own = (station.machine, "client") if station.kind in IN_POD else (station.machine, "head")
    return made.rows.get((station.machine, key)) or made.rows.get(own) or made.rows[station.machine, "head"]


def _travel(made: Map, streets: Streets, told: Journey) -> None:
    """Lay the ways from station to station, and the last one to where the packet got lost."""
    row: Row | None = None
    tail: Point = (0.0, 0.0)
    pending: list[Point] = []  # of a tunnel: its second half
    for station in told.stations:
        if station.kind == "tunnel" and row is not None and station.target in streets.gutters:
            way = streets.to_gutter(row, tail, station.target)
            middle = _free(made, way[-2], way[-1])
            made.ways.append(Way([*way[:-1], middle], station.connection))
            made.stations.append((middle, station))
            pending = [middle, way[-1]]
            continue
        end = row if station.kind in KNOWN and row is not None else _row_of(made, station)
        head = end.next()
        if station.kind == "proxy" and row is not None and (pending or row is not end):  # it tries another way
            _lose(made, streets, told.stations[station.number - 2].target or row.machine, "", row, tail, pending)
        elif row is not None:
            points = streets.arrive(pending, end, head) if pending else streets.way(row, tail, end, head)
            made.ways.append(Way(points, station.connection, "dns" if station.kind == "dns" else ""))
        made.stations.append((head, station))
        if station.kind != "dns":  # who has asked the DNS goes on from where it was
            row, tail, pending = end, head, []
        elif told.lost_at == station.machine:
            row, tail = end, head
    if told.lost_at and row is not None:
        _lose(made, streets, told.lost_at, told.lost_pod, row, tail, pending)


def _free(made: Map, start: Point, end: Point) -> Point:
    """Where on a stretch of the network a tunnel's number covers no other: its middle, or as near to it as may be."""
    taken = [point for point, _ in made.stations]
    places = [(start[0] + (end[0] - start[0]) * share, end[1]) for share in (0.5, 0.35, 0.65, 0.25, 0.75, 0.15, 0.85)]
    ways = [leg for way in made.ways for leg in pairwise(way.points)]
    free = [place for place in places if all(dist(place, other) >= CLEAR for other in taken)]
    return next((place for place in free if all(_beside(place, *leg) >= BESIDE for leg in ways)), (free or places)[0])


def _beside(point: Point, start: Point, end: Point) -> float:
    """How far a point is from a stretch that runs along or across."""
    low, high = (min(start[0], end[0]), min(start[1], end[1])), (max(start[0], end[0]), max(start[1], end[1]))
    near = [min(max(at, first), last) for at, first, last in zip(point, low, high, strict=True)]
    return dist(point, near)


def _lose(made: Map, streets: Streets, machine: str, pod: str, row: Row, tail: Point, pending: list[Point]) -> None:
    """Lay the last stretch, to a cross at a machine or pod, or on the link after a tunnel's station."""
    if machine == "link":
        cross = ((pending[0][0] + 2 * pending[1][0]) / 3, pending[1][1]) if pending else (tail[0] + 20, tail[1])
        points = [pending[0] if pending else tail, cross]
        target = next((held for (_, key), held in made.rows.items() if key and key == made.missed), None)
        if pending and target is not None:
            made.ways.append(Way(streets.arrive([cross, pending[1]], target, target.next()), 0, "rest"))
    else:
        end = made.rows.get((machine, pod)) or (row if row.machine == machine and not pending else None)
        end = end or made.rows.get((machine, "head"), row)
        cross = end.next()
        points = streets.arrive(pending, end, cross) if pending else streets.way(row, tail, end, cross)
    made.ways.append(Way(points, 0, "lost"))
    made.crosses.append(cross)

"""The exchange of packets that a request is: who sends one to whom, saying what, and what is changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.language import say
from kubelab.view.journey import DNS, ON_NODE, OUTSIDE, Journey, Station, answered

Addresses = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A lifeline: what it is, and where."""

    key: str
    title: str
    place: str


@dataclass(frozen=True)
class Sent:
    """A packet from one part to another; to nobody where it gets lost. `above` and `below` are its addresses."""

    start: str
    end: str
    above: str
    below: str
    time: float
    source_new: bool = False
    target_new: bool = False
    back: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Note:
    """What a part does with a packet."""

    at: str
    words: str
    time: float
    lost: bool = False


Rows = list[Sent | Note]


@dataclass
class _Told:
    """What has been told so far."""

    rows: Rows = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    at: str = ""
    last: Addresses = ("", "")

    def send(self, end: str, addresses: Addresses, time: float, back: bool = False) -> None:
        """A packet goes on to a part."""
        source_new, target_new = (bool(old) and now != old for now, old in zip(addresses, self.last, strict=True))
        self.rows.append(Sent(self.at, end, *addresses, time, source_new, target_new, back))
        self.at, self.last = end, addresses

    def note(self, words: str, time: float, lost: bool = False) -> None:
        """The part where the packet is does something."""
        self.rows.append(Note(self.at, words, time, lost))


def exchange(cluster: Any, told: Journey) -> tuple[list[Part], Rows]:
    """The parts of a journey in the order in which it comes to them, and what happened from the first to the last."""
    made = _Told()
    trips: dict[int, list[Station]] = {}
    for station in told.stations:
        if station.kind != "dns":
            trips.setdefault(station.connection, []).append(station)
        part = _part(station)
        made.parts.setdefault(part.key, part)
        if station.kind == "proxy" and made.at != part.key:
            _lose(made, told, station.time)
            made.at = part.key
        _there(cluster, made, station, part.key)
    if not told.stations:
        return [], []
    if told.lost_at:
        _lose(made, told, told.stations[-1].time)
    if told.status or told.refused:
        _back(made, told, trips)
    return list(made.parts.values()), made.rows


def _part(station: Station) -> Part:
    if station.kind == "client":
        where = station.pod.rpartition("/")[2] or station.machine
        return Part("client", station.title, say(es="fuera", en="outside") if where == OUTSIDE else where)
    if station.kind == "tunnel":
        return Part(
            f"tunnel {station.machine} {station.target}", station.title, f"{station.machine} → {station.target}"
        )
    if station.kind in ("node", *ON_NODE):
        return Part(f"rules {station.machine}", say(es="Reglas", en="Rules"), station.machine)
    if station.kind == "container":
        return Part(f"{station.pod}/{station.container}", station.title, station.container)
    if station.kind == "balancer":
        return Part("balancer", station.title, station.detail.partition(":")[0])
    if station.pod:
        return Part(station.pod, "Pod", station.pod.rpartition("/")[2])
    return Part(f"{station.kind} {station.machine}", station.title, "" if station.kind == "dns" else station.machine)


def _there(cluster: Any, made: _Told, station: Station, key: str) -> None:
    time = station.time
    if station.kind == "client":
        made.at, made.last = key, station.leaves
    elif station.kind == "dns":
        name, _, answer = station.detail.rpartition(" → ")
        asker, last = made.at, made.last
        made.rows.append(Sent(asker, key, f"{name.partition(' → ')[0]}?", "", time))
        made.rows.append(Sent(key, asker, answer, "", time, back=True))
        made.at, made.last = asker, (last[0], station.leaves[1])
    elif station.kind in (*ON_NODE, "balancer"):
        if made.at != key:
            made.send(key, station.came, time)
        _change(made, station)
    elif station.kind == "tls":
        made.note(f"TLS: {station.detail}", time)
    elif station.kind == "proxy":
        made.note(f"proxy: {station.detail}", time)
        made.last = ("", "")
    elif station.kind == "tunnel":
        made.send(key, station.leaves, time)
        outer = cluster.overlay.tunnel(station.machine, station.leaves[1].partition(":")[0])
        if outer is not None:
            made.note(f"UDP {outer.source} → {outer.destination}:{outer.port} [ … ]", time)
    else:
        made.send(key, station.leaves, time)
        if station.kind == "container" or (station.kind == "node" and not station.detail.startswith("port ")):
            made.note(station.detail, time)


def _change(made: _Told, station: Station) -> None:
    if station.kind == "masquerade":
        made.note(f"SNAT {station.came[0]} → {station.leaves[0]}", station.time)
    elif station.kind in ("rule", "balancer") and station.came[1] != station.leaves[1]:
        made.note(f"DNAT {station.came[1]} → {station.leaves[1]}", station.time)
    elif station.kind == "policy" or " → " not in station.detail:
        made.note(station.detail, station.time, lost=True)


def _lose(made: _Told, told: Journey, time: float) -> None:
    """The packet gets no further than this."""
    held = made.rows[-1] if made.rows else None
    if isinstance(held, Note) and held.lost:
        return
    if told.lost_at == DNS:
        made.note(told.error, time, lost=True)
        return
    if told.refused:
        made.note(told.error.partition(": ")[2] or told.error, time, lost=True)
        return
    made.rows.append(Sent(made.at, "", *made.last, time, lost=True))


def _back(made: _Told, told: Journey, trips: dict[int, list[Station]]) -> None:
    """The answers, innermost first, each the way that its request came; what was translated is translated back."""
    for number in sorted(trips, reverse=True):
        stations = trips[number]
        last = number == max(trips)
        if last and told.refused and not told.status:
            made.last = ("", "")
        elif not answered(stations):
            continue
        if stations[-1].pod or stations[-1].kind in ("node", *ON_NODE):
            made.at = _part(stations[-1]).key
        made.last = ("", "")
        time = told.latency if number == min(trips) else _answer_time(told, trips, number)
        addresses = stations[-1].leaves[::-1]
        for index in range(len(stations) - 1, -1, -1):
            station = stations[index]
            key = _part(station).key
            if made.at != key:
                made.send(key, addresses, time, back=True)
            if station.kind in ("rule", "masquerade", "balancer") and station.came != station.leaves:
                undone = station.came[::-1]
                what = "SNAT" if station.kind == "masquerade" else "DNAT"
                changed = [f"{old} → {new}" for old, new in zip(addresses, undone, strict=True) if old != new]
                made.note(f"{say(es='deshace', en='undo')} {what}: {', '.join(changed)}", time)
                addresses = undone
        opened = next(
            (held for held in reversed(told.stations[: stations[0].number - 1]) if held.kind == "proxy"), None
        )
        if opened is not None and made.at != _part(opened).key:
            made.send(_part(opened).key, addresses, time, back=True)


def _answer_time(told: Journey, trips: dict[int, list[Station]], number: int) -> float:
    """When a proxy had its answer: a station's time tells when a packet came there, and the way back takes as long."""
    first, last = trips[number][0], trips[number][-1]
    return min(last.time + (last.time - first.time), told.latency)

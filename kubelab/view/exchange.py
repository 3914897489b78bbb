"""The exchange of packets that a request is: who sends one to whom, saying what, and what is changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.language import say
from kubelab.view.journey import DNS, KNOWN, ON_NODE, OUTSIDE, Journey, Station, answered
from kubelab.view.return_times import AFTER_CONNECTING, ReturnTimes

Addresses = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A lifeline: what it is, and where."""

    key: str
    title: str
    place: str


@dataclass(frozen=True)
class Sent:
    """A packet from one part to another; to nobody where it gets lost. `above` and `below` are its addresses.

    `time` is when it arrives, of a question and of what gets lost when it is sent; None where nobody knows.
    """

    start: str
    end: str
    above: str
    below: str
    time: float | None
    source_new: bool = False
    target_new: bool = False
    back: bool = False
    lost: bool = False


@dataclass(frozen=True)
class Note:
    """What a part does with a packet."""

    at: str
    words: str
    time: float | None
    lost: bool = False


Rows = list[Sent | Note]


@dataclass
class _Told:
    """What has been told so far."""

    rows: Rows = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    at: str = ""
    last: Addresses = ("", "")
    new: tuple[bool, bool] = (False, False)  # what has been translated where the packet is

    def send(self, end: str, addresses: Addresses, time: float | None, back: bool = False) -> None:
        """A packet goes on to a part."""
        self.rows.append(Sent(self.at, end, *addresses, time, *self.new, back))
        self.at, self.last, self.new = end, addresses, (False, False)

    def note(self, words: str, time: float | None, lost: bool = False) -> None:
        """The part where the packet is does something."""
        self.rows.append(Note(self.at, words, time, lost))

    def translate(self, words: str, before: Addresses, after: Addresses, time: float | None) -> None:
        """The part where the packet is puts other addresses on it."""
        self.note(words, time)
        source, target = self.new
        self.new = source or before[0] != after[0], target or before[1] != after[1]


def exchange(cluster: Any, told: Journey) -> tuple[list[Part], Rows]:
    """The parts of a journey in the order in which it comes to them, and what happened from the first to the last."""
    made = _Told()
    trips: dict[int, list[Station]] = {}
    before: Station | None = None
    for station in told.stations:
        if station.kind in KNOWN:
            made.note(f"{station.title}: {station.detail}", station.time)
            continue
        if station.kind != "dns":
            trips.setdefault(station.connection, []).append(station)
        part = _part(station)
        made.parts.setdefault(part.key, part)
        if station.kind == "proxy" and made.at != part.key:
            _lose(made, told, station.time)
            made.at = part.key
        _opened(made, told, trips, station)
        _there(cluster, made, before, station, part.key)
        before = station
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


def _opened(made: _Told, told: Journey, trips: dict[int, list[Station]], station: Station) -> None:
    """The first packet was the connection's: the request itself goes the same way once its answer is back."""
    there = trips[station.connection] if station.kind in AFTER_CONNECTING else []
    if len(there) < 2 or there[-2].kind != "pod" or station.time <= there[-2].time:
        return
    number = station.connection
    times = ReturnTimes(told, [])
    stands = times.asked(number) + 2 * times.way(number) if number else told.connect
    asker = next((held for held in reversed(told.stations[: there[0].number - 1]) if held.kind == "proxy"), there[0])
    words = say(es="TCP: conexión hecha; ahora, la petición", en="TCP: connected; now the request")
    made.rows.append(Note(_part(asker).key, words, stands))


def _there(cluster: Any, made: _Told, before: Station | None, station: Station, key: str) -> None:
    time = station.time
    if station.kind == "client":
        made.at, made.last = key, station.leaves
    elif station.kind == "dns":
        name, _, answer = station.detail.rpartition(" → ")
        asker, last = made.at, made.last
        asked = before.time if before is not None else time
        made.rows.append(Sent(asker, key, f"{name.partition(' → ')[0]}?", "", asked))
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
        if station.kind == "container" or (station.kind == "node" and not station.port):
            made.note(station.detail, time)


def _change(made: _Told, station: Station) -> None:
    came, leaves = station.came, station.leaves
    if station.kind == "masquerade":
        made.translate(f"SNAT {came[0]} → {leaves[0]}", came, leaves, station.time)
    elif station.kind in ("rule", "balancer") and came[1] != leaves[1]:
        made.translate(f"DNAT {came[1]} → {leaves[1]}", came, leaves, station.time)
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
    refused = told.refused and not told.status
    chain = [number for number, held in trips.items() if answered(held) or (refused and number == max(trips))]
    times = ReturnTimes(told, chain)
    for number in reversed(chain):
        stations = trips[number]
        if stations[-1].pod or stations[-1].kind in ("node", *ON_NODE):
            made.at = _part(stations[-1]).key
        addresses = stations[-1].leaves[::-1]
        for station in reversed(stations):
            key, time = _part(station).key, times.at(station)
            if made.at != key:
                made.send(key, addresses, time, back=True)
            if station.kind in ("rule", "masquerade", "balancer") and station.came != station.leaves:
                undone = station.came[::-1]
                what = "SNAT" if station.kind == "masquerade" else "DNAT"
                changed = [f"{old} → {new}" for old, new in zip(addresses, undone, strict=True) if old != new]
                made.translate(f"{say(es='deshace', en='undo')} {what}: {', '.join(changed)}", addresses, undone, time)
                addresses = undone
        opened = next(
            (held for held in reversed(told.stations[: stations[0].number - 1]) if held.kind == "proxy"), None
        )
        if opened is not None and made.at != _part(opened).key:
            made.send(_part(opened).key, addresses, times.home(number), back=True)

"""Return times: when an answer passes each station on its way back, where that can be told from a response.

A response says when a packet came to each station, and when the answer was with the client. A link takes as long in
both directions, so the rest follows, unless packets may have got lost on the way back.
"""

from __future__ import annotations

from kubelab.network.links import RETRANSMISSION
from kubelab.view.journey import NAMED, Journey, Station

AFTER_CONNECTING = ("tls", "container", "proxy")  # stations that no packet sees before the connection stands


class ReturnTimes:
    """Of the answer to one journey's request. `chain` are the numbers of the connections that it comes back over."""

    def __init__(self, told: Journey, chain: list[int]) -> None:
        self._sent: dict[int, float] = {}  # when the first packet of each connection left
        self._way: dict[int, float] = {}  # how long it took
        opened = 0.0
        for station in told.stations:
            number = station.connection
            first = self._sent.setdefault(number, opened)
            if station.kind in NAMED:
                self._sent[number] = station.time
            elif station.kind not in AFTER_CONNECTING:
                self._way[number] = max(station.time - first if first <= station.time else 0.0, 0.0)
            opened = station.time
        self._ends: dict[int, float] = {}  # when the answer is with who opened the connection
        end = told.latency
        for number in chain:
            self._ends[number] = end
            end -= self._way.get(number, 0.0)
        last = [station for station in told.stations if station.connection in chain][-1:]
        idle = end - last[0].time if last else -1.0
        crossed = any(station.kind == "tunnel" for station in told.stations)
        self._exact = idle > -1e-9 and (idle < RETRANSMISSION or not crossed)
        self._whole = told.latency, min(chain, default=0)

    def asked(self, number: int) -> float:
        """When the first packet of a connection left."""
        return self._sent.get(number, 0.0)

    def way(self, number: int) -> float:
        """How long a packet of a connection is on its way."""
        return self._way.get(number, 0.0)

    def at(self, station: Station) -> float | None:
        """When the answer comes to a station, None where nobody knows."""
        number = station.connection
        if station.kind == "client":
            return self._whole[0]
        if not self._exact or number not in self._ends:
            return None
        reached = self.way(number)
        if station.kind not in AFTER_CONNECTING:
            reached = min(max(station.time - self.asked(number), 0.0), reached)
        return self._ends[number] - reached

    def home(self, number: int) -> float | None:
        """When it is with who opened the connection."""
        return self._ends.get(number) if self._exact or number == self._whole[1] else None

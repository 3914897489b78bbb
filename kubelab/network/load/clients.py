"""The clients of a load: what each remembers of a name, and the connection that it keeps open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.network.dns.cache import REFUSALS
from kubelab.network.load.plan import Outcome, Start
from kubelab.network.loss import RESET, SILENT

if TYPE_CHECKING:
    from kubelab.machine import Machine
    from kubelab.network.dns.answer import Answer
    from kubelab.network.trip.trip import Open

FRESH = Start()
CUT_SHORT = "Unknown"  # the reason of a process that ended with its machine


class Clients:
    """So many clients, who take turns: request k is sent by client k modulo their number.

    With `keepalive` each keeps its connection, and with it its pod: rules that change do not concern it, a process that
    ends closes it, and one that is silent is given up when a request on it has timed out. `hold` is for how many
    seconds each remembers what a name stood for; 0 is not at all, None is for as long as the name server says.

    In Kubernetes
        https://kubernetes.io/docs/reference/networking/virtual-ips/ : established connections stay with their endpoint
        by connection tracking.

    Left out
        One connection a client: a client that hangs on it opens no second.
    """

    def __init__(self, number: int, keepalive: bool, hold: float | None, machines: dict[str, Machine]) -> None:
        self.number, self.keepalive, self.hold, self.machines = number, keepalive, hold, machines
        self._open: dict[int, tuple[Start, float]] = {}  # with the instant at which it is given up
        self._known: dict[int, tuple[Start, float]] = {}  # with the instant until which it is remembered

    @property
    def plain(self) -> bool:
        """Whether they keep nothing in mind, and all requests are alike."""
        return not self.keepalive and self.hold == 0

    def start(self, client: int, now: float) -> Start:
        """What the client has when it sends a request now."""
        held = self._open.get(client)
        if held is not None:
            if now < held[1] and not self._closed(held[0].connection):
                return held[0]
            del self._open[client]
        known = self._known.get(client)
        return known[0] if known is not None and now < known[1] else FRESH

    def learn(self, client: int, now: float, start: Start, outcome: Outcome) -> None:
        """What the client has learned from a request that it sent at this instant."""
        if self.hold != 0 and start is FRESH and outcome.answer is not None:
            self._remember(client, now, outcome.answer)
        if not self.keepalive:
            return
        if start.connection is None:
            if outcome.connection is not None:
                key = (outcome.connection.container.id, outcome.connection.container.attempt)
                self._open[client] = Start(key, None, outcome.connection), float("inf")
        elif outcome.code == RESET:
            self._open.pop(client, None)
        elif outcome.code == SILENT:
            gives_up = min(self._open[client][1], now + outcome.latency)
            self._open[client] = start, gives_up

    def groups(self, now: float) -> tuple[dict[Any, tuple[Start, list[int]]], float] | None:
        """The clients by what they have, and until when that lasts; None where one would have to change it first."""
        groups: dict[Any, tuple[Start, list[int]]] = {}
        until = float("inf")
        for client in range(self.number):
            start = self.start(client, now)
            if self.keepalive:
                if start.connection is None or self._open[client][1] != float("inf"):
                    return None
            elif start is FRESH:
                return None
            else:
                until = min(until, self._known[client][1])
            groups.setdefault(start.key, (start, []))[1].append(client)
        return groups, until

    def _remember(self, client: int, now: float, answer: Answer) -> None:
        lasts = answer.ttl if self.hold is None else self.hold
        lasts = lasts if answer.found else min(lasts, REFUSALS)
        self._known[client] = Start(("name", answer.addresses, answer.error), answer), now + lasts

    def _closed(self, connection: Open) -> bool:
        """Whether the other end has closed it, and the client has heard of that."""
        ended = connection.container.exit
        return ended is not None and ended.reason != CUT_SHORT and self.machines[connection.node].reachable

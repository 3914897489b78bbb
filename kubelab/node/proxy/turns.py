"""Whose turn it is: the choice of one endpoint, at random, in turn, or the same as before."""

from __future__ import annotations

import random
from typing import NamedTuple

from kubelab.network.packet import Translation
from kubelab.node.proxy.mode import Door, Outcomes

REAP = 1000  # so many clients are remembered before those whose time is over are looked for


class Bound(NamedTuple):
    """A client's endpoint, and until when it stays that one."""

    address: str
    port: int
    until: float


class Turns:
    """What a node's kernel remembers between connections: which client went where, and whose turn it is.

    In Kubernetes
        The iptables match `recent`, affinity sets of nftables, persistence and the scheduler `rr` of IPVS. Each port
        of a Service has its own; of IPVS, each virtual server.
    """

    def __init__(self, rng: random.Random, rotates: bool) -> None:
        self.rng, self.rotates = rng, rotates
        self._bound: dict[tuple[str, ...], Bound] = {}
        self._last: dict[tuple[str, ...], tuple[int, Translation]] = {}

    def clear(self) -> None:
        """The machine has lost its memory."""
        self._bound, self._last = {}, {}

    def one_of(self, door: Door, outcomes: Outcomes, pick: float | None) -> Translation:
        """One outcome: with `rotates` the next in turn, else the one that the random number falls on."""
        if self.rotates:
            return self._next(door, outcomes)
        if pick is None:
            return outcomes[self.rng.randrange(len(outcomes))]
        return outcomes[int(pick * len(outcomes))]

    def again(self, door: Door, client: str, outcomes: Outcomes, pick: float | None, now: float) -> Translation:
        """The client's outcome as before, as long as it is there and not too long ago; else a new one, to stay."""
        chosen = self.bound(door, client, outcomes, now) or self.one_of(door, outcomes, pick)
        if len(self._bound) >= REAP and self._key(door, client) not in self._bound:
            self._bound = {key: held for key, held in self._bound.items() if now < held.until}
        until = now + door.port.sticky
        self._bound[self._key(door, client)] = Bound(chosen.address, chosen.port, until)
        return chosen

    def bound(self, door: Door, client: str, outcomes: Outcomes, now: float) -> Translation | None:
        """The outcome that session affinity holds the client to."""
        held = self._bound.get(self._key(door, client))
        if held is None or now >= held.until:
            return None
        return next((each for each in outcomes if (each.address, each.port) == held[:2]), None)

    def _key(self, door: Door, *client: str) -> tuple[str, ...]:
        port = door.port
        server = (door.address, str(door.number)) if self.rotates else ()
        return (port.uid, port.port_name, port.protocol, *server, *client)

    def _next(self, door: Door, outcomes: Outcomes) -> Translation:
        """The one after the last; where that one is gone, the one that stands in its place."""
        key = self._key(door)
        turn, last = self._last.get(key, (-1, None))
        found = [number for number, each in enumerate(outcomes) if last is not None and each[2:4] == last[2:4]]
        turn = (found[0] + 1 if found else max(turn, 0)) % len(outcomes)
        self._last[key] = (turn, outcomes[turn])
        return outcomes[turn]

"""Links: how long a packet takes from machine to machine, and whether it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.machine import Machine
    from kubelab.timings import Timings

RETRANSMISSION = 1.0  # the first wait of TCP, doubled each time: https://www.rfc-editor.org/rfc/rfc6298#section-2
RETRIES = 6  # net.ipv4.tcp_syn_retries
Pair = tuple[str, str]


class Obstacle(NamedTuple):
    """Why nothing at all arrives: `cause` is down (a machine without power) or cut, `about` the machine or the link."""

    reason: Sentence
    cause: str
    about: str


class Quality(NamedTuple):
    """What is wrong with a link: `seconds` that each packet takes longer, and the `share` of packets that it loses."""

    seconds: float = 0.0
    share: float = 0.0


WHOLE = Quality()


class Links:
    """A link between each two machines: whole, slow, lossy or (which the machines know themselves) cut.

    A lost packet of a TCP connection is sent again after a wait of 1 s, then 2 s, 4 s, ...: a lossy link makes requests
    slower before it makes them fail.

    In Kubernetes
        The network below the overlay. `tc qdisc add dev eth0 root netem delay 100ms loss 10%` does the same to a real
        one.

    Left out
        How much fits through a link. Slow and lossy links delay requests, not the API server's watches and heartbeats,
        which wait far longer than any such delay. Losses after a connection is made cost no less than the one second
        that those of its first packet do. The outside world is joined to every machine by a whole link.
    """

    def __init__(self, timings: Timings) -> None:
        self.machines: dict[str, Machine] = {}
        self._near, self._far = timings.hop_same_node, timings.hop_between_nodes
        self._qualities: dict[Pair, Quality] = {}

    def plug(self, machine: Machine) -> None:
        """Join a machine to all others."""
        self.machines[machine.name] = machine

    def obstacle(self, source: str | None, target: str) -> Obstacle | None:
        """What keeps every packet from arriving, if anything does."""
        there = self.machines[target]
        if not there.powered:
            return Obstacle(Sentence("down", (target,)), "down", f"nodes/{target}")
        if source == target:
            return None
        if not there.connected:
            return Obstacle(Sentence("cut", (target,)), "cut", f"nodes/{target}")
        here = self.machines[source] if source else there
        if not here.reachable:
            return Obstacle(Sentence("cut", (here.name,)), "cut", f"nodes/{here.name}")
        if target not in here.apart:
            return None
        link = "/".join(pair(here.name, target))
        return Obstacle(Sentence("link-cut", (here.name, target)), "cut", f"links/{link}")

    def seconds(self, source: str | None, target: str) -> float:
        """How long a packet takes that is not lost."""
        if source == target:
            return self._near
        return self._far + self.quality(source, target).seconds

    def quality(self, one: str | None, other: str) -> Quality:
        """What is wrong with a link that is not cut."""
        return self._qualities.get(pair(one or "", other), WHOLE) if self._qualities else WHOLE

    def set_quality(self, one: str, other: str, quality: Quality) -> None:
        """Make a link slow or lossy, or whole again."""
        if quality == WHOLE:
            self._qualities.pop(pair(one, other), None)
        else:
            self._qualities[pair(one, other)] = quality

    def broken(self) -> list[Pair]:
        """The links that are cut, slow or lossy, in the order of their names."""
        found = dict.fromkeys(self._qualities)
        found.update((pair(name, other), None) for name, held in self.machines.items() for other in held.apart)
        return sorted(found)

    def __repr__(self) -> str:
        return f"Links: {len(self.machines)} machines, {len(self.broken())} links not whole"


def waited(losses: int) -> float:
    """How long TCP has waited until it sends again after so many losses in a row.

    Examples
    --------
    >>> [waited(losses) for losses in range(4)]
    [0.0, 1.0, 3.0, 7.0]
    """
    return RETRANSMISSION * (2**losses - 1)


def pair(one: str, other: str) -> Pair:
    """The name of the link between two machines, from whichever end it is seen."""
    return (one, other) if one <= other else (other, one)

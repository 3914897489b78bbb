"""The dice of a load: those of one of its requests, and those with which it only thinks through what might happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.dice import Dice
from kubelab.network.load.numbers import number

if TYPE_CHECKING:
    from kubelab.network.packet import Packet, Translation
    from kubelab.node.kube_proxy import KubeProxy


class Numbered(Dice):
    """The dice of one attempt of one request: its own numbers, decision after decision.

    Left out
        With IPVS a load takes turns by the numbers of its requests, whatever other clients do.
    """

    __slots__ = ("attempt", "decision", "request", "seed")

    def __init__(self, seed: int, request: int, attempt: int) -> None:
        self.seed, self.request, self.attempt, self.decision = seed, request, attempt, 0

    def _draw(self) -> float:
        self.decision += 1
        return number(self.seed, self.request, self.attempt, self.decision)

    def one_of(self, number: int) -> int:
        """One of so many, by the next of the request's numbers."""
        return int(self._draw() * number) if number > 1 else 0

    def happens(self, probability: float) -> bool:
        """Whether the next of the request's numbers says so."""
        return probability > 0.0 and (probability >= 1.0 or self._draw() < probability)

    def translated(self, proxy: KubeProxy, packet: Packet) -> Translation | None:
        """What a node's rules make of a packet, the request's number deciding."""
        chosen = proxy.translate(packet, pick=self._draw())
        if proxy.mode.rotates:
            found = proxy.choices(packet)
            if isinstance(found, list):
                return found[(self.request + self.attempt) % len(found)][1]
        return chosen


class UndecidedError(Exception):
    """A decision that nobody has told how to take: which it is, and among how many; or of which probability.

    With `rotates` the number of the request decides.
    """

    def __init__(self, decision: int, number: int, probability: float = 0.0, *, rotates: bool = False) -> None:
        super().__init__(decision, number)
        self.decision, self.number, self.probability, self.rotates = decision, number, probability, rotates


class Told(Dice):
    """Dice that fall as they are told; where nothing is told they stop the walk."""

    __slots__ = ("decision", "path", "place")
    plans = True

    def __init__(self, path: tuple[int, ...]) -> None:
        self.path, self.place, self.decision = path, 0, 0

    def _told(self, number: int, probability: float = 0.0, *, rotates: bool = False) -> int:
        if self.place == len(self.path):
            raise UndecidedError(self.decision, number, probability, rotates=rotates)
        self.place += 1
        return self.path[self.place - 1]

    def one_of(self, number: int) -> int:
        """One of so many, as told."""
        if number < 2:
            return 0
        self.decision += 1
        return self._told(number)

    def happens(self, probability: float) -> bool:
        """Whether it happens, as told: 0 for yes."""
        if not 0.0 < probability < 1.0:
            return probability >= 1.0
        self.decision += 1
        return self._told(2, probability) == 0

    def translated(self, proxy: KubeProxy, packet: Packet) -> Translation | None:
        """What the rules make of a packet, as told, without their taking notice."""
        self.decision += 1
        found = proxy.choices(packet)
        if not isinstance(found, list):
            return found
        return found[self._told(len(found), rotates=proxy.mode.rotates)][1]

"""Whatever is left to chance on a request's way: which address of several, which endpoint, whether a packet is lost."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelab.network.packet import Packet, Translation
    from kubelab.node.kube_proxy import KubeProxy


class Dice:
    """The dice of the cluster: its own random numbers.

    `plans` says whether what would happen is only thought through: then nothing may be changed by it.
    """

    __slots__ = ("rng",)
    plans = False

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def one_of(self, number: int) -> int:
        """One of so many: from 0 on."""
        return self.rng.randrange(number) if number > 1 else 0

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return probability > 0.0 and (probability >= 1.0 or self.rng.random() < probability)

    def translated(self, proxy: KubeProxy, packet: Packet) -> Translation | None:
        """What a node's rules make of a packet."""
        return proxy.translate(packet)

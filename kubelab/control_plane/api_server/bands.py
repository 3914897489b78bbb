"""Bands: a range of numbers of which the lower part is left to those who ask for a number by hand, if it can be.

In Kubernetes
    https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/#avoid-collisions ,
    https://kubernetes.io/docs/concepts/services-networking/service/#avoid-nodeport-collisions ;
    `calculateRangeOffset` in pkg/registry/core/service/ipallocator and …/portallocator.
"""

from __future__ import annotations

import random
from collections.abc import Container
from typing import NamedTuple

LEAST = 16
TRIES = 16  # drawn by lot, before one is looked for in turn


class Band(NamedTuple):
    """The numbers from `first` to `last`; those before `dynamic` are handed out only when all others are taken.

    Lots are drawn among all from `lots` on, until one falls into the upper part.
    """

    first: int
    last: int
    dynamic: int
    lots: int

    def free(self, taken: Container[int], rng: random.Random) -> int | None:
        """A number that is not taken: by lot from the upper part, then in turn, then from the lower; None if full."""
        for _ in range(TRIES):
            drawn = rng.randrange(self.lots, self.last + 1)
            if drawn >= self.dynamic and drawn not in taken:
                return drawn
        for first, end in ((self.dynamic, self.last + 1), (self.first, self.dynamic)):
            start = rng.randrange(first, end) if end > first else first
            for number in (*range(start, end), *range(first, start)):
                if number not in taken:
                    return number
        return None


def band(first: int, last: int, size: int, part: int, most: int, spared: int = 0) -> Band:
    """The band of a range: its lower part is one `part`-th of its `size`, at least 16 numbers and so many at most.

    The first `spared` numbers are in no lot: it is known that somebody has them.

    Examples
    --------
    >>> band(30000, 32767, 2768, 32, 128)
    Band(first=30000, last=32767, dynamic=30086, lots=30000)
    >>> band(1, 14, 16, 16, 256).dynamic, band(1, 62, 64, 16, 256).dynamic, band(1, 4094, 4096, 16, 256).dynamic
    (1, 17, 257)
    """
    lower = min(max(LEAST, size // part), most) if size > LEAST else 0
    return Band(first, last, first + lower, first + spared)

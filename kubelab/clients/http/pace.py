"""Pace: how virtual time follows the clock on the wall while somebody is connected.

In Kubernetes
    There is no such part: its time is the wall's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelab.clock import Clock

PATIENCE = 0.2  # seconds on the wall that catching up may take before others have their turn
SOONEST = 0.002  # seconds between two looks


class Pace:
    """A second on the wall is `speed` seconds of the cluster; 0 holds its time.

    The cluster's time only goes forward: if somebody ran ahead with `cluster.run(60)`, it goes on from there. If the
    cluster has more to do than fits, its time falls behind instead of stopping everything else.
    """

    def __init__(self, clock: Clock, speed: float, wall: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.speed, self.wall = clock, speed, wall
        self._since, self._from = wall(), clock.now

    @property
    def target(self) -> float:
        """The instant that the cluster should be at."""
        return self._from + (self.wall() - self._since) * self.speed

    def catch_up(self) -> None:
        """Make every call that has fallen due."""
        clock, target = self.clock, self.target
        if clock.now > target:
            self._anchor()
            return
        end = self.wall() + PATIENCE
        due = clock.next_due
        while due is not None and due <= target:
            clock.step()
            if self.wall() > end:
                self._anchor()
                return
            due = clock.next_due
        clock.run(target)

    def wait(self) -> float | None:
        """Seconds on the wall until the next call falls due; None when there is none to wait for."""
        due = self.clock.next_due
        if due is None or self.speed <= 0:
            return None
        return max((due - self.target) / self.speed, SOONEST)

    def _anchor(self) -> None:
        self._since, self._from = self.wall(), self.clock.now

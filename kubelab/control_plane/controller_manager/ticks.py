"""Ticks: at which instants a loop that looks every so often would look, without looking."""

from __future__ import annotations

from math import ceil, floor

from kubelab.machine import Process

TOLERANCE = 1e-6  # of instants that were computed in different ways


class Ticks:
    """The instants `period` apart since a process began to run.

    Some control loops of Kubernetes wake up every few seconds and look at everything. Here such a loop is woken at the
    one of its instants at which it will find something, and at no other.

    In Kubernetes
        wait.UntilWithContext(ctx, look, period)
    """

    def __init__(self, process: Process, period: float) -> None:
        self.process, self.period = process, period

    def at_or_after(self, instant: float) -> float:
        """The first tick that is not before `instant`."""
        since = self.process.started
        return since + max(ceil((instant - since - TOLERANCE) / self.period), 0) * self.period

    def latest(self) -> float:
        """The last tick that is not after now."""
        since = self.process.started
        return since + floor((self.process.clock.now - since + TOLERANCE) / self.period) * self.period

    def upcoming(self) -> float:
        """The first tick that is not before now."""
        return self.at_or_after(self.process.clock.now)

    def next(self) -> float:
        """The first tick after now."""
        return self.at_or_after(self.process.clock.now + 2 * TOLERANCE)

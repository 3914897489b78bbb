"""The hand that moves a cluster's time."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, Self

from kubelab.clock import Clock
from kubelab.language import say

LONGEST_SETTLE = 3600.0  # virtual seconds


class PassingTime:
    """What lets time pass: `run` for a while or until something is so, `settle` until nothing is under way, `step`."""

    clock: Clock

    @property
    def now(self) -> float:
        """Virtual seconds since the cluster was made."""
        return self.clock.now

    def run(
        self,
        seconds: float | None = None,
        *,
        until: Callable[[Self], Any] | float | None = None,
        limit: float = LONGEST_SETTLE,
    ) -> Self:
        """Let time pass: `run(30)` seconds, or `run(until=condition)` until `condition(cluster)` is true.

        A condition is looked at after everything that happens.

        Raises
        ------
        TimeoutError
            The condition was not true within `limit` virtual seconds.
        ValueError
            Neither or both are given, or the seconds are negative.
        """
        if (seconds is None) == (until is None):
            raise ValueError(
                say(
                    es="di cuánto: run(30) o run(until=condición)",
                    en="say how long to run: run(30) or run(until=condition)",
                )
            )
        if callable(until):
            end = self.now + limit
            while not until(self):
                due = self.clock.next_due
                if due is None or due > end:
                    self.clock.run(end)
                    if until(self):
                        break
                    raise TimeoutError(
                        say(
                            es=f"lo que se esperaba no ha ocurrido en {limit:g} s",
                            en=f"what was waited for did not happen within {limit:g} s",
                        )
                    )
                self.clock.step()
            return self
        end = float(until) if until is not None else self.now + float(seconds)
        if not isfinite(end):
            raise ValueError(
                say(
                    es="hace falta un instante en el que acabar: run(30) o run(until=condición)",
                    en="there has to be an instant to end at: run(30) or run(until=condition)",
                )
            )
        if end < self.now:
            raise ValueError(
                say(
                    es=f"el tiempo solo avanza: son {self.now:g} s. cluster.at(revision) enseña el pasado",
                    en=f"time only goes forward: it is {self.now:g} s. cluster.at(revision) shows the past",
                )
            )
        self.clock.run(end)
        return self

    def settle(self, limit: float = LONGEST_SETTLE) -> Self:
        """Let time pass until nothing is under way any more, `limit` virtual seconds at the most."""
        end = self.now + limit
        while self.clock.busy and self.clock.next_due <= end:
            self.clock.step()
        return self

    def step(self) -> bool:
        """Let the very next thing happen; False when nothing is ahead."""
        return self.clock.step()

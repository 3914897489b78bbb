"""What containers use: processor time that rises with the requests they answer, and memory."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kubelab.node.runtime import Container

SECONDS_KEPT = 300  # of the count of requests


class Load:
    """How many requests a container answered in each second, for the last few minutes."""

    __slots__ = ("_seconds",)

    def __init__(self) -> None:
        self._seconds: deque[tuple[int, int]] = deque(maxlen=SECONDS_KEPT)

    def count(self, now: float, many: int = 1) -> None:
        """One more, or so many, in the second that holds this instant."""
        second = int(now)
        held = self._seconds
        for place in range(len(held) - 1, -1, -1):
            if held[place][0] == second:
                held[place] = (second, held[place][1] + many)
                return
            if held[place][0] < second:
                break
        held.append((second, many))

    def between(self, since: float, until: float) -> int:
        """The requests of the whole seconds from `since` to `until`."""
        return sum(count for second, count in self._seconds if since <= second < until)


class Usage(NamedTuple):
    """Processors (as a share of one) and bytes."""

    cpu: float = 0.0
    memory: int = 0

    def __add__(self, other: object) -> Usage:
        if not isinstance(other, Usage):
            return NotImplemented
        return Usage(self.cpu + other.cpu, self.memory + other.memory)


def usage_of(container: Container, since: float, until: float, limit: float | None = None) -> Usage:
    """What a running container used between two instants, on average; no more than its limit of processors.

    It is reckoned when it is asked for: from how the program behaves, and from how many requests it answered.

    Left out
        A program at its limit does not become slower, and memory does not grow with the load.
    """
    behavior = container.behavior
    spent = behavior.cpu * (until - since) + behavior.cpu_per_request * container.load.between(since, until)
    cpu = spent / (until - since)
    return Usage(cpu if limit is None else min(cpu, limit), behavior.memory)

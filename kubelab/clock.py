"""Virtual time."""

from __future__ import annotations

import heapq
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# What a cluster's calendar says at second 0 unless told otherwise: a fixed day, so that stories repeat to the date.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(eq=False, slots=True)
class Call:
    """One queued call. `cancel()` takes it off the queue.

    `quiet` marks a call that a settled cluster may still have ahead: a deadline that will find nothing to do. `passive`
    marks one that changes nothing which anybody else could notice.
    """

    due: float
    method: Callable[..., Any]
    args: tuple[Any, ...]
    quiet: bool
    cause: int
    passive: bool = False
    cancelled: bool = False

    def cancel(self) -> None:
        """Forget the call; harmless when it has been made already."""
        self.cancelled = True


class Clock:
    """Virtual time: a queue of calls, each due at an exact instant.

    Nothing waits. `run` takes the next call off the queue, moves `now` to the instant it was due, and makes it. Calls
    due at the same instant run in the order they were asked for, so the same program always tells the same story.

    Only bound methods and module functions are queued, with plain arguments: a closure would be shared by a cluster
    and its fork.

    `start` is what the calendar says at second 0.

    `cause` is the journal entry that led to what happens now; a queued call remembers it.

    Whoever is in `before` is told before each call: the instant that time moves on to, and whether all that is due at
    that very instant has happened. `changes` counts whatever may have changed something: while it stays the same, all
    is as it was.

    In Kubernetes
        There is no such part: every component reads the clock of its own machine. Here one clock rules all, so that a
        run can be repeated, forked and rewound.

    Left out
        Clock skew between machines.

    Examples
    --------
    >>> clock = Clock()
    >>> _ = clock.call_later(2.0, print, "second")
    >>> _ = clock.call_later(1.0, print, "first")
    >>> clock.run(until=5.0)
    first
    second
    >>> clock.now
    5.0
    """

    def __init__(self, start: datetime = EPOCH) -> None:
        self.start = start.astimezone(UTC).replace(microsecond=0)
        self.now = 0.0
        self.cause = 0
        self.changes = 0
        self.before: list[Callable[[float, bool], None]] = []
        self._calls: list[tuple[float, int, Call]] = []
        self._quiet_calls: list[tuple[float, int, Call]] = []
        self._asked = 0

    @property
    def date(self) -> datetime:
        """The calendar's date at this instant, in whole seconds as Kubernetes's timestamps are."""
        return self.date_at(self.now)

    @property
    def micro_date(self) -> datetime:
        """The calendar's date with microseconds, as leases have it."""
        return self.start + timedelta(seconds=self.now)

    def date_at(self, now: float) -> datetime:
        """The calendar's date at another instant, in whole seconds."""
        return self.start + timedelta(seconds=int(now))

    def instant_of(self, date: datetime) -> float:
        """The instant at which the calendar says so: what `date_at` and `micro_date` are the other way round."""
        return (date - self.start).total_seconds()

    def call_later(
        self, delay: float, method: Callable[..., Any], *args: Any, quiet: bool = False, passive: bool = False
    ) -> Call:
        """Queue `method(*args)` for `delay` seconds from now.

        Raises
        ------
        TypeError
            `method` is a lambda or a local function.
        """
        return self.call_at(self.now + max(delay, 0.0), method, *args, quiet=quiet, passive=passive)

    def call_at(
        self, due: float, method: Callable[..., Any], *args: Any, quiet: bool = False, passive: bool = False
    ) -> Call:
        """Queue `method(*args)` for the instant `due` (now, if that is past)."""
        if isinstance(method, types.FunctionType) and "<" in method.__qualname__:
            raise TypeError(f"only bound methods and module functions can be queued, not {method.__qualname__}")
        call = Call(max(due, self.now), method, args, quiet, self.cause, passive)
        self._asked += 1
        heapq.heappush(self._quiet_calls if quiet else self._calls, (call.due, self._asked, call))
        return call

    @property
    def busy(self) -> bool:
        """Whether a call that is not quiet is ahead."""
        return _first(self._calls) is not None

    @property
    def next_due(self) -> float | None:
        """When the next call is due; None when there is none."""
        queue = self._next_queue()
        return queue[0][0] if queue else None

    def step(self) -> bool:
        """Make the next call; False when there is none."""
        self.changes += 1  # whatever was done to the cluster since
        queue = self._next_queue()
        if not queue:
            return False
        self._make(heapq.heappop(queue))
        self.cause = 0
        return True

    def run(self, until: float) -> None:
        """Make every call due up to and including the instant `until`, and end there."""
        self.changes += 1  # whatever was done to the cluster since
        queue = self._next_queue()
        while queue and queue[0][0] <= until:
            self._make(heapq.heappop(queue))
            queue = self._next_queue()
        for tell in self.before:
            tell(until, True)
        self.cause = 0
        self.now = max(self.now, until)

    def _make(self, item: tuple[float, int, Call]) -> None:
        call = item[2]
        for tell in self.before:
            tell(item[0], False)
        if not call.passive:
            self.changes += 1
        self.now = item[0]
        self.cause = call.cause
        call.method(*call.args)

    def _next_queue(self) -> list[tuple[float, int, Call]]:
        """The queue that holds the next call; empty when neither does."""
        soon, quiet = _first(self._calls), _first(self._quiet_calls)
        if quiet is None or (soon is not None and soon[:2] < quiet[:2]):
            return self._calls
        return self._quiet_calls


def _first(queue: list[tuple[float, int, Call]]) -> tuple[float, int, Call] | None:
    """The first call of a queue that has not been cancelled."""
    while queue and queue[0][2].cancelled:
        heapq.heappop(queue)
    return queue[0] if queue else None

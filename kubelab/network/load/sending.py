"""Sending a load's requests: those of a stretch of time in which nothing else happens, one by one or by arithmetic."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.network.load.clients import FRESH, Clients
from kubelab.network.load.dice import Numbered
from kubelab.network.load.plan import Outcome, Plan, Start
from kubelab.network.load.record import Fate, Record
from kubelab.network.loss import RESET, SILENT
from kubelab.network.sentences import Sentence
from kubelab.node.runtime import REQUESTS_KEPT

if TYPE_CHECKING:
    from kubelab.clock import Clock
    from kubelab.network.dice import Dice

FEW = 24  # requests that are sooner thought through one by one than together


class Attempt(NamedTuple):
    """One attempt of a request: when, and how long its client has waited already."""

    time: float
    request: int
    number: int = 0
    waited: float = 0.0


class Wave(NamedTuple):
    """Attempts that end alike: arrays of their requests and times."""

    outcome: Outcome
    requests: Any
    times: Any
    number: int
    waited: float


class Sending:
    """Sends what is due, up to an instant; nothing in the cluster changes meanwhile.

    `tell` is called with each attempt one by one, or with many of the same outcome: the outcome, how many, and whether
    it was their last. The first request of a stretch is walked through the cluster for real, as all are without
    `arithmetic`: so whoever keeps count of connections (session affinity) takes notice.
    """

    def __init__(
        self,
        clock: Clock,
        record: Record,
        clients: Clients,
        walk: Callable[[Start, Dice], Outcome],
        tell: Callable[[Outcome, int, bool], None],
        *,
        seed: int,
        retries: int,
        arithmetic: bool,
    ) -> None:
        self.clock, self.record, self.clients, self.walk, self.tell = clock, record, clients, walk, tell
        self.seed, self.retries, self.arithmetic = seed, retries, arithmetic
        self.plan = Plan(seed, walk)
        self.again: list[Attempt] = []  # a heap of the attempts to come of requests that failed

    @property
    def due(self) -> float:
        """When the next attempt is due."""
        first = self.record.time(self.record.sent)
        return min(first, self.again[0].time) if self.again else first

    def until(self, instant: float, *, inclusive: bool) -> None:
        """Send all that is due before the instant, or, with `inclusive`, at the instant too."""
        clock, real = self.clock, True
        while (due := self.due) < instant or (inclusive and due == instant):
            clock.now, clock.cause = due, 0
            if self.plan.version != clock.changes or due >= self.plan.until:
                self.plan.clear(clock.changes)
            many = self.arithmetic and not real and (instant - due) * self.record.rate >= FEW
            if not many or not self._together(due, instant, inclusive):
                self._one(real=real or not self.arithmetic)
            real = False

    def give_up(self) -> None:
        """The requests that are under way are lost."""
        for attempt in sorted(self.again):
            fate = Fate(False, "", "", Sentence("stopped"), attempt.waited)
            self.record.end(attempt.request, fate)
        self.again = []

    # -- one by one

    def _one(self, *, real: bool) -> None:
        attempt = self._next()
        now, request = attempt.time, attempt.request
        client = request % self.clients.number
        start = FRESH if self.clients.plain else self.clients.start(client, now)
        if real:
            outcome = self.walk(start, Numbered(self.seed, request, attempt.number))
        else:
            outcome = self.plan.outcome(start, request, attempt.number)
            for container, line in outcome.answered:
                container.answer(line)
        if not self.clients.plain:
            self.clients.learn(client, now, start, outcome)
        last = outcome.ok or attempt.number >= self.retries
        self.tell(outcome, 1, last)
        waited = attempt.waited + outcome.latency
        if last:
            self.record.end(request, Fate(outcome.ok, outcome.pod, outcome.node, outcome.reason, waited))
        else:
            again = Attempt(now + outcome.latency, request, attempt.number + 1, waited)
            heapq.heappush(self.again, again)

    def _next(self) -> Attempt:
        record = self.record
        first = record.time(record.sent)
        if self.again and self.again[0].time < first:
            return heapq.heappop(self.again)
        record.send()
        return Attempt(first, record.sent - 1)

    # -- by arithmetic

    def _together(self, now: float, end: float, inclusive: bool) -> bool:
        """Send all that is due from now to the end at once, if no client has anything to learn from it."""
        groups: dict[Any, tuple[Start, list[int]]] = {None: (FRESH, [])}
        if not self.clients.plain:
            found = self.clients.groups(now)
            if found is None:
                return False
            groups, until = found
            if until <= now:
                return False
            end, inclusive = (until, False) if until < end else (end, inclusive)
        while True:
            requests, times = self._due_before(end, inclusive)
            waves, later = self._waves(groups, requests, times, end, inclusive)
            if self.plan.until > end or (self.plan.until == end and not inclusive):
                break
            end, inclusive = self.plan.until, False
            if end <= now:
                return False
        if self.clients.keepalive and any(wave.outcome.code in (SILENT, RESET) for wave in waves):
            return False
        self.again = later
        heapq.heapify(self.again)
        self.record.send(len(requests))
        for wave in waves:
            outcome, last = wave.outcome, wave.outcome.ok or wave.number >= self.retries
            self.tell(outcome, len(wave.requests), last)
            if last:
                fate = Fate(outcome.ok, outcome.pod, outcome.node, outcome.reason, wave.waited + outcome.latency)
                self.record.end_many(wave.requests, fate)
        _answer(waves)
        return True

    def _due_before(self, end: float, inclusive: bool) -> tuple[Any, Any]:
        """Arrays: the first attempts that are due before the end."""
        import numpy as np

        record = self.record
        first, began = record.stints[-1]
        sent = record.sent
        times = began + np.arange(sent - first, int((end - began) * record.rate) + 2) / record.rate
        times = times[: int(np.searchsorted(times, end, "right" if inclusive else "left"))]
        return np.arange(sent, sent + len(times), dtype=np.uint64), times

    def _waves(
        self, groups: dict[Any, tuple[Start, list[int]]], requests: Any, times: Any, end: float, inclusive: bool
    ) -> tuple[list[Wave], list[Attempt]]:
        """What becomes of these and of the attempts that come again meanwhile; and those that come again later."""
        import numpy as np

        waves, later = list[Wave](), list[Attempt]()
        coming: dict[tuple[int, float], tuple[list[int], list[float]]] = {}
        for attempt in self.again:
            if attempt.time < end or (inclusive and attempt.time == end):
                held = coming.setdefault((attempt.number, attempt.waited), ([], []))
                held[0].append(attempt.request)
                held[1].append(attempt.time)
            else:
                later.append(attempt)
        waiting = [(requests, times, 0, 0.0)]
        waiting += [(np.array(held, dtype=np.uint64), np.array(at), *what) for what, (held, at) in coming.items()]
        while waiting:
            requests, times, number, waited = waiting.pop()
            for start, places in self._by_start(groups, requests):
                mine, at = (requests, times) if places is None else (requests[places], times[places])
                for outcome, befallen in self.plan.spread(start, mine, number) if len(mine) else ():
                    wave = Wave(outcome, mine[befallen], at[befallen], number, waited)
                    waves.append(wave)
                    if outcome.ok or number >= self.retries:
                        continue
                    after, waits = wave.times + outcome.latency, waited + outcome.latency
                    soon = (after <= end) if inclusive else (after < end)
                    waiting.append((wave.requests[soon], after[soon], number + 1, waits))
                    pairs = zip(after[~soon].tolist(), wave.requests[~soon].tolist(), strict=True)
                    later += [Attempt(time, request, number + 1, waits) for time, request in pairs]
        return waves, later

    def _by_start(self, groups: dict[Any, tuple[Start, list[int]]], requests: Any) -> Any:
        """The requests by what their clients have: places in the array, or None for all of them."""
        if len(groups) == 1:
            yield next(iter(groups.values()))[0], None
            return
        import numpy as np

        clients = requests % np.uint64(self.clients.number)
        for start, members in groups.values():
            yield start, np.flatnonzero(np.isin(clients, np.array(members, dtype=np.uint64)))


def _answer(waves: list[Wave]) -> None:
    """The containers have answered: their logs get the lines in the order of time."""
    import numpy as np

    lines: dict[int, tuple[Any, list[tuple[Any, str]]]] = {}
    for wave in waves:
        for container, line in wave.outcome.answered:
            lines.setdefault(id(container), (container, []))[1].append((wave.times, line))
    for container, parts in lines.values():
        if len(parts) == 1:
            times, line = parts[0]
            said = [(time, line) for time in times[-REQUESTS_KEPT:].tolist()]
        else:
            times = np.concatenate([held for held, _ in parts])
            which = np.repeat(np.arange(len(parts)), [len(held) for held, _ in parts])
            last = np.argsort(times, kind="stable")[-REQUESTS_KEPT:]
            pairs = zip(times[last].tolist(), which[last].tolist(), strict=True)
            said = [(time, parts[part][1]) for time, part in pairs]
        seconds, counts = np.unique(times.astype("int64"), return_counts=True)
        container.answer_many(said, zip(seconds.tolist(), counts.tolist(), strict=True))

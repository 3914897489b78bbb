"""The record of a load: what became of each request, as one small number a request, and what can be said of all."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.network.sentences import Sentence

UNDER_WAY = 0


class Sample(NamedTuple):
    """One request: when it was sent, whether it was answered well, by which pod on which node, or what went wrong."""

    time: float
    ok: bool
    pod: str
    node: str
    error: str
    latency: float


class Outage(NamedTuple):
    """A span in which every request was lost: from the first of them to the next that was answered (None: not yet)."""

    start: float
    end: float | None
    lost: int


class Fate(NamedTuple):
    """What became of a request, all attempts taken together."""

    ok: bool
    pod: str
    node: str
    reason: Sentence | None
    latency: float

    @property
    def error(self) -> str:
        """What went wrong, in words."""
        return str(self.reason) if self.reason else ""


class Record(Sequence[Sample]):
    """The requests that have come to their end, in the order in which they were sent.

    `fates` are all the ends that there were; each request is the number of one of them. `stints` are the numbers of
    the first requests since the load was started, each time, with when that was.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.stints: list[tuple[int, float]] = []
        self.fates: list[Fate] = [Fate(False, "", "", None, 0.0)]
        self.counts: list[int] = [0]
        self._numbers: dict[Fate, int] = {}
        self._held = array("I")

    # -- writing

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return len(self._held)

    def send(self, many: int = 1) -> None:
        """So many more are under way."""
        self._held.frombytes(bytes(self._held.itemsize * many))
        self.counts[UNDER_WAY] += many

    def end(self, request: int, fate: Fate) -> None:
        """One has come to its end."""
        number = self._number(fate)
        self._held[request] = number
        self.counts[number] += 1
        self.counts[UNDER_WAY] -= 1

    def end_many(self, requests: Any, fate: Fate) -> None:
        """Many, an array of them, have come to the same end."""
        import numpy as np

        number = self._number(fate)
        np.frombuffer(self._held, dtype=f"u{self._held.itemsize}")[requests] = number
        self.counts[number] += len(requests)
        self.counts[UNDER_WAY] -= len(requests)

    def _number(self, fate: Fate) -> int:
        number = self._numbers.get(fate)
        if number is None:
            number = self._numbers[fate] = len(self.fates)
            self.fates.append(fate)
            self.counts.append(0)
        return number

    # -- one by one

    def time(self, request: int) -> float:
        """When a request was sent, or will be if the load goes on."""
        first, began = self.stints[bisect_right(self.stints, (request, float("inf"))) - 1]
        return began + (request - first) / self.rate

    def __len__(self) -> int:
        return len(self._held) - self.counts[UNDER_WAY]

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        ended: Sequence[int] = range(len(self._held))
        if self.counts[UNDER_WAY]:
            ended = [request for request, number in enumerate(self._held) if number]
        if isinstance(index, slice):
            return [self._sample(request) for request in ended[index]]
        return self._sample(ended[index])

    def __iter__(self) -> Iterator[Sample]:
        for request, number in enumerate(self._held):
            if number:
                yield self._sample(request)

    def _sample(self, request: int) -> Sample:
        fate = self.fates[self._held[request]]
        return Sample(self.time(request), fate.ok, fate.pod, fate.node, fate.error, fate.latency)

    # -- all together

    def times_and_fates(self) -> tuple[Any, Any]:
        """Arrays: when each ended request was sent, and the number of what became of it."""
        import numpy as np

        numbers = np.array(self._held, dtype="int64")
        parts = []
        for (first, began), (after, _) in zip(self.stints, [*self.stints[1:], (len(numbers), 0.0)], strict=True):
            parts.append(began + np.arange(after - first) / self.rate)
        times = np.concatenate(parts) if parts else np.zeros(0)
        ended = numbers != UNDER_WAY
        return times[ended], numbers[ended]

    def well(self) -> Any:
        """Of each fate whether it is a good one, as an array."""
        import numpy as np

        return np.array([fate.ok for fate in self.fates])

    def outages(self) -> list[Outage]:
        """The spans in which no request was answered well."""
        import numpy as np

        times, fates = self.times_and_fates()
        lost = np.concatenate(([False], ~self.well()[fates], [False]))
        turns = np.flatnonzero(lost[1:] != lost[:-1]).tolist()
        return [
            Outage(float(times[first]), float(times[after]) if after < len(times) else None, after - first)
            for first, after in zip(turns[::2], turns[1::2], strict=True)
        ]

    def last_lost(self) -> float:
        """When the last of the lost requests was sent."""
        times, fates = self.times_and_fates()
        return float(times[~self.well()[fates]][-1])

    def spans(self, bucket: float) -> list[tuple[float, int, dict[str, int]]]:
        """For each span of `bucket` seconds: when it begins, how many requests, and how many each pod answered well."""
        if not bucket > 0:
            raise ValueError(
                say(
                    es=f"un intervalo dura más de 0 segundos, no {bucket!r}",
                    en=f"a bucket is some seconds long, not {bucket!r}",
                )
            )
        import numpy as np

        times, fates = self.times_and_fates()
        found: dict[int, tuple[int, dict[str, int]]] = {}
        pairs, counts = np.unique((times // bucket).astype("int64") * len(self.fates) + fates, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            number, fate = divmod(pair, len(self.fates))
            sent, well = found.get(number, (0, {}))
            ok, pod = self.fates[fate][:2]
            if ok:
                well[pod] = well.get(pod, 0) + count
            found[number] = sent + count, well
        return [(number * bucket, sent, well) for number, (sent, well) in found.items()]

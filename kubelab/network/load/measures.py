"""What a load's record says: how many were answered, by whom, how fast, and when nobody answered."""

from __future__ import annotations

from math import ceil

from kubelab.language import say
from kubelab.network.load.record import UNDER_WAY, Fate, Outage, Record
from kubelab.network.sentences import Sentence


class Measures:
    """The figures of a load, exact whatever its rate."""

    _record: Record

    @property
    def samples(self) -> Record:
        """The requests that have come to their end, one by one, in the order in which they were sent."""
        return self._record

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return self._record.sent

    @property
    def answered(self) -> int:
        """How many were answered well."""
        return sum(count for fate, count in self._fates() if fate.ok)

    @property
    def failed(self) -> int:
        """How many were lost: none of their attempts was answered well."""
        return sum(count for fate, count in self._fates() if not fate.ok)

    def served_by(self) -> dict[str, int]:
        """How many requests each pod answered well."""
        counts: dict[str, int] = {}
        for fate, count in self._fates():
            if fate.ok:
                counts[fate.pod] = counts.get(fate.pod, 0) + count
        return counts

    def errors(self) -> dict[str, int]:
        """What went wrong, and how often."""
        counts: dict[str, int] = {}
        for reason, count in self.reasons().items():
            counts[str(reason)] = counts.get(str(reason), 0) + count
        return counts

    def reasons(self) -> dict[Sentence, int]:
        """What went wrong, in no language, and how often."""
        counts: dict[Sentence, int] = {}
        for fate, count in self._fates():
            if fate.reason is not None:
                counts[fate.reason] = counts.get(fate.reason, 0) + count
        return counts

    def latency(self, share: float = 0.5) -> float | None:
        """The seconds within which that share of the answered requests was answered: 0.99 is the 99th percentile.

        None where none was answered.
        """
        if not 0 < share <= 1:
            raise ValueError(
                say(
                    es=f"una parte es más de 0 y como mucho 1, como 0.99, no {share!r}",
                    en=f"a share is more than 0 and at most 1, such as 0.99, not {share!r}",
                )
            )
        wanted = ceil(share * self.answered)
        for latency, count in sorted((fate.latency, count) for fate, count in self._fates() if fate.ok):
            wanted -= count
            if wanted <= 0:
                return latency
        return None

    def availability(self, bucket: float = 1.0) -> list[tuple[float, float]]:
        """The share of requests that were answered well, for each span of `bucket` seconds in which any was sent."""
        return [(at, sum(well.values()) / sent) for at, sent, well in self._record.spans(bucket)]

    def shares(self, bucket: float = 1.0) -> list[tuple[float, dict[str, float]]]:
        """For each span of `bucket` seconds the share of its requests that each pod answered well."""
        spans = self._record.spans(bucket)
        return [(at, {pod: many / sent for pod, many in well.items()}) for at, sent, well in spans]

    def outages(self) -> list[Outage]:
        """The spans in which no request was answered well."""
        return self._record.outages() if self.failed else []

    @property
    def lost_until(self) -> float | None:
        """When the last of the lost requests was sent; None where none was lost."""
        return self._record.last_lost() if self.failed else None

    def _fates(self) -> list[tuple[Fate, int]]:
        held = zip(self._record.fates, self._record.counts, strict=True)
        return [each for number, each in enumerate(held) if number != UNDER_WAY]

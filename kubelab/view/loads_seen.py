"""Loads of requests: those that are being sent now, and those that were at a past instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.network.sentences import Sentence


@dataclass(frozen=True)
class LoadSeen:
    """A load of requests that is being sent."""

    url: str
    rate: float
    sent: int
    answered: int
    source: str = ""
    reasons: tuple[tuple[Sentence, int], ...] = ()

    @property
    def lost(self) -> int:
        """How many got no good answer."""
        return sum(many for _, many in self.reasons)


def loads_now(cluster: Any) -> tuple[LoadSeen, ...]:
    """The loads that run."""
    return tuple(
        LoadSeen(load.url, load.rate, load.sent, load.answered, load.source or "", tuple(load.reasons().items()))
        for load in cluster.loads
        if load.running
    )


def loads_at(cluster: Any, time: float, number: int) -> tuple[LoadSeen, ...]:
    """The loads that ran at an instant, as the first so many journal entries tell: from first request to last.

    Left out
        Loads of one URL are seen as one.
    """
    rates = {load.url: load.rate for load in cluster.loads}
    sources = {load.url: load.source or "" for load in cluster.loads}
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    sent: dict[str, int] = dict.fromkeys(rates, 0)
    answered: dict[str, int] = dict.fromkeys(rates, 0)
    reasons: dict[str, dict[Sentence, int]] = {url: {} for url in rates}
    for entry in cluster.journal:
        if entry.verb != "request" or entry.object not in rates:
            continue
        first.setdefault(entry.object, entry.time)
        last[entry.object] = entry.time
        if entry.number <= number:
            many = entry.detail.get("count", 1)
            sent[entry.object] += many
            if 200 <= entry.detail["status"] < 400:
                answered[entry.object] += many
            else:
                counted, reason = reasons[entry.object], entry.detail["reason"]
                counted[reason] = counted.get(reason, 0) + many
    return tuple(
        LoadSeen(url, rates[url], sent[url], answered[url], sources[url], tuple(reasons[url].items()))
        for url, began in first.items()
        if began <= time <= last[url]
    )

"""Traffic: a load of requests over virtual time, and the record of what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.clock import Call
from kubelab.language import say
from kubelab.network.request import Trip, parsed, sender

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


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


class Traffic:
    """Sends `rate` requests a second to a URL while it runs, and remembers all of them.

    It is no reason for `settle` to wait: a cluster under a steady load can be at rest. Each request is made from the
    same `source` as `request` understands it.

    Left out
        Requests come at equal distances, and none waits for another.
    """

    def __init__(
        self,
        cluster: Cluster,
        url: str,
        rate: float,
        source: str | None = None,
        *,
        namespace: str = "default",
        timeout: float | None = None,
    ) -> None:
        if not 0 < rate <= 10_000:
            raise ValueError(
                say(
                    es=f"el ritmo va de más de 0 a 10 000 peticiones por segundo, no {rate!r}",
                    en=f"a rate is more than 0 and at most 10,000 requests a second, not {rate!r}",
                )
            )
        parsed(url)
        sender(cluster, source, namespace)
        self.cluster, self.url, self.rate = cluster, url, float(rate)
        self.source, self.namespace, self.timeout = source, namespace, timeout
        self.samples: list[Sample] = []
        self.failed = 0
        self._call: Call | None = None
        self._began = 0.0
        self._turn = 0

    # -- running

    @property
    def running(self) -> bool:
        """Whether requests are being sent."""
        return self._call is not None

    def start(self) -> Traffic:
        """Begin, with the first request at once."""
        if self._call is None:
            self._began, self._turn = self.cluster.clock.now, 0
            self._call = self.cluster.clock.call_later(0.0, self._send, quiet=True)
        return self

    def stop(self) -> Traffic:
        """Send no more; the record stays."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
        return self

    def _send(self) -> None:
        clock = self.cluster.clock
        clock.cause = 0
        self._turn += 1
        self._call = clock.call_at(self._began + self._turn / self.rate, self._send, quiet=True)
        try:
            answer = Trip(self.cluster, self.url, self.source, self.namespace, self.timeout).go()
        except ValueError as gone:  # the pod that sent them is no more
            self.samples.append(Sample(clock.now, False, "", "", str(gone), 0.0))
            self.failed += 1
            return
        self.failed += not answer.ok
        self.samples.append(Sample(clock.now, answer.ok, answer.pod, answer.node, answer.error, answer.latency))

    # -- what became of them

    @property
    def sent(self) -> int:
        """How many requests were sent."""
        return len(self.samples)

    @property
    def answered(self) -> int:
        """How many were answered well."""
        return len(self.samples) - self.failed

    def availability(self, bucket: float = 1.0) -> list[tuple[float, float]]:
        """The share of requests that were answered well, for each span of `bucket` seconds in which any was sent."""
        if bucket <= 0:
            raise ValueError(f"a bucket is some seconds long, not {bucket!r}")
        counts: dict[int, list[int]] = {}
        for sample in self.samples:
            held = counts.setdefault(int(sample.time // bucket), [0, 0])
            held[0] += 1
            held[1] += sample.ok
        return [(number * bucket, well / sent) for number, (sent, well) in counts.items()]

    def served_by(self) -> dict[str, int]:
        """How many requests each pod answered well."""
        counts: dict[str, int] = {}
        for sample in self.samples:
            if sample.ok:
                counts[sample.pod] = counts.get(sample.pod, 0) + 1
        return counts

    def errors(self) -> dict[str, int]:
        """What went wrong, and how often."""
        counts: dict[str, int] = {}
        for sample in self.samples:
            if not sample.ok:
                counts[sample.error] = counts.get(sample.error, 0) + 1
        return counts

    def outages(self) -> list[Outage]:
        """The spans in which no request was answered well."""
        found: list[Outage] = []
        start, lost = 0.0, 0
        for sample in self.samples:
            if sample.ok:
                if lost:
                    found.append(Outage(start, sample.time, lost))
                lost = 0
            else:
                start = start if lost else sample.time
                lost += 1
        return [*found, Outage(start, None, lost)] if lost else found

    def __deepcopy__(self, memo: dict[int, Any]) -> Traffic:
        from copy import deepcopy

        twin = Traffic.__new__(Traffic)
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            twin.__dict__[name] = list(value) if name == "samples" else deepcopy(value, memo)
        return twin

    def __repr__(self) -> str:
        share = f"{100 * self.answered / self.sent:.1f} %" if self.sent else say(es="nada aún", en="nothing yet")
        url, comma = self.url[:36], share.replace(".", ",")
        running, stopped = say(es="en marcha", en="running"), say(es="parado", en="stopped")
        state = running if self.running else stopped
        return say(
            es=f"Tráfico: {self.sent} peticiones a {url}, {self.failed} perdidas, {comma} con respuesta, {state}",
            en=f"Traffic: {self.sent} requests to {url}, {self.failed} lost, {share} answered, {state}",
        )

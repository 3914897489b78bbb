"""Probers: ask a container at intervals, without asking while the answer cannot be another."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from kubelab.clock import Call
from kubelab.node.probes import failure
from kubelab.node.runtime import SOON

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.container_record import ContainerRecord
    from kubelab.node.pod_worker import PodWorker
    from kubelab.node.runtime import Container

WORDS = {"readiness": "Readiness", "liveness": "Liveness", "startup": "Startup"}


class Prober:
    """One probe of one running container: finds the instants at which its verdict changes.

    Every probe that counts (a failure on the way to the threshold, the one that turns the verdict) is one call. Then,
    while all answers would be the same, nothing is queued: a container's behaviour is known, and so is the first probe
    whose answer differs.

    In Kubernetes
        pkg/kubelet/prober/worker.go. The probes of a kubelet that has just started are spread over a period there.

    Left out
        Unhealthy events of failures beyond the threshold: their count stops growing there.
    """

    __slots__ = ("call", "container", "count", "kind", "last", "probe", "record", "verdict", "worker")

    def __init__(
        self,
        worker: PodWorker,
        record: ContainerRecord,
        container: Container,
        kind: str,
        probe: core_v1.Probe,
        verdict: bool,
    ) -> None:
        self.worker, self.record, self.container, self.kind, self.probe = worker, record, container, kind, probe
        self.verdict = verdict
        self.last: bool | None = None  # what the latest probes said, `count` times in a row
        self.count = 0
        self.call: Call | None = None

    def start(self) -> None:
        """Begin: the first probe comes after the initial delay."""
        now = self.worker.kubelet.clock.now
        first = max(self.container.started + float(self.probe.initialDelaySeconds or 0), now)
        self._plan(first)

    def look_again(self) -> None:
        """Somebody has changed what the container does: the next probe that counts may be another."""
        self.stop()
        now, period = self.worker.kubelet.clock.now, float(self.probe.periodSeconds or 10)
        first = self.container.started + float(self.probe.initialDelaySeconds or 0)
        self._plan(first + max(ceil((now - first) / period), 0) * period)

    def stop(self) -> None:
        """Probe no more."""
        if self.call is not None:
            self.call.cancel()

    @property
    def _needed(self) -> int:
        """How many answers in a row, other than the verdict, turn it."""
        return int((self.probe.failureThreshold or 3) if self.verdict else (self.probe.successThreshold or 1))

    def _why(self, instant: float) -> str:
        address = self.worker.sandbox.address if self.worker.sandbox is not None else ""
        return failure(self.probe, self.record.spec, self.container, address, instant - self.container.started)

    def _plan(self, instant: float) -> None:
        """Queue the first probe from this instant on that counts, if there is one."""
        period = float(self.probe.periodSeconds or 10)
        while not self._counts(not self._why(instant)):
            age = instant - self.container.started
            later = next((stage for stage in self.container.behavior.stages() if stage > age), None)
            if later is None:
                self.call = None
                return
            instant += max(ceil((later - age) / period), 1) * period
        delay = instant - self.worker.kubelet.clock.now
        self.call = self.worker.kubelet.later(delay, self._probe, quiet=delay > SOON)

    def _counts(self, answer: bool) -> bool:
        """Whether such an answer changes anything: the verdict, the way to it, or what is said of failures."""
        if answer != self.verdict:
            return True
        if answer:
            return self.last is False
        return self.last is not False or self.count < int(self.probe.failureThreshold or 3)

    def _probe(self) -> None:
        now = self.worker.kubelet.clock.now
        why = self._why(now)
        answer = not why
        self.count = self.count + 1 if self.last is answer else 1
        self.last = answer
        if why:
            self.worker.event(self.record, "Warning", "Unhealthy", f"{WORDS[self.kind]} probe failed: {why}")
        if answer != self.verdict and self.count >= self._needed:
            self.verdict = answer
            if self.worker.probing.turned(self.record, self.kind, answer):
                return
        elif self.kind == "startup" and not answer and self.count >= int(self.probe.failureThreshold or 3):
            self.worker.probing.turned(self.record, self.kind, False)
            return
        self._plan(now + float(self.probe.periodSeconds or 10))

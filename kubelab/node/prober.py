"""Probers: ask a container at intervals, without asking while the answer cannot be another."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from kubelab.clock import Call
from kubelab.node.probes import Answer, answer, of_exec
from kubelab.node.runtime import SOON

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.container_record import ContainerRecord
    from kubelab.node.pod_worker import PodWorker
    from kubelab.node.runtime import Container

NEVER = float("inf")
WORDS = {"readiness": "Readiness", "liveness": "Liveness", "startup": "Startup"}


class Prober:
    """One probe of one running container: finds the instants at which its verdict changes.

    Every probe that counts (a failure on the way to the threshold, the one that turns the verdict) is one call. Then,
    while all answers would be the same, nothing is queued: a container's behaviour is known, and so is the first probe
    whose answer differs. Only a command that asks the network is run every time.

    In Kubernetes
        pkg/kubelet/prober/worker.go. The probes of a kubelet that has just started are spread over a period there.

    Left out
        Unhealthy events of failures beyond the threshold: their count stops growing there. So it does for probes that
        cannot be asked. A change of a mounted ConfigMap is noticed when something else changes.
    """

    __slots__ = (
        "asked", "call", "container", "count", "errors", "kind", "last", "probe", "record", "verdict", "worker",
    )  # fmt: skip

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
        self.errors = 0  # probes in a row that could not be asked
        self.asked = -1.0  # when it asked last
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
        instant = first + max(ceil((now - first) / period), 0) * period
        self._plan(instant if instant > self.asked else instant + period)

    def stop(self) -> None:
        """Probe no more."""
        if self.call is not None:
            self.call.cancel()

    @property
    def _needed(self) -> int:
        """How many answers in a row, other than the verdict, turn it."""
        return int((self.probe.failureThreshold or 3) if self.verdict else (self.probe.successThreshold or 1))

    @property
    def looks_around(self) -> bool:
        """Whether its answer may depend on the other containers of the pod."""
        return self.probe.exec is not None

    def _answer(self, instant: float) -> Answer:
        """What the probe will find then, as far as that is known now."""
        age = instant - self.container.started
        return answer(self.probe, self.record.spec, self.container, self.worker.sandbox, age)

    def _plan(self, instant: float) -> None:
        """Queue the first probe from this instant on that counts, if there is one."""
        period = float(self.probe.periodSeconds or 10)
        while not self._counts(self._answer(instant)):
            later = self._next_stage(instant)
            if later == NEVER:
                self.call = None
                return
            instant += max(ceil((later - instant) / period), 1) * period
        delay = instant - self.worker.kubelet.clock.now
        settled = self.probe.exec is not None and self.count > int(self.probe.failureThreshold or 3)
        self.call = self.worker.kubelet.later(delay, self._probe, quiet=delay > SOON or settled)

    def _next_stage(self, instant: float) -> float:
        """When, after an instant, the answer may be another."""
        sandbox = self.worker.sandbox
        if not self.looks_around or sandbox is None:
            return self.container.next_stage(instant)
        return min(each.next_stage(instant) for each in sandbox.containers.values())

    def _counts(self, found: Answer) -> bool:
        """Whether such an answer changes anything: the verdict, the way to it, or what is said of failures."""
        if found.asks:
            return True
        if found.errored:
            return self.errors < int(self.probe.failureThreshold or 3)
        if found.well != self.verdict:
            return True
        if found.well:
            return self.last is False
        return self.last is not False or self.count < int(self.probe.failureThreshold or 3)

    def _probe(self) -> None:
        now = self.asked = self.worker.kubelet.clock.now
        found = self._answer(now)
        if found.asks:
            found = self._ask()
        if found.errored:
            self.errors += 1
            self._say(f"errored and resulted in unknown state: {found.why}")
        elif self._heard(found):
            return
        self._plan(now + float(self.probe.periodSeconds or 10))

    def _heard(self, found: Answer) -> bool:
        """There is an answer. Answers whether it was the last that was wanted."""
        self.errors = 0
        self.count = self.count + 1 if self.last is found.well else 1
        self.last = found.well
        most = int(self.probe.failureThreshold or 3)
        if not found.well and (self.count <= most or self.verdict):
            self._say(f"failed: {found.why}")
        if found.well != self.verdict and self.count >= self._needed:
            self.verdict = found.well
            return self.worker.probing.turned(self.record, self.kind, found.well)
        if self.kind == "startup" and not found.well and self.count >= most:
            return self.worker.probing.turned(self.record, self.kind, False)
        return False

    def _ask(self) -> Answer:
        """Run a command that asks the network."""
        ran = self.worker.kubelet.runtime.exec_sync(self.worker.uid, self.container, self.probe.exec.command or [])
        return of_exec(self.probe, self.container, ran)

    def _say(self, what: str) -> None:
        self.worker.event(self.record, "Warning", "Unhealthy", f"{WORDS[self.kind]} probe {what}")

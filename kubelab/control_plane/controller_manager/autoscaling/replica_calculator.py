"""How many replicas a metric asks for.

In Kubernetes
    pkg/controller/podautoscaler/replica_calculator.go;
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from lightkube.models import core_v1

from kubelab.api.objects import condition
from kubelab.api.quantity import milli
from kubelab.timings import Timings

NO_METRICS = "did not receive metrics for targeted pods (pods might be unready)"


class MetricError(Exception):
    """A metric says nothing: why."""


@dataclass(frozen=True)
class Sample:
    """What one pod used, in thousandths, and of which time this tells."""

    value: int
    at: datetime
    window: timedelta


@dataclass(frozen=True)
class Proposal:
    """So many replicas; with the average use of a pod in thousandths and, of a share, in per cent of its requests."""

    replicas: int
    average: int
    utilization: int | None = None


@dataclass
class Question:
    """What a metric is asked: about which pods, of which resource (and container), as things are now."""

    resource: str
    container: str
    pods: list[core_v1.Pod]
    current: int
    tolerances: tuple[float, float]
    now: datetime
    timings: Timings

    def within(self, ratio: float) -> bool:
        """Whether the use is near enough to the target to leave everything as it is."""
        return 1.0 - self.tolerances[0] <= ratio <= 1.0 + self.tolerances[1]


def by_utilization(asked: Question, metrics: dict[str, Sample], target: int) -> Proposal:
    """For a target in per cent of what the pods request."""
    ready, unready, missing = _grouped(asked, metrics)
    requests = {pod.metadata.name: _requested(pod, asked) for pod in asked.pods}
    values = {name: sample.value for name, sample in metrics.items()}
    ratio, percent, average = _utilization(values, requests, target)
    fallback = {name: requests[name] * max(100, target) // 100 for name in missing}
    values |= _filled(ratio, unready, missing, fallback)
    again = _utilization(values, requests, target)[0]
    return Proposal(_replicas(asked, ratio, again, ready, unready, missing, len(values)), average, percent)


def by_value(asked: Question, metrics: dict[str, Sample], target: int) -> Proposal:
    """For a target in thousandths of a pod's average use."""
    ready, unready, missing = _grouped(asked, metrics)
    values = {name: sample.value for name, sample in metrics.items()}
    average = sum(values.values()) // len(values)
    ratio = average / target
    values |= _filled(ratio, unready, missing, dict.fromkeys(missing, target))
    again = sum(values.values()) // len(values) / target
    return Proposal(_replicas(asked, ratio, again, ready, unready, missing, len(values)), average)


def _grouped(asked: Question, metrics: dict[str, Sample]) -> tuple[int, list[str], list[str]]:
    """How many pods can be counted on, and the names of those that are not ready and of those without metrics.

    The metrics of pods that do not count are taken out.
    """
    if not asked.pods:
        raise MetricError("no pods returned by selector while calculating replica count")
    ready = 0
    unready: list[str] = []
    missing: list[str] = []
    for pod in asked.pods:
        name = pod.metadata.name
        if pod.metadata.deletionTimestamp is not None or pod.status.phase == "Failed":
            metrics.pop(name, None)
        elif pod.status.phase == "Pending":
            unready.append(name)
        elif name not in metrics:
            missing.append(name)
        elif asked.resource == "cpu" and _is_unready(pod, metrics[name], asked):
            unready.append(name)
        else:
            ready += 1
    for name in unready:
        metrics.pop(name, None)
    if not metrics:
        raise MetricError(NO_METRICS)
    return ready, unready, missing


def _is_unready(pod: core_v1.Pod, sample: Sample, asked: Question) -> bool:
    """Whether a pod's use of processors says nothing yet: it starts, or was never ready."""
    held, started = condition(pod, "Ready"), pod.status.startTime
    if held is None or started is None:
        return True
    if started + timedelta(seconds=asked.timings.autoscaler_cpu_initialization) > asked.now:
        return held.status == "False" or sample.at < held.lastTransitionTime + sample.window
    initial = started + timedelta(seconds=asked.timings.autoscaler_initial_readiness)
    return held.status == "False" and initial > held.lastTransitionTime


def _filled(ratio: float, unready: list[str], missing: list[str], fallback: dict[str, int]) -> dict[str, int]:
    """What is assumed of pods that nothing is known of: so that less is done rather than more."""
    found: dict[str, int] = {}
    if ratio < 1.0:
        found |= fallback
    elif ratio > 1.0:
        found |= dict.fromkeys([*missing, *unready], 0)
    return found


def _replicas(
    asked: Question, ratio: float, again: float, ready: int, unready: list[str], missing: list[str], counted: int
) -> int:
    if not missing and not (unready and ratio > 1.0):
        return asked.current if asked.within(ratio) else ceil(ratio * ready)
    if asked.within(again) or (ratio < 1.0 < again) or (again < 1.0 < ratio):
        return asked.current
    replicas = ceil(again * counted)
    turned = (again < 1.0 and replicas > asked.current) or (again > 1.0 and replicas < asked.current)
    return asked.current if turned else replicas


def _utilization(values: dict[str, int], requests: dict[str, int], target: int) -> tuple[float, int, int]:
    known = {name: value for name, value in values.items() if name in requests}
    used, requested = sum(known.values()), sum(requests[name] for name in known)
    if not requested:
        raise MetricError("no metrics returned matched known pods")
    percent = used * 100 // requested
    return percent / target, percent, used // len(known)


def _requested(pod: core_v1.Pod, asked: Question) -> int:
    """What a pod, or one container of it, requests, in thousandths."""
    whole = pod.spec.resources.requests if pod.spec.resources is not None else None
    if whole and not asked.container:
        if asked.resource not in whole:
            raise MetricError(f"missing pod-level request for {asked.resource} in Pod {pod.metadata.name}")
        return milli(whole[asked.resource])
    sidecars = [held for held in pod.spec.initContainers or () if held.restartPolicy == "Always"]
    total = 0
    for held in (*pod.spec.containers, *sidecars):
        if asked.container not in ("", held.name):
            continue
        requests: Any = (held.resources.requests if held.resources is not None else None) or {}
        if asked.resource not in requests:
            where = f"container {held.name} of Pod {pod.metadata.name}"
            raise MetricError(f"missing request for {asked.resource} in {where}")
        total += milli(requests[asked.resource])
        if asked.container:
            return total
    if asked.container:
        raise MetricError(f"container {asked.container} not found in Pod {pod.metadata.name}")
    return total

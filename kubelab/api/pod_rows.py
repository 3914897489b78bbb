"""The row of a pod in `kubectl get pods`: the one word in STATUS sums up a phase and all container states.

In Kubernetes
    `printPod` in `pkg/printers/internalversion/printers.go`. STATUS is no field of the API: it is made here.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubelab.api.duration import since

Cell = str | int


@dataclass
class _Summary:
    """What the cells of a pod are made of, gathered container by container."""

    reason: str
    ready: int = 0
    total: int = 0
    restarts: int = 0
    restarted: datetime | None = None

    def count_restarts(self, status: Any) -> None:
        """Add the restarts of one container, and remember the last."""
        self.restarts += status.restartCount or 0
        last = status.lastState.terminated if status.lastState else None
        if last and last.finishedAt and (self.restarted is None or self.restarted < last.finishedAt):
            self.restarted = last.finishedAt


def pod_row(pod: Any, now: datetime, wide: bool) -> list[Cell]:
    """The cells of a pod, those of `wide` included."""
    summary = _summary(pod)
    restarts = str(summary.restarts)
    if summary.restarts and summary.restarted:
        restarts = f"{summary.restarts} ({since(summary.restarted, now)} ago)"
    status = pod.status
    addresses = (status.podIPs if status else None) or []
    return [
        *(pod.metadata.name or "", f"{summary.ready}/{summary.total}", summary.reason, restarts),
        since(pod.metadata.creationTimestamp, now),
        (addresses[0].ip if addresses else None) or "<none>",
        pod.spec.nodeName or "<none>",
        (status.nominatedNodeName if status else None) or "<none>",
        _readiness_gates(pod),
    ]


def pod_status(pod: Any) -> str:
    """The word that stands in STATUS: `Running`, `ContainerCreating`, `CrashLoopBackOff`, `Terminating` …."""
    return _summary(pod).reason


def _summary(pod: Any) -> _Summary:
    status = pod.status
    phase = (status.phase if status else None) or ""
    summary = _Summary((status.reason if status else None) or phase, total=len(pod.spec.containers or []))
    for condition in _conditions(pod):
        if condition.type == "PodScheduled" and condition.reason == "SchedulingGated":
            summary.reason = "SchedulingGated"
    sidecars = [container.name for container in pod.spec.initContainers or [] if container.restartPolicy == "Always"]
    summary.total += len(sidecars)
    initializing = _count_init_containers(summary, pod, sidecars)
    if not initializing or _is_true(pod, "Initialized"):
        _count_containers(summary, pod, sidecars)
    if pod.metadata.deletionTimestamp:
        if status and status.reason == "NodeLost":
            summary.reason = "Unknown"
        elif phase not in ("Succeeded", "Failed"):
            summary.reason = "Terminating"
    return summary


def _count_init_containers(summary: _Summary, pod: Any, sidecars: list[str]) -> bool:
    """Whether the pod is still (or for ever) at its init containers; `summary.reason` then says where."""
    statuses = (pod.status.initContainerStatuses if pod.status else None) or []
    for i, status in enumerate(statuses):
        summary.count_restarts(status)
        waiting, terminated = _state(status, "waiting"), _state(status, "terminated")
        if terminated and not terminated.exitCode:
            continue
        if status.name in sidecars and status.started:
            summary.ready += bool(status.ready)
            continue
        if terminated:
            summary.reason = f"Init:{terminated.reason or _ending(terminated)}"
        elif waiting and waiting.reason and waiting.reason != "PodInitializing":
            summary.reason = f"Init:{waiting.reason}"
        else:
            summary.reason = f"Init:{i}/{len(pod.spec.initContainers or [])}"
        return True
    return False


def _count_containers(summary: _Summary, pod: Any, sidecars: list[str]) -> None:
    """Restarts of init containers no longer count once they are done, those of sidecars do."""
    summary.restarts, summary.restarted = 0, None
    for status in (pod.status.initContainerStatuses if pod.status else None) or []:
        if status.name in sidecars:
            summary.count_restarts(status)
    running = False
    for status in reversed((pod.status.containerStatuses if pod.status else None) or []):
        summary.count_restarts(status)
        waiting, terminated = _state(status, "waiting"), _state(status, "terminated")
        if waiting and waiting.reason:
            summary.reason = waiting.reason
        elif terminated:
            summary.reason = terminated.reason or _ending(terminated)
        elif status.ready and _state(status, "running"):
            running = True
            summary.ready += 1
    if summary.reason == "Completed" and running:
        summary.reason = "Running" if _is_true(pod, "Ready") else "NotReady"


def _state(status: Any, name: str) -> Any:
    return getattr(status.state, name) if status.state else None


def _ending(terminated: Any) -> str:
    return f"Signal:{terminated.signal}" if terminated.signal else f"ExitCode:{terminated.exitCode or 0}"


def _conditions(pod: Any) -> list[Any]:
    return (pod.status.conditions if pod.status else None) or []


def _is_true(pod: Any, condition_type: str) -> bool:
    return any(condition.type == condition_type and condition.status == "True" for condition in _conditions(pod))


def _readiness_gates(pod: Any) -> str:
    gates = pod.spec.readinessGates or []
    return f"{sum(_is_true(pod, gate.conditionType) for gate in gates)}/{len(gates)}" if gates else "<none>"

"""What a controller may report of the pods of a workload: numbers that fit together.

In Kubernetes
    `ValidateStatefulSetStatus`, `validateDaemonSetStatus` in `pkg/apis/apps/validation/validation.go`;
    `ValidateReplicationControllerStatus` in `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import not_negative

_Json = dict[str, Any]
_REPLICAS = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
_ON_NODES = (
    *("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"),
    *("observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable", "collisionCount"),
)
_CONTROLLED = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")


def statefulset_status(obj: _Json, old: _Json) -> Iterator[Cause]:
    """The status of a StatefulSet, where it changes."""
    status, before = obj.get("status", {}), old.get("status", {})
    if status != before:
        yield from _counted(status, ("replicas", *_REPLICAS, "observedGeneration", "collisionCount"))
        yield from _at_most(status, _REPLICAS, "replicas")
        yield from _at_most(status, ("availableReplicas",), "readyReplicas")
        yield from _grows(status, before)


def daemonset_status(obj: _Json, old: _Json) -> Iterator[Cause]:
    """The status of a DaemonSet, where it changes."""
    status, before = obj.get("status", {}), old.get("status", {})
    if status != before:
        yield from _counted(status, _ON_NODES)
        yield from _grows(status, before)


def replicas_status(obj: _Json, old: _Json) -> Iterator[Cause]:
    """The status of a ReplicationController, where it changes."""
    status = obj.get("status", {})
    if status != old.get("status", {}):
        yield from _counted(status, ("replicas", *_CONTROLLED, "observedGeneration"))
        yield from _at_most(status, _CONTROLLED, "replicas")
        yield from _at_most(status, ("availableReplicas",), "readyReplicas")


def _counted(status: _Json, fields: Sequence[str]) -> Iterator[Cause]:
    for field in fields:
        yield from not_negative(status.get(field), f"status.{field}")


def _at_most(status: _Json, fields: Sequence[str], most: str) -> Iterator[Cause]:
    for field in fields:
        if status.get(field, 0) > status.get(most, 0):
            yield Cause.invalid(f"status.{field}", status[field], f"cannot be greater than status.{most}")


def _grows(status: _Json, before: _Json) -> Iterator[Cause]:
    if status.get("collisionCount", 0) < before.get("collisionCount", 0):
        yield Cause.invalid("status.collisionCount", status.get("collisionCount", 0), "cannot be decremented")

"""A Deployment's conditions: Available, Progressing, ReplicaFailure."""

from __future__ import annotations

from datetime import datetime, timedelta

from lightkube.models import apps_v1

from kubelab.api.objects import replace

Conditions = tuple[apps_v1.DeploymentCondition, ...]
NO_DEADLINE = 2**31 - 1


def find(conditions: Conditions, type_: str) -> apps_v1.DeploymentCondition | None:
    """The condition of a type, or None."""
    return next((held for held in conditions if held.type == type_), None)


def without(conditions: Conditions, type_: str) -> Conditions:
    """The conditions but for one type."""
    return tuple(held for held in conditions if held.type != type_)


def with_condition(
    conditions: Conditions, type_: str, status: str, reason: str, message: str, now: datetime
) -> Conditions:
    """The conditions with this one set. One that says the same for the same reason stays as it is, times and all."""
    held = find(conditions, type_)
    if held is not None and held.status == status and held.reason == reason:
        return conditions
    since = held.lastTransitionTime if held is not None and held.status == status else now
    said = apps_v1.DeploymentCondition(
        type=type_, status=status, reason=reason, message=message, lastUpdateTime=now, lastTransitionTime=since
    )
    return (*without(conditions, type_), said)


def renewed(conditions: Conditions, reason: str, message: str, now: datetime) -> Conditions:
    """The conditions with Progressing true as of now: something has moved, and the deadline starts anew."""
    held = find(conditions, "Progressing")
    since = held.lastTransitionTime if held is not None and held.status == "True" else None
    fresh = with_condition(without(conditions, "Progressing"), "Progressing", "True", reason, message, now)
    return (*fresh[:-1], replace(fresh[-1], lastTransitionTime=since)) if since is not None else fresh


def has_deadline(deployment: apps_v1.Deployment) -> bool:
    """Whether anybody minds how long it takes: without a deadline there is no Progressing condition."""
    seconds = deployment.spec.progressDeadlineSeconds
    return seconds is not None and seconds != NO_DEADLINE


def timed_out(deployment: apps_v1.Deployment, conditions: Conditions, now: datetime) -> bool:
    """Whether nothing has moved for progressDeadlineSeconds."""
    held = find(conditions, "Progressing")
    if held is None or held.reason == "NewReplicaSetAvailable":
        return False
    if held.reason == "ProgressDeadlineExceeded":
        return True
    return held.lastUpdateTime + timedelta(seconds=deployment.spec.progressDeadlineSeconds) < now

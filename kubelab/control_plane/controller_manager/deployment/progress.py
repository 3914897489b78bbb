"""A Deployment's status: the counts, and whether it moves, is done, or is stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lightkube.models import apps_v1

from kubelab.api.objects import replace
from kubelab.control_plane.controller_manager.deployment.conditions import (
    Conditions,
    find,
    has_deadline,
    renewed,
    timed_out,
    with_condition,
    without,
)
from kubelab.control_plane.controller_manager.deployment.sizes import (
    available_in_all,
    surge_and_unavailable,
    wanted_in_all,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController, Rollout


def report_status(controller: DeploymentController, rollout: Rollout) -> None:
    """Write the counts and whether it is available, if they have changed."""
    deployment = rollout.deployment
    status = _counted(controller, rollout)
    if status != deployment.status:
        rollout.deployment = controller.client.update_status(replace(deployment, status=status))


def report(controller: DeploymentController, rollout: Rollout) -> None:
    """Write the whole status of a rollout, with its progress; come back when its deadline may have passed.

    In Kubernetes
        syncRolloutStatus in pkg/controller/deployment/progress.go
    """
    deployment = rollout.deployment
    status = _counted(controller, rollout)
    conditions: Conditions = tuple(status.conditions or ())
    held = find(conditions, "Progressing")
    if has_deadline(deployment):
        done = held is not None and held.reason == "NewReplicaSetAvailable"
        if not (done and (status.replicas or 0) == (status.updatedReplicas or 0)):
            conditions = _progress(controller, rollout, status, conditions)
    else:
        conditions = without(conditions, "Progressing")
    failures = [
        failed
        for rs in (rollout.new, *rollout.old)
        if rs is not None
        for failed in rs.status.conditions or ()
        if failed.type == "ReplicaFailure"
    ]
    if failures:
        first = failures[0]
        since = first.lastTransitionTime
        conditions = with_condition(conditions, "ReplicaFailure", first.status, first.reason, first.message, since)
    else:
        conditions = without(conditions, "ReplicaFailure")
    status = replace(status, conditions=list(conditions) or None)
    if status != deployment.status:
        rollout.deployment = controller.client.update_status(replace(deployment, status=status))
    _come_back(controller, rollout.deployment)


def is_complete(deployment: apps_v1.Deployment, status: apps_v1.DeploymentStatus) -> bool:
    """Whether all replicas are of the new version, available, and no others are left."""
    wanted = deployment.spec.replicas
    return (
        (status.updatedReplicas or 0) == wanted
        and (status.replicas or 0) == wanted
        and (status.availableReplicas or 0) == wanted
        and (status.observedGeneration or 0) >= deployment.metadata.generation
    )


def _progress(
    controller: DeploymentController, rollout: Rollout, status: apps_v1.DeploymentStatus, conditions: Conditions
) -> Conditions:
    deployment, now = rollout.deployment, controller.clock.date
    new = rollout.new
    who = f'ReplicaSet "{new.metadata.name}"' if new is not None else f'Deployment "{deployment.metadata.name}"'
    if is_complete(deployment, status):
        text = f"{who} has successfully progressed."
        return with_condition(conditions, "Progressing", "True", "NewReplicaSetAvailable", text, now)
    if _has_moved(deployment.status, status):
        return renewed(conditions, "ReplicaSetUpdated", f"{who} is progressing.", now)
    if timed_out(deployment, conditions, controller.clock.micro_date):
        text = f"{who} has timed out progressing."
        return with_condition(conditions, "Progressing", "False", "ProgressDeadlineExceeded", text, now)
    return conditions


def _counted(controller: DeploymentController, rollout: Rollout) -> apps_v1.DeploymentStatus:
    deployment, sets = rollout.deployment, rollout.all
    available = available_in_all(sets)
    _, unavailable = surge_and_unavailable(deployment)
    conditions: Conditions = tuple(deployment.status.conditions or ())
    if available >= deployment.spec.replicas - unavailable:
        said = ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    else:
        said = ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    conditions = with_condition(conditions, "Available", *said, controller.clock.date)
    return apps_v1.DeploymentStatus(
        observedGeneration=deployment.metadata.generation,
        replicas=sum(rs.status.replicas or 0 for rs in sets) or None,
        updatedReplicas=(rollout.new.status.replicas if rollout.new is not None else None) or None,
        readyReplicas=sum(rs.status.readyReplicas or 0 for rs in sets) or None,
        availableReplicas=available or None,
        unavailableReplicas=max(wanted_in_all(sets) - available, 0) or None,
        terminatingReplicas=sum(rs.status.terminatingReplicas or 0 for rs in sets),
        collisionCount=deployment.status.collisionCount,
        conditions=list(conditions),
    )


def _has_moved(before: apps_v1.DeploymentStatus, now: apps_v1.DeploymentStatus) -> bool:
    old_before = (before.replicas or 0) - (before.updatedReplicas or 0)
    old_now = (now.replicas or 0) - (now.updatedReplicas or 0)
    return (
        (now.updatedReplicas or 0) > (before.updatedReplicas or 0)
        or old_now < old_before
        or (now.readyReplicas or 0) > (before.readyReplicas or 0)
        or (now.availableReplicas or 0) > (before.availableReplicas or 0)
    )


def _come_back(controller: DeploymentController, deployment: apps_v1.Deployment) -> None:
    held = find(tuple(deployment.status.conditions or ()), "Progressing")
    if not has_deadline(deployment) or held is None:
        return
    if held.reason in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"):
        return
    due = held.lastUpdateTime + timedelta(seconds=deployment.spec.progressDeadlineSeconds + 1)
    wait = max((due - controller.clock.micro_date).total_seconds(), 0.001)
    controller.queue.add_after(f"{deployment.metadata.namespace}/{deployment.metadata.name}", wait, quiet=True)

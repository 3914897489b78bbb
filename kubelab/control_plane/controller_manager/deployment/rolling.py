"""RollingUpdate: a few pods of the new version up, a few of the old one down, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.control_plane.controller_manager.deployment import progress
from kubelab.control_plane.controller_manager.deployment.revisions import by_creation, forgettable
from kubelab.control_plane.controller_manager.deployment.sizes import (
    available_in_all,
    new_replicas,
    surge_and_unavailable,
    wanted_in_all,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController, Rollout


def roll(controller: DeploymentController, rollout: Rollout) -> None:
    """One step: the new ReplicaSet up as far as maxSurge allows, else the old ones down as far as maxUnavailable does.

    In Kubernetes
        pkg/controller/deployment/rolling.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
    """
    controller.ensure_newest(rollout)
    scaled = _scale_new(controller, rollout) or _scale_old(controller, rollout)
    if not scaled and progress.is_complete(rollout.deployment, rollout.deployment.status):
        clean_up(controller, rollout)
    progress.report(controller, rollout)


def clean_up(controller: DeploymentController, rollout: Rollout) -> None:
    """Delete the old ReplicaSets beyond revisionHistoryLimit."""
    for rs in forgettable(rollout.deployment, rollout.old):
        try:
            controller.client.delete("replicasets", rs.metadata.name, rs.metadata.namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise
        rollout.old = [held for held in rollout.old if held is not rs]


def _scale_new(controller: DeploymentController, rollout: Rollout) -> bool:
    replicas, rs = rollout.deployment.spec.replicas, rollout.new
    if rs.spec.replicas == replicas:
        return False
    if rs.spec.replicas > replicas:
        return controller.scale_set(rollout, rs, replicas)
    return controller.scale_set(rollout, rs, new_replicas(rollout.deployment, rollout.all, rs.spec.replicas))


def _scale_old(controller: DeploymentController, rollout: Rollout) -> bool:
    if not wanted_in_all(rollout.old):
        return False
    _, unavailable = surge_and_unavailable(rollout.deployment)
    least = rollout.deployment.spec.replicas - unavailable
    new_unavailable = rollout.new.spec.replicas - (rollout.new.status.availableReplicas or 0)
    spare = wanted_in_all(rollout.all) - least - new_unavailable
    if spare <= 0:
        return False
    removed = _scale_unhealthy(controller, rollout, spare)
    if removed is None:
        return False
    return _scale_available(controller, rollout, least) or removed


def _scale_unhealthy(controller: DeploymentController, rollout: Rollout, spare: int) -> bool | None:
    """Old pods that are not available go first: nobody misses them. None: the counts are behind; newer ones come."""
    left = spare
    for rs in by_creation(rollout.old):
        if left <= 0:
            break
        unhealthy = rs.spec.replicas - (rs.status.availableReplicas or 0)
        if rs.spec.replicas and unhealthy < 0:
            return None
        count = min(left, unhealthy)
        if rs.spec.replicas and count > 0:
            controller.scale_set(rollout, rs, rs.spec.replicas - count)
            left -= count
    return left < spare


def _scale_available(controller: DeploymentController, rollout: Rollout, least: int) -> bool:
    spare = available_in_all(rollout.all) - least
    left = spare
    for rs in by_creation(rollout.old):
        count = min(rs.spec.replicas, left)
        if count > 0:
            controller.scale_set(rollout, rs, rs.spec.replicas - count)
            left -= count
    return spare > 0 and left < spare

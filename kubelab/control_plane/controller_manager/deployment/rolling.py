"""RollingUpdate: a few pods of the new version up, a few of the old one down, and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1

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
    deployment, rs = rollout.deployment, rollout.new
    replicas = deployment.spec.replicas
    if rs.spec.replicas < replicas:
        replicas = new_replicas(deployment, rollout.all, rs.spec.replicas)
    return controller.resize(deployment, rs, replicas) is not rs


def _scale_old(controller: DeploymentController, rollout: Rollout) -> bool:
    deployment, new = rollout.deployment, rollout.new
    old = by_creation([rs for rs in rollout.old if rs.spec.replicas])
    if not old:
        return False
    _, unavailable = surge_and_unavailable(deployment)
    least = deployment.spec.replicas - unavailable
    new_unavailable = new.spec.replicas - (new.status.availableReplicas or 0)
    spare = wanted_in_all(rollout.all) - least - new_unavailable
    if spare <= 0:
        return False
    left = _scale_unhealthy(controller, deployment, old, spare)
    if left is None:
        return False
    scaled = _scale_available(controller, deployment, left, available_in_all([*left, new]) - least)
    return scaled or left != old


def _scale_unhealthy(
    controller: DeploymentController, deployment: apps_v1.Deployment, old: list[apps_v1.ReplicaSet], spare: int
) -> list[apps_v1.ReplicaSet] | None:
    """Old pods that are not available go first: nobody misses them. None: the counts are behind; newer ones come."""
    left = []
    for rs in old:
        unhealthy = rs.spec.replicas - (rs.status.availableReplicas or 0)
        if spare > 0 and unhealthy < 0:
            return None
        count = min(spare, unhealthy)
        left.append(controller.resize(deployment, rs, rs.spec.replicas - count) if count > 0 else rs)
        spare -= max(count, 0)
    return left


def _scale_available(
    controller: DeploymentController, deployment: apps_v1.Deployment, old: list[apps_v1.ReplicaSet], spare: int
) -> bool:
    scaled = False
    for rs in old:
        count = min(rs.spec.replicas, spare)
        if count > 0:
            controller.resize(deployment, rs, rs.spec.replicas - count)
            spare -= count
            scaled = True
    return scaled

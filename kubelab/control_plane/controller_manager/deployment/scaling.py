"""Scaling: more or fewer replicas, shared out among the versions that are running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1

from kubelab.control_plane.controller_manager.deployment.revisions import by_creation
from kubelab.control_plane.controller_manager.deployment.sizes import (
    DESIRED,
    annotated,
    is_rolling,
    share,
    surge_and_unavailable,
    wanted_in_all,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController, Rollout


def is_scaling(rollout: Rollout) -> bool:
    """Whether somebody has changed `replicas` since the ReplicaSets were last sized."""
    replicas = rollout.deployment.spec.replicas
    sizes = [annotated(rs, DESIRED) for rs in rollout.all if rs.spec.replicas]
    return any(size is not None and size != replicas for size in sizes)


def scale(controller: DeploymentController, rollout: Rollout) -> None:
    """Bring the ReplicaSets to the Deployment's size.

    In Kubernetes
        pkg/controller/deployment/sync.go, `scale`;
        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
    """
    deployment = rollout.deployment
    only = _active_or_latest(rollout)
    if only is not None:
        controller.resize(deployment, only, deployment.spec.replicas)
        return
    if rollout.new is not None and _is_saturated(deployment, rollout.new):
        for rs in by_creation([rs for rs in rollout.old if rs.spec.replicas]):
            controller.resize(deployment, rs, 0)
        return
    if is_rolling(deployment):
        _share_out(controller, rollout)


def _share_out(controller: DeploymentController, rollout: Rollout) -> None:
    deployment = rollout.deployment
    active = by_creation([rs for rs in rollout.all if rs.spec.replicas])
    allowed = deployment.spec.replicas + surge_and_unavailable(deployment)[0] if deployment.spec.replicas else 0
    to_add = allowed - wanted_in_all(active)
    if to_add > 0:
        active.reverse()  # of equal sizes the newer gains first, the older loses first
    active.sort(key=_size, reverse=True)
    sizes, added = [], 0
    for rs in active:
        part = share(deployment, rs, to_add, added)
        sizes.append(rs.spec.replicas + part)
        added += part
    for index, (rs, size) in enumerate(zip(active, sizes, strict=True)):
        rest = to_add - added if index == 0 and to_add else 0
        controller.scale_set(deployment, rs, max(size + rest, 0))


def _size(rs: apps_v1.ReplicaSet) -> int:
    return rs.spec.replicas


def _active_or_latest(rollout: Rollout) -> apps_v1.ReplicaSet | None:
    """The one ReplicaSet that has pods; where none has, the newest; where several have, None."""
    active = [rs for rs in rollout.all if rs.spec.replicas]
    if len(active) == 1:
        return active[0]
    if active:
        return None
    return rollout.new or (by_creation(rollout.old)[-1] if rollout.old else None)


def _is_saturated(deployment: apps_v1.Deployment, rs: apps_v1.ReplicaSet) -> bool:
    wanted = deployment.spec.replicas
    return rs.spec.replicas == wanted == annotated(rs, DESIRED) == (rs.status.availableReplicas or 0)

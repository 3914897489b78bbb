"""Recreate: all of the old version down, and only then the new one up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.objects import controller_of
from kubelab.control_plane.controller_manager.deployment import progress, rolling

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController, Rollout


def recreate(controller: DeploymentController, rollout: Rollout) -> None:
    """One step.

    In Kubernetes
        pkg/controller/deployment/recreate.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment
    """
    deployment = rollout.deployment
    scaled = [controller.resize(deployment, rs, 0) for rs in rollout.old if rs.spec.replicas]
    if scaled or _old_pods_run(controller, rollout):
        progress.report(controller, rollout)
        return
    controller.ensure_newest(rollout)
    controller.resize(deployment, rollout.new, deployment.spec.replicas)
    if progress.is_complete(rollout.deployment, rollout.deployment.status):
        rolling.clean_up(controller, rollout)
    progress.report(controller, rollout)


def _old_pods_run(controller: DeploymentController, rollout: Rollout) -> bool:
    if any(rs.status.replicas for rs in rollout.old):
        return True
    old = [rs.metadata.uid for rs in rollout.old]
    for pod in controller.informer("pods"):
        owner = controller_of(pod)
        if owner is not None and owner.uid in old and pod.status.phase not in ("Succeeded", "Failed"):
            return True
    return False

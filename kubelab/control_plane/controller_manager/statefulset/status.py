"""What the status of a StatefulSet says.

In Kubernetes
    computeReplicaStatus and completeRollingUpdate in pkg/controller/statefulset
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1

from kubelab.api.objects import is_available, replace
from kubelab.control_plane.controller_manager.statefulset.identity import (
    is_created,
    is_running_and_ready,
    is_terminating,
    revision_name,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.statefulset.update import Look


def status_of(look: Look) -> apps_v1.StatefulSetStatus:
    """The pods counted, as they were when they were looked at."""
    sts, seconds = look.sts, look.sts.spec.minReadySeconds or 0
    created = [pod for pod in [*look.replicas, *look.condemned] if is_created(pod)]
    ready = [pod for pod in created if is_running_and_ready(pod)]
    staying = [revision_name(pod) for pod in created if not is_terminating(pod)]
    current = max(staying.count(look.current.metadata.name) - look.deleted_for_update, 0)
    updated = staying.count(look.update.metadata.name)
    status = apps_v1.StatefulSetStatus(
        replicas=len(created),
        readyReplicas=len(ready) or None,
        availableReplicas=sum(is_available(pod, seconds, look.now) for pod in ready),
        currentReplicas=current or None,
        updatedReplicas=updated or None,
        currentRevision=look.current.metadata.name,
        updateRevision=look.update.metadata.name,
        collisionCount=look.collisions,
        observedGeneration=sts.metadata.generation,
    )
    if look.rolls and updated == len(ready) == len(created) == sts.spec.replicas:
        return replace(status, currentReplicas=updated or None, currentRevision=status.updateRevision)
    return status

"""A pod's conditions as others than its kubelet write them."""

from __future__ import annotations

from datetime import datetime

from lightkube.models import core_v1

from kubelab.api.objects import condition, replace, with_status


def with_condition(pod: core_v1.Pod, wanted: core_v1.PodCondition, now: datetime) -> core_v1.Pod:
    """The pod with this condition; the very same pod if it says so already.

    `lastTransitionTime` moves only when the status does.

    In Kubernetes
        UpdatePodCondition in pkg/api/v1/pod/util.go
    """
    held = condition(pod, wanted.type)
    since = held.lastTransitionTime if held is not None and held.status == wanted.status else now
    wanted = replace(wanted, lastTransitionTime=since)
    if held is None:
        return with_status(pod, conditions=[*(pod.status.conditions or ()), wanted])
    if (held.status, held.reason, held.message) == (wanted.status, wanted.reason, wanted.message):
        return pod
    return with_status(pod, conditions=[wanted if each is held else each for each in pod.status.conditions])


def disruption_target(reason: str, message: str) -> core_v1.PodCondition:
    """The condition by which others see that a pod did not end by itself.

    In Kubernetes
        https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    """
    return core_v1.PodCondition(type="DisruptionTarget", status="True", reason=reason, message=message)

"""What is said of a pod that could not be scheduled: the event, the condition, and the node that it is to have.

In Kubernetes
    `handleSchedulingFailure` in `pkg/scheduler/schedule_one.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, with_meta, with_status

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.scheduler import Scheduler


def say_why_not(
    scheduler: Scheduler, pod: core_v1.Pod, message: str, reason: str = "Unschedulable", nominated: str | None = None
) -> None:
    """Record the FailedScheduling event, and write the PodScheduled condition where it says something new.

    `nominated` is the node on which room is being made; empty if there is none any more, None leaves what was said.
    """
    scheduler.recorder.event(pod, "Warning", "FailedScheduling", message)
    held, before = condition(pod, "PodScheduled"), (pod.status.nominatedNodeName or "")
    nominated = before if nominated is None else nominated
    told_before = held is not None and (held.status, held.reason, held.message) == ("False", reason, message)
    if told_before and nominated == before:
        return
    now = scheduler.clock.date
    told = core_v1.PodCondition(
        type="PodScheduled",
        status="False",
        reason=reason,
        message=message,
        lastTransitionTime=held.lastTransitionTime if held is not None and held.status == "False" else now,
        observedGeneration=pod.metadata.generation,
    )
    others = [each for each in pod.status.conditions or () if each.type != "PodScheduled"]
    # Only the scheduler writes to a pod without a node, so no newer status can be lost.
    newer = with_status(pod, conditions=[*others, told], nominatedNodeName=nominated or None)
    try:
        scheduler.client.update_status(with_meta(newer, resourceVersion=None))
    except ApiError:
        return  # it is said again at the next attempt

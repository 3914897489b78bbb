"""How a Job sees one of its pods: counted or not, failed or not, over since when."""

from __future__ import annotations

from datetime import datetime, timedelta

from lightkube.models import batch_v1, core_v1

from kubelab.api.objects import condition

TRACKING = "batch.kubernetes.io/job-tracking"  # the finalizer of a pod that its Job has not counted yet
CONTROLLER = "kubernetes.io/job-controller"  # what `spec.managedBy` says of a Job that is ours


def is_finished(job: batch_v1.Job) -> bool:
    """Whether the Job has ended, well or not."""
    return finished_as(job) is not None


def finished_as(job: batch_v1.Job) -> str | None:
    """`Complete` or `Failed`; None while the Job is not over."""
    for held in (job.status.conditions if job.status is not None else None) or ():
        if held.type in ("Complete", "Failed") and held.status == "True":
            return held.type
    return None


def is_tracked(pod: core_v1.Pod) -> bool:
    """Whether the pod still has the finalizer by which it waits to be counted."""
    return TRACKING in (pod.metadata.finalizers or ())


def is_terminating(pod: core_v1.Pod) -> bool:
    """Whether the pod was told to go, and something of it may still run."""
    return pod.metadata.deletionTimestamp is not None and pod.status.phase not in ("Succeeded", "Failed")


def only_failed_are_replaced(job: batch_v1.Job) -> bool:
    """Whether a pod that is ending is replaced only when it is over."""
    return job.spec.podReplacementPolicy == "Failed" or job.spec.podFailurePolicy is not None


def is_failed(pod: core_v1.Pod, job: batch_v1.Job) -> bool:
    """Whether the pod counts as failed: one that was deleted does too, for it may never come to say so."""
    if pod.status.phase == "Failed":
        return True
    if only_failed_are_replaced(job):
        return False
    return pod.metadata.deletionTimestamp is not None and pod.status.phase != "Succeeded"


def finished_at(pod: core_v1.Pod) -> datetime:
    """When the pod was over, as well as can be told.

    In Kubernetes
        getFinishedTime in pkg/controller/job/backoff_utils.go
    """
    ends = [
        held.state.terminated.finishedAt if held.state is not None and held.state.terminated is not None else None
        for held in pod.status.containerStatuses or ()
    ]
    if ends and all(ends):
        return max(end for end in ends if end is not None)
    ready = condition(pod, "Ready")
    if ready is not None and ready.status == "False" and ready.lastTransitionTime is not None:
        return ready.lastTransitionTime
    meta = pod.metadata
    if meta.deletionTimestamp is not None:
        return meta.deletionTimestamp - timedelta(seconds=meta.deletionGracePeriodSeconds or 0)
    return meta.creationTimestamp


def restarts(pods: list[core_v1.Pod]) -> int:
    """How often the containers of the pods that are not over were started again."""
    return sum(
        held.restartCount
        for pod in pods
        if pod.status.phase in ("Running", "Pending")
        for held in (*(pod.status.initContainerStatuses or ()), *(pod.status.containerStatuses or ()))
    )

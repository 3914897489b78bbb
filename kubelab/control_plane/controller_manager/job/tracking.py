"""Counting a Job's pods so that none is counted twice, and none is lost: finalizers, and the uncounted.

A pod that is over is first written into `status.uncountedTerminatedPods`; then its finalizer is taken away; then it is
added to the counts. Whoever stops in the middle knows where it was.

In Kubernetes
    trackJobStatusAndRemoveFinalizers in pkg/controller/job/job_controller.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-tracking-with-finalizers
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import batch_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import with_meta
from kubelab.control_plane.controller_manager.job.indexes import (
    Indexes,
    has_limit_per_index,
    index_of,
    is_indexed,
    is_valid,
)
from kubelab.control_plane.controller_manager.job.pods import TRACKING, is_failed, is_tracked
from kubelab.control_plane.controller_manager.job.policies import judge
from kubelab.control_plane.controller_manager.job.sync import JobSync

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.job.controller import JobController

MOST_UNCOUNTED = 500  # in one turn, so that the status does not grow too large


def track(controller: JobController, key: str, sync: JobSync, changed: bool) -> None:
    """Count the pods that are over, let them go, and end the Job if it is to end; write the status if it has `changed`.

    Raises
    ------
    ApiError
        The status could not be written, or a finalizer not be taken away.
    """
    pods = sorted(sync.pods, key=index_of) if is_indexed(sync.job) else sync.pods
    waiting = {pod.metadata.uid: True for pod in pods if sync.waits_for(pod)}
    changed = _count_released(sync, waiting) or changed
    over, noted, full = _note_ended(sync, pods)
    changed = _write_indexes(sync) or noted or changed
    changed = _announce_end(sync) or changed
    if changed:
        sync.job = controller.client.update_status(sync.job)
        controller.backoffs[key] = sync.backoff
        changed = False
    failure: ApiError | None = None
    for pod in over:
        try:
            release(controller, key, pod)
        except ApiError as refused:
            failure = failure or refused
        else:
            waiting.pop(pod.metadata.uid, None)
    changed = _count_released(sync, waiting) or changed
    if failure is not None:
        if changed:
            controller.client.update_status(sync.job)
        raise failure
    ended = not full and _enact_end(sync)
    if changed or ended:
        sync.job = controller.client.update_status(sync.job)
        if ended:
            _say_so(controller, sync)


def release(controller: JobController, key: str, pod: core_v1.Pod) -> None:
    """Take the finalizer off a pod; one that is gone is let go already."""
    if not is_tracked(pod):
        return
    meta = pod.metadata
    controller.releases.expect(key, meta.uid, "released")
    try:
        latest = controller.client.get("pods", meta.name, meta.namespace)
        if latest.metadata.uid == meta.uid and is_tracked(latest):
            left = [held for held in latest.metadata.finalizers if held != TRACKING]
            controller.client.update(with_meta(latest, finalizers=left or None))
    except ApiError as refused:
        controller.releases.seen(key, meta.uid, "released")
        if refused.code != 404:
            raise


def _note_ended(sync: JobSync, pods: list[core_v1.Pod]) -> tuple[list[core_v1.Pod], bool, bool]:
    """Write the pods that are over among the uncounted.

    Answers which pods may go, whether any is new, and whether there are too many for one turn.
    """
    job, held = sync.job, sync.uncounted
    succeeded, failed = list(held.succeeded or ()), list(held.failed or ())
    found: list[int] = []
    over: list[core_v1.Pod] = []
    new = full = False
    by_success = sync.finished is not None and sync.finished.type == "SuccessCriteriaMet"
    for pod in pods:
        if not sync.waits_for(pod) or not _may_go(sync, pod):
            continue
        over.append(pod)
        uid, valid = pod.metadata.uid, not is_indexed(job) or is_valid(pod, job)
        if pod.status.phase == "Succeeded" and uid not in (held.failed or ()):
            if not is_indexed(job):
                if uid not in (held.succeeded or ()):
                    succeeded.append(uid)
                    new = True
            elif valid and index_of(pod) not in sync.succeeded_before:
                found.append(index_of(pod))
                new = True
        elif is_failed(pod, job) or (sync.finished is not None and not by_success):
            counts = judge(job.spec.podFailurePolicy, pod).counts
            if uid not in (held.failed or ()) and valid and counts:
                failed.append(uid)
                new = True
        if len(found) + len(succeeded) + len(failed) >= MOST_UNCOUNTED:
            full = True
            break
    sync.set_status(
        uncountedTerminatedPods=batch_v1.UncountedTerminatedPods(succeeded=succeeded or None, failed=failed or None)
    )
    sync.succeeded_indexes |= Indexes.of(found)
    return over, new, full


def _may_go(sync: JobSync, pod: core_v1.Pod) -> bool:
    """Whether nobody needs the pod any more; one that its successor must still learn from is needed."""
    if sync.job.metadata.deletionTimestamp is not None or sync.finished is not None:
        return True
    if pod.status.phase == "Succeeded":
        return True
    if not is_failed(pod, sync.job):
        return False
    kept = sync.replaceable.get(index_of(pod)) if has_limit_per_index(sync.job) else None
    return kept is None or kept.metadata.uid != pod.metadata.uid


def _count_released(sync: JobSync, waiting: dict[str, bool]) -> bool:
    """Count the uncounted that have lost their finalizer; whether there were any."""
    held, status = sync.uncounted, sync.job.status
    succeeded = [uid for uid in held.succeeded or () if uid in waiting]
    failed = [uid for uid in held.failed or () if uid in waiting]
    more_succeeded, more_failed = len(held.succeeded or ()) - len(succeeded), len(held.failed or ()) - len(failed)
    if not more_succeeded and not more_failed:
        return False
    sync.set_status(
        succeeded=(status.succeeded or 0) + more_succeeded or None,
        failed=(status.failed or 0) + more_failed or None,
        uncountedTerminatedPods=batch_v1.UncountedTerminatedPods(succeeded=succeeded or None, failed=failed or None),
    )
    return True


def _write_indexes(sync: JobSync) -> bool:
    if not is_indexed(sync.job):
        return False
    before = sync.job.status
    failed = None if sync.failed_indexes is None else str(sync.failed_indexes)
    done = str(sync.succeeded_indexes) or None
    sync.set_status(completedIndexes=done, failedIndexes=failed, succeeded=sync.succeeded_indexes.total or None)
    return (before.completedIndexes, before.failedIndexes) != (done, failed)


def _announce_end(sync: JobSync) -> bool:
    """First say how the Job will end; that it has ended is said when the last pod is gone."""
    ending = sync.finished
    if ending is None or ending.type not in ("FailureTarget", "SuccessCriteriaMet"):
        return False
    new = sync.has(ending.type) is None
    if new:
        sync.set_status(conditions=[*(sync.job.status.conditions or ()), ending])
    end = "Failed" if ending.type == "FailureTarget" else "Complete"
    sync.finished = sync.condition(end, ending.reason, ending.message)
    return new


def _enact_end(sync: JobSync) -> bool:
    """Say that the Job is over, if all its pods are counted and over."""
    ending, left = sync.finished, sync.uncounted
    if ending is None or left.succeeded or left.failed or sync.terminating > 0:
        return False
    sync.ensure(ending.type, ending.status, ending.reason, ending.message)
    if ending.type == "Complete":
        sync.set_status(completionTime=ending.lastTransitionTime)
    return True


def _say_so(controller: JobController, sync: JobSync) -> None:
    job, ending = sync.job, sync.finished
    if ending is None:
        return
    if ending.type != "Complete":
        controller.recorder.event(job, "Warning", ending.reason or "", ending.message or "")
        return
    if job.spec.completions is not None and (job.status.succeeded or 0) > job.spec.completions:
        message = "Too many succeeded pods running after completion count reached"
        controller.recorder.event(job, "Warning", "TooManySucceededPods", message)
    controller.recorder.event(job, "Normal", "Completed", "Job completed")

"""As many active pods as a Job wants: what is made and deleted in one turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_ready, path_of
from kubelab.control_plane.controller_manager.job.backoff import of_index
from kubelab.control_plane.controller_manager.job.indexes import (
    Indexes,
    has_limit_per_index,
    indexes_of,
    is_indexed,
)
from kubelab.control_plane.controller_manager.job.new_pods import new_pod, superfluous
from kubelab.control_plane.controller_manager.job.pods import is_terminating, only_failed_are_replaced
from kubelab.control_plane.controller_manager.job.sync import JobSync
from kubelab.control_plane.controller_manager.job.tracking import release

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.job.controller import JobController

BURST = 500  # pods made or deleted in one turn


def wanted_active(sync: JobSync) -> int:
    """How many pods should be at work: never more than there are completions left."""
    spec = sync.job.spec
    if spec.completions is None:
        return len(sync.active) if sync.succeeded > 0 else spec.parallelism
    return max(min(spec.completions - sync.succeeded, spec.parallelism), 0)


def manage(controller: JobController, key: str, sync: JobSync) -> ApiError | None:
    """Delete pods that are too many, or make those that are missing, if the last failure was long enough ago.

    Answers the first refusal.

    In Kubernetes
        manageJob in pkg/controller/job/job_controller.go
    """
    job, has, now = sync.job, len(sync.active), sync.now
    wants = 0 if job.spec.suspend else wanted_active(sync)
    going = superfluous(job, sync.active, max(has - wants, 0), now)[:BURST]
    if going or job.spec.suspend:
        if going:
            controller.note(path_of(job), {"has": has, "wants": wants, "deletes": len(going)})
        return _delete(controller, key, sync, going)
    missing = wants - has - (sync.terminating if only_failed_are_replaced(job) else 0)
    if missing <= 0:
        return None
    delay = 0.0 if has_limit_per_index(job) else sync.backoff.remaining(now, controller.timings)
    indexes: list[int | None] = [None] * min(missing, BURST)
    if is_indexed(job):
        pending = _pending(sync, len(indexes))
        delays = [of_index(sync.replaceable.get(index)).remaining(now, controller.timings) for index in pending]
        indexes = [index for index, wait in zip(pending, delays, strict=True) if not wait]
        if not indexes and delays:
            delay = max(delay, min(delays))
    if delay > 0:
        controller.queue.add_after(key, max(delay, controller.timings.job_sync_batch))
        sync.counts_active = 0  # so does Kubernetes, while it waits
        return None
    if indexes:
        controller.note(path_of(job), {"has": has, "wants": wants, "creates": len(indexes)})
    return _create(controller, key, sync, indexes)


def _pending(sync: JobSync, count: int) -> list[int]:
    """The first indexes that nobody works on and that are not done."""
    taken = sync.succeeded_indexes | indexes_of(sync.active) | (sync.failed_indexes or Indexes())
    if only_failed_are_replaced(sync.job):
        taken |= indexes_of(pod for pod in sync.pods if is_terminating(pod))
    return taken.missing(count, sync.job.spec.completions)


def _create(controller: JobController, key: str, sync: JobSync, indexes: list[int | None]) -> ApiError | None:
    """Make pods in batches of 1, 2, 4 …: where the first fails, the others are not even tried."""
    job, batch = sync.job, 1
    while indexes:
        failure: ApiError | None = None
        for index in indexes[:batch]:
            try:
                replaced = None if index is None else sync.replaceable.get(index)
                made = controller.client.create(new_pod(job, index, replaced))
            except ApiError as refused:
                if refused.namespace_is_terminating:
                    return None
                controller.recorder.event(job, "Warning", "FailedCreate", f"Error creating: {refused.message}")
                failure = failure or refused
                continue
            sync.counts_active += 1
            controller.expectations.expect(key, made.metadata.uid, "created")
            controller.recorder.event(job, "Normal", "SuccessfulCreate", f"Created pod: {made.metadata.name}")
        if failure is not None:
            return failure
        indexes = indexes[batch:]
        batch *= 2
    return None


def _delete(controller: JobController, key: str, sync: JobSync, pods: list[core_v1.Pod]) -> ApiError | None:
    """Delete pods that are too many: they need not be counted."""
    failure: ApiError | None = None
    for pod in pods:
        uid = pod.metadata.uid
        controller.expectations.expect(key, uid, "deleted")
        try:
            release(controller, key, pod)
            _delete_one(controller, sync, pod)
        except ApiError as refused:
            controller.expectations.seen(key, uid, "deleted")
            failure = failure or refused
    return failure


def delete_active(controller: JobController, sync: JobSync) -> ApiError | None:
    """The Job is over: delete the pods that are still at work. They keep their finalizers, to be counted."""
    failure: ApiError | None = None
    if sync.active:
        controller.note(path_of(sync.job), {"ends": sync.finished.reason, "deletes": len(sync.active)})
    for pod in sync.active:
        try:
            _delete_one(controller, sync, pod)
        except ApiError as refused:
            failure = failure or refused
    return failure


def _delete_one(controller: JobController, sync: JobSync, pod: core_v1.Pod) -> None:
    try:
        controller.client.delete("pods", pod.metadata.name, pod.metadata.namespace)
    except ApiError as refused:
        if refused.code != 404:
            controller.recorder.event(sync.job, "Warning", "FailedDelete", f"Error deleting: {refused.message}")
            raise
    else:
        message = f"Deleted pod: {pod.metadata.name}"
        controller.recorder.event(sync.job, "Normal", "SuccessfulDelete", message)
    sync.counts_active -= 1
    sync.terminating += 1
    sync.ready -= is_ready(pod)

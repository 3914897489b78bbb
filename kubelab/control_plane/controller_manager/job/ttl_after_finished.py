"""The TTL-after-finished controller: Jobs that ended long enough ago go, and their pods with them."""

from __future__ import annotations

from typing import Any

from lightkube.models import batch_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, path_of, split_key
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.job.pods import is_finished


class TtlAfterFinishedController(Controller):
    """Deletes a Job when `spec.ttlSecondsAfterFinished` have passed since it ended.

    In Kubernetes
        pkg/controller/ttlafterfinished/ttlafterfinished_controller.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
    """

    name = "ttl-after-finished-controller"
    watches = ("jobs",)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Job that is over, and may be kept only so long, is looked at."""
        if new is not None and _may_expire(new):
            self.queue.add(key_of(new))

    def reconcile(self, key: str) -> None:
        """Delete the Job if its time is over; otherwise come back when it is."""
        job = self.informer("jobs").get(key)
        if job is None or not _may_expire(job) or self._comes_back(key, job):
            return
        namespace, name = split_key(key)
        try:
            fresh = self.client.get("jobs", name, namespace)
            if not _may_expire(fresh) or self._comes_back(key, fresh):
                return
            self.note(path_of(job), {"ttl": job.spec.ttlSecondsAfterFinished})
            self.client.delete("jobs", name, namespace, propagation_policy="Foreground", uid=fresh.metadata.uid)
        except ApiError as refused:
            if refused.code != 404:
                raise

    def _comes_back(self, key: str, job: batch_v1.Job) -> bool:
        """Whether there is time left; then look again when it is over."""
        ended = next(
            held.lastTransitionTime
            for held in job.status.conditions
            if held.type in ("Complete", "Failed") and held.status == "True"
        )
        left = job.spec.ttlSecondsAfterFinished - (self.clock.micro_date - ended).total_seconds()
        if left > 0:
            self.queue.add_after(key, left, quiet=True)
        return left > 0


def _may_expire(job: batch_v1.Job) -> bool:
    return job.spec.ttlSecondsAfterFinished is not None and job.metadata.deletionTimestamp is None and is_finished(job)

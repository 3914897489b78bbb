"""The Job controller: pods that run to their end, until as many have succeeded as are wanted."""

from __future__ import annotations

from typing import Any

from lightkube.models import batch_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of, key_of, path_of, replace
from kubelab.api.selectors import from_object
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.expectations import Expectations
from kubelab.control_plane.controller_manager.job.backoff import Backoff
from kubelab.control_plane.controller_manager.job.manage import delete_active, manage
from kubelab.control_plane.controller_manager.job.pods import CONTROLLER, TRACKING, is_finished, is_tracked
from kubelab.control_plane.controller_manager.job.sync import JobSync
from kubelab.control_plane.controller_manager.job.tracking import release, track
from kubelab.control_plane.controller_manager.owners import OwnerIndex

RETRY_INITIAL, RETRY_MAX = 1.0, 60.0  # of a Job whose turn failed


class JobController(Controller):
    """Makes the pods of each Job, counts those that end, replaces those that fail, and says when the Job is over.

    What pods do is looked at a second later, so that much of it is seen at once.

    In Kubernetes
        pkg/controller/job/job_controller.go; https://kubernetes.io/docs/concepts/workloads/controllers/job/

    Left out
        Gangs of pods (alpha). Pods of one turn are deleted by the order of a ReplicaSet's, with its deletion cost.
    """

    name = "job-controller"
    watches = ("jobs", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.expectations = Expectations()
        self.releases = Expectations()  # pods whose finalizer was taken off, until the cache shows it
        self.backoffs: dict[str, Backoff] = {}
        self.pods = OwnerIndex()
        self.orphans = manager.queue(self._look_at_orphan)
        self._failures: dict[str, int] = {}

    def forget(self) -> None:
        """Lose what was expected, indexed, and known of earlier failures."""
        self.relisted()
        self.pods.clear()
        self.backoffs, self._failures = {}, {}

    def relisted(self) -> None:
        """After a lost connection the caches are as fresh as can be."""
        self.expectations.clear()
        self.releases.clear()

    # -- which Jobs a change concerns

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Job is looked at when its spec changes, and a moment later when its status or a pod of it does."""
        if kind == "jobs":
            self._job_changed(old, new)
            return
        self.pods.change(old, new)
        pod = new if new is not None else old
        before = None if old is None else controller_of(old)
        after = None if new is None else controller_of(new)
        for owner in dict.fromkeys(held.uid for held in (before, after) if held is not None):
            held = before if before is not None and before.uid == owner else after
            if held.kind == "Job":
                self._pod_changed(f"{pod.metadata.namespace}/{held.name}", owner, old, new)
        if new is not None and after is None:
            if is_tracked(new):
                self.orphans.add(key_of(new))
            self._offer(new)

    def _job_changed(self, old: Any, new: Any) -> None:
        job = new if new is not None else old
        if old is not None and new is not None and old.metadata.generation == new.metadata.generation:
            self._soon(key_of(job))
        else:
            self.queue.add(key_of(job))
        if new is None or is_finished(new):
            for pod in self.pods.owned(job.metadata.uid):
                if is_tracked(pod):
                    self.orphans.add(key_of(pod))

    def _pod_changed(self, key: str, uid: str, old: Any, new: Any) -> None:
        pod = new if new is not None else old
        if old is None:
            self.expectations.seen(key, pod.metadata.uid, "created")
        if new is None or new.metadata.deletionTimestamp is not None:
            self.expectations.seen(key, pod.metadata.uid, "created")
            self.expectations.seen(key, pod.metadata.uid, "deleted")
        if new is None or not is_tracked(new):
            self.releases.seen(key, pod.metadata.uid, "released")
        job = self._job(key, uid)
        if (job is None or is_finished(job)) and new is not None and is_tracked(new):
            self.orphans.add(key_of(new))
        if job is not None:
            self._soon(key)

    def _job(self, key: str, uid: str) -> Any:
        job = self.informer("jobs").get(key)
        return job if job is not None and job.metadata.uid == uid else None

    def _soon(self, key: str) -> None:
        self.queue.add_after(key, self.timings.job_sync_batch)

    def _offer(self, orphan: core_v1.Pod) -> None:
        """A pod that nobody controls: every Job that would have it looks at it."""
        for job in self.informer("jobs"):
            if (
                job.metadata.namespace == orphan.metadata.namespace
                and not is_finished(job)
                and from_object(job.spec.selector).matches(orphan.metadata.labels)
            ):
                self._soon(key_of(job))

    def _look_at_orphan(self, key: str) -> None:
        """A pod whose Job is gone or over need not be counted: let it go."""
        pod = self.informer("pods").get(key)
        if pod is None or not is_tracked(pod):
            return
        owner = controller_of(pod)
        if owner is not None:
            if owner.kind != "Job":
                return
            job = self._job(f"{pod.metadata.namespace}/{owner.name}", owner.uid)
            if job is not None and not is_finished(job):
                return
        try:
            release(self, key, pod)
        except ApiError:
            self.orphans.retry(key)
        else:
            self.orphans.forget(key)

    # -- one turn

    def _work(self, key: str) -> None:
        try:
            self.reconcile(key)
        except ApiError as refused:
            if not refused.namespace_is_terminating:
                failures = self._failures[key] = self._failures.get(key, 0) + 1
                self.queue.add_after(key, min(RETRY_INITIAL * 2 ** min(failures - 1, 10), RETRY_MAX))
        else:
            self._failures.pop(key, None)

    def reconcile(self, key: str) -> None:
        """Bring the pods of a Job to what is wanted, and its status to what is."""
        job = self.informer("jobs").get(key)
        if job is None:
            self.expectations.forget(key)
            self.releases.forget(key)
        if job is None or is_finished(job):
            self.backoffs.pop(key, None)
            return
        if job.spec.managedBy not in (None, CONTROLLER):
            return
        counted = self.expectations.fulfilled(key)
        pods = claim(self, job, from_object(job.spec.selector), self.pods, finalizer=TRACKING)
        sync = JobSync(self._with_status(job), pods, self.releases.awaited(key), self.clock.micro_date)
        sync.count(self.backoffs.get(key, Backoff()))
        if sync.job.status.startTime is None and not job.spec.suspend:
            sync.set_status(startTime=self.clock.date)
        sync.judge()
        if sync.finished is None and sync.seconds_left is not None:
            self.queue.add_after(key, sync.seconds_left, quiet=True)
        changed, failure = False, None
        if sync.finished is not None:
            failure = delete_active(self, sync)
            if sync.counts_active or not counted:
                sync.finished = None  # a pod may have come that the cache does not show yet
        else:
            if counted and job.metadata.deletionTimestamp is None:
                failure = manage(self, key, sync)
            if self._is_complete(sync):
                sync.finished = sync.condition("SuccessCriteriaMet", "CompletionsReached", COMPLETIONS_REACHED)
            elif counted and job.metadata.deletionTimestamp is None:
                changed = self._suspend_or_resume(sync)
        before = sync.job.status
        sync.set_status(active=sync.counts_active or None, ready=sync.ready, terminating=sync.terminating)
        changed = changed or (before.active, before.ready, before.terminating) != (
            sync.job.status.active,
            sync.ready,
            sync.terminating,
        )
        track(self, key, sync, changed)
        if failure is not None:
            raise failure

    def _with_status(self, job: batch_v1.Job) -> batch_v1.Job:
        status = job.status or batch_v1.JobStatus()
        held = status.uncountedTerminatedPods or batch_v1.UncountedTerminatedPods()
        return replace(job, status=replace(status, uncountedTerminatedPods=held))

    def _is_complete(self, sync: JobSync) -> bool:
        """Whether as many pods have succeeded as are wanted: without a number, any one, once the others are over."""
        wanted = sync.job.spec.completions
        return sync.counts_active == 0 and (sync.succeeded > 0 if wanted is None else sync.succeeded >= wanted)

    def _suspend_or_resume(self, sync: JobSync) -> bool:
        """Say that the Job rests, or that it goes on; whether that is news."""
        if sync.job.spec.suspend:
            news = sync.ensure("Suspended", "True", "JobSuspended", "Job suspended")
            if news:
                self.note(path_of(sync.job), {"suspended": True})
                self.recorder.event(sync.job, "Normal", "Suspended", "Job suspended")
            if sync.job.status.startTime is not None:
                sync.set_status(startTime=None)
                news = True
            return news
        news = sync.ensure("Suspended", "False", "JobResumed", "Job resumed")
        if news:
            self.recorder.event(sync.job, "Normal", "Resumed", "Job resumed")
            sync.set_status(startTime=self.clock.date)
        return news


COMPLETIONS_REACHED = "Reached expected number of succeeded pods"

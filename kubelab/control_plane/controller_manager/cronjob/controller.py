"""The CronJob controller: at each due instant a Job, and no more of the old ones than are to be kept."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from lightkube.models import batch_v1, core_v1

from kubelab.api.cron import Schedule, ScheduleError, zone_of
from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of, key_of, path_of, reference_to, replace
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.cronjob.due_times import TOO_MANY, missed, schedule_of, until_next
from kubelab.control_plane.controller_manager.cronjob.jobs import CronSync, by_start, job_name, new_job
from kubelab.control_plane.controller_manager.job.pods import finished_as, is_finished
from kubelab.control_plane.controller_manager.owners import OwnerIndex

TOO_MANY_MISSED = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
DOCUMENTED = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"


class CronJobController(Controller):
    """Makes a Job of each CronJob when its schedule says so.

    Nothing ticks: one call is queued for the next due instant. The name of a Job says for which minute it was made, so
    that none is made twice.

    In Kubernetes
        pkg/controller/cronjob/cronjob_controllerv2.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    """

    name = "cronjob-controller"
    watches = ("cronjobs", "jobs")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.jobs = OwnerIndex()
        self._schedules: dict[str, tuple[str, str | None, Schedule]] = {}

    def forget(self) -> None:
        """Lose the index and the schedules that were read."""
        self.jobs.clear()
        self._schedules = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A CronJob is looked at when it changes, or when a Job of it does."""
        if kind == "cronjobs":
            self.queue.add(key_of(new if new is not None else old))
            return
        self.jobs.change(old, new)
        for job in (old, new):
            owner = controller_of(job) if job is not None else None
            if owner is not None and owner.kind == "CronJob":
                self.queue.add(f"{job.metadata.namespace}/{owner.name}")

    def reconcile(self, key: str) -> None:
        """Delete Jobs that are over and too many, follow those that run, and make the one that is due."""
        cron_job = self.informer("cronjobs").get(key)
        if cron_job is None:
            self._schedules.pop(key, None)
            return
        if cron_job.status is None:
            cron_job = replace(cron_job, status=batch_v1.CronJobStatus())
        sync = CronSync(cron_job)
        jobs = self.jobs.owned(cron_job.metadata.uid)
        failure: ApiError | None = None
        try:
            self._tidy(sync, jobs)
            self._follow(sync, jobs)
            self._start(key, sync)
        except ApiError as refused:
            failure = refused
        if sync.changed:
            self.client.update_status(sync.cron_job)
        if failure is not None:
            raise failure
        if sync.again is not None and sync.again != float("inf"):
            self.queue.add_after(key, sync.again, quiet=True)

    # -- the Jobs there are

    def _tidy(self, sync: CronSync, jobs: list[batch_v1.Job]) -> None:
        """Keep as many finished Jobs as the limits say, the newest ones."""
        spec = sync.cron_job.spec
        for end, limit in (("Complete", spec.successfulJobsHistoryLimit), ("Failed", spec.failedJobsHistoryLimit)):
            if limit is not None:
                done = sorted((job for job in jobs if finished_as(job) == end), key=by_start)
                for job in done[: max(len(done) - limit, 0)]:
                    self._delete(sync, job)

    def _delete(self, sync: CronSync, job: batch_v1.Job) -> bool:
        meta = job.metadata
        try:
            self.client.delete("jobs", meta.name, meta.namespace, propagation_policy="Background")
        except ApiError as refused:
            self.recorder.event(sync.cron_job, "Warning", "FailedDelete", f"Deleted job: {refused.message}")
            return False
        sync.drop(meta.uid)
        self.recorder.event(sync.cron_job, "Normal", "SuccessfulDelete", f"Deleted job {meta.name}")
        return True

    def _follow(self, sync: CronSync, jobs: list[batch_v1.Job]) -> None:
        """Bring the list of running Jobs to what is true."""
        for job in jobs:
            uid, name = job.metadata.uid, job.metadata.name
            known = any(held.uid == uid for held in sync.active)
            if not known and not is_finished(job):
                meta = sync.cron_job.metadata
                fresh = self.client.get("cronjobs", meta.name, meta.namespace)
                if any(held.uid == uid for held in (fresh.status.active if fresh.status is not None else None) or ()):
                    sync.cron_job = fresh  # the cache was behind
                    continue
                message = f"Saw a job that the controller did not create or forgot: {name}"
                self.recorder.event(sync.cron_job, "Warning", "UnexpectedJob", message)
            elif known and is_finished(job):
                sync.drop(uid)
                message = f"Saw completed job: {name}, condition: {finished_as(job)}"
                self.recorder.event(sync.cron_job, "Normal", "SawCompletedJob", message)
            elif finished_as(job) == "Complete":
                last, done = sync.cron_job.status.lastSuccessfulTime, job.status.completionTime
                if done is not None and (last is None or done > last):
                    sync.set(lastSuccessfulTime=done)
        there = [job.metadata.uid for job in jobs]
        for held in list(sync.active):
            if held.uid not in there and self._is_gone(held):
                message = f"Active job went missing: {held.name}"
                self.recorder.event(sync.cron_job, "Normal", "MissingJob", message)
                sync.drop(held.uid)

    def _is_gone(self, held: core_v1.ObjectReference) -> bool:
        try:
            self.client.get("jobs", held.name, held.namespace)
        except ApiError as refused:
            if refused.code == 404:
                return True
            raise
        return False

    # -- the Job that is due

    def _start(self, key: str, sync: CronSync) -> None:
        """Make the Job of the newest due instant, unless something speaks against it."""
        cron_job, now = sync.cron_job, self.clock.micro_date
        schedule = self._schedule(key, cron_job)
        if cron_job.metadata.deletionTimestamp is not None or cron_job.spec.suspend or schedule is None:
            return
        try:
            found = missed(cron_job, schedule, now, by_deadline=True)
        except ScheduleError as wrong:
            message = f"invalid schedule: {cron_job.spec.schedule} : {wrong}"
            self.recorder.event(cron_job, "Warning", "InvalidSchedule", message)
            return
        if found.due is not None and found.number > TOO_MANY:
            self.recorder.event(cron_job, "Warning", "TooManyMissedTimes", TOO_MANY_MISSED)
        if found.due is not None and self._may_start(sync, found.due, now) and not self._create(sync, found.due):
            return
        sync.again = until_next(sync.cron_job, schedule, now)

    def _schedule(self, key: str, cron_job: batch_v1.CronJob) -> Schedule | None:
        spec = cron_job.spec
        held = self._schedules.get(key)
        if held is not None and held[:2] == (spec.schedule, spec.timeZone):
            return held[2]
        if spec.timeZone is not None:
            try:
                zone_of(spec.timeZone)
            except ScheduleError as unknown:
                message = f'invalid timeZone: "{spec.timeZone}": {unknown}'
                self.recorder.event(cron_job, "Warning", "UnknownTimeZone", message)
                return None
        if "TZ" in spec.schedule:
            message = f'CRON_TZ or TZ used in schedule "{spec.schedule}" is not officially supported, see {DOCUMENTED}'
            self.recorder.event(cron_job, "Warning", "UnsupportedSchedule", message)
        try:
            schedule = schedule_of(cron_job)
        except ScheduleError as wrong:
            message = f'unparseable schedule: "{spec.schedule}" : {wrong}'
            self.recorder.event(cron_job, "Warning", "UnparseableSchedule", message)
            return None
        self._schedules[key] = (spec.schedule, spec.timeZone, schedule)
        return schedule

    def _may_start(self, sync: CronSync, due: datetime, now: datetime) -> bool:
        """Whether it is not too late, not done already, and no other Job is in the way."""
        cron_job, spec = sync.cron_job, sync.cron_job.spec
        if spec.startingDeadlineSeconds is not None and (now - due).total_seconds() > spec.startingDeadlineSeconds:
            message = f"Missed scheduled time to start a job: {format_datetime(due.astimezone(UTC))}"
            self.recorder.event(cron_job, "Warning", "MissSchedule", message)
            return False
        name = job_name(cron_job, due)
        if cron_job.status.lastScheduleTime == due or any(held.name == name for held in sync.active):
            return False
        if spec.concurrencyPolicy == "Forbid" and sync.active:
            message = "Not starting job because prior execution is running and concurrency policy is Forbid"
            self.recorder.event(cron_job, "Normal", "JobAlreadyActive", message)
            return False
        if spec.concurrencyPolicy == "Replace":
            for held in list(sync.active):
                self._replace(sync, held)
        return True

    def _replace(self, sync: CronSync, held: core_v1.ObjectReference) -> None:
        try:
            job = self.client.get("jobs", held.name, held.namespace)
        except ApiError as refused:
            self.recorder.event(sync.cron_job, "Warning", "FailedGet", f"Get job: {refused.message}")
            raise
        if not self._delete(sync, job):
            raise ApiError(500, "InternalError", f"could not replace job {held.namespace}/{held.name}")

    def _create(self, sync: CronSync, due: datetime) -> bool:
        """Make the Job of an instant; False where it is somebody else's, or known already."""
        cron_job = sync.cron_job
        wanted = new_job(cron_job, due)
        try:
            job = self.client.create(wanted)
        except ApiError as refused:
            if refused.reason != "AlreadyExists":
                if not refused.namespace_is_terminating:
                    message = f"Error creating job: {refused.message}"
                    self.recorder.event(cron_job, "Warning", "FailedCreate", message)
                raise
            job = self.client.get("jobs", wanted.metadata.name, wanted.metadata.namespace)
            owner = controller_of(job)
            if owner is None or owner.uid != cron_job.metadata.uid:
                return False
            if any(held.uid == job.metadata.uid for held in sync.active):
                return False
        else:
            self.note(path_of(cron_job), {"due": due.isoformat(), "creates": job.metadata.name})
            self.recorder.event(cron_job, "Normal", "SuccessfulCreate", f"Created job {job.metadata.name}")
        sync.set(active=[*sync.active, reference_to(job)], lastScheduleTime=due)
        return True

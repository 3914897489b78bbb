"""The Jobs of a CronJob: how one is made, and what the CronJob's status says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lightkube.models import batch_v1, core_v1, meta_v1

from kubelab.api.cron import zone_of
from kubelab.api.objects import owned_by, with_status

SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp"


@dataclass
class CronSync:
    """One look at a CronJob: the object as it becomes, whether its status is to be written, when to come again."""

    cron_job: batch_v1.CronJob
    changed: bool = False
    again: float | None = None

    @property
    def active(self) -> list[core_v1.ObjectReference]:
        """The Jobs that are known to run."""
        return self.cron_job.status.active or []

    def set(self, **fields: Any) -> None:
        """Change the status."""
        self.cron_job, self.changed = with_status(self.cron_job, **fields), True

    def drop(self, uid: str) -> None:
        """A Job runs no more."""
        self.set(active=[held for held in self.active if held.uid != uid] or None)


def new_job(cron_job: batch_v1.CronJob, due: datetime) -> batch_v1.Job:
    """The Job of one instant."""
    template = cron_job.spec.jobTemplate
    given = template.metadata or meta_v1.ObjectMeta()
    local = due.astimezone(zone_of(cron_job.spec.timeZone or ""))
    stamp = local.isoformat(timespec="seconds").replace("+00:00", "Z")
    return batch_v1.Job(
        apiVersion="batch/v1",
        kind="Job",
        metadata=meta_v1.ObjectMeta(
            name=job_name(cron_job, due),
            namespace=cron_job.metadata.namespace,
            labels=given.labels,
            annotations={**(given.annotations or {}), SCHEDULED_AT: stamp},
            ownerReferences=[owned_by(cron_job)],
        ),
        spec=template.spec,
    )


def job_name(cron_job: batch_v1.CronJob, due: datetime) -> str:
    """The name of the Job of one instant: it ends in that minute's number since 1970."""
    return f"{cron_job.metadata.name}-{int(due.timestamp()) // 60}"


def by_start(job: batch_v1.Job) -> tuple[bool, float, str]:
    """Jobs in the order in which they were started; by name where that is equal."""
    since = job.status.startTime
    return since is None, since.timestamp() if since is not None else 0.0, job.metadata.name

"""When a CronJob's next Job is due, and which one should have been made by now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from lightkube.models import batch_v1

from kubelab.api.cron import Schedule, ScheduleError, parse

MARGIN = 0.1  # seconds after the due instant at which the controller looks, for clocks are never quite equal
TOO_MANY = 100


class Missed(NamedTuple):
    """The newest instant that is past and was not served (`due`), counted from `since`, and the `number` of them."""

    since: datetime
    due: datetime | None
    number: int


def schedule_of(cron_job: batch_v1.CronJob) -> Schedule:
    """The schedule in its time zone; a zone in the schedule itself comes first.

    Raises
    ------
    ScheduleError
        It cannot be read.
    """
    spec = cron_job.spec
    return parse(spec.schedule, None if "TZ" in spec.schedule else spec.timeZone)


def missed(cron_job: batch_v1.CronJob, schedule: Schedule, now: datetime, *, by_deadline: bool) -> Missed:
    """What was due since the last Job, or since the CronJob is there; `by_deadline`: and may still be made.

    How many were missed is an estimate from the distance of the first two.

    In Kubernetes
        mostRecentScheduleTime in pkg/controller/cronjob/utils.go

    Raises
    ------
    ScheduleError
        The schedule is never due.
    """
    since = (cron_job.status.lastScheduleTime if cron_job.status is not None else None) or (
        cron_job.metadata.creationTimestamp
    )
    deadline = cron_job.spec.startingDeadlineSeconds
    if by_deadline and deadline is not None:
        since = max(since, now - timedelta(seconds=deadline))
    first = schedule.next(since)
    if first is not None and now < first:
        return Missed(since, None, 0)
    second = schedule.next(first) if first is not None else None
    if first is not None and second is not None and now < second:
        return Missed(since, first, 0)
    if first is None or second is None:
        raise ScheduleError("time difference between two schedules is less than 1 second")
    distance = int((second - first).total_seconds())
    number = int((now - first).total_seconds()) // distance + 1
    newest = None
    moment = schedule.next(first + timedelta(seconds=(number - 2) * distance))
    while moment is not None and moment <= now:
        newest, moment = moment, schedule.next(moment)
    return Missed(since, newest, number)


def until_next(cron_job: batch_v1.CronJob, schedule: Schedule, now: datetime) -> float:
    """The seconds until the controller must look again.

    In Kubernetes
        nextScheduleTimeDuration in pkg/controller/cronjob/utils.go
    """
    found = missed(cron_job, schedule, now, by_deadline=False)
    start = found.due or (found.since if not found.number else now)
    following = schedule.next(start)
    return MARGIN + (following - now).total_seconds() if following is not None else float("inf")

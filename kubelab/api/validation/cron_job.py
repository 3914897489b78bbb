"""Whether a CronJob can be: when it runs, by whose clock, and what.

In Kubernetes
    `ValidateCronJobCreate` and `validateCronJobSpec` in `pkg/apis/batch/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelab.api.cron import ScheduleError, parse, zone_of
from kubelab.api.errors import Cause
from kubelab.api.validation.job import job_template
from kubelab.api.validation.names import not_negative, one_of

_Json = dict[str, Any]
_POLICIES = ("Allow", "Forbid", "Replace")
_LONGEST_NAME = 52  # a Job of it has eleven characters more, and fits into a label
_ZONE_PART = re.compile(r"[A-Za-z._0-9+-]{1,14}").fullmatch


def cron_job(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A CronJob."""
    spec = obj["spec"]
    before = old.get("spec", {}) if old is not None else {}
    if not spec["schedule"]:
        yield Cause.required("spec.schedule")
    else:
        yield from _schedule(spec["schedule"], spec.get("timeZone"), "TZ" in before.get("schedule", ""))
    yield from not_negative(spec.get("startingDeadlineSeconds"), "spec.startingDeadlineSeconds")
    if "timeZone" in spec and spec["timeZone"] != before.get("timeZone"):
        yield from _time_zone(spec["timeZone"], "spec.timeZone")
    yield from one_of(spec.get("concurrencyPolicy"), "spec.concurrencyPolicy", _POLICIES)
    yield from job_template(spec["jobTemplate"], "spec.jobTemplate")
    for field in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(spec.get(field), f"spec.{field}")
    name = obj["metadata"].get("name", "")
    if old is None and len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        yield Cause.invalid("metadata.name", name, f"must be no more than {_LONGEST_NAME} characters")


def _schedule(schedule: str, time_zone: str | None, had_zone: bool) -> Iterator[Cause]:
    """A zone belongs in a field of its own; an old schedule that has one may keep it."""
    try:
        parse(schedule)
    except ScheduleError as error:
        yield Cause.invalid("spec.schedule", schedule, str(error))
    if "TZ" not in schedule:
        return
    if not had_zone:
        detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield Cause.invalid("spec.schedule", schedule, detail)
    elif time_zone is not None:
        detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        yield Cause.invalid("spec.schedule", schedule, detail)


def _time_zone(zone: str, path: str) -> Iterator[Cause]:
    if not zone:
        yield Cause.invalid(path, zone, "timeZone must be nil or non-empty string")
        return
    for part in zone.split("/"):
        if part in (".", "..") or part.startswith("-") or not _ZONE_PART(part):
            yield Cause.invalid(path, zone, f"unknown time zone {zone}")
            return
    if zone.lower() == "local":
        detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
        yield Cause.invalid(path, zone, detail)
    try:
        zone_of(zone)
    except ScheduleError as error:
        yield Cause.invalid(path, zone, str(error))

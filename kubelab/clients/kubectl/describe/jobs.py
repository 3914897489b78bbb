"""`kubectl describe job` and `cronjob`.

In Kubernetes
    `describeJob`, `describeCronJob` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.duration import human_duration
from kubelab.api.objects import controller_of
from kubelab.api.selectors import from_object
from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.templates import add_template
from kubelab.clients.kubectl.describe.workloads import count
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_LONGEST_LIST = 50


def describe_job(session: Session, job: Any) -> str:
    """A Job: what it has to complete, and how far it is."""
    writer, meta, spec, status = Writer(session.now), job.metadata, job.spec, job.status
    writer.field("Name", meta.name)
    writer.field("Namespace", meta.namespace)
    writer.field("Selector", from_object(spec.selector))
    writer.labels("Labels", meta.labels)
    writer.annotations("Annotations", meta.annotations)
    owner = controller_of(job)
    if owner:
        writer.field("Controlled By", f"{owner.kind}/{owner.name}")
    _optional(writer, "Parallelism", spec.parallelism)
    writer.field("Completions", _or_unset(spec.completions))
    _optional(writer, "Completion Mode", spec.completionMode)
    if spec.suspend is not None:
        writer.field("Suspend", str(spec.suspend).lower())
    _optional(writer, "Backoff Limit", spec.backoffLimit)
    _optional(writer, "TTL Seconds After Finished", spec.ttlSecondsAfterFinished)
    _times(writer, status)
    if spec.activeDeadlineSeconds is not None:
        writer.field("Active Deadline Seconds", f"{spec.activeDeadlineSeconds}s")
    ready = status.ready if status else None
    active = f"{count(status, 'active')} Active" + (f" ({ready} Ready)" if ready is not None else "")
    writer.field(
        "Pods Statuses", f"{active} / {count(status, 'succeeded')} Succeeded / {count(status, 'failed')} Failed"
    )
    if spec.completionMode == "Indexed":
        writer.field("Completed Indexes", _shortened((status.completedIndexes if status else None) or ""))
    add_template(writer, spec.template)
    add_events(session, writer, job)
    return writer.text()


def _times(writer: Writer, status: Any) -> None:
    started, completed = (status.startTime, status.completionTime) if status else (None, None)
    if started:
        writer.field("Start Time", date(started))
    if completed:
        writer.field("Completed At", date(completed))
    if started and completed:
        writer.field("Duration", human_duration((completed - started).total_seconds()))


def _shortened(indexes: str) -> str:
    """A list of indexes that is cut at the first comma behind its fiftieth letter."""
    comma = indexes.find(",", _LONGEST_LIST)
    return f"{indexes[: comma + 1]}..." if comma >= 0 else indexes or "<none>"


def describe_cron_job(session: Session, cron_job: Any) -> str:
    """A CronJob: when it starts Jobs, and of which form."""
    writer, spec, status = Writer(session.now), cron_job.spec, cron_job.status
    writer.metadata(cron_job)
    writer.field("Schedule", spec.schedule)
    writer.field("Concurrency Policy", spec.concurrencyPolicy or "")
    writer.field("Suspend", _or_unset(spec.suspend))
    writer.field("Time Zone", _or_unset(spec.timeZone))
    writer.field("Successful Job History Limit", _or_unset(spec.successfulJobsHistoryLimit))
    writer.field("Failed Job History Limit", _or_unset(spec.failedJobsHistoryLimit))
    deadline = spec.startingDeadlineSeconds
    writer.field("Starting Deadline Seconds", "<unset>" if deadline is None else f"{deadline}s")
    job = spec.jobTemplate.spec
    writer.field("Selector", "<unset>" if job.selector is None else from_object(job.selector))
    writer.field("Parallelism", _or_unset(job.parallelism))
    writer.field("Completions", _or_unset(job.completions))
    if job.activeDeadlineSeconds is not None:
        writer.field("Active Deadline Seconds", f"{job.activeDeadlineSeconds}s")
    add_template(writer, job.template)
    last = status.lastScheduleTime if status else None
    writer.field("Last Schedule Time", date(last) if last else "<unset>")
    active = [reference.name or "" for reference in (status.active if status else None) or ()]
    writer.field("Active Jobs", ", ".join(active) or "<none>")
    add_events(session, writer, cron_job)
    return writer.text()


def _optional(writer: Writer, title: str, value: Any) -> None:
    if value is not None:
        writer.field(title, value)


def _or_unset(value: Any) -> Any:
    return "<unset>" if value is None else value

"""What `kubectl get` shows of workloads: Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs.

In Kubernetes
    `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import human_duration, since
from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of, is_true
from kubelab.api.printer import Cell, Printer
from kubelab.api.selectors import format_labels, format_selector

# What a Job that is neither over nor being deleted is said to be: the first of these conditions that holds.
_STAGES = ("Suspended", "FailureTarget", "SuccessCriteriaMet")


def _name(obj: Any) -> str:
    return obj.metadata.name or ""


def _age(obj: Any, now: datetime) -> str:
    return since(obj.metadata.creationTimestamp, now)


def _count(status: Any, field: str) -> int:
    return getattr(status, field, None) or 0


def _containers(template: Any) -> list[Cell]:
    containers = (template.spec.containers if template and template.spec else None) or []
    return [
        ",".join(container.name for container in containers),
        ",".join(container.image or "" for container in containers),
    ]


def _selector(selector: Any) -> str:
    try:
        return format_selector(selector)
    except ApiError:
        return "<error>"


def _deployment_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    ready = f"{_count(status, 'readyReplicas')}/{spec.replicas or 0}"
    cells: list[Cell] = [_name(obj), ready, _count(status, "updatedReplicas"), _count(status, "availableReplicas")]
    return [*cells, _age(obj, now), *_containers(spec.template), _selector(spec.selector)]


def _replica_set_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [*_replicas(obj, now), *_containers(obj.spec.template), _selector(obj.spec.selector)]


def _replication_controller_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [*_replicas(obj, now), *_containers(obj.spec.template), format_labels(obj.spec.selector)]


def _replicas(obj: Any, now: datetime) -> list[Cell]:
    current, ready = _count(obj.status, "replicas"), _count(obj.status, "readyReplicas")
    return [_name(obj), obj.spec.replicas or 0, current, ready, _age(obj, now)]


def _scale_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [_name(obj), obj.spec.replicas or 0, obj.status.replicas or 0, _age(obj, now)]


def _stateful_set_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    ready = f"{_count(obj.status, 'readyReplicas')}/{obj.spec.replicas or 0}"
    return [_name(obj), ready, _age(obj, now), *_containers(obj.spec.template)]


def _daemon_set_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    counted = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled")
    cells: list[Cell] = [_name(obj), *(_count(status, field) for field in (*counted, "numberAvailable"))]
    nodes = format_labels(spec.template.spec.nodeSelector if spec.template.spec else None)
    return [*cells, nodes, _age(obj, now), *_containers(spec.template), _selector(spec.selector)]


def job_status(job: Any) -> str:
    """What a Job is up to, in one word."""
    if is_true(job, "Complete"):
        return "Complete"
    if is_true(job, "Failed"):
        return "Failed"
    if job.metadata.deletionTimestamp is not None:
        return "Terminating"
    return next((stage for stage in _STAGES if is_true(job, stage)), "Running")


def _job_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    wanted = str(spec.completions) if spec.completions is not None else "1"
    if spec.completions is None and (spec.parallelism or 0) > 1:
        wanted = f"1 of {spec.parallelism}"
    begun, ended = (status.startTime, status.completionTime) if status else (None, None)
    lasted = human_duration(((ended or now) - begun).total_seconds()) if begun is not None else ""
    cells: list[Cell] = [_name(obj), job_status(obj), f"{_count(status, 'succeeded')}/{wanted}", lasted]
    return [*cells, _age(obj, now), *_containers(spec.template), _selector(spec.selector)]


def _cron_job_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    template = spec.jobTemplate.spec
    ran = status.lastScheduleTime if status else None
    suspended = "<unset>" if spec.suspend is None else str(spec.suspend)
    cells: list[Cell] = [_name(obj), spec.schedule, spec.timeZone or "<none>", suspended]
    cells += [len((status.active if status else None) or ()), since(ran, now) if ran else "<none>", _age(obj, now)]
    return [*cells, *_containers(template and template.template), _selector(template and template.selector)]


def _controller_revision_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    owner = controller_of(obj)
    by = "<none>"
    if owner is not None:
        group, slash, _ = owner.apiVersion.rpartition("/")
        by = f"{owner.kind}{'.' if slash else ''}{group}".lower() + f"/{owner.name}"
    return [_name(obj), by, obj.revision or 0, _age(obj, now)]


_CONTAINERS = ("*Containers", "*Images")
_WORKLOAD = (*_CONTAINERS, "*Selector")

PRINTERS_WORKLOADS: dict[str, Printer] = {
    "ControllerRevision": Printer(("Name", "Controller", "Revision", "Age"), _controller_revision_row),
    "CronJob": Printer(
        ("Name", "Schedule", "Timezone", "Suspend", "Active", "Last Schedule", "Age", *_WORKLOAD), _cron_job_row
    ),
    "DaemonSet": Printer(
        (
            *("Name", "Desired", "Current", "Ready", "Up-to-date", "Available", "Node Selector", "Age"),
            *_WORKLOAD,
        ),
        _daemon_set_row,
    ),
    "Deployment": Printer(("Name", "Ready", "Up-to-date", "Available", "Age", *_WORKLOAD), _deployment_row),
    "Job": Printer(("Name", "Status", "Completions", "Duration", "Age", *_WORKLOAD), _job_row),
    "ReplicaSet": Printer(("Name", "Desired", "Current", "Ready", "Age", *_WORKLOAD), _replica_set_row),
    "ReplicationController": Printer(
        ("Name", "Desired", "Current", "Ready", "Age", *_WORKLOAD), _replication_controller_row
    ),
    "Scale": Printer(("Name", "Desired", "Available", "Age"), _scale_row),
    "StatefulSet": Printer(("Name", "Ready", "Age", *_CONTAINERS), _stateful_set_row),
}

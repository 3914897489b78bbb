"""What may be reported of a Job: what is over stays over, and the numbers fit together.

In Kubernetes
    `validateJobStatus` and `ValidateJobStatusUpdate` in `pkg/apis/batch/validation/validation.go`,
    `getStatusValidationOptions` in `pkg/registry/batch/job/strategy.go`: what was wrong before may stay so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.job_policies import IndexesError, intervals, without_value
from kubelab.api.validation.names import not_negative

_Json = dict[str, Any]
_COUNTS = ("active", "succeeded", "failed", "ready", "terminating")
_CONDITIONS = "status.conditions"
_TERMINAL = ("Failed", "Complete", "FailureTarget")


def job_status(obj: _Json, old: _Json) -> Iterator[Cause]:
    """The status of a Job, where it changes."""
    status, before = obj.get("status", {}), old.get("status", {})
    if status == before:
        return
    for field in _COUNTS:
        yield from not_negative(status.get(field), f"status.{field}")
    yield from _uncounted(status.get("uncountedTerminatedPods", {}))
    now, then = _Verdict(status), _Verdict(before)
    yield from _conditions(now, then)
    yield from _times(obj["spec"], status, before, now, then)
    yield from _finished(status, now)
    yield from _indexes(obj["spec"], status, before)
    if status.get("ready", 0) > status.get("active", 0):
        yield Cause.invalid("status.ready", status["ready"], "cannot set more ready pods than active")
    for field in ("failed", "succeeded"):
        if status.get(field, 0) < before.get(field, 0) and not _shrinks(obj["spec"], field):
            yield Cause.invalid(f"status.{field}", status.get(field, 0), f"cannot decrease the {field} counter")


class _Verdict:
    """What the conditions of a status say about the end of a Job."""

    def __init__(self, status: _Json) -> None:
        held = status.get("conditions", ())
        self.true = [condition["type"] for condition in held if condition["status"] == "True"]
        self.complete, self.failed = "Complete" in self.true, "Failed" in self.true
        self.content, self.doomed = "SuccessCriteriaMet" in self.true, "FailureTarget" in self.true
        self.finished = self.complete or self.failed


def _shrinks(spec: _Json, field: str) -> bool:
    """An indexed Job whose completions follow its parallelism may be made smaller, and forgets successes."""
    indexed = spec.get("completionMode") == "Indexed"
    return field == "succeeded" and indexed and spec.get("completions") == spec.get("parallelism")


def _uncounted(pods: _Json) -> Iterator[Cause]:
    seen: list[str] = []
    for sort in ("succeeded", "failed"):
        for i, uid in enumerate(pods.get(sort, ())):
            path = f"status.uncountedTerminatedPods.{sort}[{i}]"
            if not uid:
                yield Cause.invalid(path, uid, "must not be empty")
            elif uid in seen:
                yield Cause.duplicate(path, uid)
            seen.append(uid)


def _conditions(now: _Verdict, then: _Verdict) -> Iterator[Cause]:
    changed = now.true != then.true
    if changed and now.complete and now.failed:
        yield without_value(_CONDITIONS, "cannot set Complete=True and Failed=true conditions")
    if changed and now.complete and now.doomed:
        yield without_value(_CONDITIONS, "cannot set Complete=True and FailureTarget=true conditions")
    if now.failed and not then.failed and not now.doomed:
        detail = "cannot set Failed=True condition without the FailureTarget=true condition"
        yield without_value(_CONDITIONS, detail)
    if now.complete and not then.complete and not now.content:
        detail = "cannot set Complete=True condition without the SuccessCriteriaMet=true condition"
        yield without_value(_CONDITIONS, detail)
    if now.content and now.failed:
        yield without_value(_CONDITIONS, "cannot set SuccessCriteriaMet=True and Failed=true conditions")
    if now.content and now.doomed:
        yield without_value(_CONDITIONS, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")
    for type_ in _TERMINAL:
        if type_ in then.true and type_ not in now.true:
            yield without_value(_CONDITIONS, f"cannot disable the terminal {type_}=True condition")
    if then.content and not now.content:
        yield without_value(_CONDITIONS, "cannot disable the SuccessCriteriaMet=True condition")
    if then.complete and not then.content and now.content:
        detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"
        yield without_value(_CONDITIONS, detail)


def _times(spec: _Json, status: _Json, before: _Json, now: _Verdict, then: _Verdict) -> Iterator[Cause]:
    start, end = status.get("startTime"), status.get("completionTime")
    began, ended = before.get("startTime"), before.get("completionTime")
    if end is not None and not now.complete and (end != ended or now.complete != then.complete):
        detail = "cannot set completionTime when there is no Complete=True condition"
        yield Cause.invalid("status.completionTime", end, detail)
    if end is None and now.complete:
        yield Cause.required("status.completionTime", "completionTime is required for Complete jobs")
    if start is not None and end is not None and end < start:
        yield Cause.invalid("status.completionTime", end, "completionTime cannot be set before startTime")
    if end is not None and ended is not None and end != ended:
        yield Cause.invalid("status.completionTime", end, "completionTime cannot be mutated")
    if start is None and now.finished:
        yield Cause.required("status.startTime", "startTime is required for finished job")
    if began is not None and start != began and not spec.get("suspend"):
        yield Cause.required("status.startTime", "startTime cannot be removed for unsuspended job")


def _finished(status: _Json, now: _Verdict) -> Iterator[Cause]:
    if not now.finished:
        return
    for field in ("active", "terminating"):
        if status.get(field, 0) > 0:
            yield Cause.invalid(f"status.{field}", status[field], f"{field}>0 is invalid for finished job")
    pods = status.get("uncountedTerminatedPods", {})
    if pods.get("failed") or pods.get("succeeded"):
        detail = "uncountedTerminatedPods needs to be empty for finished job"
        yield Cause.invalid("status.uncountedTerminatedPods", pods, detail)


def _indexes(spec: _Json, status: _Json, before: _Json) -> Iterator[Cause]:
    completed, failed = status.get("completedIndexes", ""), status.get("failedIndexes")
    changed = completed != before.get("completedIndexes", "") or failed != before.get("failedIndexes")
    completions = spec.get("completions")
    if not changed:
        return
    if completed and spec.get("completionMode") != "Indexed":
        detail = "cannot set non-empty completedIndexes when non-indexed completion mode"
        yield Cause.invalid("status.completedIndexes", completed, detail)
    if failed is not None and "backoffLimitPerIndex" not in spec:
        detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null"
        yield Cause.invalid("status.failedIndexes", failed, detail)
    if completions is None:
        return
    parsed = []
    for field, text in (("completedIndexes", completed), ("failedIndexes", failed or "")):
        try:
            parsed.append(intervals(text, completions))
        except IndexesError as error:
            yield Cause.invalid(f"status.{field}", text, f"error parsing {field}: {error}")
            return
    for first, last in parsed[0]:
        for lost, last_lost in parsed[1]:
            if first <= last_lost and lost <= last:
                detail = f"failedIndexes and completedIndexes overlap at index: {max(first, lost)}"
                yield Cause.invalid("status.failedIndexes", failed, detail)
                return

"""What of a Job may still change: how many pods it may run at once, and, while it waits, where they go.

In Kubernetes
    `ValidateJobSpecUpdate` in `pkg/apis/batch/validation/validation.go`, `validationOptionsForJob` in
    `pkg/registry/batch/job/strategy.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/job/#mutable-scheduling-directives
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.templates import immutable

_Json = dict[str, Any]
_IMMUTABLE = ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy")


def job_update(spec: _Json, old: _Json) -> Iterator[Cause]:
    """What the update of a Job may not do."""
    before = old.get("spec", {})
    if spec.get("completionMode") != "Indexed":
        yield from immutable(spec.get("completions"), before.get("completions"), "spec.completions")
    elif spec.get("completions") not in (None, before.get("completions"), spec.get("parallelism")):
        detail = "can only be modified in tandem with spec.parallelism"
        yield Cause.invalid("spec.completions", spec["completions"], detail)
    yield from immutable(spec.get("selector"), before.get("selector"), "spec.selector")
    template, held = spec["template"], before.get("template", {})
    if _waits(old):
        held = _with_directives(held, template)
    yield from immutable(template, held, "spec.template")
    for field in _IMMUTABLE:
        yield from immutable(spec.get(field), before.get(field), f"spec.{field}")


def _waits(old: _Json) -> bool:
    """Whether a Job is suspended and has no pods, so that nobody minds what the next ones will be like."""
    status = old.get("status", {})
    if not old.get("spec", {}).get("suspend") or status.get("active"):
        return False
    held = [condition.get("status") for condition in status.get("conditions", ()) if condition["type"] == "Suspended"]
    return "startTime" not in status or "True" in held


def _with_directives(held: _Json, template: _Json) -> _Json:
    """The template that there was, with all of the new one that says where the pods go and what they ask for."""
    metadata, spec = dict(held.get("metadata", {})), dict(held.get("spec", {}))
    for field in ("labels", "annotations"):
        _take(metadata, template["metadata"], field)
    for field in ("nodeSelector", "tolerations", "schedulingGates"):
        _take(spec, template["spec"], field)
    affinity, wanted = dict(spec.get("affinity", {})), template["spec"].get("affinity")
    _take(affinity, wanted or {}, "nodeAffinity")
    if affinity or wanted is not None:
        spec["affinity"] = affinity
    else:
        spec.pop("affinity", None)
    for sort in ("containers", "initContainers"):
        new = template["spec"].get(sort, [])
        if len(new) == len(spec.get(sort, [])) and new:
            pairs = zip(spec[sort], new, strict=True)
            spec[sort] = [{**was, "resources": becomes.get("resources", {})} for was, becomes in pairs]
    return {**held, "metadata": metadata, "spec": spec}


def _take(part: _Json, other: _Json, field: str) -> None:
    part.pop(field, None)
    if field in other:
        part[field] = other[field]

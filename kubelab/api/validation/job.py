"""Whether a Job can be, and what of it may still change.

In Kubernetes
    `ValidateJob` and `ValidateJobUpdate` in `pkg/apis/batch/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/job/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.job_policies import pod_failure_policy, replacement_policy, success_policy
from kubelab.api.validation.job_status import job_status
from kubelab.api.validation.job_update import job_update
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import domain_prefixed_path, not_negative
from kubelab.api.validation.pod import pod_template
from kubelab.api.validation.templates import picks_its_own, understood

_Json = dict[str, Any]
CONTROLLER_UID, JOB_NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"
LEGACY_CONTROLLER_UID, LEGACY_JOB_NAME = "controller-uid", "job-name"

_MODES = ("NonIndexed", "Indexed")
_RESTART_POLICIES = ("OnFailure", "Never")
_COUNTS = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"),
    *("backoffLimitPerIndex", "maxFailedIndexes"),
)
_MANY = 100_000  # completions, from which an index may not fail without a limit
_MOST_OF_MANY = 10_000
_LONGEST_MANAGER = 63


def job(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A Job: its selector, unless it is left to its author, picks by the Job's own uid."""
    meta, spec = obj["metadata"], obj["spec"]
    selector, template = spec.get("selector"), spec["template"]
    if not spec.get("manualSelector") and selector is not None:
        yield from _generated_selector(meta, spec)
    yield from job_spec(spec, "spec")
    if selector is None:
        yield Cause.required("spec.selector")
    else:
        yield from label_selector(selector, "spec.selector")
    picks = understood(selector)
    if picks is not None:
        yield from picks_its_own(picks, template, "spec.template")
    if spec.get("completionMode") == "Indexed" and spec.get("completions", 0) > 0:
        last = f"{meta.get('name', '')}-{spec['completions'] - 1}"
        if formats.dns1123_label(last):
            detail = f"will not able to create pod with invalid DNS label: {last}"
            yield Cause.invalid("metadata.name", meta.get("name", ""), detail)
    if old is not None:
        yield from job_update(spec, old)
        yield from job_status(obj, old)


def job_template(template: _Json, path: str) -> Iterator[Cause]:
    """The template of a CronJob's Jobs, whose selectors are made when they are."""
    spec = template["spec"]
    yield from job_spec(spec, f"{path}.spec")
    if "selector" in spec:
        yield Cause.invalid(f"{path}.spec.selector", spec["selector"], "`selector` will be auto-generated")
    if spec.get("manualSelector"):
        yield Cause.not_supported(f"{path}.spec.manualSelector", True, ("nil", "false"), as_given=True)


def _generated_selector(meta: _Json, spec: _Json) -> Iterator[Cause]:
    name, uid = meta.get("name", ""), meta.get("uid", "")
    if not uid:
        yield Cause.required("metadata.uid")
    held = spec["template"]["metadata"].get("labels", {})
    expected = {LEGACY_CONTROLLER_UID: uid, LEGACY_JOB_NAME: name, CONTROLLER_UID: uid, JOB_NAME: name}
    for key, value in expected.items():
        path = f"spec.template.metadata.labels[{key}]"
        if key not in held:
            yield Cause.required(path, f"must be '{value}'")
        elif held[key] != value:
            yield Cause.invalid(path, held, f"must be '{value}'")
    picks = understood(spec["selector"])
    if picks is not None and not picks.matches(expected):
        yield Cause.invalid("spec.selector", spec["selector"], "`selector` not auto-generated")


def job_spec(spec: _Json, path: str) -> Iterator[Cause]:
    """What a Job is to do, its selector apart."""
    for field in _COUNTS:
        yield from not_negative(spec.get(field), f"{path}.{field}")
    if "maxFailedIndexes" in spec and "backoffLimitPerIndex" not in spec:
        yield Cause.required(f"{path}.backoffLimitPerIndex", "when maxFailedIndexes is specified")
    if "managedBy" in spec:
        yield from _manager(spec["managedBy"], f"{path}.managedBy")
    mode = spec.get("completionMode")
    if mode is not None and mode not in _MODES:
        yield Cause.not_supported(f"{path}.completionMode", mode, _MODES, as_given=True)
    if mode == "Indexed":
        yield from _indexed(spec, path)
    elif mode in (None, "NonIndexed"):
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if field in spec:
                yield Cause.invalid(f"{path}.{field}", spec[field], "requires indexed completion mode")
    if "podFailurePolicy" in spec:
        yield from pod_failure_policy(spec, f"{path}.podFailurePolicy")
    if "successPolicy" in spec:
        if mode != "Indexed":
            yield Cause.invalid(f"{path}.successPolicy", spec["successPolicy"], "requires indexed completion mode")
        else:
            yield from success_policy(spec, f"{path}.successPolicy")
    yield from replacement_policy(spec, f"{path}.podReplacementPolicy")
    yield from pod_template(spec["template"], f"{path}.template")
    yield from _restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _indexed(spec: _Json, path: str) -> Iterator[Cause]:
    """Each completion has a number; there are limits, or the list of those that are over would grow too long."""
    completions, parallelism = spec.get("completions"), spec.get("parallelism", 0)
    failed = spec.get("maxFailedIndexes")
    if completions is None:
        yield Cause.required(f"{path}.completions", "when completion mode is Indexed")
    if parallelism > _MANY:
        detail = f"must be less than or equal to {_MANY} when completion mode is Indexed"
        yield Cause.invalid(f"{path}.parallelism", parallelism, detail)
    if failed is not None and completions is not None and failed > completions:
        yield Cause.invalid(f"{path}.maxFailedIndexes", failed, "must be less than or equal to completions")
    if failed is not None and failed > _MANY:
        yield Cause.invalid(f"{path}.maxFailedIndexes", failed, f"must be less than or equal to {_MANY}")
    if (completions or 0) <= _MANY or "backoffLimitPerIndex" not in spec:
        return
    if failed is None:
        yield Cause.required(f"{path}.maxFailedIndexes", f"must be specified when completions is above {_MANY}")
    detail = (
        f"must be less than or equal to {_MOST_OF_MANY} when completions are above {_MANY} and used with backoff "
        "limit per index"
    )
    if parallelism > _MOST_OF_MANY:
        yield Cause.invalid(f"{path}.parallelism", parallelism, detail)
    if failed is not None and failed > _MOST_OF_MANY:
        yield Cause.invalid(f"{path}.maxFailedIndexes", failed, detail)


def _restart_policy(spec: _Json, path: str) -> Iterator[Cause]:
    policy = spec["template"]["spec"].get("restartPolicy", "")
    if policy in ("", "Always"):
        yield Cause.required(path, 'valid values: "OnFailure", "Never"')
    elif policy not in _RESTART_POLICIES:
        yield Cause.not_supported(path, policy, _RESTART_POLICIES, as_given=True)
    elif "podFailurePolicy" in spec and policy != "Never":
        yield Cause.invalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified')


def _manager(manager: str, path: str) -> Iterator[Cause]:
    """Who runs the Job instead of the job controller: a domain and a path."""
    if not manager:
        yield Cause.required(path)
    else:
        yield from domain_prefixed_path(manager, path)
    if len(manager.encode("utf-8", "replace")) > _LONGEST_MANAGER:
        yield Cause.too_long(path, _LONGEST_MANAGER)

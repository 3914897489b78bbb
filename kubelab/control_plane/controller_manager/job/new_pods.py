"""The pods that a Job makes, and those that it takes away again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lightkube.models import batch_v1, core_v1, meta_v1

from kubelab.api.objects import owned_by, replace, to_dict
from kubelab.control_plane.controller_manager.job.indexes import (
    COMPLETION_INDEX,
    FAILURES,
    IGNORED_FAILURES,
    UNKNOWN,
    by_index,
    failures,
    has_limit_per_index,
    index_of,
    is_indexed,
)
from kubelab.control_plane.controller_manager.job.pods import TRACKING
from kubelab.control_plane.controller_manager.job.policies import judge
from kubelab.control_plane.controller_manager.pods_to_delete import pods_to_delete

LONGEST_PREFIX = 58  # of a generated name
ENVIRONMENT = "JOB_COMPLETION_INDEX"


def new_pod(job: batch_v1.Job, index: int | None, replaced: core_v1.Pod | None) -> Any:
    """A pod for the Job; of an Indexed one for that index, in place of the pod that failed with it.

    In Kubernetes
        manageJob in pkg/controller/job/job_controller.go, and indexed_job_utils.go
    """
    template = job.spec.template
    given = template.metadata or meta_v1.ObjectMeta()
    finalizers = list(given.finalizers or ())
    meta = meta_v1.ObjectMeta(
        generateName=f"{job.metadata.name}-",
        namespace=job.metadata.namespace,
        labels=given.labels,
        annotations=given.annotations,
        finalizers=finalizers if TRACKING in finalizers else [*finalizers, TRACKING],
        ownerReferences=[owned_by(job)],
    )
    if index is None:
        return core_v1.Pod(metadata=meta, spec=template.spec)
    annotations = {**(given.annotations or {}), COMPLETION_INDEX: str(index)}
    if has_limit_per_index(job):
        annotations |= _failure_counts(job, replaced)
    meta = replace(
        meta,
        generateName=_prefix(job.metadata.name, index),
        labels={**(given.labels or {}), COMPLETION_INDEX: str(index)},
        annotations=annotations,
    )
    spec = replace(
        template.spec,
        hostname=f"{job.metadata.name}-{index}",
        containers=[_with_index(held) for held in template.spec.containers],
        initContainers=[_with_index(held) for held in template.spec.initContainers or ()] or None,
    )
    # As a plain manifest: each is different, and the API server would remember every typed one.
    return to_dict(core_v1.Pod(apiVersion="v1", kind="Pod", metadata=meta, spec=spec))


def _prefix(name: str, index: int) -> str:
    end = f"-{index}-"
    return name[: LONGEST_PREFIX - len(end)] + end


def _with_index(container: core_v1.Container) -> core_v1.Container:
    if any(held.name == ENVIRONMENT for held in container.env or ()):
        return container
    field = core_v1.ObjectFieldSelector(fieldPath=f"metadata.labels['{COMPLETION_INDEX}']")
    variable = core_v1.EnvVar(name=ENVIRONMENT, valueFrom=core_v1.EnvVarSource(fieldRef=field))
    return replace(container, env=[*(container.env or ()), variable])


def _failure_counts(job: batch_v1.Job, replaced: core_v1.Pod | None) -> dict[str, str]:
    if replaced is None:
        return {FAILURES: "0"}
    counted = judge(job.spec.podFailurePolicy, replaced).counts
    ignored = failures(replaced, IGNORED_FAILURES) + (not counted)
    found = {FAILURES: str(failures(replaced) + counted)}
    return {**found, IGNORED_FAILURES: str(ignored)} if ignored else found


def superfluous(job: batch_v1.Job, active: list[core_v1.Pod], count: int, now: datetime) -> list[core_v1.Pod]:
    """At least `count` active pods that are to go: first those without an index of their own, then others.

    In Kubernetes
        activePodsForRemoval in pkg/controller/job/job_controller.go
    """
    going: list[core_v1.Pod] = []
    left = active
    if is_indexed(job):
        left = []
        for group in by_index(active):
            index = index_of(group[0])
            if index == UNKNOWN or index >= job.spec.completions:
                going += group
                continue
            chosen = pods_to_delete(group, (), len(group) - 1, now) if len(group) > 1 else []
            going += chosen
            left += [pod for pod in group if pod not in chosen]
    if len(going) < count:
        going += pods_to_delete(left, (), count - len(going), now)
    return going

"""A Job's policies: what the failure of a pod means, and when enough indexes have succeeded."""

from __future__ import annotations

from typing import Any, NamedTuple

from lightkube.models import batch_v1, core_v1

from kubelab.control_plane.controller_manager.job.indexes import Indexes


class Verdict(NamedTuple):
    """What a pod's failure means: for the whole Job (a message), for its count, and by which action."""

    job_fails: str | None = None
    counts: bool = True
    action: str | None = None


def judge(policy: batch_v1.PodFailurePolicy | None, pod: core_v1.Pod) -> Verdict:
    """The verdict of the first rule that matches a failed pod.

    In Kubernetes
        matchPodFailurePolicy in pkg/controller/job/pod_failure_policy.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
    """
    for number, rule in enumerate((policy.rules if policy is not None else None) or ()):
        where = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if rule.onExitCodes is not None:
            ended = _by_exit_code(pod, rule.onExitCodes)
            if ended is None:
                continue
            code = ended.state.terminated.exitCode
            said = f"Container {ended.name} for pod {where} failed with exit code {code}"
        else:
            met = _by_condition(pod, rule.onPodConditions or [])
            if met is None:
                continue
            said = f"Pod {where} has condition {met}"
        if rule.action == "FailJob":
            return Verdict(f"{said} matching {rule.action} rule at index {number}", True, rule.action)
        return Verdict(None, rule.action != "Ignore", rule.action)
    return Verdict()


def _by_exit_code(pod: core_v1.Pod, wanted: batch_v1.PodFailurePolicyOnExitCodesRequirement) -> Any:
    for held in (*(pod.status.containerStatuses or ()), *(pod.status.initContainerStatuses or ())):
        ended = held.state.terminated if held.state is not None else None
        if ended is None or not ended.exitCode or wanted.containerName not in (None, held.name):
            continue
        if (ended.exitCode in wanted.values) == (wanted.operator == "In"):
            return held
    return None


def _by_condition(pod: core_v1.Pod, patterns: list[batch_v1.PodFailurePolicyOnPodConditionsPattern]) -> str | None:
    for held in pod.status.conditions or ():
        if any((held.type, held.status) == (pattern.type, pattern.status or "True") for pattern in patterns):
            return held.type
    return None


def enough(policy: batch_v1.SuccessPolicy | None, completions: int, succeeded: Indexes) -> str | None:
    """Which rule of a success policy the succeeded indexes fulfil, in words; None where they fulfil none.

    In Kubernetes
        matchSuccessPolicy in pkg/controller/job/success_policy.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/job/#success-policy
    """
    if policy is None or not succeeded.intervals:
        return None
    for number, rule in enumerate(policy.rules):
        count = rule.succeededCount
        if rule.succeededIndexes is not None:
            wanted = Indexes.parsed(rule.succeededIndexes, completions)
            there = wanted.shared(succeeded)
            met = bool(wanted.intervals) and (there == wanted.total or (count is not None and there >= count))
        else:
            met = count is not None and succeeded.total >= count
        if met:
            return f"Matched rules at index {number}"
    return None

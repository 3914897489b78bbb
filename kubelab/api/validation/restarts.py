"""When one container is started again, and whether it is when its resources change.

In Kubernetes
    `validateContainerRestartPolicy` and `validateResizePolicy` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.names import one_of

_Json = dict[str, Any]
_POLICIES = ("Always", "Never", "OnFailure")
_ACTIONS = ("Restart", "RestartAllContainers")
_OPERATORS = ("In", "NotIn")
_MOST_RULES = 20
_MOST_EXIT_CODES = 255
_RESIZABLE = ("cpu", "memory")
_RESIZE_POLICIES = ("NotRequired", "RestartContainer")


def restart_rules(container: _Json, path: str) -> Iterator[Cause]:
    """A container's own restart policy and its exceptions by exit code."""
    policy, rules = container.get("restartPolicy"), container.get("restartPolicyRules", [])
    if policy is None:
        if rules:
            detail = "must specify restartPolicy when restart rules are used"
            yield Cause.required(f"{path}.restartPolicy", detail)
    elif policy not in _POLICIES:
        yield Cause.not_supported(f"{path}.restartPolicy", policy, _POLICIES)
    if len(rules) > _MOST_RULES:
        yield Cause.too_many(f"{path}.restartPolicyRules", len(rules), _MOST_RULES)
    for i, rule in enumerate(rules):
        yield from _rule(rule, f"{path}.restartPolicyRules[{i}]")


def _rule(rule: _Json, path: str) -> Iterator[Cause]:
    if rule.get("action") not in _ACTIONS:
        yield Cause.not_supported(f"{path}.action", rule.get("action", ""), _ACTIONS)
    if "exitCodes" not in rule:
        yield Cause.required(f"{path}.exitCodes", "must be specified")
        return
    codes = rule["exitCodes"]
    if codes.get("operator") not in _OPERATORS:
        yield Cause.not_supported(f"{path}.exitCodes.operator", codes.get("operator", ""), _OPERATORS)
    values = codes.get("values", [])
    if len(values) > _MOST_EXIT_CODES:
        yield Cause.too_many(f"{path}.exitCodes.values", len(values), _MOST_EXIT_CODES)


def resize_policy(rules: Sequence[_Json], pod_restart_policy: str, path: str) -> Iterator[Cause]:
    """Whether a container is started again when its CPU or its memory is changed in place."""
    seen: dict[str, None] = {}
    for i, rule in enumerate(rules):
        resource, policy = rule.get("resourceName", ""), rule.get("restartPolicy", "")
        if resource in seen:
            yield Cause.duplicate(f"{path}[{i}]", resource)
        seen[resource] = None
        yield from one_of(resource, path, _RESIZABLE)
        yield from one_of(policy, path, _RESIZE_POLICIES)
        if pod_restart_policy == "Never" and policy != "NotRequired":
            yield Cause.invalid(path, policy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'")

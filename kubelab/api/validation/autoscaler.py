"""Whether a HorizontalPodAutoscaler can be: what it scales, between which bounds, how fast.

In Kubernetes
    `pkg/apis/autoscaling/validation/validation.go`, `validationOptionsForHorizontalPodAutoscaler` in
    `pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go`.
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.quantity import quantity
from kubelab.api.validation.autoscaler_metrics import metrics, object_of
from kubelab.api.validation.names import not_negative
from kubelab.api.validation.references import api_version_error, reference

_Json = dict[str, Any]
_CHOICES = ("Disabled", "Max", "Min")
_POLICIES = ("Percent", "Pods")
_LONGEST_PERIOD = 1800
_LONGEST_WINDOW = 3600


def autoscaler(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A HorizontalPodAutoscaler."""
    spec, before = obj["spec"], old.get("spec", {}) if old is not None else {}
    yield from _bounds(spec, least=0 if before.get("minReplicas") == 0 else 1)
    target, had = spec["scaleTargetRef"], before.get("scaleTargetRef", {})
    same = old is not None and all(target.get(field) == had.get(field) for field in ("apiVersion", "kind"))
    yield from reference(
        target,
        "spec.scaleTargetRef",
        any_version=same,
        core=not same and target.get("kind") == "ReplicationController",
    )
    was_wrong = any(
        api_version_error(object_of(metric), core=True) for metric in before.get("metrics", ()) if "object" in metric
    )
    yield from metrics(spec, "spec.metrics", any_version=was_wrong)
    for direction in ("scaleUp", "scaleDown"):
        rules = spec.get("behavior", {}).get(direction)
        if rules is not None:
            yield from _rules(rules, f"spec.behavior.{direction}")
    if old is not None and obj.get("status") != old.get("status"):
        for field in ("currentReplicas", "desiredReplicas"):
            yield from not_negative(obj.get("status", {}).get(field), f"status.{field}")


def _bounds(spec: _Json, least: int) -> Iterator[Cause]:
    low, high = spec.get("minReplicas"), spec["maxReplicas"]
    if low is not None and low < least:
        yield Cause.invalid("spec.minReplicas", low, f"must be greater than or equal to {least}")
    if high == 0:
        yield Cause.required("spec.maxReplicas", "must be set and greater than 0")
    elif high < 1:
        yield Cause.invalid("spec.maxReplicas", high, "must be greater than 0")
    if low is not None and high < low:
        yield Cause.invalid("spec.maxReplicas", high, "must be greater than or equal to `minReplicas`")


def _rules(rules: _Json, path: str) -> Iterator[Cause]:
    """How fast it may go in one direction."""
    window, tolerance = rules.get("stabilizationWindowSeconds"), rules.get("tolerance")
    if window is not None and window < 0:
        detail = "must be greater than or equal to zero"
        yield Cause.invalid(f"{path}.stabilizationWindowSeconds", window, detail)
    if window is not None and window > _LONGEST_WINDOW:
        detail = f"must be less than or equal to {_LONGEST_WINDOW}"
        yield Cause.invalid(f"{path}.stabilizationWindowSeconds", window, detail)
    if rules.get("selectPolicy") is not None and rules["selectPolicy"] not in _CHOICES:
        yield Cause.not_supported(f"{path}.selectPolicy", rules["selectPolicy"], _CHOICES)
    policies = rules.get("policies", [])
    if not policies:
        yield Cause.required(f"{path}.policies", "must specify at least one Policy")
    for i, policy in enumerate(policies):
        yield from _policy(policy, f"{path}.policies[{i}]")
    if tolerance is not None and quantity(tolerance).nano < 0:
        yield Cause.invalid(f"{path}.tolerance", tolerance, "must be greater than or equal to 0")


def _policy(policy: _Json, path: str) -> Iterator[Cause]:
    if policy["type"] not in _POLICIES:
        yield Cause.not_supported(f"{path}.type", policy["type"], _POLICIES)
    for field in ("value", "periodSeconds"):
        if policy[field] <= 0:
            yield Cause.invalid(f"{path}.{field}", policy[field], "must be greater than zero")
    if policy["periodSeconds"] > _LONGEST_PERIOD:
        detail = f"must be less than or equal to {_LONGEST_PERIOD}"
        yield Cause.invalid(f"{path}.periodSeconds", policy["periodSeconds"], detail)

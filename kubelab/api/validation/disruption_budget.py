"""Whether a PodDisruptionBudget can be: how many pods must stay, or may go.

In Kubernetes
    `pkg/apis/policy/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.amounts import at_most_all, number_or_percent
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import not_negative, one_of_if_given

_Json = dict[str, Any]
_BOUNDS = ("minAvailable", "maxUnavailable")
_EVICTIONS = ("AlwaysAllow", "IfHealthyBudget")
_COUNTS = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def disruption_budget(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A PodDisruptionBudget."""
    spec = obj["spec"]
    if all(field in spec for field in _BOUNDS):
        yield Cause.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set")
    for field in _BOUNDS:
        if field in spec:
            yield from number_or_percent(spec[field], f"spec.{field}")
            yield from at_most_all(spec[field], f"spec.{field}")
    yield from label_selector(spec.get("selector"), "spec.selector")
    yield from one_of_if_given(spec.get("unhealthyPodEvictionPolicy"), "spec.unhealthyPodEvictionPolicy", _EVICTIONS)
    if old is not None and obj.get("status") != old.get("status"):
        for field in _COUNTS:
            yield from not_negative(obj.get("status", {}).get(field), f"status.{field}")

"""Label selectors: which objects a workload, a term of affinity or a constraint is about.

In Kubernetes
    `k8s.io/apimachinery/pkg/apis/meta/v1/validation`.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.metadata import labels
from kubelab.api.validation.names import invalid, qualified

_Json = dict[str, Any]
_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")


def label_selector(selector: _Json | None, path: str) -> list[Cause]:
    """What is wrong with a label selector; none at all is right."""
    return list(_selector(selector, path)) if selector else []


def _selector(selector: _Json, path: str) -> Iterator[Cause]:
    yield from labels(selector.get("matchLabels"), f"{path}.matchLabels")
    for i, requirement in enumerate(selector.get("matchExpressions", ())):
        yield from _requirement(requirement, f"{path}.matchExpressions[{i}]")


def _requirement(requirement: _Json, path: str) -> Iterator[Cause]:
    operator, values = requirement.get("operator", ""), requirement.get("values", [])
    if operator in _WITH_VALUES:
        if not values:
            yield Cause.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in _WITHOUT_VALUES:
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield Cause.forbidden(f"{path}.values", detail)
    else:
        yield Cause.invalid(f"{path}.operator", operator, "not a valid selector operator")
    yield from qualified(requirement.get("key", ""), f"{path}.key")
    for i, value in enumerate(values):
        yield from invalid(f"{path}.values[{i}]", value, formats.label_value(value))

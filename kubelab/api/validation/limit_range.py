"""What a LimitRange may demand: bounds that do not contradict each other.

In Kubernetes
    `ValidateLimitRange` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.formats import qualified_name
from kubelab.api.quantity import quantity
from kubelab.api.validation.resources import container_resource_name, may_overcommit, resource_name

_Json = dict[str, Any]
_STANDARD_TYPES = ("Container", "PersistentVolumeClaim", "Pod")
_ONE = 10**9


def limit_range(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A LimitRange: one item for each type of thing that it limits."""
    seen: dict[str, None] = {}
    for i, item in enumerate(obj["spec"]["limits"]):
        path, sort = f"spec.limits[{i}]", item.get("type", "")
        yield from _type(sort, f"{path}.type")
        if sort in seen:
            yield Cause.duplicate(f"{path}.type", sort)
        seen[sort] = None
        yield from _item(item, sort, path)


def _type(sort: str, path: str) -> Iterator[Cause]:
    messages = qualified_name(sort)
    if not messages and "/" not in sort and sort not in _STANDARD_TYPES:
        messages = ["must be a standard limit type or fully qualified"]
    for message in messages:
        yield Cause.invalid(path, sort, message)


def _item(item: _Json, sort: str, path: str) -> Iterator[Cause]:
    names: dict[str, None] = {}
    for field in ("max", "min"):
        yield from _names(item, field, sort, path, names)
    of_pods = sort == "Pod"
    for field in ("default", "defaultRequest"):
        if not of_pods:
            yield from _names(item, field, sort, path, names)
        elif item.get(field):
            yield Cause.forbidden(f"{path}.{field}", "may not be specified when `type` is 'Pod'")
    if sort == "PersistentVolumeClaim" and "storage" not in {**item.get("min", {}), **item.get("max", {})}:
        detail = "either minimum or maximum storage value is required, but neither was provided"
        yield Cause.required(f"{path}.limits", detail)
    yield from _names(item, "maxLimitRequestRatio", sort, path, names)
    bounds = {**item, "default": {}, "defaultRequest": {}} if of_pods else item
    for name in names:
        yield from _bounds(bounds, name, path)


def _names(item: _Json, field: str, sort: str, path: str, names: dict[str, None]) -> Iterator[Cause]:
    rule = container_resource_name if sort in ("Pod", "Container") else resource_name
    for name in item.get(field, {}):
        for message in rule(name):
            yield Cause.invalid(f"{path}.{field}[{name}]", name, message)
        names[name] = None


def _bounds(item: _Json, name: str, path: str) -> Iterator[Cause]:
    """That of two amounts that are there, the one that must be larger is."""
    low, high = item.get("min", {}).get(name), item.get("max", {}).get(name)
    default, request = item.get("default", {}).get(name), item.get("defaultRequest", {}).get(name)
    asked, given = f"{path}.defaultRequest[{name}]", f"{path}.default[{name}]"
    for small, large, field, shown, detail in (
        (low, high, f"{path}.min[{name}]", low, "min value {} is greater than max value {}"),
        (low, request, asked, request, "min value {} is greater than default request value {}"),
        (request, high, asked, request, "default request value {} is greater than max value {}"),
        (request, default, asked, request, "default request value {} is greater than default limit value {}"),
        (low, default, given, low, "min value {} is greater than default value {}"),
        (default, high, given, high, "default value {} is greater than max value {}"),
    ):
        if small is not None and large is not None and quantity(small).nano > quantity(large).nano:
            yield Cause.invalid(field, shown, detail.format(small, large))
    yield from _ratio(item.get("maxLimitRequestRatio", {}).get(name), low, high, f"{path}.maxLimitRequestRatio[{name}]")
    if not may_overcommit(name) and default and request and quantity(default).nano != quantity(request).nano:
        detail = f"default value {default} must equal to defaultRequest value {request} in {name}"
        yield Cause.invalid(asked, request, detail)


def _ratio(ratio: str | None, low: str | None, high: str | None, path: str) -> Iterator[Cause]:
    if ratio is None:
        return
    times = quantity(ratio).nano
    if times < _ONE:
        yield Cause.invalid(path, ratio, f"ratio {ratio} is less than 1")
    if low is not None and high is not None and quantity(low).nano > 0:
        widest = quantity(high).nano / quantity(low).nano
        if times / _ONE > widest:
            yield Cause.invalid(path, ratio, f"ratio {ratio} is greater than max/min = {widest:f}")

"""What an autoscaler goes by: each metric says where it comes from and what it should be.

In Kubernetes
    `validateMetrics` and what it calls in `pkg/apis/autoscaling/validation/validation.go`.
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-on-resource-utilization
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.metadata import path_segment
from kubelab.api.quantity import quantity
from kubelab.api.validation.names import invalid, label
from kubelab.api.validation.references import reference
from kubelab.api.validation.resources import container_resource_name

_Json = dict[str, Any]
_FIELDS = {
    "Object": "object",
    "External": "external",
    "Pods": "pods",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}  # in the order in which Kubernetes looks for them
_TARGETS = ("Utilization", "Value", "AverageValue")
_NAME_A_SOURCE = "must populate information for the given metric source"


def metrics(spec: _Json, path: str, *, any_version: bool) -> Iterator[Cause]:
    """The metrics of an autoscaler; down to no pods at all, resources of pods tell nothing."""
    held = spec.get("metrics", [])
    for i, metric in enumerate(held):
        yield from _metric(metric, f"{path}[{i}]", any_version)
    if spec.get("minReplicas") == 0 and not any(metric["type"] in ("Object", "External") for metric in held):
        detail = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield Cause.forbidden(path, detail)


def object_of(metric: _Json) -> _Json:
    """What an Object metric describes."""
    described: _Json = metric["object"].get("describedObject", {})
    return described


def _metric(metric: _Json, path: str, any_version: bool) -> Iterator[Cause]:
    sort, given = metric["type"], [field for field in _FIELDS.values() if field in metric]
    unknown = Cause.not_supported(f"{path}.type", sort, _FIELDS)
    if not sort:
        yield Cause.required(f"{path}.type", "must specify a metric source type")
    if sort not in _FIELDS:
        yield unknown
    if given:
        yield from _source(given[0], metric[given[0]], f"{path}.{given[0]}", any_version)
    expected = _FIELDS.get(sort)
    if expected is None:
        yield unknown
    elif expected not in metric:
        yield Cause.required(f"{path}.{expected}", _NAME_A_SOURCE)
    if len(given) != 1:
        for field in given:
            if field != expected:
                yield Cause.forbidden(f"{path}.{field}", "must populate the given metric source only")


def _source(field: str, source: _Json, path: str, any_version: bool) -> Iterator[Cause]:
    target = source["target"]
    if field == "object":
        yield from reference(source["describedObject"], f"{path}.describedObject", any_version=any_version, core=True)
    if field in ("object", "external", "pods"):
        yield from _identifier(source["metric"], f"{path}.metric")
        yield from _target(target, f"{path}.target")
        yield from _target_of_metric(field, target, f"{path}.target")
        return
    if not source["name"]:
        yield Cause.required(f"{path}.name", "must specify a resource name")
    elif field == "containerResource":
        yield from invalid(f"{path}.name", source["name"], container_resource_name(source["name"]))
    if field == "containerResource" and not source["container"]:
        yield Cause.required(f"{path}.container", "must specify a container")
    elif field == "containerResource":
        yield from label(source["container"], f"{path}.container")
    yield from _target(target, f"{path}.target")
    if "averageUtilization" not in target and "averageValue" not in target:
        detail = "must set either a target raw value or a target utilization"
        yield Cause.required(f"{path}.target.averageUtilization", detail)
    if "averageUtilization" in target and "averageValue" in target:
        detail = "may not set both a target raw value and a target utilization"
        yield Cause.forbidden(f"{path}.target.averageValue", detail)


def _target_of_metric(field: str, target: _Json, path: str) -> Iterator[Cause]:
    value, average = "value" in target, "averageValue" in target
    if field == "pods":
        if not average:
            yield Cause.required(f"{path}.averageValue", "must specify a positive target averageValue")
    elif not value and not average:
        choice = "value or averageValue" if field == "object" else "value for metric or a per-pod target"
        detail = f"must set either a target {choice}"
        yield Cause.required(f"{path}.averageValue", detail)
    elif field == "external" and value and average:
        detail = "may not set both a target value for metric and a per-pod target"
        yield Cause.forbidden(f"{path}.value", detail)


def _identifier(identifier: _Json, path: str) -> Iterator[Cause]:
    name = identifier.get("name", "")
    if not name:
        yield Cause.required(f"{path}.name", "must specify a metric name")
    else:
        yield from invalid(f"{path}.name", name, path_segment(name))


def _target(target: _Json, path: str) -> Iterator[Cause]:
    sort, utilization = target["type"], target.get("averageUtilization")
    if not sort:
        yield Cause.required(f"{path}.type", "must specify a metric target type")
    if sort not in _TARGETS:
        yield Cause.invalid(f"{path}.type", sort, "must be either Utilization, Value, or AverageValue")
    for field in ("value", "averageValue"):
        if field in target and quantity(target[field]).nano <= 0:
            yield Cause.invalid(f"{path}.{field}", target[field], "must be positive")
    if utilization is not None and utilization < 1:
        yield Cause.invalid(f"{path}.averageUtilization", utilization, "must be greater than 0")

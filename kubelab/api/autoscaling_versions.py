"""Autoscalers in their two versions: version 1 knows one metric, the CPU; all else it keeps in annotations.

In Kubernetes
    `pkg/apis/autoscaling/v1/conversion.go`.
    https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v1/ . An
    annotation that cannot be read is dropped in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
from lightkube.models import autoscaling_v2

from kubelab.api.autoscaling_metrics import (
    behavior_as_go,
    behavior_from_go,
    metric_to_v1,
    metric_to_v2,
    status_to_v1,
    status_to_v2,
)
from kubelab.api.decoders import MismatchError, Run
from kubelab.api.defaults.autoscaling import (
    BEHAVIOR,
    CONDITIONS,
    CURRENT_METRICS,
    METRICS,
    ROUND_TRIP,
    cpu_metric,
)
from kubelab.api.schema import struct_of

_Json = dict[str, Any]
_BOUNDS = ("scaleTargetRef", "minReplicas", "maxReplicas")
_COUNTS = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")


def autoscaler_to_v1(obj: _Json) -> _Json:
    """A stored autoscaler in the words of version 1."""
    spec, status = obj["spec"], obj.get("status", {})
    annotations = _without_round_trip(obj)
    others = [metric for metric in spec.get("metrics", ()) if _cpu_utilization(metric) is None]
    current, conditions = status.get("currentMetrics") or [], status.get("conditions", [])
    if others:
        annotations[METRICS] = _compact([metric_to_v1(metric) for metric in others])
    if current:
        annotations[CURRENT_METRICS] = _compact([status_to_v1(metric) for metric in current])
    if conditions:
        annotations[CONDITIONS] = _compact(conditions)
    if "behavior" in spec:
        annotations[BEHAVIOR] = _compact(behavior_as_go(spec["behavior"]))
    old_spec = {field: spec[field] for field in _BOUNDS if field in spec}
    of_cpu = [metric for metric in spec.get("metrics", ()) if _is_cpu(metric)]
    target = _cpu_utilization(of_cpu[0]) if of_cpu else None
    if target is not None:
        old_spec["targetCPUUtilizationPercentage"] = target
    old_status = {"currentReplicas": 0, "desiredReplicas": 0}
    old_status |= {field: status[field] for field in _COUNTS if field in status}
    for metric in current:
        if _is_cpu(metric) and "averageUtilization" in metric["resource"]["current"]:
            old_status["currentCPUUtilizationPercentage"] = metric["resource"]["current"]["averageUtilization"]
    return {**obj, "metadata": _annotated(obj, annotations), "spec": old_spec, "status": old_status}


def autoscaler_to_v2(obj: _Json) -> _Json:
    """An autoscaler of version 1 in the words in which it is stored."""
    spec, status = obj["spec"], obj.get("status", {})
    held = obj["metadata"].get("annotations", {})
    new_spec = {field: spec[field] for field in _BOUNDS if field in spec}
    metrics = _read(held.get(METRICS), metric_to_v2, autoscaling_v2.MetricSpec)
    if "targetCPUUtilizationPercentage" in spec:
        metrics.append(cpu_metric(spec["targetCPUUtilizationPercentage"]))
    new_spec["metrics"] = metrics or [cpu_metric()]
    behavior = _read_one(behavior_from_go(_loaded(held.get(BEHAVIOR))), autoscaling_v2.HorizontalPodAutoscalerBehavior)
    if behavior:
        new_spec["behavior"] = behavior
    new_status = {field: status[field] for field in _COUNTS if field in status}
    if not new_status.get("currentReplicas"):
        new_status.pop("currentReplicas", None)
    current = _read(held.get(CURRENT_METRICS), status_to_v2, autoscaling_v2.MetricStatus)
    if not current and "currentCPUUtilizationPercentage" in status:
        utilization = {"averageUtilization": status["currentCPUUtilizationPercentage"]}
        current = [{"type": "Resource", "resource": {"name": "cpu", "current": utilization}}]
    new_status["currentMetrics"] = current or None
    conditions = _read(held.get(CONDITIONS), dict, autoscaling_v2.HorizontalPodAutoscalerCondition)
    if conditions:
        new_status["conditions"] = conditions
    return {**obj, "metadata": _annotated(obj, _without_round_trip(obj)), "spec": new_spec, "status": new_status}


def _is_cpu(metric: _Json) -> bool:
    return metric.get("type") == "Resource" and metric.get("resource", {}).get("name") == "cpu"


def _cpu_utilization(metric: _Json) -> int | None:
    return metric["resource"]["target"].get("averageUtilization") if _is_cpu(metric) else None


def _without_round_trip(obj: _Json) -> dict[str, str]:
    held = obj["metadata"].get("annotations", {})
    return {key: value for key, value in held.items() if key not in ROUND_TRIP}


def _annotated(obj: _Json, annotations: dict[str, str]) -> _Json:
    metadata = {field: value for field, value in obj["metadata"].items() if field != "annotations"}
    return {**metadata, "annotations": annotations} if annotations else metadata


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _loaded(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _read(text: str | None, convert: Callable[[_Json], _Json], model: type[msgspec.Struct]) -> list[_Json]:
    """The objects that an annotation lists, converted; an annotation that cannot be read says nothing."""
    value = _loaded(text)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return []
    found = [_read_one(convert(each), model) for each in value]
    return found if all(found) else []


def _read_one(part: _Json, model: type[msgspec.Struct]) -> _Json:
    """What a model keeps of a part; nothing where it cannot hold it."""
    try:
        return struct_of(model).decode(part, None, Run()) if part else {}
    except MismatchError:
        return {}

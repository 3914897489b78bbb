"""The metrics and the behavior of an autoscaler as the annotations of version 1 hold them.

In Kubernetes
    The `Convert_…MetricSource` and `Convert_…MetricStatus` functions of `pkg/apis/autoscaling/v1/conversion.go`. The
    behavior is written as the API server's own type, whose fields begin with capitals.
"""

from __future__ import annotations

from typing import Any

_Json = dict[str, Any]
_FIELDS = ("object", "pods", "resource", "containerResource", "external")
_RULES = {
    "StabilizationWindowSeconds": "stabilizationWindowSeconds",
    "SelectPolicy": "selectPolicy",
    "Policies": "policies",
    "Tolerance": "tolerance",
}
_POLICY = {"Type": "type", "Value": "value", "PeriodSeconds": "periodSeconds"}
_DIRECTIONS = {"ScaleUp": "scaleUp", "ScaleDown": "scaleDown"}


def metric_to_v1(metric: _Json) -> _Json:
    """A metric with the names of version 1: what it should be stands beside what it is of."""
    old: _Json = {"type": metric.get("type", "")}
    for field in _FIELDS:
        if field in metric:
            old[field] = _source_to_v1(field, metric[field])
    return old


def _source_to_v1(field: str, source: _Json) -> _Json:
    target = source.get("target", {})
    if field in ("resource", "containerResource"):
        old = {"name": source.get("name", "")}
        _put(old, "targetAverageUtilization", target.get("averageUtilization"))
        _put(old, "targetAverageValue", target.get("averageValue"))
        _put(old, "container", source.get("container"))
        return old
    metric = source.get("metric", {})
    if field == "object":
        old = {"target": source.get("describedObject", {}), "metricName": metric.get("name", "")}
        old["targetValue"] = target.get("value", "0")
        _put(old, "selector", metric.get("selector"))
        _put(old, "averageValue", target.get("averageValue"))
    elif field == "pods":
        old = {"metricName": metric.get("name", ""), "targetAverageValue": target.get("averageValue", "0")}
        _put(old, "selector", metric.get("selector"))
    else:
        old = {"metricName": metric.get("name", "")}
        _put(old, "metricSelector", metric.get("selector"))
        _put(old, "targetValue", target.get("value"))
        _put(old, "targetAverageValue", target.get("averageValue"))
    return old


def metric_to_v2(metric: _Json) -> _Json:
    """A metric of version 1 with the names that are stored."""
    new: _Json = {"type": metric.get("type", "")}
    for field in _FIELDS:
        if isinstance(metric.get(field), dict):
            new[field] = _source_to_v2(field, metric[field])
    return new


def _source_to_v2(field: str, source: _Json) -> _Json:
    if field in ("resource", "containerResource"):
        utilization = source.get("targetAverageUtilization")
        target = {"type": "AverageValue" if utilization is None else "Utilization"}
        _put(target, "averageValue", source.get("targetAverageValue"))
        _put(target, "averageUtilization", utilization)
        new = {"name": source.get("name", ""), "target": target}
        if field == "containerResource":
            new["container"] = source.get("container", "")
        return new
    if field == "object":
        average = source.get("averageValue")
        target = {"type": "Value" if average is None else "AverageValue", "value": source.get("targetValue", "0")}
        _put(target, "averageValue", average)
        described = source.get("target") or {"kind": "", "name": ""}
        return {"describedObject": described, "metric": _identifier(source, "selector"), "target": target}
    if field == "pods":
        target = {"type": "AverageValue", "averageValue": source.get("targetAverageValue", "0")}
        return {"metric": _identifier(source, "selector"), "target": target}
    value = source.get("targetValue")
    target = {"type": "AverageValue" if value is None else "Value"}
    _put(target, "value", value)
    _put(target, "averageValue", source.get("targetAverageValue"))
    return {"metric": _identifier(source, "metricSelector"), "target": target}


def status_to_v1(status: _Json) -> _Json:
    """What a metric is, with the names of version 1."""
    old: _Json = {"type": status.get("type", "")}
    for field in _FIELDS:
        if field not in status:
            continue
        held = status[field]
        current, metric = held.get("current", {}), held.get("metric", {})
        part: _Json = {}
        if field in ("resource", "containerResource"):
            part["name"] = held.get("name", "")
            _put(part, "currentAverageUtilization", current.get("averageUtilization"))
            part["currentAverageValue"] = current.get("averageValue", "0")
            _put(part, "container", held.get("container"))
        elif field == "pods":
            part = {"metricName": metric.get("name", ""), "currentAverageValue": current.get("averageValue", "0")}
            _put(part, "selector", metric.get("selector"))
        else:
            if field == "object":
                part["target"] = held.get("describedObject", {})
            part["metricName"] = metric.get("name", "")
            part["currentValue"] = current.get("value", "0")
            _put(part, "selector" if field == "object" else "metricSelector", metric.get("selector"))
            _put(part, "averageValue" if field == "object" else "currentAverageValue", current.get("averageValue"))
        old[field] = part
    return old


def status_to_v2(status: _Json) -> _Json:
    """What a metric of version 1 is, with the names that are stored."""
    new: _Json = {"type": status.get("type", "")}
    for field in _FIELDS:
        held = status.get(field)
        if not isinstance(held, dict):
            continue
        current: _Json = {}
        if field in ("object", "external"):
            current["value"] = held.get("currentValue", "0")
            _put(current, "averageValue", held.get("averageValue" if field == "object" else "currentAverageValue"))
        else:
            current["averageValue"] = held.get("currentAverageValue", "0")
            _put(current, "averageUtilization", held.get("currentAverageUtilization"))
        part: _Json = {"current": current}
        if field in ("resource", "containerResource"):
            part["name"] = held.get("name", "")
        else:
            part["metric"] = _identifier(held, "metricSelector" if field == "external" else "selector")
        if field == "object":
            part["describedObject"] = held.get("target") or {"kind": "", "name": ""}
        if field == "containerResource":
            part["container"] = held.get("container", "")
        new[field] = part
    return new


def behavior_as_go(behavior: _Json) -> _Json:
    """The behavior as Go writes its own type: every field, in capitals, null where there is nothing."""
    return {name: _rules_as_go(behavior.get(field)) for name, field in _DIRECTIONS.items()}


def _rules_as_go(rules: _Json | None) -> _Json | None:
    if rules is None:
        return None
    shown = {name: rules.get(field) for name, field in _RULES.items()}
    if shown["Policies"] is not None:
        shown["Policies"] = [
            {name: policy.get(field) for name, field in _POLICY.items()} for policy in shown["Policies"]
        ]
    return shown


def behavior_from_go(behavior: Any) -> _Json:
    """The behavior that Go's own type stands for; nothing where there is none."""
    if not isinstance(behavior, dict):
        return {}
    found = {}
    for name, field in _DIRECTIONS.items():
        rules = behavior.get(name)
        if isinstance(rules, dict):
            found[field] = {new: rules[old] for old, new in _RULES.items() if rules.get(old) is not None}
            policies = [policy for policy in found[field].get("policies", ()) if isinstance(policy, dict)]
            found[field]["policies"] = [
                {new: policy.get(old, _zero(old)) for old, new in _POLICY.items()} for policy in policies
            ]
    return found


def _zero(field: str) -> str | int:
    return "" if field == "Type" else 0


def _identifier(source: _Json, selector: str) -> _Json:
    identifier = {"name": source.get("metricName", "")}
    _put(identifier, "selector", source.get(selector))
    return identifier


def _put(part: _Json, field: str, value: Any) -> None:
    if value is not None:
        part[field] = value

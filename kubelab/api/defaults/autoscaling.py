"""What a HorizontalPodAutoscaler means when it says only half of it.

In Kubernetes
    `pkg/apis/autoscaling/v2/defaults.go` and `pkg/apis/autoscaling/v1/defaults.go`. Version 1 gets its metric where it
    is converted: see `kubelab.api.autoscaling_versions`.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

_Json = dict[str, Any]
_PREFIX = "autoscaling.alpha.kubernetes.io/"
METRICS, BEHAVIOR = f"{_PREFIX}metrics", f"{_PREFIX}behavior"
CURRENT_METRICS, CONDITIONS = f"{_PREFIX}current-metrics", f"{_PREFIX}conditions"
ROUND_TRIP = (METRICS, BEHAVIOR, CURRENT_METRICS, CONDITIONS)
"""Annotations in which version 1 carries what it has no fields for; the other versions have fields."""

_UTILIZATION = 80
_UP: _Json = {
    "stabilizationWindowSeconds": 0,
    "selectPolicy": "Max",
    "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
}
_DOWN: _Json = {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}


def autoscaler(obj: _Json) -> None:
    """Fill in an autoscaler: at least one pod, so many that their CPUs are busy to four fifths."""
    for key in ROUND_TRIP:
        obj["metadata"].get("annotations", {}).pop(key, None)
    if not obj["metadata"].get("annotations"):
        obj["metadata"].pop("annotations", None)
    spec = obj["spec"]
    spec.setdefault("minReplicas", 1)
    spec["metrics"] = spec.get("metrics") or [cpu_metric(_UTILIZATION)]
    behavior = spec.get("behavior")
    if behavior is not None:
        behavior["scaleUp"] = {**deepcopy(_UP), **behavior.get("scaleUp", {})}
        behavior["scaleDown"] = {**deepcopy(_DOWN), **behavior.get("scaleDown", {})}


def autoscaler_v1(obj: _Json) -> None:
    """Fill in an autoscaler of version 1: at least one pod."""
    obj["spec"].setdefault("minReplicas", 1)


def cpu_metric(utilization: int = _UTILIZATION) -> _Json:
    """The metric of version 1: how busy the CPUs are, in hundredths of what the pods ask for."""
    target = {"type": "Utilization", "averageUtilization": utilization}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}

"""What `kubectl get` shows of autoscalers, disruption budgets, priority classes and runtime classes.

In Kubernetes
    `pkg/printers/internalversion/printers.go`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.api.printer import Cell, Printer
from kubelab.api.quantity import canonical

_SHOWN = 2
_SOURCES = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_OF_RESOURCES = ("ContainerResource", "Resource")
_UNKNOWN = "<unknown>"


def format_metrics(specs: Sequence[Any], statuses: Sequence[Any]) -> str:
    """What an autoscaler goes by: of each metric what it is and what it should be, the first two of them."""
    if not specs:
        return "<none>"
    texts = [_metric(spec, statuses[i] if i < len(statuses) else None) for i, spec in enumerate(specs)]
    shown = ", ".join(texts[:_SHOWN])
    return f"{shown} + {len(texts) - _SHOWN} more..." if len(texts) > _SHOWN else shown


def _metric(spec: Any, status: Any) -> str:
    field = _SOURCES.get(spec.type)
    source = getattr(spec, field, None) if field else None
    if source is None:
        return "<unknown type>"
    reported = getattr(status, field, None) if status is not None else None
    current, target = reported.current if reported is not None else None, source.target
    if target.averageValue is not None:
        text = f"{_amount(current, 'averageValue')}/{canonical(target.averageValue)}"
        if spec.type in ("External", "Object"):
            text += " (avg)"
    elif spec.type in _OF_RESOURCES:
        utilization = "<auto>" if target.averageUtilization is None else f"{target.averageUtilization}%"
        text = f"{_utilization(current)}/{utilization}"
    else:
        text = f"{_amount(current, 'value')}/{canonical(target.value or '0')}"
    return f"{source.name}: {text}" if spec.type in _OF_RESOURCES else text


def _amount(current: Any, field: str) -> str:
    value = getattr(current, field, None)
    return canonical(value) if value is not None else _UNKNOWN


def _utilization(current: Any) -> str:
    if current is None or current.averageUtilization is None:
        return _UNKNOWN
    return f"{current.averageUtilization}%"


def _autoscaler_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    target = spec.scaleTargetRef
    metrics = format_metrics(spec.metrics or (), (status.currentMetrics if status else None) or ())
    least: Cell = "<unset>" if spec.minReplicas is None else str(spec.minReplicas)
    replicas = (status.currentReplicas if status else None) or 0
    cells: list[Cell] = [obj.metadata.name, f"{target.kind}/{target.name}", metrics, least, spec.maxReplicas]
    return [*cells, replicas, since(obj.metadata.creationTimestamp, now)]


def _disruption_budget_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    bounds = [obj.spec.minAvailable, obj.spec.maxUnavailable] if obj.spec else [None, None]
    shown: list[Cell] = ["N/A" if bound is None else str(bound) for bound in bounds]
    allowed = (obj.status.disruptionsAllowed if obj.status else None) or 0
    return [obj.metadata.name, *shown, allowed, since(obj.metadata.creationTimestamp, now)]


def _priority_class_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    is_default = "true" if obj.globalDefault else "false"
    age = since(obj.metadata.creationTimestamp, now)
    return [obj.metadata.name, obj.value or 0, is_default, age, obj.preemptionPolicy or ""]


def _runtime_class_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [obj.metadata.name, obj.handler, since(obj.metadata.creationTimestamp, now)]


PRINTERS_POLICY: dict[str, Printer] = {
    "HorizontalPodAutoscaler": Printer(
        ("Name", "Reference", "Targets", "MinPods", "MaxPods", "Replicas", "Age"), _autoscaler_row
    ),
    "PodDisruptionBudget": Printer(
        ("Name", "Min Available", "Max Unavailable", "Allowed Disruptions", "Age"), _disruption_budget_row
    ),
    "PriorityClass": Printer(("Name", "Value", "Global-Default", "Age", "PreemptionPolicy"), _priority_class_row),
    "RuntimeClass": Printer(("Name", "Handler", "Age"), _runtime_class_row),
}

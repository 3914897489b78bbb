"""`kubectl describe hpa`.

In Kubernetes
    `describeHorizontalPodAutoscalerV2` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from typing import Any

from kubelab.clients.kubectl.describe.events import add_events
from kubelab.clients.kubectl.describe.workloads import count
from kubelab.clients.kubectl.describe.writer import Writer, date
from kubelab.clients.kubectl.session import Session

_UNKNOWN = "<unknown>"


def describe_horizontal_pod_autoscaler(session: Session, autoscaler: Any) -> str:
    """A HorizontalPodAutoscaler: what it measures, what it aims at, what it has decided."""
    writer, spec, status = Writer(session.now), autoscaler.spec, autoscaler.status
    target = spec.scaleTargetRef
    writer.metadata(autoscaler)
    writer.field("CreationTimestamp", date(autoscaler.metadata.creationTimestamp))
    writer.field("Reference", f"{target.kind}/{target.name}")
    writer.field("Metrics", "( current / target )")
    current = (status.currentMetrics if status else None) or []
    for i, metric in enumerate(spec.metrics or ()):
        title, shown = _metric(metric, current[i] if i < len(current) else None)
        writer.line(f"{title}:\t{shown}", 1)
    writer.field("Min replicas", "<unset>" if spec.minReplicas is None else spec.minReplicas)
    writer.field("Max replicas", spec.maxReplicas)
    if spec.behavior is not None:
        writer.line("Behavior:")
        _behavior(writer, "Scale Up", spec.behavior.scaleUp)
        _behavior(writer, "Scale Down", spec.behavior.scaleDown)
    numbers = f"{count(status, 'currentReplicas')} current / {count(status, 'desiredReplicas')} desired"
    writer.field(f"{target.kind} pods", numbers)
    conditions = (status.conditions if status else None) or []
    if conditions:
        writer.line("Conditions:")
        writer.columns(1, ["Type", "Status", "Reason", "Message"], ["----", "------", "------", "-------"])
        for held in conditions:
            writer.columns(1, [held.type, held.status, held.reason or "", held.message or ""])
    add_events(session, writer, autoscaler)
    return writer.text()


def _metric(metric: Any, measured: Any) -> tuple[str, str]:
    """What a metric is called, and `current / target`."""
    field = metric.type[0].lower() + metric.type[1:]
    source = getattr(metric, field, None)
    if source is None:
        return f'<unknown metric type "{metric.type}">', ""
    held = getattr(measured, field, None) if measured else None
    now = held.current if held else None
    match metric.type:
        case "External":
            name = f'"{source.metric.name}"'
            if source.target.averageValue is not None:
                return f"{name} (target average value)", _values(now, source.target, "averageValue")
            return f"{name} (target value)", _values(now, source.target, "value")
        case "Pods":
            return f'"{source.metric.name}" on pods', _values(now, source.target, "averageValue")
        case "Object":
            about = source.describedObject
            name = f'"{source.metric.name}" on {about.kind}/{about.name}'
            if source.target.type == "AverageValue":
                return f"{name} (target average value)", _values(now, source.target, "averageValue")
            return f"{name} (target value)", _values(now, source.target, "value")
    of = f' of container "{source.container}"' if metric.type == "ContainerResource" else ""
    name = f"resource {source.name}{of} on pods"
    if source.target.averageValue is not None:
        return name, _values(now, source.target, "averageValue")
    share = now.averageUtilization if now else None
    shown = _UNKNOWN if share is None else f"{share}% ({now.averageValue})"
    wanted = source.target.averageUtilization
    return f"{name}  (as a percentage of request)", f"{shown} / {'<auto>' if wanted is None else f'{wanted}%'}"


def _values(now: Any, target: Any, field: str) -> str:
    value = getattr(now, field) if now else None
    return f"{_UNKNOWN if value is None else value} / {getattr(target, field)}"


def _behavior(writer: Writer, direction: str, rules: Any) -> None:
    if rules is None:
        return
    writer.line(f"{direction}:", 1)
    if rules.stabilizationWindowSeconds is not None:
        writer.line(f"Stabilization Window: {rules.stabilizationWindowSeconds} seconds", 2)
    if rules.policies:
        writer.line(f"Select Policy: {rules.selectPolicy or 'Max'}", 2)
        writer.line("Policies:", 2)
        for policy in rules.policies:
            writer.line(f"- Type: {policy.type}\tValue: {policy.value}\tPeriod: {policy.periodSeconds} seconds", 3)

"""Whether a Deployment or a ReplicaSet can be.

In Kubernetes
    `pkg/apis/apps/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import ApiError, Cause
from kubelab.api.selectors import from_object
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import invalid, not_negative
from kubelab.api.validation.pod import pod_template

_Json = dict[str, Any]
_STRATEGIES = ("Recreate", "RollingUpdate")


def deployment(obj: _Json, old: _Json | None = None) -> list[Cause]:
    """What is wrong with a Deployment."""
    spec = obj.get("spec", {})
    causes = [
        *not_negative(spec.get("replicas"), "spec.replicas"),
        *_selector_and_template(spec),
        *_strategy(spec.get("strategy", {}), "spec.strategy"),
        *not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds"),
        *not_negative(spec.get("revisionHistoryLimit"), "spec.revisionHistoryLimit"),
    ]
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None:
        causes += not_negative(deadline, "spec.progressDeadlineSeconds")
        if deadline <= spec.get("minReadySeconds", 0):
            detail = "must be greater than minReadySeconds"
            causes.append(Cause.invalid("spec.progressDeadlineSeconds", deadline, detail))
    return [*causes, *_same_selector(spec, old)]


def replicaset(obj: _Json, old: _Json | None = None) -> list[Cause]:
    """What is wrong with a ReplicaSet."""
    spec = obj.get("spec", {})
    return [
        *not_negative(spec.get("replicas"), "spec.replicas"),
        *not_negative(spec.get("minReadySeconds"), "spec.minReadySeconds"),
        *_selector_and_template(spec),
        *_same_selector(spec, old),
    ]


def _same_selector(spec: _Json, old: _Json | None) -> Iterator[Cause]:
    """Pods that a changed selector no longer picked would belong to nobody."""
    if old is not None and spec.get("selector") != old.get("spec", {}).get("selector"):
        yield Cause.invalid("spec.selector", spec.get("selector"), "field is immutable")


def _selector_and_template(spec: _Json) -> Iterator[Cause]:
    """The selector must pick the pods that the template makes, or the workload would make them for ever."""
    selector = spec.get("selector")
    if selector is None:
        yield Cause.required("spec.selector")
    else:
        yield from label_selector(selector, "spec.selector")
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            yield Cause.invalid("spec.selector", selector, "empty selector is invalid for deployment")
    try:
        picks = from_object(selector)
    except ApiError:
        yield Cause.invalid("spec.selector", selector, "invalid label selector")
        return
    template = spec.get("template", {})
    held = template.get("metadata", {}).get("labels")
    if not picks.empty and not picks.matches(held):
        detail = "`selector` does not match template `labels`"
        yield Cause.invalid("spec.template.metadata.labels", held, detail)
    yield from pod_template(template, "spec.template")
    of_pods = template.get("spec", {})
    if of_pods.get("restartPolicy") != "Always":
        policy = of_pods.get("restartPolicy", "")
        yield Cause.not_supported("spec.template.spec.restartPolicy", policy, ("Always",))
    if "activeDeadlineSeconds" in of_pods:
        detail = "activeDeadlineSeconds in ReplicaSet is not Supported"
        yield Cause.forbidden("spec.template.spec.activeDeadlineSeconds", detail)


def _strategy(strategy: _Json, path: str) -> Iterator[Cause]:
    sort, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if sort == "RollingUpdate":
        if rolling is None:
            yield Cause.required(f"{path}.rollingUpdate", "this should be defaulted and never be nil")
        else:
            yield from _rolling_update(rolling, f"{path}.rollingUpdate")
    elif sort == "Recreate":
        if rolling is not None:
            detail = "may not be specified when strategy `type` is 'Recreate'"
            yield Cause.forbidden(f"{path}.rollingUpdate", detail)
    else:
        yield Cause.not_supported(path, _as_go_prints(strategy), _STRATEGIES)


def _as_go_prints(strategy: _Json) -> _Json:
    """The message shows the struct of Go, whose fields have other names."""
    rolling = strategy.get("rollingUpdate")
    shown = rolling and {"MaxUnavailable": rolling.get("maxUnavailable", 0), "MaxSurge": rolling.get("maxSurge", 0)}
    return {"Type": strategy.get("type", ""), "RollingUpdate": shown}


def _rolling_update(rolling: _Json, path: str) -> Iterator[Cause]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    yield from _number_or_percent(unavailable, f"{path}.maxUnavailable")
    yield from _number_or_percent(surge, f"{path}.maxSurge")
    if not _amount(unavailable) and not _amount(surge):
        yield Cause.invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    if isinstance(unavailable, str) and _amount(unavailable) > 100:
        yield Cause.invalid(f"{path}.maxUnavailable", unavailable, "must not be greater than 100%")


def _number_or_percent(value: int | str, path: str) -> Iterator[Cause]:
    if isinstance(value, str):
        return invalid(path, value, formats.percent(value))
    return not_negative(value, path)


def _amount(value: int | str) -> int:
    """The number, of a percentage too; what is neither counts as 0, as Go's conversion has it."""
    if isinstance(value, int):
        return value
    digits = value if formats.percent(value) else value[:-1]
    return int(digits) if digits.isascii() and digits.lstrip("+-").isdigit() else 0

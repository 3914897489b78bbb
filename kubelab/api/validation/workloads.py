"""Whether a Deployment or a ReplicaSet can be.

In Kubernetes
    `pkg/apis/apps/validation/validation.go`.
    https://kubernetes.io/docs/concepts/workloads/controllers/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.amounts import amount, at_most_all, number_or_percent
from kubelab.api.validation.names import not_negative
from kubelab.api.validation.pod import pod_template
from kubelab.api.validation.templates import immutable, picks_its_own, required_selector, runs_for_ever, understood

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
    if old is not None:
        yield from immutable(spec.get("selector"), old.get("spec", {}).get("selector"), "spec.selector")


def _selector_and_template(spec: _Json) -> Iterator[Cause]:
    selector, template = spec.get("selector"), spec.get("template", {})
    yield from required_selector(selector, "spec.selector", "deployment")
    picks = understood(selector)
    if picks is None:
        yield Cause.invalid("spec.selector", selector, "invalid label selector")
        return
    if not picks.empty:
        yield from picks_its_own(picks, template, "spec.template")
    yield from pod_template(template, "spec.template")
    yield from runs_for_ever(template, "spec.template", "ReplicaSet")


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
        yield Cause.not_supported(path, as_go_prints(strategy), _STRATEGIES)


def as_go_prints(strategy: _Json) -> _Json:
    """The message shows the struct of Go, whose fields have other names."""
    rolling = strategy.get("rollingUpdate")
    shown = rolling and {"MaxUnavailable": rolling.get("maxUnavailable", 0), "MaxSurge": rolling.get("maxSurge", 0)}
    return {"Type": strategy.get("type", ""), "RollingUpdate": shown}


def _rolling_update(rolling: _Json, path: str) -> Iterator[Cause]:
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    yield from number_or_percent(unavailable, f"{path}.maxUnavailable")
    yield from number_or_percent(surge, f"{path}.maxSurge")
    if not amount(unavailable) and not amount(surge):
        yield Cause.invalid(f"{path}.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0")
    yield from at_most_all(unavailable, f"{path}.maxUnavailable")

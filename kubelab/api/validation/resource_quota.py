"""What a ResourceQuota may bound, and for which objects.

In Kubernetes
    `ValidateResourceQuota` and `ValidateResourceQuotaUpdate` in `pkg/apis/core/validation/validation.go`, the lists in
    `pkg/apis/core/helper/helpers.go`. https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.quantity import milli, quantity
from kubelab.api.validation.resources import is_counted, is_quota_resource, resource_name

_Json = dict[str, Any]
_OF_PODS = ("BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity")
_SCOPES = (*_OF_PODS, "PriorityClass", "VolumeAttributesClass")
_CONTRARY = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_COMPUTE = ("cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory")
_OF_CLAIMS = ("persistentvolumeclaims", "requests.storage")
_ONLY_EXISTS = (
    "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, "
    "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
)


def resource_quota(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A ResourceQuota: the names of what it bounds, the bounds, and the scopes."""
    spec = obj["spec"]
    yield from _amounts(spec.get("hard", {}), "spec.hard")
    yield from _scopes(spec)
    if "scopeSelector" in spec:
        yield from _selector(spec, "spec.scopeSelector.matchExpressions")
    for field in ("hard", "used"):
        yield from _amounts(obj.get("status", {}).get(field, {}), f"status.{field}")
    if old is not None and sorted({*spec.get("scopes", ())}) != sorted({*old.get("spec", {}).get("scopes", ())}):
        yield Cause.invalid("spec.scopes", spec.get("scopes"), "field is immutable")


def _amounts(amounts: dict[str, str], path: str) -> Iterator[Cause]:
    for name, amount in amounts.items():
        where = f"{path}[{name}]"
        for message in resource_name(name):
            yield Cause.invalid(where, name, message)
        if "/" not in name and not is_quota_resource(name):
            yield Cause.invalid(where, name, "must be a standard resource for quota")
        if quantity(amount).nano < 0:
            yield Cause.invalid(where, amount, "must be greater than or equal to 0")
        if is_counted(name) and milli(amount) % 1000:
            yield Cause.invalid(where, amount, "must be an integer")


def _scopes(spec: _Json) -> Iterator[Cause]:
    scopes, path = spec.get("scopes", []), "spec.scopes"
    for scope in scopes:
        if scope not in _SCOPES:
            yield Cause.invalid(path, scopes, "unsupported scope")
        for name in sorted(spec.get("hard", {})):
            if is_quota_resource(name) and not _applies(scope, name):
                yield Cause.invalid(path, scopes, "unsupported scope applied to resource")
    yield from _contradictions(scopes, spec, path)


def _selector(spec: _Json, path: str) -> Iterator[Cause]:
    requirements = spec["scopeSelector"].get("matchExpressions", [])
    for requirement in requirements:
        scope, operator = requirement.get("scopeName", ""), requirement.get("operator", "")
        values = requirement.get("values", [])
        if scope not in _SCOPES:
            yield Cause.invalid(f"{path}.scopeName", scope, "unsupported scope")
        for name in sorted(spec.get("hard", {})):
            if is_quota_resource(name) and not _applies(scope, name):
                yield Cause.invalid(path, _as_go_prints(requirements), "unsupported scope applied to resource")
        if scope in _OF_PODS and operator != "Exists":
            yield Cause.invalid(f"{path}.operator", operator, _ONLY_EXISTS)
        if operator in ("In", "NotIn"):
            if not values:
                detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
                yield Cause.required(f"{path}.values", detail)
        elif operator in ("Exists", "DoesNotExist"):
            if values:
                detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
                yield Cause.invalid(f"{path}.values", values, detail)
        else:
            yield Cause.invalid(f"{path}.operator", operator, "not a valid selector operator")
    yield from _contradictions([each.get("scopeName", "") for each in requirements], spec, path)


def _contradictions(scopes: Iterable[str], spec: _Json, path: str) -> Iterator[Cause]:
    named = list(scopes)
    for pair in _CONTRARY:
        if all(scope in named for scope in pair):
            yield Cause.invalid(path, spec.get("scopes"), "conflicting scopes")


def _applies(scope: str, name: str) -> bool:
    """Whether a scope makes sense for a resource."""
    if scope == "BestEffort":
        return name == "pods"
    if scope == "VolumeAttributesClass":
        return name in _OF_CLAIMS
    return scope not in _SCOPES or name == "pods" or name in _COMPUTE


def _as_go_prints(requirements: list[_Json]) -> _Json:
    """The message shows the struct of Go, whose fields have other names."""
    shown = [
        {"ScopeName": each.get("scopeName", ""), "Operator": each.get("operator", ""), "Values": each.get("values")}
        for each in requirements
    ]
    return {"MatchExpressions": shown}

"""LimitRanger: what containers get that ask for nothing, and how much a pod or a claim may ask for.

In Kubernetes
    `plugin/pkg/admission/limitranger/admission.go`. https://kubernetes.io/docs/concepts/policy/limit-range/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubelab.api.pod_amounts import pod_amounts
from kubelab.api.quantity import canonical, quantity
from kubelab.control_plane.api_server.admission_plugins.request import Request

ANNOTATION = "kubernetes.io/limit-ranger"

_Json = dict[str, Any]
_Amounts = Mapping[str, Any]


def limit_ranger(obj: _Json, request: Request) -> None:
    """Gives the containers of a new pod the namespace's default requests and limits, and says so in an annotation."""
    if request.kind.builtin != "Pod":
        return
    for limit_range in request.list("LimitRange", request.namespace):
        limits, requests = _defaults(limit_range)
        told: list[str] = []
        for sort, called in (("containers", "container"), ("initContainers", "init container")):
            for container in obj["spec"].get(sort, ()):
                told += _fill_in(container, requests, "request", called)
                told += _fill_in(container, limits, "limit", called)
        if told:
            text = f"LimitRanger plugin set: {'; '.join(told)}"
            obj["metadata"].setdefault("annotations", {})[ANNOTATION] = text


def _defaults(limit_range: Any) -> tuple[_Json, _Json]:
    limits: _Json = {}
    requests: _Json = {}
    for item in limit_range.spec.limits:
        if item.type == "Container":
            limits |= item.default or {}
            requests |= item.defaultRequest or {}
    return limits, requests


def _fill_in(container: _Json, defaults: _Json, sort: str, called: str) -> list[str]:
    given = container["resources"].get(f"{sort}s", {})
    added = {name: amount for name, amount in defaults.items() if name not in given}
    if not added:
        return []
    container["resources"][f"{sort}s"] = {**given, **added}
    return [f"{', '.join(sorted(added))} {sort} for {called} {container.get('name', '')}"]


def within_limits(value: Any, old: Any, request: Request) -> None:
    """Refuses a pod or a claim that asks for less or more than the namespace's limits allow."""
    check = _CHECKS.get(request.kind.builtin)
    if check is None or request.subresource or (old is not None and request.kind.builtin == "Pod"):
        return
    if old is not None and old.metadata.deletionTimestamp is not None:
        return
    for limit_range in request.list("LimitRange", request.namespace):
        complaints = [complaint for item in limit_range.spec.limits for complaint in check(item, value)]
        if complaints:
            raise request.refuse(value, _together(complaints))


def _together(complaints: list[str]) -> str:
    """Complaints as Kubernetes lists them: each once."""
    different = list(dict.fromkeys(complaints))
    return different[0] if len(different) == 1 else f"[{', '.join(different)}]"


def _pod(item: Any, pod: Any) -> Iterator[str]:
    if item.type == "Container":
        for container in (*(pod.spec.containers or ()), *(pod.spec.initContainers or ())):
            resources = container.resources
            requests, limits = (resources and resources.requests) or {}, (resources and resources.limits) or {}
            yield from _bounds(item, requests, limits)
    elif item.type == "Pod":
        requests, limits = (pod_amounts(pod.spec, sort, overhead=False) for sort in ("requests", "limits"))
        yield from _bounds(item, requests, limits)


def _claim(item: Any, claim: Any) -> Iterator[str]:
    if item.type == "PersistentVolumeClaim":
        requests = (claim.spec.resources and claim.spec.resources.requests) or {}
        yield from _minimum(item, requests, {})
        for name, bound in (item.max or {}).items():
            usage = f"maximum {name} usage per {item.type} is {canonical(bound)}"
            if name not in requests:
                yield f"{usage}.  No request is specified"
            elif _nano(requests[name]) > _nano(bound):
                yield f"{usage}, but request is {canonical(requests[name])}"


_CHECKS = {"Pod": _pod, "PersistentVolumeClaim": _claim}


def _bounds(item: Any, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    yield from _minimum(item, requests, limits)
    yield from _maximum(item, requests, limits)
    yield from _ratio(item, requests, limits)


def _minimum(item: Any, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    for name, bound in (item.min or {}).items():
        usage = f"minimum {name} usage per {item.type} is {canonical(bound)}"
        if name not in requests:
            yield f"{usage}.  No request is specified"
        elif _nano(requests[name]) < _nano(bound):
            yield f"{usage}, but request is {canonical(requests[name])}"
        elif name in limits and _nano(limits[name]) < _nano(bound):
            yield f"{usage}, but limit is {canonical(limits[name])}"


def _maximum(item: Any, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    for name, bound in (item.max or {}).items():
        usage = f"maximum {name} usage per {item.type} is {canonical(bound)}"
        if name not in limits:
            yield f"{usage}.  No limit is specified"
        elif _nano(limits[name]) > _nano(bound):
            yield f"{usage}, but limit is {canonical(limits[name])}"
        elif name in requests and _nano(requests[name]) > _nano(bound):
            yield f"{usage}, but request is {canonical(requests[name])}"


def _ratio(item: Any, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    for name, bound in (item.maxLimitRequestRatio or {}).items():
        text = f"{name} max limit to request ratio per {item.type} is {canonical(bound)}, but"
        asked, limit = (_nano(amounts[name]) if name in amounts else 0 for amounts in (requests, limits))
        if not asked:
            yield f"{text} no request is specified or request is 0"
        elif not limit:
            yield f"{text} no limit is specified or limit is 0"
        elif limit * 10**9 > asked * _nano(bound):
            yield f"{text} provided ratio is {limit / asked:f}"


def _nano(amount: Any) -> int:
    return quantity(amount).nano

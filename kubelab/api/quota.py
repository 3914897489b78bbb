"""Quotas: what an object uses of what a ResourceQuota bounds, and to which objects a quota applies.

In Kubernetes
    The evaluators of `pkg/quota/v1/evaluator/core` and the arithmetic of `k8s.io/apiserver/pkg/quota/v1`.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/

Left out
    Quotas of devices (ResourceClaims), which are not served.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.pod_amounts import pod_amounts
from kubelab.api.quantity import quantity, total, value
from kubelab.api.storage import claim_class
from kubelab.api.validation.resources import is_extended, is_native

Amounts = dict[str, str]
"""Quantities by the name of what they are quantities of."""

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_POD = (*_COMPUTE, *(f"{sort}.{name}" for sort in ("requests", "limits") for name in _COMPUTE), "pods")
_SERVICE = ("services", "services.nodeports", "services.loadbalancers")
_CLAIM = ("persistentvolumeclaims", "requests.storage")
_BY_CLASS = ".storageclass.storage.k8s.io/"
_COUNTED_BY_PLURAL = ("ConfigMap", "ReplicationController", "ResourceQuota", "Secret")
_MUST_BE_SET = tuple(name for name in _POD if name.endswith(("cpu", "memory")))
_IGNORED = ("Event",)


def is_evaluated(kind: Kind) -> bool:
    """Whether quotas can bound objects of a kind."""
    return kind.namespaced and kind.name not in _IGNORED


def may_charge(kind: Kind, operation: str) -> bool:
    """Whether an operation (`CREATE`, `UPDATE`) can change what is used: a pod never asks for more than at first."""
    return operation == "CREATE" or kind.name in ("Service", "PersistentVolumeClaim")


def tracked(kind: Kind, names: Iterable[str]) -> list[str]:
    """Those of the names that objects of a kind use something of."""
    count = f"count/{kind.qualified}"
    if kind.name == "Pod":
        return [name for name in names if name == count or name in _POD or _is_of_pods(name)]
    if kind.name == "Service":
        return [name for name in names if name == count or name in _SERVICE]
    if kind.name == "PersistentVolumeClaim":
        return [name for name in names if name == count or name.rpartition(_BY_CLASS)[2] in _CLAIM]
    alias = kind.plural if kind.name in _COUNTED_BY_PLURAL else count
    return [name for name in names if name in (count, alias)]


def _is_of_pods(name: str) -> bool:
    huge = name.startswith(("hugepages-", "requests.hugepages-"))
    return huge or (name.startswith("requests.") and not is_native(name))


def usage(kind: Kind, obj: Any, now: datetime) -> Amounts:
    """What one object uses."""
    used = {f"count/{kind.qualified}": "1"}
    if kind.name == "Pod":
        if is_charged(obj, now):
            used |= _of_amounts(pod_amounts(obj.spec, "requests"), pod_amounts(obj.spec, "limits"))
    elif kind.name == "Service":
        used |= _of_service(obj.spec)
    elif kind.name == "PersistentVolumeClaim":
        used |= _of_claim(obj)
    elif kind.name in _COUNTED_BY_PLURAL:
        used[kind.plural] = "1"
    return used


def is_charged(pod: Any, now: datetime) -> bool:
    """Whether a pod still counts: it has not finished, and should not have been gone for long."""
    meta = pod.metadata
    if pod.status is not None and pod.status.phase in ("Failed", "Succeeded"):
        return False
    if meta.deletionTimestamp is None or meta.deletionGracePeriodSeconds is None:
        return True
    return now <= meta.deletionTimestamp + timedelta(seconds=meta.deletionGracePeriodSeconds)


def _of_amounts(requests: Amounts, limits: Amounts) -> Amounts:
    used = {"pods": "1"}
    for name in _COMPUTE:
        if name in requests:
            used[name] = used[f"requests.{name}"] = requests[name]
        if name in limits:
            used[f"limits.{name}"] = limits[name]
    for name, amount in requests.items():
        if name.startswith("hugepages-"):
            used[name] = used[f"requests.{name}"] = amount
        elif is_extended(name):
            used[f"requests.{name}"] = amount
    return used


def _of_service(spec: Any) -> Amounts:
    ports = spec.ports or []
    node_ports = len(ports) if spec.type in ("NodePort", "LoadBalancer") else 0
    if spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is False:
        node_ports = sum(1 for port in ports if port.nodePort)
    balancers = "1" if spec.type == "LoadBalancer" else "0"
    return {"services": "1", "services.nodeports": str(node_ports), "services.loadbalancers": balancers}


def _of_claim(claim: Any) -> Amounts:
    used = {"persistentvolumeclaims": "1"}
    resources, status = claim.spec.resources, claim.status
    asked = ((resources.requests if resources else None) or {}).get("storage")
    given = ((status.allocatedResources if status else None) or {}).get("storage")
    if asked is not None:
        size = given if given is not None and quantity(given).nano > quantity(asked).nano else asked
        used["requests.storage"] = size if quantity(size).nano % 10**9 == 0 else str(value(size))
    if named := claim_class(claim):
        used |= {f"{named}{_BY_CLASS}{name}": amount for name, amount in used.items()}
    return used


def unspecified(kind: Kind, obj: Any, names: Iterable[str]) -> str:
    """What a pod must say because a quota bounds it, and which containers do not; empty where nothing is missing."""
    if kind.name != "Pod":
        return ""
    of_pod = _named(obj.spec.resources)
    missing: dict[str, list[str]] = {}
    for container in (*(obj.spec.containers or ()), *(obj.spec.initContainers or ())):
        said = {**of_pod, **_named(container.resources)}
        for name in names:
            if name in _MUST_BE_SET and name not in said:
                missing.setdefault(name, []).append(container.name)
    listed = "; ".join(f"{name} for: {','.join(sorted({*missing[name]}))}" for name in sorted(missing))
    return f"must specify {listed}" if listed else ""


def _named(resources: Any) -> Amounts:
    return _of_amounts(resources.requests or {}, resources.limits or {}) if resources is not None else {}


def added(*parts: Amounts) -> Amounts:
    """The sum of amounts, name by name."""
    summed: Amounts = {}
    for part in parts:
        for name, amount in part.items():
            summed[name] = total((summed[name], amount)) if name in summed else amount
    return summed


def masked(amounts: Amounts, names: Iterable[str]) -> Amounts:
    """Those of the amounts that are named."""
    wanted = dict.fromkeys(names)
    return {name: amount for name, amount in amounts.items() if name in wanted}


def same(one: Amounts | None, other: Amounts | None) -> bool:
    """Whether two sets of amounts are equal, however they are written."""
    one, other = one or {}, other or {}
    return one.keys() == other.keys() and all(
        quantity(amount).nano == quantity(other[name]).nano for name, amount in one.items()
    )


def pretty(amounts: Amounts) -> str:
    """Amounts as refusals list them."""
    return ",".join(f"{name}={amounts[name]}" for name in sorted(amounts))

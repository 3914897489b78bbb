"""Strategies: what a client may not decide about an object, because others report it.

A new object's status is nobody's business yet; a changed object keeps the status it had. Each kind has its exceptions.

In Kubernetes
    `PrepareForCreate` and `PrepareForUpdate` in `pkg/registry/<group>/<kind>/strategy.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.qos import qos_class
from kubelab.control_plane.api_server.service_strategy import service_on_create, service_on_update

_Json = dict[str, Any]

_SERVERS_OWN = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
"""Metadata that a new object gets from the API server and not from its manifest."""


def prepare_for_create(obj: _Json, kind: Kind) -> None:
    """Make a new object what its kind is when it begins."""
    for field in _SERVERS_OWN:
        obj["metadata"].pop(field, None)
    prepare = _ON_CREATE.get(kind.name)
    if prepare:
        prepare(obj)


def prepare_for_update(obj: _Json, old: _Json, kind: Kind, subresource: str = "") -> None:
    """Keep of an object what a change of it does not reach: its status, or, of its status, all the rest."""
    meta, before = obj["metadata"], old["metadata"]
    for field in ("creationTimestamp", "generation", "deletionTimestamp"):
        meta.pop(field, None)
        if before.get(field) is not None:
            meta[field] = before[field]
    for field in ("uid", "resourceVersion", "deletionGracePeriodSeconds"):
        if before.get(field) is not None:
            meta.setdefault(field, before[field])
    if subresource == "status":
        obj.update({field: part for field, part in old.items() if field not in ("metadata", "status")})
        return
    if "status" in kind.subresources:
        obj["status"] = old.get("status", {})
    prepare = _ON_UPDATE.get(kind.name)
    if prepare:
        prepare(obj, old)


def _namespace(obj: _Json) -> None:
    finalizers = obj["spec"].setdefault("finalizers", [])
    if "kubernetes" not in finalizers:
        finalizers.append("kubernetes")
    obj["status"] = {"phase": "Active"}


def _pod(obj: _Json) -> None:
    spec = obj["spec"]
    obj["status"] = {"phase": "Pending", "qosClass": qos_class(spec)}
    if spec.get("schedulingGates"):
        message = "Scheduling is blocked due to non-empty scheduling gates"
        condition = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated", "message": message}
        obj["status"]["conditions"] = [condition]
    labels = obj["metadata"].get("labels", {})
    for constraint in spec.get("topologySpreadConstraints", ()):
        _select_own_labels(constraint, labels)
    affinity = spec.get("affinity", {})
    for sort in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(sort, {})
        for term in terms.get("requiredDuringSchedulingIgnoredDuringExecution", ()):
            _select_own_labels(term, labels)
        for weighted in terms.get("preferredDuringSchedulingIgnoredDuringExecution", ()):
            _select_own_labels(weighted["podAffinityTerm"], labels)


def _select_own_labels(term: _Json, labels: dict[str, str]) -> None:
    """`matchLabelKeys` become requirements of the selector, with the values that this pod has."""
    if "labelSelector" not in term:
        return
    for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        for key in term.get(field, ()):
            if key in labels:
                requirement = {"key": key, "operator": operator, "values": [labels[key]]}
                term["labelSelector"].setdefault("matchExpressions", []).append(requirement)


def _deployment(obj: _Json) -> None:
    obj["status"] = {}


def _replicaset(obj: _Json) -> None:
    obj["status"] = {"replicas": 0}


def _service_account(obj: _Json) -> None:
    if "secrets" in obj:
        obj["secrets"] = [{"name": secret["name"]} if secret.get("name") else {} for secret in obj["secrets"]]


def _lease(obj: _Json) -> None:
    for field in ("strategy", "preferredHolder"):  # behind a feature gate that is off in a default cluster
        obj["spec"].pop(field, None)


def _endpointslice(obj: _Json) -> None:
    for field in ("endpoints", "ports"):  # the two lists are written even when they are empty, as null
        obj[field] = obj.get(field) or None
    for endpoint in obj["endpoints"] or ():
        endpoint.pop("deprecatedTopology", None)


def _namespace_update(obj: _Json, old: _Json) -> None:
    obj["spec"] = old.get("spec", {})


def _endpointslice_update(obj: _Json, old: _Json) -> None:
    _endpointslice(obj)


_ON_CREATE: dict[str, Callable[[_Json], None]] = {
    "Deployment": _deployment,
    "EndpointSlice": _endpointslice,
    "Lease": _lease,
    "Namespace": _namespace,
    "Pod": _pod,
    "ReplicaSet": _replicaset,
    "Service": service_on_create,
    "ServiceAccount": _service_account,
}

_ON_UPDATE: dict[str, Callable[[_Json, _Json], None]] = {
    "EndpointSlice": _endpointslice_update,
    "Namespace": _namespace_update,
    "Service": service_on_update,
}

"""Strategies: what a client may not decide about an object, because others report it.

A new object's status is nobody's business yet; a changed object keeps the status it had. Each kind has its exceptions.

In Kubernetes
    `PrepareForCreate` and `PrepareForUpdate` in `pkg/registry/<group>/<kind>/strategy.go`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.qos import qos_class
from kubelab.control_plane.api_server import strategies_extensions as extensions
from kubelab.control_plane.api_server.identity import identify, is_early
from kubelab.control_plane.api_server.service_strategy import service_on_create, service_on_update
from kubelab.control_plane.api_server.strategies_storage import (
    persistent_volume_claim_on_create,
    persistent_volume_on_create,
    resource_quota_on_create,
)
from kubelab.control_plane.api_server.strategies_workloads import (
    autoscaler_on_create,
    cron_job_on_create,
    daemonset_on_create,
    daemonset_on_update,
    disruption_budget_on_create,
    job_on_create,
    replication_controller_on_create,
    statefulset_on_create,
    statefulset_on_update,
)

_Json = dict[str, Any]

_SERVERS_OWN = ("uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")
"""Metadata that a new object gets from the API server and not from its manifest."""


def prepare_for_create(obj: _Json, kind: Kind, rng: random.Random) -> None:
    """Make a new object what its kind is when it begins."""
    for field in _SERVERS_OWN:
        obj["metadata"].pop(field, None)
    if is_early(kind):
        identify(obj["metadata"], rng)
    if kind.custom:
        extensions.custom_resource(obj, kind)
        return
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
    if kind.custom:
        extensions.custom_resource_update(obj, old, kind, subresource)
        return
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
    "APIService": extensions.api_service,
    "CustomResourceDefinition": extensions.definition,
    "CronJob": cron_job_on_create,
    "DaemonSet": daemonset_on_create,
    "Deployment": _deployment,
    "EndpointSlice": _endpointslice,
    "Ingress": extensions.ingress,
    "HorizontalPodAutoscaler": autoscaler_on_create,
    "Job": job_on_create,
    "Lease": _lease,
    "Namespace": _namespace,
    "PersistentVolume": persistent_volume_on_create,
    "PersistentVolumeClaim": persistent_volume_claim_on_create,
    "Pod": _pod,
    "PodDisruptionBudget": disruption_budget_on_create,
    "ReplicaSet": _replicaset,
    "ReplicationController": replication_controller_on_create,
    "ResourceQuota": resource_quota_on_create,
    "Service": service_on_create,
    "ServiceAccount": _service_account,
    "StatefulSet": statefulset_on_create,
}

_ON_UPDATE: dict[str, Callable[[_Json, _Json], None]] = {
    "DaemonSet": daemonset_on_update,
    "CustomResourceDefinition": extensions.definition_update,
    "EndpointSlice": _endpointslice_update,
    "Namespace": _namespace_update,
    "Service": service_on_update,
    "StatefulSet": statefulset_on_update,
}

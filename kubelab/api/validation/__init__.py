"""Validation: whether an object can be, one cause for each faulty field.

Each kind has a function that takes a new object, and the one whose place it takes or None, and answers with causes.
What all kinds have in common, their metadata, is checked here.

In Kubernetes
    `Validate…` and `Validate…Update` in `pkg/apis/<group>/validation/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelab.api.custom.validation import custom_resource
from kubelab.api.errors import Cause
from kubelab.api.kinds import Kind
from kubelab.api.metadata import object_meta, object_meta_update
from kubelab.api.validation.apiservice import apiservice
from kubelab.api.validation.autoscaler import autoscaler
from kubelab.api.validation.classes import priority_class, runtime_class
from kubelab.api.validation.configuration import config_map, secret
from kubelab.api.validation.cron_job import cron_job
from kubelab.api.validation.definition import customresourcedefinition
from kubelab.api.validation.disruption_budget import disruption_budget
from kubelab.api.validation.endpoints import endpoints
from kubelab.api.validation.endpointslice import endpointslice
from kubelab.api.validation.event import event, event_of_events
from kubelab.api.validation.ingress import ingress, ingressclass
from kubelab.api.validation.job import job
from kubelab.api.validation.lease import lease
from kubelab.api.validation.limit_range import limit_range
from kubelab.api.validation.namespace import namespace
from kubelab.api.validation.networkpolicy import networkpolicy
from kubelab.api.validation.node import node
from kubelab.api.validation.persistent_volume import persistent_volume
from kubelab.api.validation.persistent_volume_claim import persistent_volume_claim
from kubelab.api.validation.pod import pod
from kubelab.api.validation.rbac import clusterrole, clusterrolebinding, role, rolebinding
from kubelab.api.validation.resource_quota import resource_quota
from kubelab.api.validation.service import service
from kubelab.api.validation.sets import controller_revision, daemonset, replication_controller, statefulset
from kubelab.api.validation.storage_class import storage_class
from kubelab.api.validation.workloads import deployment, replicaset

_Json = dict[str, Any]

_RULES: dict[str, Callable[[_Json, _Json | None], Iterable[Cause]]] = {
    "APIService": apiservice,
    "ClusterRole": clusterrole,
    "ClusterRoleBinding": clusterrolebinding,
    "ConfigMap": config_map,
    "ControllerRevision": controller_revision,
    "CronJob": cron_job,
    "CustomResourceDefinition": customresourcedefinition,
    "DaemonSet": daemonset,
    "Deployment": deployment,
    "EndpointSlice": endpointslice,
    "Endpoints": endpoints,
    "Event": event,
    "HorizontalPodAutoscaler": autoscaler,
    "Ingress": ingress,
    "IngressClass": ingressclass,
    "Job": job,
    "Lease": lease,
    "LimitRange": limit_range,
    "Namespace": namespace,
    "NetworkPolicy": networkpolicy,
    "Node": node,
    "PersistentVolume": persistent_volume,
    "PersistentVolumeClaim": persistent_volume_claim,
    "Pod": pod,
    "PodDisruptionBudget": disruption_budget,
    "PriorityClass": priority_class,
    "ReplicaSet": replicaset,
    "ReplicationController": replication_controller,
    "ResourceQuota": resource_quota,
    "Role": role,
    "RoleBinding": rolebinding,
    "RuntimeClass": runtime_class,
    "Secret": secret,
    "Service": service,
    "StatefulSet": statefulset,
    "StorageClass": storage_class,
}

_OF_VERSION: dict[tuple[str, str], Callable[[_Json, _Json | None], Iterable[Cause]]] = {
    ("Event", "events.k8s.io/v1"): event_of_events,
}
"""Rules that are asked only of what is sent in another version than the one that is stored."""


def validate(obj: _Json, kind: Kind, old: _Json | None = None, api_version: str = "") -> list[Cause]:
    """All that is wrong with an object: as a new one, or, with `old`, as one that takes that one's place.

    `api_version` is the one in which it was sent.
    """
    causes = [*(object_meta(obj, kind) if old is None else object_meta_update(obj, old, kind))]
    if kind.custom:
        return [*causes, *custom_resource(obj, kind, old)]
    rules = _RULES.get(kind.name)
    if rules:
        causes += rules(obj, old)
    stricter = _OF_VERSION.get((kind.name, api_version))
    if stricter:
        causes += stricter(obj, old)
    return causes

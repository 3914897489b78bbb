"""Defaults: what the API server fills in when a manifest leaves it out, one module for each kind or family of kinds.

In Kubernetes
    The `SetDefaults_…` functions of `pkg/apis/<group>/v1/defaults.go`, and the conversions that keep two names of
    one field in step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.custom.defaulting import fill_in as fill_in_custom
from kubelab.api.custom.served_version import served_version
from kubelab.api.defaults.autoscaling import autoscaler
from kubelab.api.defaults.classes import priority_class, runtime_class
from kubelab.api.defaults.configuration import secret
from kubelab.api.defaults.endpointslice import endpointslice
from kubelab.api.defaults.extensions import apiservice, customresourcedefinition
from kubelab.api.defaults.jobs import cron_job, job
from kubelab.api.defaults.limits import limit_range, resource_quota
from kubelab.api.defaults.namespace import namespace
from kubelab.api.defaults.networking import endpoints, ingressclass, networkpolicy
from kubelab.api.defaults.node import node
from kubelab.api.defaults.pod import pod
from kubelab.api.defaults.rbac import binding
from kubelab.api.defaults.service import service
from kubelab.api.defaults.sets import daemonset, replication_controller, statefulset
from kubelab.api.defaults.storage import persistent_volume, persistent_volume_claim, storage_class
from kubelab.api.defaults.workloads import deployment, replicaset
from kubelab.api.kinds import Kind

_DEFAULTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "CronJob": cron_job,
    "DaemonSet": daemonset,
    "APIService": apiservice,
    "ClusterRoleBinding": binding,
    "CustomResourceDefinition": customresourcedefinition,
    "Deployment": deployment,
    "EndpointSlice": endpointslice,
    "Endpoints": endpoints,
    "IngressClass": ingressclass,
    "HorizontalPodAutoscaler": autoscaler,
    "Job": job,
    "LimitRange": limit_range,
    "Namespace": namespace,
    "NetworkPolicy": networkpolicy,
    "Node": node,
    "PersistentVolume": persistent_volume,
    "PersistentVolumeClaim": persistent_volume_claim,
    "Pod": pod,
    "PriorityClass": priority_class,
    "ReplicaSet": replicaset,
    "ReplicationController": replication_controller,
    "ResourceQuota": resource_quota,
    "RuntimeClass": runtime_class,
    "RoleBinding": binding,
    "Secret": secret,
    "Service": service,
    "StatefulSet": statefulset,
    "StorageClass": storage_class,
}


def apply_defaults(obj: dict[str, Any], kind: Kind) -> None:
    """Fill in a freshly decoded object, in place: nobody else holds it."""
    if kind.custom:
        fill_in_custom(obj, served_version(kind).schema)
        return
    fill_in = _DEFAULTS.get(kind.name)
    if fill_in:
        fill_in(obj)

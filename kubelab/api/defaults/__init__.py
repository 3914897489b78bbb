"""Defaults: what the API server fills in when a manifest leaves it out, one module for each kind or family of kinds.

In Kubernetes
    The `SetDefaults_…` functions of `pkg/apis/<group>/v1/defaults.go`, and the conversions that keep two names of
    one field in step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.defaults.configuration import secret
from kubelab.api.defaults.endpointslice import endpointslice
from kubelab.api.defaults.namespace import namespace
from kubelab.api.defaults.node import node
from kubelab.api.defaults.pod import pod
from kubelab.api.defaults.service import service
from kubelab.api.defaults.workloads import deployment, replicaset
from kubelab.api.kinds import Kind

_DEFAULTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "Deployment": deployment,
    "EndpointSlice": endpointslice,
    "Namespace": namespace,
    "Node": node,
    "Pod": pod,
    "ReplicaSet": replicaset,
    "Secret": secret,
    "Service": service,
}


def apply_defaults(obj: dict[str, Any], kind: Kind) -> None:
    """Fill in a freshly decoded object, in place: nobody else holds it."""
    fill_in = _DEFAULTS.get(kind.name)
    if fill_in:
        fill_in(obj)

"""Validation: whether an object can be, one cause for each faulty field.

Each kind has a function that takes a new object, and the one whose place it takes or None, and answers with causes.
What all kinds have in common, their metadata, is checked here.

In Kubernetes
    `Validate…` and `Validate…Update` in `pkg/apis/<group>/validation/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.kinds import Kind
from kubelab.api.metadata import object_meta, object_meta_update
from kubelab.api.validation.configuration import config_map, secret
from kubelab.api.validation.endpointslice import endpointslice
from kubelab.api.validation.event import event
from kubelab.api.validation.lease import lease
from kubelab.api.validation.namespace import namespace
from kubelab.api.validation.node import node
from kubelab.api.validation.pod import pod
from kubelab.api.validation.service import service
from kubelab.api.validation.workloads import deployment, replicaset

_Json = dict[str, Any]

_RULES: dict[str, Callable[[_Json, _Json | None], Iterable[Cause]]] = {
    "ConfigMap": config_map,
    "Deployment": deployment,
    "EndpointSlice": endpointslice,
    "Event": event,
    "Lease": lease,
    "Namespace": namespace,
    "Node": node,
    "Pod": pod,
    "ReplicaSet": replicaset,
    "Secret": secret,
    "Service": service,
}


def validate(obj: _Json, kind: Kind, old: _Json | None = None) -> list[Cause]:
    """All that is wrong with an object: as a new one, or, with `old`, as one that takes that one's place."""
    causes = [*(object_meta(obj, kind) if old is None else object_meta_update(obj, old, kind))]
    rules = _RULES.get(kind.name)
    if rules:
        causes += rules(obj, old)
    return causes

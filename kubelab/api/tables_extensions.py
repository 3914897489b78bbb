"""The columns of what extends the API: definitions of custom resources, and API services.

In Kubernetes
    `rest.NewDefaultTableConvertor` for definitions, `k8s.io/kube-aggregator/pkg/registry/apiservice/etcd` for services.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.api.printer import Cell, Printer


def created_at(obj: Any) -> str:
    """When an object was made, as the plainest of all tables says it: `2026-01-01T00:00:00Z`."""
    made = obj.metadata.creationTimestamp
    return made.strftime("%Y-%m-%dT%H:%M:%SZ") if made is not None else "<unknown>"


def _definition_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [obj.metadata.name, created_at(obj)]


def _api_service_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    service = obj.spec.service
    where = "Local" if service is None else f"{service.namespace or ''}/{service.name or ''}"
    return [obj.metadata.name, where, _available(obj), since(obj.metadata.creationTimestamp, now)]


def _available(obj: Any) -> str:
    for held in (obj.status.conditions if obj.status else None) or ():
        if held.type == "Available":
            return held.status if held.status == "True" or not held.reason else f"{held.status} ({held.reason})"
    return "Unknown"


PRINTERS_EXTENSIONS: dict[str, Printer] = {
    "CustomResourceDefinition": Printer(("Name", "Created At"), _definition_row),
    "APIService": Printer(("Name", "Service", "Available", "Age"), _api_service_row),
}

"""What `kubectl get` shows of storage, quotas and limits.

In Kubernetes
    `pkg/printers/internalversion/printers.go`; LimitRanges have no printer of their own there, so that they get the
    columns of `staging/src/k8s.io/apiserver/pkg/registry/rest/table.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.api.printer import Cell, Printer
from kubelab.api.quantity import canonical
from kubelab.api.storage import claim_class, is_default_class, volume_class

_UNSET = "<unset>"
_SHORT_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


def short_access_modes(modes: Sequence[str] | None) -> str:
    """Access modes as tables abbreviate them, each once and in a fixed order.

    Examples
    --------
    >>> short_access_modes(["ReadWriteMany", "ReadWriteOnce"])
    'RWO,RWX'
    """
    return ",".join(short for mode, short in _SHORT_MODES.items() if mode in (modes or ()))


def _size(amounts: Mapping[str, Any] | None) -> str:
    return canonical((amounts or {}).get("storage", "0"))


def _phase(obj: Any) -> str:
    if obj.metadata.deletionTimestamp is not None:
        return "Terminating"
    return (obj.status.phase if obj.status else None) or ""


def _volume_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, claim = obj.spec, obj.spec.claimRef
    return [
        obj.metadata.name,
        _size(spec.capacity),
        short_access_modes(spec.accessModes),
        spec.persistentVolumeReclaimPolicy or "",
        _phase(obj),
        f"{claim.namespace or ''}/{claim.name or ''}" if claim is not None else "",
        volume_class(obj),
        _UNSET if spec.volumeAttributesClassName is None else spec.volumeAttributesClassName,
        (obj.status.reason if obj.status else None) or "",
        since(obj.metadata.creationTimestamp, now),
        spec.volumeMode or _UNSET,
    ]


def _claim_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    spec, status = obj.spec, obj.status
    capacity = modes = ""
    if spec.volumeName:
        capacity = _size(status.capacity if status else None)
        modes = short_access_modes(status.accessModes if status else None)
    return [
        obj.metadata.name,
        _phase(obj),
        spec.volumeName or "",
        capacity,
        modes,
        claim_class(obj),
        _UNSET if spec.volumeAttributesClassName is None else spec.volumeAttributesClassName,
        since(obj.metadata.creationTimestamp, now),
        spec.volumeMode or _UNSET,
    ]


def _storage_class_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [
        f"{obj.metadata.name} (default)" if is_default_class(obj) else obj.metadata.name,
        obj.provisioner,
        obj.reclaimPolicy or "Delete",
        obj.volumeBindingMode or "Immediate",
        "true" if obj.allowVolumeExpansion else "false",
        since(obj.metadata.creationTimestamp, now),
    ]


def _resource_quota_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    hard, used = (obj.status and obj.status.hard) or {}, (obj.status and obj.status.used) or {}
    requests: list[str] = []
    limits: list[str] = []
    for name in sorted(hard):
        column = limits if name.startswith("limits.") else requests
        column.append(f"{name}: {canonical(used.get(name, '0'))}/{canonical(hard[name])}")
    return [obj.metadata.name, ", ".join(requests), ", ".join(limits), since(obj.metadata.creationTimestamp, now)]


def _limit_range_row(obj: Any, now: datetime, wide: bool) -> list[Cell]:
    return [obj.metadata.name, f"{obj.metadata.creationTimestamp:%Y-%m-%dT%H:%M:%SZ}"]


PRINTERS_STORAGE: dict[str, Printer] = {
    "PersistentVolume": Printer(
        (
            *("Name", "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass"),
            *("VolumeAttributesClass", "Reason", "Age", "*VolumeMode"),
        ),
        _volume_row,
    ),
    "PersistentVolumeClaim": Printer(
        (
            *("Name", "Status", "Volume", "Capacity", "Access Modes", "StorageClass"),
            *("VolumeAttributesClass", "Age", "*VolumeMode"),
        ),
        _claim_row,
    ),
    "StorageClass": Printer(
        ("Name", "Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"),
        _storage_class_row,
    ),
    "ResourceQuota": Printer(("Name", "Request", "Limit", "Age"), _resource_quota_row),
    "LimitRange": Printer(("Name", "Created At"), _limit_range_row),
}

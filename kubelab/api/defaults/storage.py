"""What persistent volumes, the claims on them and the classes of storage mean when they say only half of it.

In Kubernetes
    `SetDefaults_PersistentVolume`, `SetDefaults_PersistentVolumeClaim` and `SetDefaults_PersistentVolumeClaimSpec` in
    `pkg/apis/core/v1/defaults.go`; `SetDefaults_StorageClass` in `pkg/apis/storage/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.volumes import resource_list, volume_source

_Json = dict[str, Any]


def persistent_volume(obj: _Json) -> None:
    """Fill in a PersistentVolume: a file system that is kept when nobody claims it any more."""
    spec, status = obj["spec"], obj["status"]
    status.setdefault("phase", "Pending")
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    if "capacity" in spec:
        resource_list(spec["capacity"])
    for name, source in spec.items():
        volume_source(name, source)


def persistent_volume_claim(obj: _Json) -> None:
    """Fill in a PersistentVolumeClaim."""
    obj["status"].setdefault("phase", "Pending")
    claim_spec(obj["spec"])
    for field in ("capacity", "allocatedResources"):
        if field in obj["status"]:
            resource_list(obj["status"][field])


def claim_spec(spec: _Json) -> None:
    """Fill in what a claim asks for: a file system."""
    spec.setdefault("volumeMode", "Filesystem")
    for amounts in spec.setdefault("resources", {}).values():
        resource_list(amounts)


def storage_class(obj: _Json) -> None:
    """Fill in a StorageClass: volumes are made as soon as they are claimed, and go with their claims."""
    obj.setdefault("reclaimPolicy", "Delete")
    obj.setdefault("volumeBindingMode", "Immediate")

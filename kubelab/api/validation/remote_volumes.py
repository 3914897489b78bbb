"""Volumes on storage somewhere else: network file systems, and the disks of clouds and vendors.

Most of these are served by CSI drivers today; their rules are those of the days when they were built in.

In Kubernetes
    The `validate…VolumeSource` functions of `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import label, one_of_if_given, required_label, within

_Json = dict[str, Any]
_INITIATORS = {
    "iqn": re.compile(r"iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$").search,
    "eui": re.compile(r"eui.[A-Za-z0-9]{16}").fullmatch,
    "naa": re.compile(r"naa.[A-Za-z0-9]{32}").fullmatch,
}
_CACHING_MODES = ("None", "ReadOnly", "ReadWrite")
_DISK_KINDS = ("Dedicated", "Managed", "Shared")
_MANAGED_DISK = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
_BLOB_DISK = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
_HOST_AND_PORT = re.compile(r"(?:[^:\[\]]*|\[[^\[\]]*\]):[^:\[\]]*").fullmatch


def _required(source: _Json, path: str, *fields: str) -> Iterator[Cause]:
    for field in fields:
        if not source.get(field):
            yield Cause.required(f"{path}.{field}")


def _secret_name(source: _Json, path: str) -> Iterator[Cause]:
    if "secretRef" in source and not source["secretRef"].get("name"):
        yield Cause.required(f"{path}.secretRef.name")


def _partition(source: _Json, path: str) -> Iterator[Cause]:
    if not 0 <= source.get("partition", 0) <= 255:
        yield Cause.invalid(f"{path}.partition", source["partition"], formats.range_error(1, 255))


def nfs(source: _Json, path: str) -> Iterator[Cause]:
    """A directory of an NFS server."""
    yield from _required(source, path, "server", "path")
    if not source.get("path", "").startswith("/"):
        yield Cause.invalid(f"{path}.path", source.get("path", ""), "must be an absolute path")


def iscsi(source: _Json, path: str) -> Iterator[Cause]:
    """A disk over iSCSI."""
    yield from _required(source, path, "targetPortal", "iqn")
    if name := source.get("iqn"):
        yield from _initiator(name, f"{path}.iqn")
    yield from within(source.get("lun", 0), 0, 255, f"{path}.lun")
    if (source.get("chapAuthDiscovery") or source.get("chapAuthSession")) and "secretRef" not in source:
        yield Cause.required(f"{path}.secretRef")
    if "initiatorName" in source:
        yield from _initiator(source["initiatorName"], f"{path}.initiatorname")


def _initiator(name: str, path: str) -> Iterator[Cause]:
    is_right = _INITIATORS.get(name[:3])
    if is_right is None:
        yield Cause.invalid(path, name, "must be valid format starting with iqn, eui, or naa")
    elif not is_right(name):
        yield Cause.invalid(path, name, "must be valid format")


def fibre_channel(source: _Json, path: str) -> Iterator[Cause]:
    """A disk over Fibre Channel."""
    targets, identifiers = source.get("targetWWNs", []), source.get("wwids", [])
    if not targets and not identifiers:
        yield Cause.required(f"{path}.targetWWNs", "must specify either targetWWNs or wwids, but not both")
    if targets and identifiers:
        detail = "targetWWNs and wwids can not be specified simultaneously"
        yield Cause.invalid(f"{path}.targetWWNs", targets, detail)
    if targets:
        if "lun" not in source:
            yield Cause.required(f"{path}.lun", "lun is required if targetWWNs is specified")
        else:
            yield from within(source["lun"], 0, 255, f"{path}.lun")


def gce_persistent_disk(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of Google's cloud."""
    yield from _required(source, path, "pdName")
    yield from _partition(source, path)


def aws_elastic_block_store(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of Amazon's cloud."""
    yield from _required(source, path, "volumeID")
    yield from _partition(source, path)


def azure_file(source: _Json, path: str) -> Iterator[Cause]:
    """A share of Microsoft's cloud."""
    return _required(source, path, "secretName", "shareName")


def azure_disk(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of Microsoft's cloud."""
    yield from _required(source, path, "diskName", "diskURI")
    yield from one_of_if_given(source.get("cachingMode"), f"{path}.cachingMode", _CACHING_MODES)
    kind, uri = source.get("kind"), source.get("diskURI", "")
    yield from one_of_if_given(kind, f"{path}.kind", _DISK_KINDS)
    if kind == "Managed" and not uri.startswith("/subscriptions/"):
        yield Cause.not_supported(f"{path}.diskURI", uri, [_MANAGED_DISK])
    if kind not in (None, "Managed") and not uri.startswith("https://"):
        yield Cause.not_supported(f"{path}.diskURI", uri, [_BLOB_DISK])


def glusterfs(source: _Json, path: str) -> Iterator[Cause]:
    """A Gluster file system."""
    return _required(source, path, "endpoints", "path")


def flocker(source: _Json, path: str) -> Iterator[Cause]:
    """A dataset of Flocker."""
    name, identifier = source.get("datasetName", ""), source.get("datasetUUID", "")
    if not name and not identifier:
        yield Cause.required(path, "one of datasetName and datasetUUID is required")
    if name and identifier:
        yield Cause.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously")
    if "/" in name:
        yield Cause.invalid(f"{path}.datasetName", name, "must not contain '/'")


def rbd(source: _Json, path: str) -> Iterator[Cause]:
    """A block device of Ceph."""
    return _required(source, path, "monitors", "image")


def cephfs(source: _Json, path: str) -> Iterator[Cause]:
    """A file system of Ceph."""
    return _required(source, path, "monitors")


def cinder(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of OpenStack."""
    yield from _required(source, path, "volumeID")
    yield from _secret_name(source, path)


def quobyte(source: _Json, path: str) -> Iterator[Cause]:
    """A volume of Quobyte."""
    rule = "must be a host:port pair or multiple pairs separated by commas"
    registry = source.get("registry", "")
    if not registry:
        yield Cause.required(f"{path}.registry", rule)
    elif len(source.get("tenant", "")) >= 65:
        yield Cause.required(f"{path}.tenant", "must be a UUID and may not exceed a length of 64 characters")
    else:
        for pair in registry.split(","):
            if not _HOST_AND_PORT(pair):
                yield Cause.invalid(f"{path}.registry", registry, rule)
    yield from _required(source, path, "volume")


def flex_volume(source: _Json, path: str) -> Iterator[Cause]:
    """A volume that an executable on the node mounts."""
    yield from _required(source, path, "driver")
    for key in source.get("options", {}):
        namespace = f".{key.partition('/')[0].lower()}"
        if namespace.endswith((".kubernetes.io", ".k8s.io")):
            detail = "kubernetes.io and k8s.io namespaces are reserved"
            yield Cause.invalid(f"{path}.options[{key}]", key, detail)


def vsphere_volume(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of VMware's vSphere."""
    return _required(source, path, "volumePath")


def photon_persistent_disk(source: _Json, path: str) -> Iterator[Cause]:
    """A disk of VMware's Photon."""
    return _required(source, path, "pdID")


def portworx_volume(source: _Json, path: str) -> Iterator[Cause]:
    """A volume of Portworx."""
    return _required(source, path, "volumeID")


def scale_io(source: _Json, path: str) -> Iterator[Cause]:
    """A volume of ScaleIO."""
    return _required(source, path, "gateway", "system", "volumeName")


def storageos(source: _Json, path: str) -> Iterator[Cause]:
    """A volume of StorageOS."""
    yield from required_label(source.get("volumeName"), f"{path}.volumeName")
    if namespace := source.get("volumeNamespace"):
        yield from label(namespace, f"{path}.volumeNamespace")
    yield from _secret_name(source, path)

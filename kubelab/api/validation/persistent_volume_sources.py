"""Where the bytes of a persistent volume are: the kinds of storage that a PersistentVolume can stand for.

Many are the kinds of pods' volumes. Those that name a Secret differ: a volume belongs to no namespace, so it must say
in which one the Secret is.

In Kubernetes
    The `validate…PersistentVolumeSource` functions of `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation import remote_volumes
from kubelab.api.validation.names import invalid, label, subdomain
from kubelab.api.validation.paths import no_backsteps
from kubelab.api.validation.volumes import driver_name, host_path

_Json = dict[str, Any]
_LONGEST_INITIATOR = 64


def sources(spec: _Json, name: str, path: str) -> Iterator[Cause]:
    """Exactly one source; `name` is the volume's."""
    chosen = False
    for sort, check in _SOURCES.items():
        if sort not in spec:
            continue
        if chosen and sort != "flexVolume":  # which Kubernetes forgets to refuse
            yield Cause.forbidden(f"{path}.{_REFUSED_AS.get(sort, sort)}", "may not specify more than 1 volume type")
            continue
        chosen = True
        source = spec[sort]
        if sort == "iscsi":
            yield from _iscsi_name(source, name, f"{path}.{sort}")
        yield from check(source, f"{path}.{_CHECKED_AS.get(sort, sort)}")
        if sort == "local" and "nodeAffinity" not in spec:
            yield Cause.required(f"{path}.nodeAffinity", "Local volume requires node affinity")
    if not chosen:
        yield Cause.required(path, "must specify a volume type")


def _iscsi_name(source: _Json, name: str, path: str) -> Iterator[Cause]:
    target = source.get("targetPortal", "")
    if "initiatorName" in source and len(f"{name}:{target}") > _LONGEST_INITIATOR:
        detail = (
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
            "if iscsi.initiatorName is specified."
        )
        yield Cause.invalid(f"{path}.targetportal", target, detail)


def _iscsi(source: _Json, path: str) -> Iterator[Cause]:
    yield from remote_volumes.iscsi(source, path)
    if "secretRef" in source and not source["secretRef"].get("name"):
        yield Cause.required(f"{path}.secretRef.name")


def _glusterfs(source: _Json, path: str) -> Iterator[Cause]:
    yield from remote_volumes.glusterfs(source, path)
    namespace, where = source.get("endpointsNamespace"), f"{path}.endpointsNamespace"
    if namespace == "":
        yield Cause.invalid(where, "", "if the endpointnamespace is set, it must be a valid namespace name")
    elif namespace is not None:
        yield from invalid(where, namespace, formats.dns1123_label(namespace))


def _cinder(source: _Json, path: str) -> Iterator[Cause]:
    if not source.get("volumeID"):
        yield Cause.required(f"{path}.volumeID")
    yield from _secret_is_named(source, path)


def _azure_file(source: _Json, path: str) -> Iterator[Cause]:
    yield from remote_volumes.azure_file(source, path)
    if source.get("secretNamespace") == "":
        yield Cause.required(f"{path}.secretNamespace")


def _local(source: _Json, path: str) -> Iterator[Cause]:
    target = source.get("path", "")
    if not target:
        yield Cause.required(f"{path}.path")
    else:
        yield from no_backsteps(target, f"{path}.path")


def _storageos(source: _Json, path: str) -> Iterator[Cause]:
    name, namespace = source.get("volumeName", ""), source.get("volumeNamespace", "")
    if not name:
        yield Cause.required(f"{path}.volumeName")
    else:
        yield from label(name, f"{path}.volumeName")
    if namespace:
        yield from label(namespace, f"{path}.volumeNamespace")
    yield from _secret_is_named(source, path)


def _csi(source: _Json, path: str) -> Iterator[Cause]:
    yield from driver_name(source.get("driver", ""), f"{path}.driver")
    if not source.get("volumeHandle"):
        yield Cause.required(f"{path}.volumeHandle")
    for step in ("controllerPublish", "controllerExpand", "nodePublish", "nodeExpand"):
        if f"{step}SecretRef" in source:
            yield from _secret(source[f"{step}SecretRef"], f"{path}.{step}SecretRef")


def _secret(reference: _Json, path: str) -> Iterator[Cause]:
    for field, check in (("name", subdomain), ("namespace", label)):
        if value := reference.get(field):
            yield from check(value, f"{path}.{field}")
        else:
            yield Cause.required(f"{path}.{field}")


def _secret_is_named(source: _Json, path: str) -> Iterator[Cause]:
    if "secretRef" in source:
        for field in ("name", "namespace"):
            if not source["secretRef"].get(field):
                yield Cause.required(f"{path}.secretRef.{field}")


_SOURCES: dict[str, Callable[[_Json, str], Iterator[Cause]]] = {
    # in the order in which Kubernetes looks for them: the first one found is the one that counts
    "hostPath": host_path,
    "gcePersistentDisk": remote_volumes.gce_persistent_disk,
    "awsElasticBlockStore": remote_volumes.aws_elastic_block_store,
    "glusterfs": _glusterfs,
    "flocker": remote_volumes.flocker,
    "nfs": remote_volumes.nfs,
    "rbd": remote_volumes.rbd,
    "quobyte": remote_volumes.quobyte,
    "cephfs": remote_volumes.cephfs,
    "iscsi": _iscsi,
    "cinder": _cinder,
    "fc": remote_volumes.fibre_channel,
    "flexVolume": remote_volumes.flex_volume,
    "azureFile": _azure_file,
    "vsphereVolume": remote_volumes.vsphere_volume,
    "photonPersistentDisk": remote_volumes.photon_persistent_disk,
    "portworxVolume": remote_volumes.portworx_volume,
    "azureDisk": remote_volumes.azure_disk,
    "scaleIO": remote_volumes.scale_io,
    "local": _local,
    "storageos": _storageos,
    "csi": _csi,
}
SOURCES = tuple(_SOURCES)
"""The fields of a PersistentVolume's spec that say where the bytes are."""
_CHECKED_AS = {"gcePersistentDisk": "persistentDisk"}
"""Where Kubernetes's path of a faulty field differs from the field's name."""
_REFUSED_AS = {"cephfs": "cephFS"}

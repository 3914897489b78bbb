"""The volumes of a pod: each of one kind, each under its own name.

In Kubernetes
    `ValidateVolumes` and `validateVolumeSource` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/volumes/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.quantity import quantity
from kubelab.api.validation import projected, remote_volumes
from kubelab.api.validation.claims import claim_template
from kubelab.api.validation.names import invalid, one_of_if_given, required_label
from kubelab.api.validation.paths import local_descending, no_backsteps

_Json = dict[str, Any]
_HOST_PATH_TYPES = (
    "",
    "BlockDevice",
    "CharDevice",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
)


def volumes(held: Sequence[_Json], pod_name: str, path: str) -> tuple[dict[str, _Json], list[Cause]]:
    """The right ones by name, and what is wrong with the others.

    `pod_name` is empty for the template of a workload, whose pods have no names yet.
    """
    right: dict[str, _Json] = {}
    causes: list[Cause] = []
    created = {f"{pod_name}-{volume.get('name', '')}" for volume in held if pod_name and "ephemeral" in volume}
    for i, volume in enumerate(held):
        name, where = volume.get("name", ""), f"{path}[{i}]"
        wrong = [*_sources(volume, name, pod_name, where), *required_label(name, f"{where}.name")]
        if name in right:
            wrong.append(Cause.duplicate(f"{where}.name", name))
        if wrong:
            causes += wrong
        else:
            right[name] = volume
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim in created:
            detail = "must not reference a PVC that gets created for an ephemeral volume"
            causes.append(Cause.invalid(f"{where}.persistentVolumeClaim.claimName", claim, detail))
    return right, causes


def _sources(volume: _Json, name: str, pod_name: str, path: str) -> Iterator[Cause]:
    chosen = ""
    for sort, check in _SOURCES.items():
        if sort not in volume:
            continue
        if chosen:
            yield Cause.forbidden(f"{path}.{_REFUSED_AS.get(sort, sort)}", "may not specify more than 1 volume type")
        else:
            chosen = sort
            yield from check(volume[sort], f"{path}.{_CHECKED_AS.get(sort, sort)}")
            if sort == "ephemeral" and pod_name and name:
                claim = f"{pod_name}-{name}"
                for message in formats.dns1123_subdomain(claim):
                    yield Cause.invalid(f"{path}.name", name, f'PVC name "{claim}": {message}')
        if sort == "iscsi":
            yield from _iscsi_name(volume["iscsi"], name, path)
    if not chosen:
        yield Cause.required(path, "must specify a volume type")


def _iscsi_name(source: _Json, name: str, path: str) -> Iterator[Cause]:
    if "initiatorName" in source and len(f"{name}:{source.get('targetPortal', '')}") > 64:
        detail = (
            "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters "
            "if iscsi.initiatorName is specified."
        )
        yield Cause.invalid(f"{path}.name", name, detail)


def _empty_dir(source: _Json, path: str) -> Iterator[Cause]:
    if "sizeLimit" in source and quantity(source["sizeLimit"]).nano < 0:
        yield Cause.forbidden(f"{path}.sizeLimit", "SizeLimit field must be a valid resource quantity")


def host_path(source: _Json, path: str) -> Iterator[Cause]:
    """A file or directory of the node."""
    target = source.get("path", "")
    if not target:
        yield Cause.required(f"{path}.path")
        return
    yield from no_backsteps(target, f"{path}.path")
    yield from one_of_if_given(source.get("type"), f"{path}.type", _HOST_PATH_TYPES)


def _git_repo(source: _Json, path: str) -> Iterator[Cause]:
    if not source.get("repository"):
        yield Cause.required(f"{path}.repository")
    yield from local_descending(source.get("directory", ""), f"{path}.directory")


def _claim(source: _Json, path: str) -> Iterator[Cause]:
    if not source.get("claimName"):
        yield Cause.required(f"{path}.claimName")


def driver_name(driver: str, path: str) -> Iterator[Cause]:
    """The name of a CSI driver."""
    if not driver:
        yield Cause.required(path)
    if len(driver) > 63:
        yield Cause.too_long(path, 63)
    yield from invalid(path, driver, formats.dns1123_subdomain(driver.lower()))


def _csi(source: _Json, path: str) -> Iterator[Cause]:
    yield from driver_name(source.get("driver", ""), f"{path}.driver")
    if "nodePublishSecretRef" in source:
        name = source["nodePublishSecretRef"].get("name", "")
        if not name:
            yield Cause.required(f"{path}.nodePublishSecretRef.name")
        else:
            yield from invalid(f"{path}.name", name, formats.dns1123_subdomain(name))


def _ephemeral(source: _Json, path: str) -> Iterator[Cause]:
    template = source.get("volumeClaimTemplate")
    if template is None:
        yield Cause.required(f"{path}.volumeClaimTemplate")
    else:
        yield from claim_template(template, f"{path}.volumeClaimTemplate")


def _image(source: _Json, path: str) -> Iterator[Cause]:
    if not source.get("reference"):
        yield Cause.required(f"{path}.reference")
    policy = source.get("pullPolicy", "")
    yield from one_of_if_given(policy, f"{path}.pullPolicy", ("Always", "IfNotPresent", "Never"))


_SOURCES: dict[str, Callable[[_Json, str], Iterator[Cause]]] = {
    # in the order in which Kubernetes looks for them: the first one found is the one that counts
    "emptyDir": _empty_dir,
    "hostPath": host_path,
    "gitRepo": _git_repo,
    "gcePersistentDisk": remote_volumes.gce_persistent_disk,
    "awsElasticBlockStore": remote_volumes.aws_elastic_block_store,
    "secret": projected.secret,
    "nfs": remote_volumes.nfs,
    "iscsi": remote_volumes.iscsi,
    "glusterfs": remote_volumes.glusterfs,
    "flocker": remote_volumes.flocker,
    "persistentVolumeClaim": _claim,
    "rbd": remote_volumes.rbd,
    "cinder": remote_volumes.cinder,
    "cephfs": remote_volumes.cephfs,
    "quobyte": remote_volumes.quobyte,
    "downwardAPI": projected.downward_api,
    "fc": remote_volumes.fibre_channel,
    "flexVolume": remote_volumes.flex_volume,
    "configMap": projected.config_map,
    "azureFile": remote_volumes.azure_file,
    "vsphereVolume": remote_volumes.vsphere_volume,
    "photonPersistentDisk": remote_volumes.photon_persistent_disk,
    "portworxVolume": remote_volumes.portworx_volume,
    "azureDisk": remote_volumes.azure_disk,
    "storageos": remote_volumes.storageos,
    "projected": projected.projected,
    "scaleIO": remote_volumes.scale_io,
    "csi": _csi,
    "ephemeral": _ephemeral,
    "image": _image,
}
_CHECKED_AS = {"gcePersistentDisk": "persistentDisk"}
"""Where Kubernetes's path of a faulty field differs from the field's name."""
_REFUSED_AS = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}

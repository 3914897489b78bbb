"""Where volumes come from: the sources of a pod's volumes and of PersistentVolumes.

In Kubernetes
    `describeVolumes` and the `print…VolumeSource` functions in `k8s.io/kubectl/pkg/describe`.
Left out
    The settings of volumes whose drivers are gone from Kubernetes (Flocker, Quobyte, ScaleIO, StorageOS, Photon).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelab.api.quantity import quantity
from kubelab.clients.kubectl.describe.writer import Writer

_ON_HOST = "mount on the host that shares a pod's lifetime"
_READ_ONLY = ("ReadOnly", "readOnly")
_FS_TYPE = ("FSType", "fsType")
# For each source: what it is called, what it is, and the settings shown, each with its field.
_SOURCES: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "gcePersistentDisk": (
        *("GCEPersistentDisk", "a Persistent Disk resource in Google Compute Engine"),
        (("PDName", "pdName"), _FS_TYPE, ("Partition", "partition"), _READ_ONLY),
    ),
    "awsElasticBlockStore": (
        *("AWSElasticBlockStore", "a Persistent Disk resource in AWS"),
        (("VolumeID", "volumeID"), _FS_TYPE, ("Partition", "partition"), _READ_ONLY),
    ),
    "gitRepo": (
        *("GitRepo", "a volume that is pulled from git when the pod is created"),
        (("Repository", "repository"), ("Revision", "revision")),
    ),
    "secret": (
        *("Secret", "a volume populated by a Secret"),
        (("SecretName", "secretName"), ("Optional", "optional")),
    ),
    "configMap": ("ConfigMap", "a volume populated by a ConfigMap", (("Name", "name"), ("Optional", "optional"))),
    "nfs": (
        *("NFS", "an NFS mount that lasts the lifetime of a pod"),
        (("Server", "server"), ("Path", "path"), _READ_ONLY),
    ),
    "glusterfs": (
        "Glusterfs",
        f"a Glusterfs {_ON_HOST}",
        (("EndpointsName", "endpoints"), ("Path", "path"), _READ_ONLY),
    ),
    "persistentVolumeClaim": (
        *("PersistentVolumeClaim", "a reference to a PersistentVolumeClaim in the same namespace"),
        (("ClaimName", "claimName"), _READ_ONLY),
    ),
    "cinder": (
        *("Cinder", "a Persistent Disk resource in OpenStack"),
        (("VolumeID", "volumeID"), _FS_TYPE, _READ_ONLY, ("SecretRef", "secretRef")),
    ),
    "azureDisk": (
        *("AzureDisk", "an Azure Data Disk mount on the host and bind mount to the pod"),
        (
            *(("DiskName", "diskName"), ("DiskURI", "diskURI"), ("Kind", "kind"), _FS_TYPE),
            *(("CachingMode", "cachingMode"), _READ_ONLY),
        ),
    ),
    "azureFile": (
        *("AzureFile", "an Azure File Service mount on the host and bind mount to the pod"),
        (("SecretName", "secretName"), ("ShareName", "shareName"), _READ_ONLY),
    ),
    "vsphereVolume": (
        *("vSphereVolume", "a Persistent Disk resource in vSphere"),
        (("VolumePath", "volumePath"), _FS_TYPE, ("StoragePolicyName", "storagePolicyName")),
    ),
    "portworxVolume": ("PortworxVolume", "a Portworx Volume resource", (("VolumeID", "volumeID"),)),
    "cephfs": (
        *("CephFS", f"a CephFS {_ON_HOST}"),
        (
            *(("Monitors", "monitors"), ("Path", "path"), ("User", "user"), ("SecretFile", "secretFile")),
            *(("SecretRef", "secretRef"), _READ_ONLY),
        ),
    ),
    "rbd": (
        *("RBD", f"a Rados Block Device {_ON_HOST}"),
        (
            *(("CephMonitors", "monitors"), ("RBDImage", "image"), _FS_TYPE, ("RBDPool", "pool")),
            *(("RadosUser", "user"), ("Keyring", "keyring"), ("SecretRef", "secretRef"), _READ_ONLY),
        ),
    ),
    "iscsi": (
        *("ISCSI", "an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod"),
        (
            *(("TargetPortal", "targetPortal"), ("IQN", "iqn"), ("Lun", "lun"), ("ISCSIInterface", "iscsiInterface")),
            *(_FS_TYPE, _READ_ONLY, ("Portals", "portals"), ("DiscoveryCHAPAuth", "chapAuthDiscovery")),
            *(("SessionCHAPAuth", "chapAuthSession"), ("SecretRef", "secretRef"), ("InitiatorName", "initiatorName")),
        ),
    ),
    "fc": ("FC", "a Fibre Channel disk", (("TargetWWNs", "targetWWNs"), ("LUN", "lun"), _FS_TYPE, _READ_ONLY)),
    "flexVolume": (
        *("FlexVolume", "a generic volume resource that is provisioned/attached using an exec based plugin"),
        (("Driver", "driver"), _FS_TYPE, ("SecretRef", "secretRef"), _READ_ONLY, ("Options", "options")),
    ),
    "local": ("LocalVolume", "a persistent volume backed by local storage on a node", (("Path", "path"),)),
    "image": (
        *("Image", "a container image or OCI artifact"),
        (("Reference", "reference"), ("PullPolicy", "pullPolicy")),
    ),
}
_SWITCHES = ("readOnly", "optional", "chapAuthDiscovery", "chapAuthSession")
_ABSENT = {"initiatorName": "<none>", "lun": "<none>", "secretRef": "nil", "partition": 0}
_LONGEST_ATTRIBUTE = 140


def add_volumes(writer: Writer, volumes: list[Any], space: str = "") -> None:
    """Add the volumes of a pod."""
    if not volumes:
        writer.line(f"{space}Volumes:\t<none>")
        return
    writer.line(f"{space}Volumes:")
    for volume in volumes:
        writer.line(f"{' ' if space else ''}{volume.name}:", 1)
        add_source(writer, volume)


def add_source(writer: Writer, volume: Any) -> None:
    """Add what a pod's volume, or the spec of a PersistentVolume, is made of."""
    for name, add in (
        ("hostPath", _host_path),
        ("emptyDir", _empty_dir),
        ("projected", _projected),
        ("downwardAPI", _downward_api),
        ("ephemeral", _ephemeral),
        ("csi", _csi),
    ):
        source = getattr(volume, name, None)
        if source is not None:
            add(writer, source)
            return
    for name, (title, meaning, settings) in _SOURCES.items():
        source = getattr(volume, name, None)
        if source is not None:
            _type(writer, title, meaning)
            for label, field in settings:
                writer.field(label, _setting(field, getattr(source, field, None)), 2)
            return
    writer.line("<unknown>", 1)


def _type(writer: Writer, title: str, meaning: str) -> None:
    writer.field("Type", f"{title} ({meaning})", 2)


def _setting(field: str, value: Any) -> Any:
    if field in _SWITCHES:
        return _bool(value)
    if isinstance(value, list):
        return ", ".join(value) if field == "targetWWNs" else f"[{' '.join(value)}]"
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{key}:{text}' for key, text in sorted(value.items()))}]"
    if field == "secretRef" and value is not None:
        return f"&LocalObjectReference{{Name:{value.name},}}"
    return _ABSENT.get(field, "") if value is None else value


def _host_path(writer: Writer, source: Any) -> None:
    _type(writer, "HostPath", "bare host directory volume")
    writer.field("Path", source.path, 2)
    writer.field("HostPathType", "<none>" if source.type is None else source.type, 2)


def _empty_dir(writer: Writer, source: Any) -> None:
    _type(writer, "EmptyDir", "a temporary directory that shares a pod's lifetime")
    limited = source.sizeLimit is not None and quantity(source.sizeLimit).nano > 0
    writer.field("Medium", source.medium or "", 2)
    writer.field("SizeLimit", source.sizeLimit if limited else "<unset>", 2)


def _projected(writer: Writer, projected: Any) -> None:
    _type(writer, "Projected", "a volume that contains injected data from multiple sources")
    for source in projected.sources or ():
        if source.secret:
            writer.field("SecretName", source.secret.name or "", 2)
            writer.field("Optional", _bool(source.secret.optional), 2)
        elif source.downwardAPI:
            writer.field("DownwardAPI", "true", 2)
        elif source.configMap:
            writer.field("ConfigMapName", source.configMap.name or "", 2)
            writer.field("Optional", _bool(source.configMap.optional), 2)
        elif source.serviceAccountToken:
            writer.field("TokenExpirationSeconds", source.serviceAccountToken.expirationSeconds, 2)


def _downward_api(writer: Writer, source: Any) -> None:
    _type(writer, "DownwardAPI", "a volume populated by information about the pod")
    writer.line("Items:", 2)
    for item in source.items or ():
        if item.fieldRef:
            writer.line(f"{item.fieldRef.fieldPath} -> {item.path}", 3)
        if item.resourceFieldRef:
            writer.line(f"{item.resourceFieldRef.resource} -> {item.path}", 3)


def _ephemeral(writer: Writer, source: Any) -> None:
    _type(writer, "EphemeralVolume", "an inline specification for a volume that gets created and deleted with the pod")
    template = source.volumeClaimTemplate
    if template is None:
        return
    meta, spec = template.metadata, template.spec
    writer.field("StorageClass", spec.storageClassName or "", 2)
    writer.field("Volume", spec.volumeName or "", 2)
    writer.labels("    Labels", meta.labels if meta else None)
    writer.annotations("    Annotations", meta.annotations if meta else None)
    writer.field("Capacity", "", 2)
    writer.field("Access Modes", "", 2)
    if spec.volumeMode is not None:
        writer.field("VolumeMode", spec.volumeMode, 2)


def _csi(writer: Writer, source: Any) -> None:
    _type(writer, "CSI", "a Container Storage Interface (CSI) volume source")
    writer.field("Driver", source.driver, 2)
    writer.field("FSType", source.fsType or "", 2)
    handle = getattr(source, "volumeHandle", None)
    if handle is not None:
        writer.field("VolumeHandle", handle, 2)
    writer.field("ReadOnly", _bool(source.readOnly), 2)
    texts = [f"{key}={value}" for key, value in sorted((source.volumeAttributes or {}).items())]
    if not texts:
        writer.field("VolumeAttributes", "<none>", 2)
    for i, text in enumerate(texts):
        shown = f"{text[:_LONGEST_ATTRIBUTE]}..." if len(text) > _LONGEST_ATTRIBUTE else text
        writer.line(f"{'VolumeAttributes:' if i == 0 else '    '}\t    {shown}", 2)


def _bool(value: bool | None) -> str:
    return "true" if value else "false"

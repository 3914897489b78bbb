"""What a volume means when it says only half of it.

In Kubernetes
    The `SetDefaults_…VolumeSource` functions of `pkg/apis/core/v1/defaults.go` and the `+default` tags of
    `k8s.io/api/core/v1/types.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.defaults.image_tag import pull_policy
from kubelab.api.quantity import canonical, round_up_to_milli

_Json = dict[str, Any]
_READABLE = 0o644
_AN_HOUR = 3600


def volume(held: _Json) -> None:
    """Fill in one volume of a pod; a volume of no kind is an empty directory."""
    empty = True
    for name, source in held.items():
        if name != "name":
            empty = False
            volume_source(name, source)
    if empty:
        held["emptyDir"] = {}


def volume_source(name: str, source: Any) -> None:
    """Fill in where a volume's bytes are; `name` is the field that says so."""
    fill = _SOURCES.get(name)
    if fill is not None:
        fill(source)


def resource_list(amounts: _Json) -> None:
    """Write amounts of resources as they are stored: canonical, nothing finer than a thousandth."""
    for name, amount in amounts.items():
        amounts[name] = round_up_to_milli(amount)


def resource_field(reference: _Json) -> None:
    """Fill in the divisor of a reference to a container's resources: 0 stands for 1."""
    reference["divisor"] = canonical(reference.get("divisor", "0"))


def _empty_dir(source: _Json) -> None:
    if "sizeLimit" in source:
        source["sizeLimit"] = canonical(source["sizeLimit"])


def _host_path(source: _Json) -> None:
    source.setdefault("type", "")


def _files(source: _Json) -> None:
    source.setdefault("defaultMode", _READABLE)


def _downward_api(source: _Json) -> None:
    source.setdefault("defaultMode", _READABLE)
    _downward_items(source)


def _downward_items(source: _Json) -> None:
    for item in source.get("items", ()):
        if "fieldRef" in item:
            item["fieldRef"].setdefault("apiVersion", "v1")
        if "resourceFieldRef" in item:
            resource_field(item["resourceFieldRef"])


def _projected(source: _Json) -> None:
    source.setdefault("defaultMode", _READABLE)
    for part in source.setdefault("sources", []):
        # their feature gates are off in a default cluster, and a field behind a closed gate is dropped
        part.pop("clusterTrustBundle", None)
        part.pop("podCertificate", None)
        if "serviceAccountToken" in part:
            part["serviceAccountToken"].setdefault("expirationSeconds", _AN_HOUR)
        if "downwardAPI" in part:
            _downward_items(part["downwardAPI"])


def _iscsi(source: _Json) -> None:
    source.setdefault("lun", 0)
    source.setdefault("iscsiInterface", "default")


def _rbd(source: _Json) -> None:
    source.setdefault("pool", "rbd")
    source.setdefault("user", "admin")
    source.setdefault("keyring", "/etc/ceph/keyring")


def _azure_disk(source: _Json) -> None:
    source.setdefault("cachingMode", "ReadWrite")
    source.setdefault("kind", "Shared")
    source.setdefault("fsType", "ext4")
    source.setdefault("readOnly", False)


def _scale_io(source: _Json) -> None:
    source.setdefault("storageMode", "ThinProvisioned")
    source.setdefault("fsType", "xfs")


def _image(source: _Json) -> None:
    source.setdefault("pullPolicy", pull_policy(source.get("reference", "")))


def _ephemeral(source: _Json) -> None:
    template = source.get("volumeClaimTemplate")
    if template is None:
        return
    template.setdefault("metadata", {})
    spec = template.setdefault("spec", {})
    spec.setdefault("volumeMode", "Filesystem")
    for amounts in spec.setdefault("resources", {}).values():
        resource_list(amounts)


_SOURCES: dict[str, Callable[[_Json], None]] = {
    "azureDisk": _azure_disk,
    "configMap": _files,
    "downwardAPI": _downward_api,
    "emptyDir": _empty_dir,
    "ephemeral": _ephemeral,
    "hostPath": _host_path,
    "image": _image,
    "iscsi": _iscsi,
    "projected": _projected,
    "rbd": _rbd,
    "scaleIO": _scale_io,
    "secret": _files,
}

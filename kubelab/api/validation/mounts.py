"""Volumes inside a container: mounted as directories, or handed over as raw devices.

In Kubernetes
    `ValidateVolumeMounts` and `ValidateVolumeDevices` in `pkg/apis/core/validation/validation.go`. Some paths that it
    names lack the index of the mount (`volumeMounts.subPath`); they are kept, for they are what a user sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.validation.paths import local_descending

_Json = dict[str, Any]
_PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE = ("Disabled", "Enabled", "IfPossible")


def mounts(container: _Json, volumes: Mapping[str, _Json], path: str) -> Iterator[Cause]:
    """The mounts of a container; `volumes` are the pod's valid volumes by name."""
    devices = {device.get("name", ""): device.get("devicePath", "") for device in container.get("volumeDevices", ())}
    seen: dict[str, None] = {}
    for i, mount in enumerate(container.get("volumeMounts", ())):
        name, target = mount.get("name", ""), mount.get("mountPath", "")
        if not name:
            yield Cause.required(f"{path}[{i}].name")
        if name not in volumes:
            yield Cause.not_found(f"{path}[{i}].name", name)
        if not target:
            yield Cause.required(f"{path}[{i}].mountPath")
        if target in seen:
            yield Cause.invalid(f"{path}[{i}].mountPath", target, "must be unique")
        seen[target] = None
        if name in devices:
            yield Cause.invalid(f"{path}[{i}].name", name, "must not already exist in volumeDevices")
        if devices and target in devices.values():
            yield Cause.invalid(f"{path}[{i}].mountPath", target, "must not already exist as a path in volumeDevices")
        if "subPath" in mount or "subPathExpr" in mount:
            yield from _sub_paths(mount, path, i)
        if "mountPropagation" in mount:
            yield from _propagation(mount["mountPropagation"], container, f"{path}.mountPropagation")
        if "recursiveReadOnly" in mount:
            yield from _recursive(mount, f"{path}.recursiveReadOnly")


def _sub_paths(mount: _Json, path: str, i: int) -> Iterator[Cause]:
    sub_path, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
    if sub_path:
        yield from local_descending(sub_path, f"{path}.subPath")
    if expression:
        if sub_path:
            detail = "subPathExpr and subPath are mutually exclusive"
            yield Cause.invalid(f"{path}[{i}].subPathExpr", expression, detail)
        yield from local_descending(expression, f"{path}.subPathExpr")


def _propagation(propagation: str, container: _Json, path: str) -> Iterator[Cause]:
    if propagation not in _PROPAGATIONS:
        yield Cause.not_supported(path, propagation, _PROPAGATIONS)
    if propagation == "Bidirectional" and not container.get("securityContext", {}).get("privileged"):
        yield Cause.forbidden(path, "Bidirectional mount propagation is available only to privileged containers")


def _recursive(mount: _Json, path: str) -> Iterator[Cause]:
    wanted = mount["recursiveReadOnly"]
    if wanted not in _RECURSIVE:
        yield Cause.not_supported(path, wanted, _RECURSIVE)
    elif wanted != "Disabled":
        if not mount.get("readOnly"):
            yield Cause.forbidden(path, "may only be specified when readOnly is true")
        if mount.get("mountPropagation", "None") != "None":
            yield Cause.forbidden(path, "may only be specified when mountPropagation is None or not specified")


def devices(container: _Json, volumes: Mapping[str, _Json], path: str) -> Iterator[Cause]:
    """The raw block devices of a container."""
    mounted = {mount.get("name", ""): mount.get("mountPath", "") for mount in container.get("volumeMounts", ())}
    names: dict[str, None] = {}
    paths: dict[str, None] = {}
    for i, device in enumerate(container["volumeDevices"]):
        name, target = device.get("name", ""), device.get("devicePath", "")
        if not name:
            yield Cause.required(f"{path}[{i}].name")
        if name in names:
            yield Cause.invalid(f"{path}[{i}].name", name, "must be unique")
        if name not in volumes:
            yield Cause.not_found(f"{path}[{i}].name", name)
        elif "persistentVolumeClaim" not in volumes[name] and "ephemeral" not in volumes[name]:
            detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
            yield Cause.invalid(f"{path}[{i}].name", name, detail)
        if not target:
            yield Cause.required(f"{path}[{i}].devicePath")
        if target in paths:
            yield Cause.invalid(f"{path}[{i}].devicePath", target, "must be unique")
        if ".." in target.split("/"):
            yield Cause.invalid(f"{path}[{i}].devicePath", target, "can not contain backsteps ('..')")
        else:
            paths[target] = None
        if name in mounted:
            yield Cause.invalid(f"{path}[{i}].name", name, "must not already exist in volumeMounts")
        if target in mounted.values():
            yield Cause.invalid(f"{path}[{i}].devicePath", target, "must not already exist as a path in volumeMounts")
        if name:
            names[name] = None

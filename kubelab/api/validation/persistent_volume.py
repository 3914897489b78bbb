"""What a PersistentVolume may be, and what of it may change.

In Kubernetes
    `ValidatePersistentVolume` and `ValidatePersistentVolumeUpdate` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/
Left out
    The line-by-line difference of Go structs that the refusal of a changed source ends with.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.quantity import quantity, value
from kubelab.api.validation.affinity import node_selector
from kubelab.api.validation.claims import access_modes, volume_mode
from kubelab.api.validation.names import subdomain
from kubelab.api.validation.persistent_volume_sources import SOURCES, sources

_Json = dict[str, Any]
_RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
_RENAMED = {
    "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/os": "kubernetes.io/os",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
}
"""Labels of nodes by their names of the time when they were beta: these may be brought up to date."""


def persistent_volume(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A PersistentVolume: what it holds, who may use it how, and where it is."""
    spec = obj["spec"]
    yield from _spec(spec, obj["metadata"].get("name", ""), "spec")
    if old is not None:
        yield from _changes(spec, old.get("spec", {}))


def _spec(spec: _Json, name: str, path: str) -> Iterator[Cause]:
    if not spec.get("accessModes"):
        yield Cause.required(f"{path}.accessModes")
    yield from access_modes(spec.get("accessModes", ()), f"{path}.accessModes")
    yield from _capacity(spec.get("capacity"), f"{path}.capacity")
    policy = spec.get("persistentVolumeReclaimPolicy")
    if policy and policy not in _RECLAIM_POLICIES:
        yield Cause.not_supported(f"{path}.persistentVolumeReclaimPolicy", policy, _RECLAIM_POLICIES)
    if "nodeAffinity" in spec:
        yield from _node_affinity(spec["nodeAffinity"], f"{path}.nodeAffinity")
    yield from sources(spec, name, path)
    host_path = spec.get("hostPath", {}).get("path")
    if host_path is not None and policy == "Recycle" and posixpath.normpath(host_path) in ("/", "//"):
        detail = "may not be 'recycle' for a hostPath mount of '/'"
        yield Cause.forbidden(f"{path}.persistentVolumeReclaimPolicy", detail)
    if storage_class := spec.get("storageClassName"):
        yield from subdomain(storage_class, f"{path}.storageClassName")
    yield from volume_mode(spec.get("volumeMode"), f"{path}.volumeMode")
    yield from _attributes_class(spec, path)


def _capacity(capacity: dict[str, str] | None, path: str) -> Iterator[Cause]:
    if not capacity:
        yield Cause.required(path)
    if not capacity or "storage" not in capacity or len(capacity) > 1:
        yield Cause.not_supported(path, capacity, ("storage",))
    for name, amount in (capacity or {}).items():
        if quantity(amount).nano < 0:
            yield Cause.invalid(f"{path}[{name}]", value(amount), "must be a valid resource quantity")
        if quantity(amount).nano <= 0:
            yield Cause.invalid(f"{path}[{name}]", amount, "must be greater than zero")


def _node_affinity(affinity: _Json, path: str) -> Iterator[Cause]:
    if "required" in affinity:
        yield from node_selector(affinity["required"], f"{path}.required")
    else:
        yield Cause.required(f"{path}.required", "must specify required node constraints")


def _attributes_class(spec: _Json, path: str) -> Iterator[Cause]:
    name = spec.get("volumeAttributesClassName")
    if name is None:
        return
    if not name:
        yield Cause.required(f"{path}.volumeAttributesClassName", "an empty string is disallowed")
    else:
        yield from subdomain(name, f"{path}.volumeAttributesClassName")
    if "csi" not in spec:
        yield Cause.required(f"{path}.csi", "has to be specified when using volumeAttributesClassName")


def _changes(spec: _Json, before: _Json) -> Iterator[Cause]:
    if _source(spec, before) != _source(before, before):
        detail = "spec.persistentvolumesource is immutable after creation"
        yield Cause.forbidden("spec.persistentvolumesource", detail)
    if spec.get("volumeMode") != before.get("volumeMode"):
        yield Cause.invalid("volumeMode", spec.get("volumeMode"), "field is immutable")
    wanted, held = spec.get("nodeAffinity"), before.get("nodeAffinity")
    if held is not None and wanted != held and wanted != _up_to_date(held):
        yield Cause.invalid("nodeAffinity", wanted, "field is immutable")
    if before.get("volumeAttributesClassName") is not None and spec.get("volumeAttributesClassName") is None:
        yield Cause.forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden")


def _source(spec: _Json, before: _Json) -> _Json:
    """Where the bytes are; a Secret for making it larger may be added once."""
    source = {field: spec[field] for field in SOURCES if field in spec}
    if "csi" in source and "controllerExpandSecretRef" not in before.get("csi", {}):
        source["csi"] = {field: part for field, part in source["csi"].items() if field != "controllerExpandSecretRef"}
    return source


def _up_to_date(affinity: _Json) -> _Json:
    """The affinity with today's names of nodes' labels."""
    terms = [
        {
            **term,
            "matchExpressions": [
                {**each, "key": _RENAMED.get(each["key"], each["key"])} for each in term.get("matchExpressions", ())
            ],
        }
        for term in affinity.get("required", {}).get("nodeSelectorTerms", ())
    ]
    return {**affinity, "required": {**affinity.get("required", {}), "nodeSelectorTerms": terms}}

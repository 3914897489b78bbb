"""What a StorageClass may be, and what of it may change.

In Kubernetes
    `ValidateStorageClass` and `ValidateStorageClassUpdate` in `pkg/apis/storage/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/storage-classes/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.formats import qualified_name
from kubelab.api.validation.names import invalid, qualified

_Json = dict[str, Any]
_MOST_PARAMETERS = 512
_MOST_PARAMETER_BYTES = 256 * 1024
_RECLAIM_POLICIES = ("Delete", "Retain")
_BINDING_MODES = ("Immediate", "WaitForFirstConsumer")


def storage_class(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A StorageClass: who makes its volumes, how, when, and where."""
    provisioner = obj.get("provisioner", "")
    if not provisioner:
        yield Cause.required("provisioner")
    else:
        yield from invalid("provisioner", provisioner, qualified_name(provisioner.lower()))
    yield from _parameters(obj.get("parameters", {}))
    policy = obj.get("reclaimPolicy", "")
    if policy and policy not in _RECLAIM_POLICIES:
        yield Cause.not_supported("reclaimPolicy", policy, _RECLAIM_POLICIES)
    mode = obj.get("volumeBindingMode", "")
    if mode not in _BINDING_MODES:
        yield Cause.not_supported("volumeBindingMode", mode, _BINDING_MODES)
    yield from _topologies(obj.get("allowedTopologies", ()))
    if old is not None:
        yield from _changes(obj, old)


def _parameters(parameters: dict[str, str]) -> Iterator[Cause]:
    if len(parameters) > _MOST_PARAMETERS:
        yield Cause.too_long("parameters", _MOST_PARAMETERS)
        return
    size = 0
    for key, value in parameters.items():
        if not key:
            yield Cause.invalid("parameters", key, "field can not be empty.")
        size += len(key.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace"))
    if size > _MOST_PARAMETER_BYTES:
        yield Cause.too_long("parameters", _MOST_PARAMETER_BYTES)


def _topologies(terms: Sequence[_Json]) -> Iterator[Cause]:
    seen: list[dict[str, frozenset[str]]] = [{} for _ in terms]  # Kubernetes takes an empty term for a repeated one
    for i, term in enumerate(terms):
        path, chosen = f"allowedTopologies[{i}].matchLabelExpressions", dict[str, frozenset[str]]()
        for j, requirement in enumerate(term.get("matchLabelExpressions", ())):
            where, key, values = f"{path}[{j}]", requirement["key"], requirement["values"]
            if not values:
                yield Cause.required(f"{where}.values")
            for at, value in enumerate(values):
                if value in values[:at]:
                    yield Cause.duplicate(f"{where}.values[{at}]", value)
            yield from qualified(key, f"{where}.key")
            if key in chosen:
                yield Cause.duplicate(f"{where}.key", key)
            chosen[key] = frozenset(values)
        for other in seen:
            if chosen == other:
                yield Cause.duplicate(path, "")
        seen.append(chosen)


def _changes(obj: _Json, old: _Json) -> Iterator[Cause]:
    for field in ("parameters", "provisioner", "reclaimPolicy"):
        if obj.get(field) != old.get(field):
            yield Cause.forbidden(field, f"updates to {field} are forbidden.")
    if obj.get("volumeBindingMode") != old.get("volumeBindingMode"):
        yield Cause.invalid("volumeBindingMode", obj.get("volumeBindingMode"), "field is immutable")

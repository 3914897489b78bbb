"""What a PersistentVolumeClaim may be, and what of it may change: hardly anything, or quotas could be outwitted.

In Kubernetes
    `ValidatePersistentVolumeClaim` and `ValidatePersistentVolumeClaimUpdate` in
    `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims
Left out
    The line-by-line difference of Go structs that the refusal of a changed spec ends with.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.annotations import BETA_STORAGE_CLASS
from kubelab.api.errors import Cause
from kubelab.api.quantity import quantity
from kubelab.api.validation.claims import claim_spec

_Json = dict[str, Any]
_IMMUTABLE = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"


def persistent_volume_claim(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A claim: what it asks for, and that it goes on asking for that."""
    yield from claim_spec(obj["spec"], "spec")
    if old is not None:
        yield from _changes(obj, old)


def _changes(obj: _Json, old: _Json) -> Iterator[Cause]:
    spec, before = obj["spec"], old.get("spec", {})
    held_class = old["metadata"].get("annotations", {}).get(BETA_STORAGE_CLASS)
    sent_class = obj["metadata"].get("annotations", {}).get(BETA_STORAGE_CLASS)
    named_now = before.get("storageClassName") is None and spec.get("storageClassName") is not None
    upgrades = named_now and spec["storageClassName"] == held_class and sent_class in (None, held_class)
    if not upgrades and (sent_class or "") != (held_class or ""):
        path = f"metadata.annotations.{BETA_STORAGE_CLASS}"
        yield Cause.invalid(path, sent_class or "", "field is immutable")
    compared, wanted = dict(before), dict(spec)
    if not before.get("volumeName"):
        compared["volumeName"] = wanted["volumeName"] = ""  # it is given once, by who binds the claim
    if named_now and held_class in (None, spec["storageClassName"]):
        wanted.pop("storageClassName")
    if obj.get("status", {}).get("phase") == "Bound":
        compared, wanted = _without_size(compared), _without_size(wanted)
        if wanted.get("volumeAttributesClassName") is not None:
            compared.pop("volumeAttributesClassName", None)
            wanted.pop("volumeAttributesClassName")
    if compared != wanted:
        yield Cause.forbidden("spec", _IMMUTABLE)
    yield from _shrinks(spec, before, old)
    if spec.get("volumeMode") != before.get("volumeMode"):
        yield Cause.invalid("volumeMode", spec.get("volumeMode"), "field is immutable")
    path, attributes = "spec.volumeAttributesClassName", spec.get("volumeAttributesClassName")
    if before.get("volumeAttributesClassName") is not None and not attributes:
        to = "nil" if attributes is None else "an empty string"
        yield Cause.forbidden(path, f"update from non-nil value to {to} is forbidden")


def _without_size(spec: _Json) -> _Json:
    resources = spec.get("resources", {})
    others = {name: amount for name, amount in resources.get("requests", {}).items() if name != "storage"}
    return {**spec, "resources": {**resources, "requests": others}}


def _shrinks(spec: _Json, before: _Json, old: _Json) -> Iterator[Cause]:
    """A claim may only become smaller again after it was made larger in vain."""
    asked, was = (quantity(_size(each.get("resources", {}).get("requests"))).nano for each in (spec, before))
    if asked < was and asked <= quantity(_size(old.get("status", {}).get("capacity"))).nano:
        yield Cause.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")


def _size(amounts: dict[str, str] | None) -> str:
    return (amounts or {}).get("storage", "0")

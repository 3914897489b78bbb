"""Taking fields out of an object, or everything but them.

In Kubernetes
    `typed/remove.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.managed_fields import elements
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.types import ListType, MapType, Type


def remove(of: Type, value: Any, fields: FieldSet) -> Any:
    """The value without these fields; None when nothing is left."""
    return _walk(of, value, fields, keep=False)


def extract(of: Type, value: Any, fields: FieldSet) -> Any:
    """Only these fields of the value; None when there are none."""
    return _walk(of, value, fields, keep=True)


def _walk(of: Type, value: Any, fields: FieldSet, keep: bool) -> Any:
    if of.shape_of(value) == "scalar":
        return value
    if isinstance(value, dict) and of.mapping is not None:
        if not value or of.mapping.atomic:
            return value if keep else None
        return _walk_map(of.mapping, value, fields, keep) or None
    if isinstance(value, list) and of.listing is not None:
        if not value or not of.listing.associative:
            return value if keep else None
        return _walk_list(of.listing, value, fields, keep) or None
    return None


def _walk_list(of: ListType, value: list[Any], fields: FieldSet, keep: bool) -> list[Any]:
    left = []
    for item in value:
        element = of.element_of(item)
        named, inner = element in fields.members, fields.below(element)
        if named and not keep:
            continue
        if inner:
            left.append(_walk(of.element, item, inner, keep))
        elif named or not keep:
            left.append(item)
    return left


def _walk_map(of: MapType, value: dict[str, Any], fields: FieldSet, keep: bool) -> dict[str, Any]:
    left = {}
    for name, item in value.items():
        element, held = elements.field(name), of.of(name)
        named, inner = element in fields.members, fields.below(element)
        if named and not keep:
            continue
        if held is not None and (inner or (named and keep)):
            left[name] = _walk(held, item, inner, keep)
        elif not keep:
            left[name] = item
    return left

"""What an object that somebody applies makes them own: every leaf and every item that it mentions.

In Kubernetes
    `typed/tofieldset.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.managed_fields import elements
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.types import ListType, MapType, Type


def fields_of(of: Type, value: Any) -> FieldSet:
    """The set of fields that a value mentions.

    An atomic part is one field; a named field with parts is not itself a field, while an item and the key of a map
    are.
    """
    found = FieldSet()
    if isinstance(value, dict) and of.mapping is not None and not of.mapping.atomic:
        _enter_map(of.mapping, value, found)
    return found


def _enter(of: Type, value: Any, into: FieldSet, element: str) -> None:
    shape = of.shape_of(value)
    if shape == "map" and of.mapping is not None and not of.mapping.atomic:
        if value:
            _enter_map(of.mapping, value, _child(into, element))
    elif shape == "list" and of.listing is not None and of.listing.associative:
        if value:
            _enter_list(of.listing, value, _child(into, element))
    else:
        into.members[element] = None


def _enter_map(of: MapType, value: dict[str, Any], into: FieldSet) -> None:
    for name, item in value.items():
        element = elements.field(name)
        named = of.fields.get(name)
        held = named or of.element
        if held is not None:
            _enter(held, item, into, element)
        if named is None or item is None or item == {}:
            into.members[element] = None
    _prune(into)


def _enter_list(of: ListType, value: list[Any], into: FieldSet) -> None:
    steps = [of.element_of(item) for item in value]
    for element, item in zip(steps, value, strict=True):
        if steps.count(element) == 1:
            _enter(of.element, item, into, element)
        into.members[element] = None
    _prune(into)


def _child(into: FieldSet, element: str) -> FieldSet:
    made = into.children[element] = FieldSet()
    return made


def _prune(into: FieldSet) -> None:
    """No branch without a path on it."""
    for element in [element for element, rest in into.children.items() if not rest]:
        del into.children[element]

"""The types of the vocabulary, made from the models and the Go types of their fields.

In Kubernetes
    `schemaconv` of `k8s.io/kube-openapi` makes them from the published OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from kubelab.api.managed_fields.list_types import (
    ATOMIC_FIELDS,
    ATOMIC_TYPES,
    GRANULAR_FIELDS,
    KEY_DEFAULTS,
    LIST_KEYS,
)
from kubelab.api.managed_fields.types import BOOLEAN, NUMERIC, STRING, UNTYPED, UNTYPED_ATOMIC, ListType, MapType, Type
from kubelab.api.schema import Field, struct_of

_NUMBERS = ("int", "int32", "int64", "uint8", "float64")
_UNTYPED = ("Time", "MicroTime", "Quantity", "IntOrString")
_ANYTHING = ("CustomResourceSubresourceStatus", "FieldsV1", "JSON", "RawExtension")
_SEVERAL_SHAPES = ("OrArray", "OrBool", "OrStringArray")  # a schema, or something else in its place


@cache
def type_of(model: type[msgspec.Struct], granular: bool = False) -> Type:
    """The type of a model; `granular` where a field says otherwise than its model."""
    name = model.__name__
    atomic = name in ATOMIC_TYPES or f"{model.__module__.rpartition('.')[2]}.{name}" in ATOMIC_TYPES
    return Type(mapping=MapType(_Fields(model), None, atomic and not granular))


class _Fields(Mapping[str, Type]):
    """The named fields of a model, each typed when it is first met: types may hold themselves."""

    def __init__(self, model: type[msgspec.Struct]) -> None:
        self.model = model
        self._known = struct_of(model).fields
        self._made: dict[str, Type] = {}

    def __getitem__(self, name: str) -> Type:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _field_type(self._known[name])
        return made

    def get(self, name: str, default: Any = None) -> Any:
        """The type of a field that was met before, or is known; quicker than the way through KeyError."""
        return self._made.get(name) or (self[name] if name in self._known else default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _field_type(field: Field) -> Type:
    whole = field.name in ATOMIC_FIELDS.get(field.owner, ())
    if field.go_type.startswith("[]") and field.go_type != "[]byte":
        keys = LIST_KEYS.get(field.owner, {}).get(field.name)
        element = type_of(field.model) if field.model else _scalar(field.go_type[2:])
        if keys is None:
            return Type(listing=ListType(element))
        names = tuple(keys.split())
        return Type(listing=ListType(element, True, names, _key_defaults(field.model, names)))
    if field.go_type == "ResourceList" or field.go_type.startswith("map["):
        item = UNTYPED if field.go_type == "ResourceList" else _map_item(field)
        return Type(mapping=MapType({}, item, whole))
    if field.model is not None and not field.go_type.endswith(_SEVERAL_SHAPES):
        return type_of(field.model, field.name in GRANULAR_FIELDS.get(field.owner, ()))
    return _scalar(field.go_type)


def _map_item(field: Field) -> Type:
    """What a map holds: text, unless its Go type says amounts, objects or lists of texts."""
    item = field.go_type.rpartition("]")[2]
    if field.model is not None and not item.endswith(_SEVERAL_SHAPES):
        return type_of(field.model)
    if field.go_type.endswith("[]string"):
        return Type(listing=ListType(STRING))
    return STRING if item == "byte" else _scalar(item)


def _scalar(go_type: str) -> Type:
    if go_type in _NUMBERS:
        return NUMERIC
    if go_type == "bool":
        return BOOLEAN
    if go_type in _UNTYPED:
        return UNTYPED
    return UNTYPED_ATOMIC if go_type in _ANYTHING or go_type.endswith(_SEVERAL_SHAPES) else STRING


def _key_defaults(model: type[msgspec.Struct] | None, names: tuple[str, ...]) -> dict[str, Any]:
    if model is None:
        return {}
    given = KEY_DEFAULTS.get(model.__name__, {})
    known = struct_of(model).fields
    defaults = {}
    for name in names:
        if name in given:
            defaults[name] = given[name]
        elif known[name].required:
            defaults[name] = 0 if known[name].go_type in _NUMBERS else ""
    return defaults

"""Walking through a schema: all the schemas that it is made of.

In Kubernetes
    `SchemaHas` in `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

PRESERVE = "x-kubernetes-preserve-unknown-fields"
EMBEDDED = "x-kubernetes-embedded-resource"
INT_OR_STRING = "x-kubernetes-int-or-string"
LIST_TYPE = "x-kubernetes-list-type"
LIST_KEYS = "x-kubernetes-list-map-keys"
MAP_TYPE = "x-kubernetes-map-type"
RULES = "x-kubernetes-validations"
META_FIELDS = ("apiVersion", "kind", "metadata")

_LISTS = ("allOf", "anyOf", "oneOf")
_MAPS = ("properties", "patternProperties", "definitions", "dependencies")
_SINGLES = ("items", "not", "additionalProperties", "additionalItems")


def parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The schemas directly within a schema, each with its place: `properties[spec]`, `anyOf[0]`."""
    for field in _SINGLES:
        inner = schema.get(field)
        if isinstance(inner, dict):
            yield field, inner
        elif isinstance(inner, list):
            yield from ((f"{field}[{i}]", each) for i, each in enumerate(inner))
    for field in _LISTS:
        yield from ((f"{field}[{i}]", each) for i, each in enumerate(schema.get(field, ())))
    for field in _MAPS:
        for key, inner in schema.get(field, {}).items():
            if isinstance(inner, dict):
                yield f"{field}[{key}]", inner


def whole(schema: Schema) -> Iterator[Schema]:
    """A schema and all the schemas within it."""
    yield schema
    for _, inner in parts(schema):
        yield from whole(inner)


def value_schema(schema: Schema | None, field: str) -> Schema | None:
    """The schema of what an object of this schema holds in a field; None where nothing is said of it."""
    if schema is None:
        return None
    found = schema.get("properties", {}).get(field)
    if found is None:
        found = schema.get("additionalProperties")
    return found if isinstance(found, dict) else None


def item_schema(schema: Schema | None) -> Schema | None:
    """The schema of the items of a list of this schema; None where nothing is said of them."""
    items = schema.get("items") if schema is not None else None
    return items if isinstance(items, dict) else None


def fields_at(schema: Schema | None, parts: list[str]) -> list[str]:
    """The fields that a schema names at a path such as `spec`, `[0]`: none where it says nothing.

    Examples
    --------
    >>> fields_at({"properties": {"list": {"items": {"properties": {"name": {}}}}}}, ["list", "[0]"])
    ['name']
    """
    for part in parts:
        schema = item_schema(schema) if part.startswith("[") else value_schema(schema, part)
    return list((schema or {}).get("properties", ()))

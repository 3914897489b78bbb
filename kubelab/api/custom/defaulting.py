"""Defaulting: what a schema fills in where an object says nothing, or null.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
Left out
    Defaults within the metadata of embedded resources are not checked when the schema is defined.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.embedded import embedded_faults
from kubelab.api.custom.pruning import prune
from kubelab.api.custom.schema_walk import EMBEDDED, META_FIELDS, Schema, item_schema, value_schema
from kubelab.api.custom.values import value_faults
from kubelab.api.errors import Cause


def fill_in(value: Any, schema: Schema | None) -> None:
    """Fill in a value, in place."""
    if schema is None:
        return
    if isinstance(value, dict):
        for key, inner in schema.get("properties", {}).items():
            if "default" in inner and (key not in value or _is_missing(value[key], inner)):
                value[key] = copy.deepcopy(inner["default"])
        for key in value:
            found = value_schema(schema, key)
            if found is not None and key not in schema.get("properties", {}) and _is_missing(value[key], found):
                value[key] = copy.deepcopy(found.get("default"))
            fill_in(value[key], found)
    elif isinstance(value, list):
        items = item_schema(schema)
        for i, item in enumerate(value):
            if items is not None and _is_missing(item, items):
                value[i] = copy.deepcopy(items.get("default"))
            fill_in(value[i], items)


def _is_missing(value: Any, schema: Schema) -> bool:
    return value is None and not schema.get("nullable")


def default_faults(schema: Schema, path: str, *, root: bool = True) -> Iterator[Cause]:
    """What is wrong with the defaults of a schema: each must be a value that the schema would let in."""
    if "default" in schema:
        value, place = schema["default"], f"{path}.default"
        pruned = copy.deepcopy(value)
        if prune(pruned, schema, root=bool(schema.get(EMBEDDED))):
            yield Cause.invalid(place, value, "must not have unknown fields")
        yield from embedded_faults(value, schema, place) or value_faults(value, schema, place)
    if "items" in schema:
        yield from default_faults(schema["items"], f"{path}.items", root=False)
    for name, inner in schema.get("properties", {}).items():
        if not ((root or schema.get(EMBEDDED)) and name in META_FIELDS):
            yield from default_faults(inner, f"{path}.properties[{name}]", root=False)

"""Items of sets and maps that are there twice.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.schema_walk import LIST_KEYS, LIST_TYPE, Schema, item_schema
from kubelab.api.errors import Cause


def duplicates(value: Any, schema: Schema | None, path: str = "") -> Iterator[Cause]:
    """One cause for each item that another item is equal to, or has the keys of."""
    if schema is None:
        return
    if isinstance(value, dict):
        others = schema.get("additionalProperties")
        for key, item in value.items():
            if isinstance(others, dict):
                yield from duplicates(item, others, f"{path}[{key}]")
            if key in schema.get("properties", {}):
                yield from duplicates(item, schema["properties"][key], f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        if schema.get(LIST_TYPE) == "set":
            for i in _again(value):
                yield Cause.duplicate(f"{path}[{i}]", value[i])
        elif schema.get(LIST_TYPE) == "map":
            yield from _same_keys(value, schema.get(LIST_KEYS, []), path)
        for i, item in enumerate(value):
            yield from duplicates(item, item_schema(schema), f"{path}[{i}]")


def keys_of(item: Any, keys: list[str]) -> dict[str, Any]:
    """What makes an item of a map itself."""
    return {key: item[key] for key in keys if key in item} if isinstance(item, dict) else {}


def _same_keys(items: list[Any], keys: list[str], path: str) -> Iterator[Cause]:
    for i, item in enumerate(items):
        if item is not None and not isinstance(item, dict):
            yield Cause.invalid(f"{path}[{i}]", item, "must be an object for an array of list-type map")
            return
    named = [keys_of(item, keys) for item in items]
    for i in _again(named):
        yield Cause.duplicate(f"{path}[{i}]", named[i])


def _again(items: list[Any]) -> list[int]:
    """The places at which an item is for the second time."""
    counts: dict[str, int] = {}
    places = []
    for i, item in enumerate(items):
        name = json.dumps(item, sort_keys=True)
        counts[name] = counts.get(name, 0) + 1
        if counts[name] == 2:
            places.append(i)
    return places

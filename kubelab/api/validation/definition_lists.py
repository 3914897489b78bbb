"""Lists of custom resources whose items have an identity: sets, and maps by the keys of their items.

In Kubernetes
    `ValidateCustomResourceDefinitionOpenAPISchema` and `validateMapListKeysMapSet` in
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelab.api.custom.schema_walk import LIST_KEYS, LIST_TYPE, MAP_TYPE, Schema
from kubelab.api.errors import Cause

_SORTS = ("atomic", "set", "map")


def lists(schema: Schema, path: str) -> Iterator[Cause]:
    """What `x-kubernetes-list-type` and `x-kubernetes-list-map-keys` say of a schema."""
    sort, keys, kind = schema.get(LIST_TYPE), schema.get(LIST_KEYS, []), schema.get("type", "")
    if sort is not None and kind != "array":
        detail = f"must be array if {LIST_TYPE} is specified"
        yield Cause.invalid(f"{path}.type", kind, detail) if kind else Cause.required(f"{path}.type", detail)
    if sort is not None and sort not in _SORTS:
        yield Cause.not_supported(f"{path}.{LIST_TYPE}", sort, _SORTS, as_given=True)
    if keys and sort != "map":
        detail = f"must be map if {LIST_KEYS} is non-empty"
        place = f"{path}.{LIST_TYPE}"
        yield Cause.required(place, detail) if sort is None else Cause.invalid(place, sort, detail)
    if sort == "map":
        yield from _map(schema, keys, path)


def _map(schema: Schema, keys: list[str], path: str) -> Iterator[Cause]:
    items = schema.get("items")
    if not keys:
        yield Cause.required(f"{path}.{LIST_KEYS}", f"must not be empty if {LIST_TYPE} is map")
    if items is None:
        yield Cause.required(f"{path}.items", f"must have a schema if {LIST_TYPE} is map")
    elif isinstance(items, list):
        yield Cause.invalid(f"{path}.items", items, f"must only have a single schema if {LIST_TYPE} is map")
    elif items.get("type", "") != "object":
        detail = f"must be object if parent array's {LIST_TYPE} is map"
        yield Cause.invalid(f"{path}.items.type", items.get("type", ""), detail)
    else:
        for i, key in enumerate(keys):
            held = items.get("properties", {}).get(key)
            if held is None:
                yield Cause.invalid(f"{path}.{LIST_KEYS}", keys, "entries must all be names of item properties")
            elif held.get("type") in ("array", "object"):
                detail = f"must be a scalar type if parent array's {LIST_TYPE} is map"
                yield Cause.invalid(f"{path}.items.properties[{key}].type", items["type"], detail)
            if key in keys[:i]:
                yield Cause.invalid(f"{path}.{LIST_KEYS}", keys, "must not contain duplicate entries")


def sets_are_atomic(schema: Schema, path: str) -> Iterator[Cause]:
    """The items of a set are changed as wholes."""
    items = schema.get("items")
    if schema.get(LIST_TYPE) != "set" or schema.get("type") != "array" or not isinstance(items, dict):
        return
    detail = f"must be atomic as item of a list with {LIST_TYPE}=set"
    if items.get("type") == "array" and items.get(LIST_TYPE, "atomic") != "atomic":
        yield Cause.invalid(f"{path}.items.{LIST_TYPE}", items[LIST_TYPE], detail)
    elif items.get("type") == "object" and items.get(MAP_TYPE) != "atomic":
        yield Cause.invalid(f"{path}.items.{MAP_TYPE}", items.get(LIST_TYPE), detail)


def keys_of_sets_and_maps(schema: Schema, path: str) -> Iterator[Cause]:
    """What makes an item itself must be there: required, or with a default, and never null."""
    items, sort = schema.get("items"), schema.get(LIST_TYPE)
    if not isinstance(items, dict) or sort not in ("set", "map"):
        return
    if items.get("nullable"):
        yield Cause.forbidden(f"{path}.items.nullable", f"cannot be nullable when {LIST_TYPE} is {sort}")
    if sort == "set":
        return
    for key in schema.get(LIST_KEYS, ()):
        held = items.get("properties", {}).get(key)
        if held is None:
            continue
        place = f"{path}.items.properties[{key}]"
        if key not in items.get("required", ()) and "default" not in held:
            detail = f"this property is in {LIST_KEYS}, so it must have a default or be a required property"
            yield Cause.required(f"{place}.default", detail)
        if held.get("nullable"):
            yield Cause.forbidden(f"{place}.nullable", f"this property is in {LIST_KEYS}, so it cannot be nullable")

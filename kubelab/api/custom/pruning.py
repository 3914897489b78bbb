"""Pruning: fields that the schema does not know do not get in, nor does null where it is no value.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{pruning,defaulting}`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
"""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.schema_walk import EMBEDDED, META_FIELDS, PRESERVE, Schema, item_schema, value_schema


def prune(value: Any, schema: Schema | None, *, root: bool = False) -> list[str]:
    """Take out of a value, in place, what its schema does not know; answers the paths of those fields, sorted."""
    unknown: list[str] = []
    if root:
        schema = {**(schema or {}), EMBEDDED: True}
    _prune(value, schema, "", unknown)
    return sorted(unknown)


def _prune(value: Any, schema: Schema | None, path: str, unknown: list[str]) -> None:
    preserve = schema is not None and bool(schema.get(PRESERVE))
    if isinstance(value, list):
        for i, item in enumerate(value):
            if not preserve:
                _prune(item, item_schema(schema), f"{path}[{i}]", unknown)
            elif item_schema(schema) is not None:
                _keep(item, item_schema(schema), f"{path}[{i}]", unknown)
    elif isinstance(value, dict):
        _prune_object(value, schema, path, unknown, preserve)


def _keep(value: Any, schema: Schema | None, path: str, unknown: list[str]) -> None:
    """Prune nothing here, but below, where the schema begins to name fields again."""
    _prune(value, {**(schema or {}), PRESERVE: True}, path, unknown)


def _prune_object(value: dict[str, Any], schema: Schema | None, path: str, unknown: list[str], preserve: bool) -> None:
    embedded = schema is not None and bool(schema.get(EMBEDDED))
    for key in list(value):
        if embedded and key in META_FIELDS:
            continue
        place = f"{path}.{key}" if path else key
        if schema is not None and (key in schema.get("properties", {}) or "additionalProperties" in schema):
            _prune(value[key], value_schema(schema, key), place, unknown)
        elif not preserve:
            unknown.append(place)
            del value[key]


def prune_nulls(value: Any, schema: Schema | None) -> None:
    """Take out, in place, null values of fields that can neither be null nor have a default."""
    if isinstance(value, list):
        for item in value:
            prune_nulls(item, item_schema(schema))
    elif isinstance(value, dict):
        for key in list(value):
            inner = value_schema(schema, key)
            if value[key] is None and inner is not None and not inner.get("nullable") and "default" not in inner:
                del value[key]
            else:
                prune_nulls(value[key], inner)

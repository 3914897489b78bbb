"""The types of custom resources, made from the schema that their definition gives.

In Kubernetes
    `k8s.io/kube-openapi/pkg/schemaconv`, over the OpenAPI description that apiextensions-apiserver makes of a
    CustomResourceDefinition.
"""

from __future__ import annotations

from typing import Any

from lightkube.models import meta_v1

from kubelab.api.managed_fields.types import (
    BOOLEAN,
    DEDUCED,
    NUMERIC,
    STRING,
    UNTYPED,
    UNTYPED_ATOMIC,
    ListType,
    MapType,
    Type,
)
from kubelab.api.managed_fields.vocabulary_types import type_of

Schema = dict[str, Any]

_SCALARS = {"string": STRING, "integer": NUMERIC, "number": NUMERIC, "boolean": BOOLEAN}


def custom_type(schema: Schema | None) -> Type:
    """The type of a custom resource with this `openAPIV3Schema`; deduced from the values where it says nothing."""
    return _object(schema or {_PRESERVE: True}, resource=True)


_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_ATOMIC = "atomic"


def _type(schema: Schema) -> Type:
    if schema.get("x-kubernetes-int-or-string"):
        return UNTYPED
    kind = schema.get("type", "")
    if kind in _SCALARS:
        return _SCALARS[kind]
    if kind == "array":
        return Type(listing=_list(schema))
    if kind == "object":
        return _object(schema, resource=bool(schema.get("x-kubernetes-embedded-resource")))
    return DEDUCED if schema.get(_PRESERVE) else UNTYPED_ATOMIC


def _list(schema: Schema) -> ListType:
    items = schema.get("items") or {}
    element, sort = _type(items), schema.get("x-kubernetes-list-type", _ATOMIC)
    if sort == _ATOMIC:
        return ListType(element)
    keys = tuple(schema.get("x-kubernetes-list-map-keys", ())) if sort == "map" else ()
    known = items.get("properties", {})
    return ListType(
        element, True, keys, {key: known[key]["default"] for key in keys if "default" in known.get(key, {})}
    )


def _object(schema: Schema, *, resource: bool) -> Type:
    fields = {name: _type(inner) for name, inner in schema.get("properties", {}).items()}
    if resource:
        fields |= {"apiVersion": STRING, "kind": STRING, "metadata": type_of(meta_v1.ObjectMeta)}
    others = schema.get("additionalProperties")
    element = None
    if isinstance(others, dict):
        element = _type(others)
    elif others or schema.get(_PRESERVE):
        element = DEDUCED
    return Type(mapping=MapType(fields, element, schema.get("x-kubernetes-map-type") == _ATOMIC))

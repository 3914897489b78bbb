"""Embedded resources: whole objects within an object, with an apiVersion, a kind and metadata of their own.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#rawextension
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lightkube.models import meta_v1

from kubelab.api.custom.schema_walk import EMBEDDED, Schema, item_schema, value_schema
from kubelab.api.decoders import MismatchError, Run
from kubelab.api.errors import Cause
from kubelab.api.formats import dns1035_label
from kubelab.api.kinds import Kind
from kubelab.api.metadata import object_meta
from kubelab.api.schema import struct_of

_ANYTHING = Kind("Anything", "anything", "", "v1", True, meta_v1.ObjectMeta)
_ANYTHING_OF_CLUSTER = Kind("Anything", "anything", "", "v1", False, meta_v1.ObjectMeta)


def coerce(value: Any, schema: Schema | None, path: str = "") -> list[str]:
    """Read the metadata of embedded resources, in place; answers the paths of the fields it does not know.

    Raises
    ------
    MismatchError
        Such metadata cannot be read.
    """
    unknown: list[str] = []
    for held, inner, place in _walk(value, schema, path):
        if not inner.get(EMBEDDED):
            continue
        for field in ("apiVersion", "kind"):
            if field in held and not isinstance(held[field], str):
                raise MismatchError(f"{place}.{field}: Invalid value: must be a string".lstrip("."))
        if "metadata" in held:
            run = Run()
            if not isinstance(held["metadata"], dict):
                raise MismatchError(f"{place}.metadata: Invalid value: expected object".lstrip("."))
            held["metadata"] = struct_of(meta_v1.ObjectMeta).decode(held["metadata"], None, run)
            unknown += [f"{place}.metadata.{field}".lstrip(".") for field in run.unknown]
    return unknown


def embedded_faults(value: Any, schema: Schema | None, path: str = "") -> list[Cause]:
    """What is wrong with the apiVersion, kind and metadata of embedded resources."""
    return [
        fault
        for held, inner, place in _walk(value, schema, path)
        if inner.get(EMBEDDED)
        for fault in _faults(held, place)
    ]


def _walk(value: Any, schema: Schema | None, path: str) -> Iterator[tuple[dict[str, Any], Schema, str]]:
    """Every object of a value of which its schema speaks."""
    if schema is None:
        return
    if isinstance(value, dict):
        yield value, schema, path
        for key, item in value.items():
            named = key in schema.get("properties", {})
            place = f"{path}.{key}".lstrip(".") if named else f"{path}[{key}]"
            yield from _walk(item, value_schema(schema, key), place)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _walk(item, item_schema(schema), f"{path}[{i}]")


def _faults(held: dict[str, Any], path: str) -> Iterator[Cause]:
    for field in ("apiVersion", "kind"):
        place = f"{path}.{field}".lstrip(".")
        text = held.get(field)
        if field not in held:
            yield Cause.required(place)
        elif not isinstance(text, str):
            yield Cause.invalid(place, text, "must be a string")
        elif not text:
            yield Cause.invalid(place, text, "must not be empty")
        elif field == "apiVersion" and text.count("/") > 1:
            yield Cause.invalid(place, text, f"unexpected GroupVersion string: {text}")
        elif field == "kind" and (found := dns1035_label(text.lower())):
            yield Cause.invalid(place, text, f"may have mixed case, but should otherwise match: {','.join(found)}")
    meta = held.get("metadata")
    if isinstance(meta, dict):
        named = {**meta, "name": meta.get("name") or "fakename"}
        kind = _ANYTHING if meta.get("namespace") else _ANYTHING_OF_CLUSTER
        for cause in object_meta({"metadata": named}, kind):
            yield cause._replace(field=f"{path}.{cause.field}".lstrip("."))

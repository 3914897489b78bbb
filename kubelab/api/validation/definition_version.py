"""What a version of a custom resource may say beside its schema: subresources, columns, fields to select by.

In Kubernetes
    `ValidateCustomResourceDefinitionSubresources`, `ValidateCustomResourceColumnDefinition` and
    `ValidateCustomResourceSelectableFields` in
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.schema_walk import value_schema
from kubelab.api.errors import Cause

_Json = dict[str, Any]

_COLUMN_TYPES = ("boolean", "date", "integer", "number", "string")
_COLUMN_FORMATS = ("byte", "date", "date-time", "double", "float", "int32", "int64", "name", "password")
_MOST_SELECTABLE = 8
_LONGEST_WARNING = 256
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)")


def deprecation(version: _Json, path: str) -> Iterator[Cause]:
    """What is said to those who still use an old version."""
    warning = version.get("deprecationWarning")
    if warning is None:
        return
    path = f"{path}.deprecationWarning"
    if not version.get("deprecated"):
        yield Cause.invalid(path, warning, "can only be set for deprecated versions")
        return
    if len(warning.encode()) > _LONGEST_WARNING:
        yield Cause.invalid(path, warning, f"must be <= {_LONGEST_WARNING} characters long")
    if not warning:
        yield Cause.invalid(path, warning, "must not be an empty string")
    for i, letter in enumerate(warning):
        if not letter.isprintable():
            detail = f"must only contain printable UTF-8 characters; non-printable character found at index {i}"
            yield Cause.invalid(path, warning, detail)
            return


def subresources(given: _Json, path: str) -> Iterator[Cause]:
    """Where the numbers of replicas are that `scale` reads and writes."""
    scale = given.get("scale")
    if scale is None:
        return
    for field, root in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
        yield from _number_path(scale[field], f"{path}.scale.{field}", root)
    selector = scale.get("labelSelectorPath")
    if selector:
        place = f"{path}.scale.labelSelectorPath"
        if not selector.startswith("."):
            yield _not_simple(place, selector)
        elif not selector.startswith((".spec.", ".status.")):
            yield Cause.invalid(place, selector, "should be a json path under either .spec or .status")


def _number_path(text: str, path: str, root: str) -> Iterator[Cause]:
    if not text:
        yield Cause.required(path)
    elif not text.startswith("."):
        yield _not_simple(path, text)
    elif not text.startswith(root):
        yield Cause.invalid(path, text, f"should be a json path under {root[:-1]}")


def _not_simple(path: str, text: str) -> Cause:
    return Cause.invalid(path, text, "must be a simple json path starting with .")


def column(given: _Json, path: str) -> Iterator[Cause]:
    """A column of `kubectl get`."""
    types, listed = _COLUMN_TYPES, f"must be one of {','.join(_COLUMN_TYPES)}"
    if not given["name"]:
        yield Cause.required(f"{path}.name")
    if not given["type"]:
        yield Cause.required(f"{path}.type", listed)
    elif given["type"] not in types:
        yield Cause.invalid(f"{path}.type", given["type"], listed)
    if given.get("format") and given["format"] not in _COLUMN_FORMATS:
        yield Cause.invalid(f"{path}.format", given["format"], f"must be one of {','.join(_COLUMN_FORMATS)}")
    if not given["jsonPath"]:
        yield Cause.required(f"{path}.JSONPath")
    elif not given["jsonPath"].startswith("."):
        yield _not_simple(f"{path}.JSONPath", given["jsonPath"])


def selectable_fields(given: list[_Json], schema: _Json | None, path: str) -> Iterator[Cause]:
    """The fields of which a field selector may speak: plain values, at most eight."""
    if schema is None:
        yield Cause.invalid(path, "", "may only be set when `version.schema.openAPIV3Schema` is not included")
        return
    seen: list[str] = []
    for i, field in enumerate(given):
        place, text = f"{path}[{i}].jsonPath", field["jsonPath"]
        if not text:
            yield Cause.required(place)
            continue
        found, problem = _schema_at(schema, text)
        if found is None:
            yield Cause.invalid(place, text, f"is an invalid path: {problem}")
            continue
        if text.startswith(".metadata"):
            yield Cause.invalid(place, text, "must not point to fields in metadata")
        if found.get("type") not in ("string", "boolean", "integer"):
            detail = (
                "must point to a field of type string, boolean or integer. Enum string fields and strings with formats "
                "are allowed."
            )
            yield Cause.invalid(place, text, detail)
        if text in seen:
            yield Cause.duplicate(place, text)
        else:
            seen.append(text)
    if len(seen) > _MOST_SELECTABLE:
        yield Cause.too_many(path, len(seen), _MOST_SELECTABLE)


def _schema_at(schema: _Json, text: str) -> tuple[_Json | None, str]:
    """The schema at a path, or None and what is wrong with the path."""
    if "".join(match[0] for match in _STEP.finditer(text)) != text:
        return None, "expected a simple path of field names"
    here: _Json | None = schema
    for name in _STEP.findall(text):
        here = value_schema(here, name)
        if here is None:
            return None, f'does not refer to a valid field: "{name}"'
    return here, ""

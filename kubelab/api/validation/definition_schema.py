"""What the schema of a custom resource may say.

In Kubernetes
    `ValidateCustomResourceDefinitionOpenAPISchema` in
    `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from kubelab.api.custom.defaulting import default_faults
from kubelab.api.custom.schema_walk import (
    EMBEDDED,
    MAP_TYPE,
    META_FIELDS,
    PRESERVE,
    Schema,
    parts,
    whole,
)
from kubelab.api.custom.structural import not_convertible, structural_faults
from kubelab.api.errors import Cause
from kubelab.api.validation.definition_lists import keys_of_sets_and_maps, lists, sets_are_atomic
from kubelab.api.validation.definition_rules import rules

_Json = dict[str, Any]

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
_FORBIDDEN = ("id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref")
_AT_ROOT_WITH_STATUS = (
    *("description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"),
    *("maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "multipleOf", "required", "items"),
    *("properties", "externalDocs", "example", PRESERVE, "x-kubernetes-validations"),
)
_BEFORE_TYPE = ("id", "$schema", "$ref")


@dataclass(frozen=True)
class Tolerance:
    """Mistakes that an update may keep, because they were made before there was a rule against them."""

    no_structure: bool = False
    wrong_types: bool = False
    loose_sets: bool = False
    loose_keys: bool = False
    unpruned_defaults: bool = False
    unknown_reviews: bool = False

    @classmethod
    def of(cls, old: _Json | None) -> Tolerance:
        """The mistakes of a definition that is to be replaced; a new one may make none."""
        if old is None:
            return cls()
        schemas = [
            version["schema"]["openAPIV3Schema"]
            for version in old["spec"].get("versions", ())
            if "openAPIV3Schema" in version.get("schema", {})
        ]
        inner = [each for schema in schemas for each in whole(schema)]
        reviews = (old["spec"].get("conversion", {}).get("webhook") or {}).get("conversionReviewVersions", [])
        return cls(
            no_structure=any(not_convertible(schema) or structural_faults(schema, "") for schema in schemas),
            wrong_types=any(each.get("type") and each["type"] not in _TYPES for each in inner),
            loose_sets=any(any(sets_are_atomic(each, "")) for each in inner),
            loose_keys=any(any(keys_of_sets_and_maps(each, "")) for each in inner),
            unpruned_defaults=any(
                "unknown fields" in fault.message
                for schema in schemas
                if not not_convertible(schema)
                for fault in default_faults(schema, "")
            ),
            unknown_reviews=bool(reviews) and not any(version in ("v1", "v1beta1") for version in reviews),
        )


@dataclass(frozen=True)
class _Place:
    """What holds for the schemas below a place: whether they may have defaults, whether they are of metadata."""

    no_defaults: str | None = None
    inside_meta: bool = False


def version_schema(schema: Schema | None, path: str, status: bool, tolerance: Tolerance) -> Iterator[Cause]:
    """The schema of one version, or of all where they share it; `status` says whether it has that subresource."""
    if schema is None:
        return
    here = f"{path}.openAPIV3Schema"
    found = [*_root_beside_status(schema, here)] if status else []
    if schema.get("nullable"):
        found.append(Cause.forbidden(f"{here}.nullable", "nullable cannot be true at the root"))
    unreadable = not_convertible(schema)
    if not tolerance.no_structure and unreadable is None:
        faults = structural_faults(schema, here) or [
            fault
            for fault in default_faults(schema, here)
            if not (tolerance.unpruned_defaults and "unknown fields" in fault.message)
        ]
        found += faults
    found += _openapi(schema, here, _Place(), tolerance, root=True)
    if not found and unreadable is not None and not tolerance.no_structure:
        found.append(Cause.invalid(here, "", unreadable))
    yield from found


def _root_beside_status(schema: Schema, path: str) -> Iterator[Cause]:
    """Beside a status of its own, the root may restrict nothing that reaches into it."""
    early = any(field in schema for field in _BEFORE_TYPE)
    if not early and schema.get("type") and schema["type"] != "object":
        detail = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'
        yield Cause.invalid(f"{path}.type", schema["type"], detail)
    elif any(field not in _AT_ROOT_WITH_STATUS for field in schema):
        names = " ".join(_go_field(field) for field in _AT_ROOT_WITH_STATUS)
        detail = f"only [{names}] fields are allowed at the root of the schema if the status subresource is enabled"
        yield Cause.invalid(path, schema, detail)


def _go_field(name: str) -> str:
    if name.startswith("x-kubernetes-"):
        return "X" + "".join(part.capitalize() for part in name.removeprefix("x-kubernetes-").split("-"))
    return name[0].upper() + name[1:]


def _openapi(schema: Schema, path: str, place: _Place, tolerance: Tolerance, *, root: bool = False) -> Iterator[Cause]:
    yield from _vocabulary(schema, path, place, tolerance)
    if schema.get("uniqueItems"):
        detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
        yield Cause.forbidden(f"{path}.uniqueItems", detail)
    others = schema.get("additionalProperties")
    if others is not None and others is not True and schema.get("properties"):
        yield Cause.forbidden(
            f"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive"
        )
    for where, inner in parts(schema):
        if where.startswith(("patternProperties", "additionalItems")):
            continue
        yield from _openapi(inner, f"{path}.{where}", _below(schema, where, place, root), tolerance)
    if schema.get(PRESERVE) is False:
        yield Cause.invalid(f"{path}.{PRESERVE}", False, "must be true or undefined")
    yield from _maps(schema, path)
    yield from lists(schema, path)
    if not tolerance.loose_sets:
        yield from sets_are_atomic(schema, path)
    if not tolerance.loose_keys:
        yield from keys_of_sets_and_maps(schema, path)
    yield from rules(schema, path)


def _below(schema: Schema, where: str, place: _Place, root: bool) -> _Place:
    field, _, key = where.partition("[")
    if field == "additionalProperties" and place.inside_meta:
        return replace(place, no_defaults="inside additionalProperties applying to object metadata")
    if field == "properties" and (root or schema.get(EMBEDDED)) and key[:-1] in META_FIELDS:
        reason = f"in top-level {key[:-1]}" if root else place.no_defaults
        return _Place(reason, inside_meta=True)
    return place


def _vocabulary(schema: Schema, path: str, place: _Place, tolerance: Tolerance) -> Iterator[Cause]:
    """The words of OpenAPI that Kubernetes does without."""
    kind = schema.get("type", "")
    if kind and kind not in _TYPES and not tolerance.wrong_types:
        yield Cause.not_supported(f"{path}.type", kind, _TYPES)
    if "default" in schema and place.no_defaults is not None:
        yield Cause.forbidden(f"{path}.default", f"must not be set {place.no_defaults}")
    for field in _FORBIDDEN:
        if field in schema:
            yield Cause.forbidden(f"{path}.{field}", f"{field} is not supported")
    if kind == "null":
        yield Cause.forbidden(f"{path}.type", "type cannot be set to null, use nullable as an alternative")
    if isinstance(schema.get("items"), list):
        yield Cause.forbidden(f"{path}.items", "items must be a schema object and not an array")
    if place.inside_meta and schema.get(EMBEDDED):
        yield Cause.forbidden(f"{path}.{EMBEDDED}", "must not be used inside of resource meta")


def _maps(schema: Schema, path: str) -> Iterator[Cause]:
    sort, kind = schema.get(MAP_TYPE), schema.get("type", "")
    if sort is None:
        return
    if kind != "object":
        detail = f"must be object if {MAP_TYPE} is specified"
        yield Cause.invalid(f"{path}.type", kind, detail) if kind else Cause.required(f"{path}.type", detail)
    if sort not in ("atomic", "granular"):
        yield Cause.not_supported(f"{path}.{MAP_TYPE}", sort, ("atomic", "granular"), as_given=True)

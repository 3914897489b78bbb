"""Structural schemas: schemas that say of every field, once and outside of all logic, what type it has.

Only such a schema says which fields an object has, so that all others can be pruned.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/schema/{validation,complete}.go`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelab.api.custom.patterns import PatternError, compiled
from kubelab.api.custom.schema_walk import (
    EMBEDDED,
    INT_OR_STRING,
    LIST_KEYS,
    LIST_TYPE,
    MAP_TYPE,
    PRESERVE,
    RULES,
    Schema,
)
from kubelab.api.errors import Cause

_ROOT, _ITEM, _FIELD = "at the root", "for specified array items", "for specified object fields"
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_UNSUPPORTED = ("id", "$schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions")
_NESTED_EMPTY = ("type", "title", "description", LIST_KEYS, RULES)
_NESTED_FALSE = ("nullable", PRESERVE, EMBEDDED, INT_OR_STRING)
_NESTED_UNDEFINED = ("default", LIST_TYPE, MAP_TYPE)


def not_convertible(schema: Schema) -> str | None:
    """Why a schema cannot be read as a structural one at all, or None."""
    for field in _UNSUPPORTED:
        if schema.get(field) not in (None, "", {}):
            return f"OpenAPIV3Schema '{field.lstrip('$') if field == '$schema' else field}' is not supported"
    if isinstance(schema.get("items"), list):
        return "OpenAPIV3Schema 'items' must be a schema, but is an array"
    if schema.get(PRESERVE) is False:
        return f"internal error: '{PRESERVE}' must be true or undefined"
    inner = [schema.get("items"), schema.get("not"), schema.get("additionalProperties")]
    inner += [each for field in ("allOf", "anyOf", "oneOf") for each in schema.get(field, ())]
    inner += schema.get("properties", {}).values()
    return next((why for each in inner if isinstance(each, dict) and (why := not_convertible(each))), None)


def structural_faults(schema: Schema, path: str) -> list[Cause]:
    """What keeps a schema from being structural, in the order of the sentences."""
    found = [*_invariants(schema, _ROOT, path), *_completeness(schema, schema, path, path)]
    return sorted(found, key=str)


def _invariants(schema: Schema, level: str, path: str) -> Iterator[Cause]:
    kind, properties = schema.get("type", ""), schema.get("properties", {})
    if kind == "array" and "items" not in schema:
        yield Cause.required(f"{path}.items", "must be specified")
    if "items" in schema:
        yield from _invariants(schema["items"], _ITEM, f"{path}.items")
    for name, inner in properties.items():
        yield from _invariants(inner, _FIELD, f"{path}.properties[{name}]")
    others = schema.get("additionalProperties")
    if others is not None and level == _ROOT:
        yield Cause.forbidden(f"{path}.additionalProperties", "must not be used at the root")
    if isinstance(others, dict):
        yield from _invariants(others, _FIELD, f"{path}.additionalProperties")
    if schema.get(INT_OR_STRING):
        for field in (PRESERVE, EMBEDDED):
            if schema.get(field):
                yield Cause.invalid(f"{path}.{field}", True, f"must be false if {INT_OR_STRING} is true")
    yield from _values(
        schema,
        path,
        skip_any_of=schema.get("anyOf") == _INT_OR_STRING,
        skip_first_all_of=bool(schema.get("allOf")) and schema["allOf"][0].get("anyOf") == _INT_OR_STRING,
    )
    yield from _type(schema, level, path)
    yield from _meta(schema, level, path)


def _type(schema: Schema, level: str, path: str) -> Iterator[Cause]:
    kind, embedded = schema.get("type", ""), schema.get(EMBEDDED, False)
    if embedded and kind != "object":
        detail = f"must be object if {EMBEDDED} is true"
        yield Cause.invalid(f"{path}.type", kind, detail) if kind else Cause.required(f"{path}.type", detail)
    elif not kind and not schema.get(INT_OR_STRING) and not schema.get(PRESERVE):
        yield Cause.required(f"{path}.type", f"must not be empty {level}")
    if embedded and "additionalProperties" in schema:
        yield Cause.forbidden(f"{path}.additionalProperties", f"must not be used if {EMBEDDED} is set")
    if level == _ROOT and kind and kind != "object":
        yield Cause.invalid(f"{path}.type", kind, "must be object at the root")


def _meta(schema: Schema, level: str, path: str) -> Iterator[Cause]:
    """What a schema may say of a resource's apiVersion, kind and metadata."""
    properties, embedded = schema.get("properties", {}), schema.get(EMBEDDED, False)
    resource = level == _ROOT or embedded
    for field in ("kind", "apiVersion"):
        if resource and field in properties and properties[field].get("type") != "string":
            yield Cause.invalid(f"{path}.properties[{field}].type", properties[field].get("type", ""), "must be string")
    metadata = properties.get("metadata")
    if metadata is not None and resource and metadata.get("type") != "object":
        yield Cause.invalid(f"{path}.properties[metadata].type", metadata.get("type", ""), "must be object")
    if metadata is not None and level == _ROOT:
        rest = {field: value for field, value in metadata.items() if field not in ("type", "default")}
        if set(rest.get("properties", ())) <= {"name", "generateName"}:
            rest.pop("properties", None)
        if rest:
            detail = "must not specify anything other than name and generateName, but metadata is implicitly specified"
            yield Cause.forbidden(f"{path}.properties[metadata]", detail)
    if embedded and not schema.get(PRESERVE) and not properties:
        yield Cause.required(f"{path}.properties", f"must not be empty if {EMBEDDED} is true without {PRESERVE}")


def _values(
    schema: Schema, path: str, *, skip_any_of: bool = False, skip_first_all_of: bool = False
) -> Iterator[Cause]:
    """The logic of a schema: it may restrict values, and say nothing about types."""
    if not skip_any_of:
        for i, inner in enumerate(schema.get("anyOf", ())):
            yield from _nested(inner, f"{path}.anyOf[{i}]")
    for i, inner in enumerate(schema.get("allOf", ())):
        yield from _nested(inner, f"{path}.allOf[{i}]", skip_any_of=skip_first_all_of and i == 0)
    for i, inner in enumerate(schema.get("oneOf", ())):
        yield from _nested(inner, f"{path}.oneOf[{i}]")
    if "not" in schema:
        yield from _nested(schema["not"], f"{path}.not")
    if "pattern" in schema:
        try:
            compiled(schema["pattern"])
        except PatternError as error:
            detail = f"must be a valid regular expression, but isn't: error parsing regexp: {error}"
            yield Cause.invalid(f"{path}.pattern", schema["pattern"], detail)


def _nested(schema: Schema, path: str, *, skip_any_of: bool = False) -> Iterator[Cause]:
    yield from _values(schema, path, skip_any_of=skip_any_of)
    if "items" in schema:
        yield from _nested(schema["items"], f"{path}.items")
    for name, inner in schema.get("properties", {}).items():
        yield from _nested(inner, f"{path}.properties[{name}]")
    if schema.get("additionalProperties", False) is not False:
        yield Cause.forbidden(f"{path}.additionalProperties", "must be undefined to be structural")
    for fields, rule in ((_NESTED_EMPTY, "empty"), (_NESTED_FALSE, "false"), (_NESTED_UNDEFINED, "undefined")):
        for field in fields:
            if schema.get(field) or (rule == "undefined" and field in schema):
                yield Cause.forbidden(f"{path}.{field}", f"must be {rule} to be structural")
    if "metadata" in schema.get("properties", {}):
        yield Cause.forbidden(f"{path}.properties[metadata]", "must not be specified in a nested context")


def _completeness(logic: Schema, schema: Schema | None, path: str, logic_path: str) -> Iterator[Cause]:
    """Every field that the logic speaks of must be there outside of it."""
    inner = [(logic["not"], "not")] if "not" in logic else []
    for field in ("allOf", "anyOf", "oneOf"):
        inner += [(each, f"{field}[{i}]") for i, each in enumerate(logic.get(field, ()))]
    for each, place in inner:
        yield from _nested_completeness(each, schema, path, f"{logic_path}.{place}")


def _nested_completeness(logic: Schema, schema: Schema | None, path: str, logic_path: str) -> Iterator[Cause]:
    if schema is None:
        yield Cause.required(path, f"because it is defined in {logic_path}")
        return
    yield from _completeness(logic, schema, path, logic_path)
    if "items" in logic:
        yield from _nested_completeness(logic["items"], schema.get("items"), f"{path}.items", f"{logic_path}.items")
    for name, inner in logic.get("properties", {}).items():
        here, there = f"{path}.properties[{name}]", f"{logic_path}.properties[{name}]"
        yield from _nested_completeness(inner, schema.get("properties", {}).get(name), here, there)

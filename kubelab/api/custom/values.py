"""Values against schemas: what a schema finds wrong with a value, in the API server's own sentences.

In Kubernetes
    `k8s.io/kube-openapi/pkg/validation/validate`, turned into causes by
    `k8s.io/apiextensions-apiserver/pkg/apiserver/validation/validation.go`. What an update does not touch is not judged
    again: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
Left out
    Rules in CEL (`x-kubernetes-validations`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kubelab.api.custom.list_items import keys_of
from kubelab.api.custom.numbers import number_faults
from kubelab.api.custom.patterns import PatternError, compiled
from kubelab.api.custom.schema_walk import INT_OR_STRING, LIST_KEYS, LIST_TYPE, Schema, item_schema
from kubelab.api.custom.string_formats import is_of_format, known_format
from kubelab.api.errors import Cause

NEW: Any = object()
"""In the place of the value before: there was none, or it cannot be told which."""


def value_faults(value: Any, schema: Schema, path: str = "", before: Any = NEW) -> list[Cause]:
    """What is wrong with a value, `path` being its place; what it was `before` is not judged again."""
    check = Check(path)
    check.value(value, schema, "", before)
    return check.faults


class Check:
    """One run over one value. Places are told from `base` on; sentences name them without it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.faults: list[Cause] = []
        self.matches = 0  # how much was right: of several alternatives the nearest one is complained about

    def value(self, value: Any, schema: Schema, path: str, before: Any = NEW) -> None:
        """Judge a value."""
        if before is not NEW and _same(value, before):
            return
        if value is None:
            self._type(value, schema, path)
            self._enum(value, schema, path)
            return
        self._type(value, schema, path)
        self._logic(value, schema, path, before)
        if isinstance(value, str):
            self._text(value, schema, path)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self.faults += number_faults(value, schema, path, self._at(path))
        elif isinstance(value, list):
            self._list(value, schema, path, before)
        self._enum(value, schema, path)
        if isinstance(value, dict):
            self._object(value, schema, path, before)
        self.matches += 1

    def _at(self, path: str) -> str:
        return f"{self.base}.{path.lstrip('.')}".strip(".") if path else self.base

    def _type(self, value: Any, schema: Schema, path: str) -> None:
        wanted, found = _types(schema), json_type(value)
        if not wanted and known_format(schema) is None:
            return
        if value is None:
            if wanted and not schema.get("nullable") and "null" not in wanted:
                self._wrong_type(path, ",".join(wanted), "null")
            return
        form = known_format(schema)
        whole = found == "number" and float(value).is_integer() and "integer" in wanted
        fits = found in wanted or whole or (found == "integer" and "number" in wanted)
        if form and not isinstance(value, (str, list)) and not fits:
            self._wrong_type(path, form, {"integer": "int64", "number": "double"}.get(found, ""))
        elif form and isinstance(value, (str, list)) and not {"number", "integer"} & {*wanted}:
            self.matches += 1
        elif not fits:
            self._wrong_type(path, ",".join(wanted), found)
        else:
            self.matches += 1

    def _wrong_type(self, path: str, wanted: str, found: str) -> None:
        sentence = f"{path} in body must be of type {wanted}: {json.dumps(found, ensure_ascii=False)}"
        self.faults.append(Cause.type_invalid(self._at(path), found, sentence))

    def _invalid(self, path: str, value: Any, sentence: str) -> None:
        self.faults.append(Cause.invalid(self._at(path), value, f"{path} in body {sentence}"))

    def _text(self, value: str, schema: Schema, path: str) -> None:
        longest, shortest, pattern = schema.get("maxLength"), schema.get("minLength"), schema.get("pattern")
        if longest is not None and len(value) > longest:
            self.faults.append(Cause.too_long(self._at(path), longest))
        elif shortest is not None and len(value) < shortest:
            self._invalid(path, value, f"should be at least {shortest} chars long")
        elif pattern and not _matches(pattern, value):
            self._invalid(path, value, f"should match '{pattern}'")
        form = known_format(schema)
        if form is not None and not is_of_format(value, form):
            self._wrong_type(path, form, value)

    def _list(self, value: list[Any], schema: Schema, path: str, before: Any) -> None:
        items = item_schema(schema)
        if items is not None:
            old = _by_keys(before, schema)
            for i, item in enumerate(value):
                was = old.get(_name(item, schema), NEW) if old else NEW
                self.value(item, items, f"{path}[{i}]", was)
        least, most = schema.get("minItems"), schema.get("maxItems")
        if least is not None and len(value) < least:
            self._invalid(path, len(value), f"should have at least {least} items")
        if most is not None and len(value) > most:
            self.faults.append(Cause.too_many(self._at(path), len(value), most))

    def _object(self, value: dict[str, Any], schema: Schema, path: str, before: Any) -> None:
        least, most = schema.get("minProperties"), schema.get("maxProperties")
        if least is not None and len(value) < least:
            self._invalid(path, len(value), f"should have at least {least} properties")
        if most is not None and len(value) > most:
            self.faults.append(Cause.too_many(self._at(path), len(value), most))
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        old = before if isinstance(before, dict) else {}
        for key, item in value.items():
            if key in properties:
                continue
            if others is False:
                at, sentence = self._at(path), f"{path}.{key} in body is a forbidden property"
                self.faults.append(Cause.invalid(at, key, sentence))
            elif isinstance(others, dict):
                self.value(item, others, f"{path}.{key}", old.get(key, NEW))
        for key, inner in properties.items():
            if key in value:
                self.value(value[key], inner, f"{path}.{key}" if path else key, old.get(key, NEW))
        self.faults += [
            Cause.required(self._at(f"{path}.{key}")) for key in schema.get("required", ()) if key not in value
        ]

    def _enum(self, value: Any, schema: Schema, path: str) -> None:
        allowed = schema.get("enum")
        if not allowed or any(each is not None and _same(value, each) for each in allowed):
            return
        shown = [each if isinstance(each, str) else json.dumps(each, separators=(",", ":")) for each in allowed]
        self.faults.append(Cause.not_supported(self._at(path), value, shown, as_given=True))

    def _logic(self, value: Any, schema: Schema, path: str, before: Any) -> None:
        if schema.get("anyOf"):
            tried = self._try(value, schema["anyOf"], path, before)
            if all(check.faults for check in tried):
                self._complain(f'"{path}" must validate at least one schema (anyOf)')
                self.faults += _nearest(tried).faults
        if schema.get("oneOf"):
            tried = self._try(value, schema["oneOf"], path, before)
            valid = sum(not check.faults for check in tried)
            if valid != 1:
                found = f"Found {valid} valid alternatives" if valid else "Found none valid"
                self._complain(f'"{path}" must validate one and only one schema (oneOf). {found}')
                self.faults += [] if valid else _nearest(tried).faults
        if schema.get("allOf"):
            tried = self._try(value, schema["allOf"], path, before)
            self.faults += [fault for check in tried for fault in check.faults]
            valid = sum(not check.faults for check in tried)
            if valid != len(tried):
                none = "" if valid else ". None validated"
                self._complain(f'"{path}" must validate all the schemas (allOf){none}')
        if "not" in schema and not self._try(value, [schema["not"]], path, before)[0].faults:
            self._complain(f'"{path}" must not validate the schema (not)')

    def _complain(self, sentence: str) -> None:
        """A complaint about the whole: Kubernetes has no place for it."""
        self.faults.append(Cause.invalid(self.base or "<nil>", "", sentence))

    def _try(self, value: Any, schemas: Iterable[Schema], path: str, before: Any) -> list[Check]:
        tried = [Check(self.base) for _ in schemas]
        for check, schema in zip(tried, schemas, strict=True):
            check.value(value, schema, path, before)
        return tried


def _nearest(tried: list[Check]) -> Check:
    return max(tried, key=lambda check: check.matches)


def json_type(value: Any) -> str:
    """The type of a value, as schemas name it."""
    if isinstance(value, bool):
        return "boolean"
    names = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return names.get(type(value), "null")


def _types(schema: Schema) -> list[str]:
    if schema.get(INT_OR_STRING):
        return ["integer", "string"]
    return [schema["type"]] if schema.get("type") else []


def _matches(pattern: str, value: str) -> bool:
    try:
        return compiled(pattern).search(value) is not None
    except PatternError:
        return False


def _by_keys(before: Any, schema: Schema) -> dict[str, Any]:
    """The items of the list before by what makes each itself, where the schema says what that is."""
    if schema.get(LIST_TYPE) != "map" or not isinstance(before, list):
        return {}
    return {_name(item, schema): item for item in before}


def _name(item: Any, schema: Schema) -> str:
    return json.dumps(keys_of(item, schema.get(LIST_KEYS, [])), sort_keys=True)


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON: true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)

"""One type of the vocabulary as a schema of OpenAPI v3.

In Kubernetes
    What `k8s.io/kube-openapi` generates from the Go types, under names such as `io.k8s.api.core.v1.Pod`.

Left out
    `enum`, and `default` other than the empty object.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from kubelab.api import vocabulary
from kubelab.api.kinds import Kind
from kubelab.api.openapi.documentation import documentation
from kubelab.api.patch_rules import RULES
from kubelab.api.schema import Field, struct_of

_Json = dict[str, Any]

REFERENCE = "#/components/schemas/"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1"
_HOUSES = {
    "meta_v1": _META,
    "secrets": "io.k8s.api.core.v1",
    "apiextensions_v1": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
    "apiregistration_v1": "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1",
}
_NUMBERS = {"int": ("integer", "int32"), "float": ("number", "double")}

# Types that are one value in JSON, whatever they are in Go.
SIMPLE: dict[str, _Json] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {
        "description": "A number with a unit, such as 500m or 128Mi.",
        "oneOf": [{"type": "string"}, {"type": "number"}],
    },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": {
        "description": "A whole number, or a text such as 25% or the name of a port.",
        "format": "int-or-string",
        "oneOf": [{"type": "integer"}, {"type": "string"}],
    },
    f"{_META}.Time": {"description": "An instant, to the second.", "type": "string", "format": "date-time"},
    f"{_META}.MicroTime": {"description": "An instant, to the microsecond.", "type": "string", "format": "date-time"},
}
_QUANTITY, _INT_OR_STRING, _TIME, _MICRO_TIME = SIMPLE
_BY_GO_TYPE = {"Quantity": _QUANTITY, "IntOrString": _INT_OR_STRING, "Time": _TIME, "MicroTime": _MICRO_TIME}


def name_of(model: type[msgspec.Struct]) -> str:
    """The name of a type's definition.

    Examples
    --------
    >>> from lightkube.models import apps_v1, meta_v1
    >>> name_of(apps_v1.Deployment), name_of(meta_v1.ObjectMeta)
    ('io.k8s.api.apps.v1.Deployment', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    """
    module = model.__module__.rpartition(".")[2]
    return f"{_HOUSES.get(module) or 'io.k8s.api.' + module.replace('_', '.')}.{model.__name__}"


@cache
def schema(model: type[msgspec.Struct]) -> _Json:
    """The schema of a type; its parts are referred to by name."""
    about, texts = documentation(model)
    known = struct_of(model).fields
    rules = RULES.get(model.__name__, {})
    properties: dict[str, _Json] = {}
    for name, declared in sorted(vocabulary.fields(model).items()):
        value = _value(known[name], declared)
        rule = rules.get(name)
        strategies = []
        if rule is not None:
            strategies += ["merge"] if rule.merge else []
            strategies += ["retainKeys"] if rule.retain_keys else []
            strategies += ["replace"] if rule.replace else []
        extras = {"x-kubernetes-patch-strategy": ",".join(strategies)} if strategies else {}
        if rule is not None and rule.key:
            extras["x-kubernetes-patch-merge-key"] = rule.key
        text = {"description": texts[name]} if texts.get(name) else {}
        if "$ref" in value:
            value = {"allOf": [value]} if known[name].pointer else {"allOf": [value], "default": {}}
        properties[name] = {**text, **value, **extras}
    required = [name for name, field in sorted(known.items()) if field.required]
    return {
        **({"description": about} if about else {}),
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
    }


def parts(model: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The types that a type is made of, itself first, each once."""
    seen = [model]
    for held in seen:
        yield held
        for name in vocabulary.fields(held):
            inner = vocabulary.submodel(held, name)
            if inner is not None and inner not in seen:
                seen.append(inner)


def list_schema(kind: Kind, item: str) -> _Json:
    """The schema of a list of a kind, whose definition is called `item`."""
    return {
        "description": f"{kind.name}List is a list of {kind.plural}.",
        "type": "object",
        "required": ["items"],
        "properties": {
            "apiVersion": {"type": "string"},
            "items": {"type": "array", "items": {"allOf": [{"$ref": f"{REFERENCE}{item}"}], "default": {}}},
            "kind": {"type": "string"},
            "metadata": {"allOf": [{"$ref": f"{REFERENCE}{_META}.ListMeta"}], "default": {}},
        },
    }


def custom_schema(declared: _Json | None) -> _Json:
    """The schema that a definition declares, with what every object has: its type and its metadata."""
    declared = declared or {}
    common = {
        "apiVersion": {"description": "The group and version of this object's kind.", "type": "string"},
        "kind": {"description": "The kind of this object.", "type": "string"},
        "metadata": {
            "description": "The name, labels and annotations of this object.",
            "allOf": [{"$ref": f"{REFERENCE}{_META}.ObjectMeta"}],
        },
    }
    return {**declared, "type": "object", "properties": {**declared.get("properties", {}), **common}}


def _value(field: Field, declared: Any) -> _Json:
    """The schema of what a field holds, without its description."""
    shape, go_type = vocabulary.shape(declared), field.go_type
    if go_type.endswith("[]byte"):
        held: _Json = {"type": "string", "format": "byte"}
        return {"type": "object", "additionalProperties": held} if go_type.startswith("map") else held
    if shape == "list":
        return {"type": "array", "items": _element(field, declared)}
    if shape == "map":
        return _map(field, declared)
    return _element(field, declared)


def _map(field: Field, declared: Any) -> _Json:
    if field.go_type == "ResourceList" or field.go_type.endswith("Quantity"):
        return {"type": "object", "additionalProperties": {"$ref": REFERENCE + _QUANTITY}}
    if field.go_type == "map[string]string":
        return {"type": "object", "additionalProperties": {"type": "string", "default": ""}}
    inner = vocabulary.element(declared)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        return {"type": "object", "additionalProperties": {"$ref": REFERENCE + name_of(inner)}}
    return {"type": "object"}


def _element(field: Field, declared: Any) -> _Json:
    """The schema of one value: of the items, where the field is a list."""
    name = _BY_GO_TYPE.get(field.go_type.removeprefix("[]"))
    if name is not None:
        return {"$ref": REFERENCE + name}
    held = vocabulary.element(declared)
    if not isinstance(held, type):
        return {}
    if issubclass(held, msgspec.Struct):
        return {"$ref": REFERENCE + name_of(held)}
    if issubclass(held, bool):
        return {"type": "boolean"}
    if held.__name__ == "datetime":
        return {"$ref": REFERENCE + _TIME}
    if held.__name__ in _NUMBERS:
        sort, width = _NUMBERS[held.__name__]
        return {"type": sort, "format": "int64" if "64" in field.go_type and sort == "integer" else width}
    return {"type": "string"} if issubclass(held, str) else {"type": "object"}

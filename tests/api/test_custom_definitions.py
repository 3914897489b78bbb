"""What a CustomResourceDefinition may say, as a new one and as a changed one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubelab.api.decoding import decode
from kubelab.api.defaults import apply_defaults
from kubelab.api.errors import ApiError
from kubelab.api.kinds import find
from kubelab.api.validation import validate

KIND = find("crd")
SPEC = {"type": "object", "properties": {"size": {"type": "integer"}}}
VALIDATION = "spec.validation.openAPIV3Schema"


def definition(schema: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    schema = schema or {"type": "object", "properties": {"spec": SPEC}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "metadata": {"name": "shirts.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "shirts", "kind": "Shirt"},
            "versions": [version],
            **spec,
        },
    }


def decoded(manifest: dict[str, Any]) -> dict[str, Any]:
    obj, _ = decode(manifest, KIND)
    apply_defaults(obj, KIND)
    return obj


def faults(manifest: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, str]:
    before = decoded(old) if old is not None else None
    return {cause.field: cause.message for cause in validate(decoded(manifest), KIND, before)}


def schema_faults(**spec: Any) -> dict[str, str]:
    """The faults of a schema in the place of `spec`, named from there."""
    found = faults(definition({"type": "object", "properties": {"spec": spec}}))
    return {field.removeprefix(f"{VALIDATION}.properties[spec]").lstrip("."): text for field, text in found.items()}


def test_a_plain_definition_is_filled_in_and_let_in() -> None:
    obj = decoded(definition())
    assert obj["spec"]["names"] == {"plural": "shirts", "kind": "Shirt", "singular": "shirt", "listKind": "ShirtList"}
    assert obj["spec"]["conversion"] == {"strategy": "None"}
    assert obj["status"]["storedVersions"] == ["v1"]
    assert faults(definition()) == {}


def test_unknown_words_of_a_schema_are_refused_except_where_go_does_not_look() -> None:
    with pytest.raises(ApiError) as caught:
        decode(definition({"type": "object", "properties": {"spec": {"type": "object", "typo": 1}}}), KIND)
    path = "spec.versions[0].schema.openAPIV3Schema.properties.spec.typo"
    assert f'unknown field "{path}"' in caught.value.message
    items = {"type": "array", "items": {"type": "string", "typo": 1}}
    obj, _ = decode(definition({"type": "object", "properties": {"spec": items}}), KIND)
    schema = obj["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert schema["properties"]["spec"]["items"] == {"type": "string"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"group": ""}, "spec.group"),
        ({"group": "example"}, "spec.group"),
        ({"scope": "World"}, "spec.scope"),
        ({"names": {"plural": "Shirts", "kind": "Shirt"}}, "spec.names.plural"),
        ({"names": {"plural": "shirts", "kind": ""}}, "spec.names.kind"),
        ({"names": {"plural": "shirts", "kind": "S", "listKind": "S"}}, "spec.names.listKind"),
        ({"names": {"plural": "shirts", "kind": "Shirt", "shortNames": ["S"]}}, "spec.names.shortNames[0]"),
        ({"preserveUnknownFields": True}, "spec.preserveUnknownFields"),
        ({"conversion": {"strategy": "Magic"}}, "spec.conversion.strategy"),
        ({"conversion": {"strategy": "Webhook"}}, "spec.conversion.webhookClientConfig"),
        ({"versions": []}, "spec.versions"),
    ],
)
def test_what_is_wrong_is_named_at_its_field(change: dict[str, Any], field: str) -> None:
    assert field in faults(definition(**change))


def test_its_name_follows_from_its_spec() -> None:
    manifest = definition()
    manifest["metadata"]["name"] = "shirt.example.com"
    assert faults(manifest)["metadata.name"].endswith('must be spec.names.plural+"."+spec.group')


def test_there_is_exactly_one_storage_version_and_each_has_a_schema() -> None:
    manifest = definition()
    first = manifest["spec"]["versions"][0]
    manifest["spec"]["versions"] = [first, {"name": "v2", "served": True, "storage": True}]
    found = faults(manifest)
    assert found["spec.versions[1].schema.openAPIV3Schema"] == "Required value"
    assert found["spec.versions"].endswith("must have exactly one version marked as storage version")


def test_what_versions_do_not_share_is_named_in_each() -> None:
    manifest = definition()
    first = manifest["spec"]["versions"][0]
    second = {**copy.deepcopy(first), "name": "v2", "storage": False}
    second["schema"]["openAPIV3Schema"] = {"type": "object", "properties": {"spec": {"type": "list"}}}
    manifest["spec"]["versions"] = [first, second]
    assert [*faults(manifest)] == ["spec.versions[1].schema.openAPIV3Schema.properties[spec].type"]


@pytest.mark.parametrize(
    ("schema", "field", "sentence"),
    [
        ({"type": "list"}, "type", 'Unsupported value: "list"'),
        ({}, "type", "Required value: must not be empty for specified object fields"),
        ({"type": "array"}, "items", "Required value: must be specified"),
        ({"type": "array", "items": {}}, "items.type", "Required value: must not be empty for specified array items"),
        ({"type": "string", "$ref": "#/a"}, "$ref", "Forbidden: $ref is not supported"),
        ({"type": "object", "definitions": {"a": {"type": "string"}}}, "definitions", "Forbidden"),
        ({"type": "array", "uniqueItems": True, "items": {"type": "string"}}, "uniqueItems", "Forbidden"),
        (
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}},
            "additionalProperties",
            "Forbidden: additionalProperties and properties are mutual exclusive",
        ),
        ({"type": "string", "pattern": "("}, "pattern", 'Invalid value: "(": must be a valid regular expression'),
        ({"type": "string", "x-kubernetes-preserve-unknown-fields": False}, "x-kubernetes-preserve-unknown-fields", ""),
        ({"type": "object", "anyOf": [{"type": "object"}]}, "anyOf[0].type", "Forbidden: must be empty"),
        ({"type": "object", "allOf": [{"default": {}}]}, "allOf[0].default", "Forbidden: must be undefined"),
        ({"type": "string", "x-kubernetes-embedded-resource": True}, "type", "Invalid value"),
        ({"type": "object", "x-kubernetes-embedded-resource": True}, "properties", "Required value"),
        ({"type": "string", "x-kubernetes-list-type": "set"}, "type", "Invalid value"),
        (
            {"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "set"},
            "items.x-kubernetes-map-type",
            "Invalid value",
        ),
        (
            {"type": "array", "items": {"type": "object"}, "x-kubernetes-list-type": "map"},
            "x-kubernetes-list-map-keys",
            "Required value",
        ),
        (
            {
                "type": "array",
                "items": {"type": "object", "properties": {"a": {"type": "string"}}},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["a"],
            },
            "items.properties[a].default",
            "Required value: this property is in x-kubernetes-list-map-keys",
        ),
        ({"type": "integer", "default": "x"}, "default", 'Invalid value: "string"'),
        (
            {"type": "object", "default": {"b": 1}, "properties": {"a": {"type": "string"}}},
            "default",
            'Invalid value: {"b":1}: must not have unknown fields',
        ),
        (
            {"type": "object", "x-kubernetes-validations": [{"rule": " "}]},
            "x-kubernetes-validations[0].rule",
            "Required",
        ),
    ],
)
def test_a_schema_must_be_structural_and_within_what_kubernetes_reads(
    schema: dict[str, Any], field: str, sentence: str
) -> None:
    found = schema_faults(**schema)
    assert field in found
    assert found[field].startswith(sentence)


def test_logic_at_the_root_speaks_only_of_fields_that_are_there() -> None:
    schema = {"type": "object", "properties": {"spec": SPEC}, "anyOf": [{"properties": {"b": {}}}]}
    assert faults(definition(schema)) == {
        f"{VALIDATION}.properties[b]": f"Required value: because it is defined in {VALIDATION}.anyOf[0].properties[b]"
    }


def test_a_value_may_be_a_number_or_a_text() -> None:
    assert (
        schema_faults(**{"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}) == {}
    )


def test_the_root_says_nothing_about_metadata() -> None:
    schema = {
        "type": "object",
        "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}},
    }
    assert [*faults(definition(schema))] == [f"{VALIDATION}.properties[metadata]"]
    assert f"{VALIDATION}.type" in faults(definition({"type": "string"}))


def test_beside_a_status_of_its_own_the_root_restricts_little() -> None:
    manifest = definition({**definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"], "maxProperties": 3})
    assert faults(manifest) == {}
    manifest["spec"]["versions"][0]["subresources"] = {"status": {}}
    assert [*faults(manifest)] == [VALIDATION]


def test_subresources_and_columns_need_paths() -> None:
    manifest = definition()
    manifest["spec"]["versions"][0]["subresources"] = {
        "scale": {"specReplicasPath": ".status.a", "statusReplicasPath": "", "labelSelectorPath": "x"}
    }
    column = {"name": "A", "type": "text", "jsonPath": ""}
    manifest["spec"]["versions"][0]["additionalPrinterColumns"] = [column]
    assert faults(manifest) == {
        "spec.subresources.scale.specReplicasPath": 'Invalid value: ".status.a": should be a json path under .spec',
        "spec.subresources.scale.statusReplicasPath": "Required value",
        "spec.subresources.scale.labelSelectorPath": ('Invalid value: "x": must be a simple json path starting with .'),
        "spec.additionalPrinterColumns[0].type": (
            'Invalid value: "text": must be one of boolean,date,integer,number,string'
        ),
        "spec.additionalPrinterColumns[0].JSONPath": "Required value",
    }


def test_groups_of_kubernetes_need_approval() -> None:
    manifest = definition(group="shop.k8s.io")
    manifest["metadata"]["name"] = "shirts.shop.k8s.io"
    assert [*faults(manifest)] == ["metadata.annotations[api-approved.kubernetes.io]"]
    manifest["metadata"]["annotations"] = {"api-approved.kubernetes.io": "https://example.com/pull/1"}
    assert faults(manifest) == {}


def test_an_established_definition_keeps_its_names_and_scope() -> None:
    old = definition()
    old["status"] = {
        "conditions": [{"type": "Established", "status": "True"}],
        "acceptedNames": {"plural": "shirts", "kind": "Shirt"},
        "storedVersions": ["v1"],
    }
    new = copy.deepcopy(old)
    new["spec"].update(scope="Cluster", names={"plural": "shirts", "kind": "Blouse"})
    found = faults(new, old)
    assert {field: text.rpartition(": ")[2] for field, text in found.items()} == {
        "spec.scope": "field is immutable",
        "spec.names.kind": "field is immutable",
    }


def test_a_version_that_objects_may_be_stored_in_stays() -> None:
    old = definition()
    old["status"] = {"storedVersions": ["v1"], "acceptedNames": {"plural": "", "kind": ""}}
    new = copy.deepcopy(old)
    new["spec"]["versions"][0]["name"] = "v2"
    new["status"]["storedVersions"] = ["v1", "v2"]
    assert [*faults(new, old)] == ["status.storedVersions[0]"]

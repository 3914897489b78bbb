"""What a schema makes of values: pruned, filled in, judged."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kubelab.api.custom.columns import custom_printer
from kubelab.api.custom.defaulting import fill_in
from kubelab.api.custom.embedded import embedded_faults
from kubelab.api.custom.list_items import duplicates
from kubelab.api.custom.paths import find_all
from kubelab.api.custom.patterns import PatternError, compiled
from kubelab.api.custom.pruning import prune, prune_nulls
from kubelab.api.custom.string_formats import is_of_format, known_format
from kubelab.api.custom.values import value_faults

TEXT = {"type": "string"}
PRESERVE = {"x-kubernetes-preserve-unknown-fields": True}


def said(value: Any, schema: dict[str, Any], **options: Any) -> list[str]:
    return [str(fault) for fault in value_faults(value, schema, **options)]


def in_spec(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"spec": schema}}


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "integer"}, "3", 'Invalid value: "string": spec in body must be of type integer: "string"'),
        ({"type": "integer"}, 1.5, 'Invalid value: "number": spec in body must be of type integer: "number"'),
        ({"type": "string"}, True, 'Invalid value: "boolean": spec in body must be of type string: "boolean"'),
        ({"type": "string"}, None, 'Invalid value: "null": spec in body must be of type string: "null"'),
        ({"type": "string", "enum": ["a", "b"]}, "c", 'Unsupported value: "c": supported values: "a", "b"'),
        ({"type": "integer", "enum": [1, 2]}, 3, 'Unsupported value: 3: supported values: "1", "2"'),
        ({"type": "string", "maxLength": 2}, "abc", "Too long: may not be more than 2 bytes"),
        ({"type": "string", "minLength": 2}, "a", 'Invalid value: "a": spec in body should be at least 2 chars long'),
        ({"type": "string", "pattern": "^a$"}, "b", "Invalid value: \"b\": spec in body should match '^a$'"),
        ({"type": "string", "format": "ipv4"}, "x", 'Invalid value: "x": spec in body must be of type ipv4: "x"'),
        ({"type": "integer", "minimum": 1}, 0, "Invalid value: 0: spec in body should be greater than or equal to 1"),
        (
            {"type": "number", "maximum": 0.5, "exclusiveMaximum": True},
            0.5,
            "Invalid value: 0.5: spec in body should be less than 0.5",
        ),
        ({"type": "integer", "multipleOf": 5}, 7, "Invalid value: 7: spec in body should be a multiple of 5"),
        (
            {"type": "array", "items": TEXT, "minItems": 1},
            [],
            "Invalid value: 0: spec in body should have at least 1 items",
        ),
        ({"type": "array", "items": TEXT, "maxItems": 1}, ["a", "b"], "Too many: 2: must have at most 1 items"),
        (
            {"type": "object", "minProperties": 1},
            {},
            "Invalid value: 0: spec in body should have at least 1 properties",
        ),
        ({"type": "object", "maxProperties": 1}, {"a": 1, "b": 2}, "Too many: 2: must have at most 1 items"),
    ],
)
def test_a_value_outside_of_its_schema_is_told_in_the_servers_words(
    schema: dict[str, Any], value: Any, sentence: str
) -> None:
    assert said({"spec": value}, in_spec(schema)) == [f"spec: {sentence}"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "number"}, 3),
        ({"type": "integer"}, 3.0),
        ({"type": "string", "nullable": True}, None),
        ({"x-kubernetes-int-or-string": True}, "50%"),
        ({"x-kubernetes-int-or-string": True}, 50),
        ({"type": "string", "format": "of-my-own"}, "anything"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"a": 1}),
        ({"type": "array", "items": {"type": "integer"}}, [1, 2]),
    ],
)
def test_a_value_within_its_schema_is_let_in(schema: dict[str, Any], value: Any) -> None:
    assert said({"spec": value}, in_spec(schema)) == []


def test_required_fields_are_named_at_their_place() -> None:
    schema = {"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object", "required": ["a"]}}}
    assert said({}, schema) == ["spec: Required value"]
    assert said({"spec": {}}, schema) == ["spec.a: Required value"]


def test_items_and_map_values_are_named_at_their_place() -> None:
    schema = in_spec({"type": "array", "items": {"type": "object", "additionalProperties": {"type": "integer"}}})
    assert [fault.field for fault in value_faults({"spec": [{"a": 1}, {"b": "x"}]}, schema)] == ["spec[1].b"]


def test_of_several_schemas_the_nearest_is_complained_about() -> None:
    one = {"properties": {"a": {"minimum": 5}, "b": {"minimum": 5}}}
    other = {"required": ["z"]}
    schema = in_spec({"type": "object", "oneOf": [other, one]})
    assert said({"spec": {"a": 1, "b": 9}}, schema) == [
        '<nil>: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
        "spec.a: Invalid value: 1: spec.a in body should be greater than or equal to 5",
    ]
    schema = in_spec({"type": "object", "not": {"required": ["a"]}})
    assert said({"spec": {"a": 1}}, schema) == ['<nil>: Invalid value: "": "spec" must not validate the schema (not)']


def test_what_an_update_leaves_alone_is_not_judged_again() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 5}, "b": {"type": "integer", "minimum": 5}},
    }
    assert said({"a": 1, "b": 6}, schema, before={"a": 1, "b": 5}) == []
    assert [fault.field for fault in value_faults({"a": 2, "b": 6}, schema, before={"a": 1, "b": 5})] == ["a"]


def test_items_of_a_map_are_compared_by_their_keys() -> None:
    item = {"type": "object", "properties": {"name": TEXT, "size": {"type": "integer", "minimum": 5}}}
    schema = {
        "type": "array",
        "items": item,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
    }
    before = [{"name": "a", "size": 1}]
    assert said([{"name": "b", "size": 6}, {"name": "a", "size": 1}], schema, before=before) == []
    atomic = {**schema, "x-kubernetes-list-type": "atomic"}
    assert said([{"name": "b", "size": 6}, {"name": "a", "size": 1}], atomic, before=before) != []


def test_pruning_takes_out_what_no_schema_names() -> None:
    schema = in_spec(
        {
            "type": "object",
            "properties": {"list": {"type": "array", "items": {"type": "object", "properties": {"a": TEXT}}}},
        }
    )
    obj = {"kind": "K", "metadata": {"x": 1}, "spec": {"list": [{"a": "1", "b": 2}], "more": {}}, "other": 1}
    assert prune(obj, schema, root=True) == ["other", "spec.list[0].b", "spec.more"]
    assert obj == {"kind": "K", "metadata": {"x": 1}, "spec": {"list": [{"a": "1"}]}}


def test_where_unknown_fields_are_preserved_known_ones_are_still_pruned_below() -> None:
    schema = in_spec(
        {"type": "object", **PRESERVE, "properties": {"known": {"type": "object", "properties": {"a": TEXT}}}}
    )
    obj = {"spec": {"free": {"x": [1]}, "known": {"a": "1", "b": 2}}}
    assert prune(obj, schema, root=True) == ["spec.known.b"]
    assert obj == {"spec": {"free": {"x": [1]}, "known": {"a": "1"}}}


def test_null_is_dropped_kept_or_filled_in() -> None:
    schema = {
        "type": "object",
        "properties": {"plain": TEXT, "nullable": {**TEXT, "nullable": True}, "default": {**TEXT, "default": "d"}},
    }
    obj: dict[str, Any] = {"plain": None, "nullable": None, "default": None}
    prune_nulls(obj, schema)
    fill_in(obj, schema)
    assert obj == {"nullable": None, "default": "d"}


def test_defaults_are_filled_in_from_the_top_and_never_shared() -> None:
    inner = {"type": "object", "default": {}, "properties": {"port": {"type": "integer", "default": 80}}}
    schema = {"type": "object", "properties": {"web": inner, "list": {"type": "array", "items": inner}}}
    before = copy.deepcopy(schema)
    one: dict[str, Any] = {"list": [{}, None]}
    fill_in(one, schema)
    assert one == {"web": {"port": 80}, "list": [{"port": 80}, {"port": 80}]}
    one["web"]["port"] = 1
    assert schema == before


def test_sets_and_maps_hold_nothing_twice() -> None:
    names = {"type": "array", "items": TEXT, "x-kubernetes-list-type": "set"}
    ports = {
        "type": "array",
        "items": {"type": "object"},
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["port", "protocol"],
    }
    schema = {"type": "object", "properties": {"names": names, "ports": ports}}
    value = {"names": ["a", "b", "a", "a"], "ports": [{"port": 1}, {"port": 1, "x": 2}]}
    assert [str(fault) for fault in duplicates(value, schema)] == [
        'names[2]: Duplicate value: "a"',
        'ports[1]: Duplicate value: {"port":1}',
    ]


def test_embedded_resources_say_what_they_are() -> None:
    schema = in_spec({"type": "object", "x-kubernetes-embedded-resource": True, **PRESERVE})
    value = {"spec": {"kind": "Pod", "metadata": {"name": "a/b", "labels": {"x y": ""}}}}
    assert [fault.field for fault in embedded_faults(value, schema)] == [
        "spec.apiVersion",
        "spec.metadata.name",
        "spec.metadata.labels",
    ]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".a.b", [1]),
        (".list[0].n", ["x"]),
        (".list[-1].n", ["y"]),
        (".list[*].n", ["x", "y"]),
        (".list[0:1].n", ["x"]),
        ('.list[?(@.n=="y")].v', [2]),
        (".list[?(@.v>1)].n", ["y"]),
        (r".labels.app\.io/name", ["web"]),
        (".labels['app.io/name']", ["web"]),
        (".not.there", []),
        (".a[0]", []),
    ],
)
def test_paths_lead_to_what_is_there(path: str, found: list[Any]) -> None:
    obj = {
        "a": {"b": 1},
        "list": [{"n": "x", "v": 1}, {"n": "y", "v": 2}],
        "labels": {"app.io/name": "web"},
    }
    assert find_all(obj, path) == found


@pytest.mark.parametrize("pattern", ["(?=a)", "(a", r"(a)\1", "[[:nothing:]]", "a{2,1}"])
def test_patterns_that_go_cannot_read_are_none(pattern: str) -> None:
    with pytest.raises(PatternError):
        compiled(pattern)


def test_the_flags_of_a_pattern_hold_to_the_end_of_their_group() -> None:
    assert compiled("^((?i)jan|feb)x$").search("FEBx")
    assert not compiled("^((?i)jan|feb)x$").search("FEBX")


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date-time", "2026-01-01T00:00:00Z", "yesterday"),
        ("date", "2026-01-31", "2026-02-30"),
        ("duration", "1h30m", "soon"),
        ("cidr", "10.0.0.0/8", "10.0.0.0"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
        ("byte", "aGk=", "?"),
        ("email", "a@example.com", "a"),
        ("uri", "https://example.com/a", "::"),
        ("hostname", "web-1.example.com", "-"),
        ("mac", "00:1a:2b:3c:4d:5e", "00"),
    ],
)
def test_formats_of_text(form: str, good: str, bad: str) -> None:
    assert known_format({"type": "string", "format": form}) == form
    assert (is_of_format(good, form), is_of_format(bad, form)) == (True, False)


def test_a_column_shows_only_what_is_of_its_type() -> None:
    from datetime import UTC, datetime

    from lightkube.models import meta_v1

    from kubelab.api.custom.model import custom_model
    from kubelab.api.custom.served_version import ServedVersion
    from kubelab.api.kinds import Kind

    columns = tuple(
        {"name": name, "type": kind, "jsonPath": f".spec.{name}"}
        for name, kind in (
            *(("text", "string"), ("list", "string"), ("count", "integer"), ("ratio", "number")),
            *(("ready", "boolean"), ("when", "date"), ("wrong", "integer"), ("gone", "string")),
        )
    )
    model = custom_model("K", ServedVersion({"type": "object"}, columns))
    kind = Kind("K", "ks", "example.com", "v1", True, model, custom=True)
    spec = {
        "text": "a",
        "list": [1, "b"],
        "count": 3,
        "ratio": 0.5,
        "ready": True,
        "when": "2026-01-01T00:00:00Z",
        "wrong": "x",
    }
    model.kind_served = kind  # type: ignore[attr-defined]
    obj = model(metadata=meta_v1.ObjectMeta(name="one"), spec=spec)
    row = custom_printer(kind).row(obj, datetime(2026, 1, 1, 0, 1, tzinfo=UTC), False)
    assert row == ["one", "a", '[1,"b"]', 3, "0.5", "true", "60s", "", ""]

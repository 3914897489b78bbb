"""Who owns which field: sets, types, merging, and the rules of update and apply."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightkube.models import apps_v1, core_v1, meta_v1

from kubelab.api.managed_fields import elements
from kubelab.api.managed_fields.checking import check
from kubelab.api.managed_fields.comparison import compare
from kubelab.api.managed_fields.conflicts import conflict_error
from kubelab.api.managed_fields.custom_types import custom_type
from kubelab.api.managed_fields.field_set import NOTHING, FieldSet
from kubelab.api.managed_fields.managers import Managed, Manager, applier, managed_from
from kubelab.api.managed_fields.merging import merge
from kubelab.api.managed_fields.migration import owners_of, still_as_applied, upgraded
from kubelab.api.managed_fields.owned import fields_of
from kubelab.api.managed_fields.removal import extract, remove
from kubelab.api.managed_fields.types import (
    DEDUCED,
    NUMERIC,
    STRING,
    UNTYPED,
    UNTYPED_ATOMIC,
    ListType,
    MapType,
    Type,
    TypedError,
)
from kubelab.api.managed_fields.updater import Conflict, ConflictsError, MissingVersionError, Owned, Updater
from kubelab.api.managed_fields.vocabulary_types import type_of

POD, DEPLOYMENT = type_of(core_v1.Pod), type_of(apps_v1.Deployment)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def struct(**fields: Type) -> Type:
    return Type(mapping=MapType(fields))


def keyed(*keys: str, defaults: dict[str, Any] | None = None, **fields: Type) -> Type:
    return Type(listing=ListType(struct(**fields), True, keys, defaults or {}))


ITEMS = struct(list=keyed("name", name=STRING, value=UNTYPED), strings=Type(listing=ListType(STRING, True)))
NESTED = struct(
    name=STRING,
    struct=struct(name=STRING, value=NUMERIC),
    map=Type(mapping=MapType({}, STRING)),
    whole=Type(mapping=MapType({}, STRING, atomic=True)),
    list=Type(listing=ListType(STRING)),
    deep=Type(mapping=MapType({}, Type(mapping=MapType({}, STRING)))),
)


class Served:
    """Versions in which an object looks alike; `v0` is not served any more."""

    schema_changes = True

    def __init__(self, of: Type, reset: FieldSet = NOTHING) -> None:
        self.of, self.reset = of, reset

    def type_of(self, version: str) -> Type:
        if version == "v0":
            raise MissingVersionError(version)
        return self.of

    def convert(self, value: Any, version: str, to: str) -> Any:
        self.type_of(to)
        return value

    def reset_fields(self, version: str) -> FieldSet:
        return self.reset


class Renamed(Served):
    """Versions that call the same field by other names: `field_v1`, `field_v2`."""

    def type_of(self, version: str) -> Type:
        return struct(struct=struct(**{"name": STRING, f"field_{version}": STRING}))

    def convert(self, value: Any, version: str, to: str) -> Any:
        inner = (value or {}).get("struct")
        if inner is None:
            return value
        return {"struct": {name.replace(f"_{version}", f"_{to}"): held for name, held in inner.items()}}


class Story:
    """An object and what several managers do to it."""

    def __init__(self, versions: Any) -> None:
        self.updater, self.live, self.managers = Updater(versions), {}, {}

    def apply(self, name: str, config: Any, version: str = "v1", *, force: bool = False) -> bool:
        made, self.managers = self.updater.apply(self.live, config, version, self.managers, name, force=force)
        self.live = self.live if made is None else made
        return made is not None

    def update(self, name: str, new: Any, version: str = "v1") -> None:
        self.managers = self.updater.update(self.live, new, version, self.managers, name)
        self.live = new

    def owned(self, name: str) -> list[str]:
        held = self.managers.get(name)
        return [] if held is None else [elements.shown(path) for path in held.fields]

    def refused(self, name: str, config: Any) -> list[tuple[str, str]]:
        with pytest.raises(ConflictsError) as refusal:
            self.apply(name, config)
        return [(manager, elements.shown(path)) for manager, path in refusal.value.conflicts]


# sets and paths


def test_a_set_is_written_as_a_tree_in_which_a_dot_stands_for_the_part_itself() -> None:
    labels = ("f:metadata", "f:labels")
    fields = FieldSet.of([labels, (*labels, "f:app"), ("f:spec", "f:replicas"), ("f:a", 'v:"x"')])
    written = {"f:a": {'v:"x"': {}}, "f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {"f:replicas": {}}}
    assert fields.to_json() == written
    assert FieldSet.from_json(written) == fields
    assert list(fields.to_json()) == ["f:a", "f:metadata", "f:spec"]
    assert labels in fields
    assert ("f:metadata",) not in fields
    assert () not in fields


def test_steps_have_one_form_whoever_writes_them() -> None:
    assert elements.canonical('k:{ "b" : 1, "a":"<x>" }') == 'k:{"a":"\\u003cx\\u003e","b":1}'
    assert elements.key({"port": 80.0}) == elements.key({"port": 80}) != elements.key({"port": "80"})
    assert elements.key({"on": True}) != elements.key({"on": 1})
    assert elements.canonical("i:07") == "i:7"
    assert elements.canonical("x:new") is None
    wrong = {"f": "2 characters", "name": "missing colon", "k:1": "no object", "k:{": "Expecting", "i:x": "invalid lit"}
    for element, why in wrong.items():
        with pytest.raises(ValueError, match=why):
            elements.canonical(element)
    assert FieldSet.from_json({"x:unknown": {}, "f:a": {}}) == FieldSet.of([("f:a",)])
    with pytest.raises(ValueError, match="objects in objects"):
        FieldSet.from_json({"f:a": 1})


def test_paths_are_shown_as_messages_have_them() -> None:
    ports = ("f:spec", "f:ports", elements.key({"protocol": "TCP", "port": 80}), "f:nodePort")
    assert elements.shown(ports) == '.spec.ports[port=80,protocol="TCP"].nodePort'
    assert elements.shown(("f:finalizers", elements.value("a"), "i:3")) == '.finalizers[="a"][3]'


def test_steps_are_sorted_fields_first_and_numbers_before_texts() -> None:
    mixed = ['v:"a"', "v:2", "v:10", "v:true", "i:10", "i:9", 'k:{"a":"b"}', "f:z", "f:a", "v:null", "v:[1]", "v:{}"]
    expected = ["f:a", "f:z", 'k:{"a":"b"}', "v:2", "v:10", 'v:"a"', "v:true", "v:[1]", "v:{}", "v:null", "i:9", "i:10"]
    assert sorted(mixed, key=elements.order) == expected


_paths = st.lists(st.lists(st.sampled_from(["f:a", "f:b", "f:c"]), min_size=1, max_size=3).map(tuple), max_size=8)


@given(_paths, _paths)
def test_sets_behave_as_sets_of_paths(left: list[tuple[str, ...]], right: list[tuple[str, ...]]) -> None:
    one, two = FieldSet.of(left), FieldSet.of(right)
    assert set(one.union(two)) == {*left, *right}
    assert set(one.intersection(two)) == {*left} & {*right}
    assert set(one.difference(two)) == {*left} - {*right}
    within = {path for path in left if any(path[: len(other)] == other for other in right)}
    assert set(one.without(two)) == {*left} - within
    assert FieldSet.from_json(one.to_json()) == one
    assert set(one.leaves()) == {path for path in left if not any(p[: len(path)] == path and p != path for p in left)}
    assert bool(one) == bool(left)


# types


def test_the_vocabulary_knows_its_lists_by_their_keys() -> None:
    manifest = {
        "spec": {
            "containers": [
                {"name": "web", "ports": [{"containerPort": 80}], "args": ["a"], "env": [{"name": "X", "value": "1"}]}
            ],
            "topologySpreadConstraints": [{"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}],
            "nodeSelector": {"disk": "ssd"},
            "tolerations": [{"key": "x"}],
        }
    }
    shown = [elements.shown(path) for path in fields_of(POD, manifest)]
    assert '.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort' in shown
    assert '.spec.topologySpreadConstraints[topologyKey="zone",whenUnsatisfiable="DoNotSchedule"].maxSkew' in shown
    assert '.spec.containers[name="web"].env[name="X"]' in shown
    assert {".spec.nodeSelector", ".spec.tolerations", '.spec.containers[name="web"].args'} <= set(shown)
    assert ".spec" not in shown
    assert ".spec.containers" not in shown


def test_some_types_are_owned_as_a_whole_where_they_stand() -> None:
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "b"}}}}
    assert [elements.shown(path) for path in fields_of(DEPLOYMENT, {"spec": spec})] == [
        ".spec.selector",
        ".spec.template.metadata.labels.a",
    ]
    volume = type_of(core_v1.PersistentVolume)
    claim = {"spec": {"claimRef": {"name": "data", "uid": "1"}}}  # an ObjectReference, and yet field by field
    assert [elements.shown(path) for path in fields_of(volume, claim)] == [".spec.claimRef.name", ".spec.claimRef.uid"]


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"spec": {"nothing": 1}}, ".spec.nothing: field not declared in schema"),
        (
            {"spec": {"containers": [{"name": "web", "env": [{"name": "X", "value": 1}]}]}},
            '.spec.containers[name="web"].env[name="X"].value: expected string, got &value.valueUnstructured{Value:1}',
        ),
        ({"spec": {"containers": {"a": ["b", True]}}}, ".spec.containers: expected list, got &{map[a:[b true]]}"),
        ({"spec": "x"}, ".spec: expected map, got &{x}"),
        ({"spec": {"hostNetwork": "yes"}}, ".spec.hostNetwork: expected boolean, got &{yes}"),
        ({"spec": {"priority": "1"}}, ".spec.priority: expected numeric (int or float), got string"),
        ({"spec": {"hostAliases": [{"ip": "1.1.1.1"}] * 2}}, 'duplicate entries for key [ip="1.1.1.1"]'),
        ({"spec": {"volumes": ["x"]}}, ".spec.volumes: element 0: associative list with keys may not have non-map"),
        ({"a": 1, "b": 2}, "errors:\n  .a: field not declared in schema\n  .b: field not declared in schema"),
        ({"spec": {"containers": [{"name": "w", "resources": {"limits": {"cpu": []}}}]}}, "expected any scalar, got"),
    ],
)
def test_a_wrong_manifest_is_told_where_and_why(manifest: Any, message: str) -> None:
    with pytest.raises(TypedError) as refusal:
        check(POD, manifest)
    assert message in str(refusal.value)


def test_amounts_times_and_ports_may_be_numbers_or_texts() -> None:
    limits = {"limits": {"cpu": 1, "memory": "1Gi"}}
    probe = {"httpGet": {"port": "http"}, "periodSeconds": 3}
    check(POD, {"spec": {"containers": [{"name": "web", "resources": limits, "livenessProbe": probe}]}, "status": None})


def test_a_custom_resource_is_typed_by_its_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "spec": {
                "type": "object",
                "properties": {
                    "rules": {
                        "type": "array",
                        "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["host", "port"],
                        "items": {
                            "type": "object",
                            "properties": {"host": {"type": "string"}, "port": {"type": "integer", "default": 80}},
                        },
                    },
                    "names": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
                    "plain": {"type": "array", "items": {"type": "string"}},
                    "whole": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": True},
                    "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    "size": {"x-kubernetes-int-or-string": True},
                },
            }
        },
    }
    of = custom_type(schema)
    config = {
        "metadata": {"name": "x", "labels": {"a": "b"}},
        "spec": {
            "rules": [{"host": "a"}],
            "names": ["n"],
            "plain": ["p"],
            "whole": {"a": 1},
            "free": {"a": {"b": [1]}},
            "size": "1",
        },
    }
    check(of, config)
    assert [elements.shown(path) for path in fields_of(of, {"spec": config["spec"]})] == [
        ".spec.plain",
        ".spec.size",
        ".spec.whole",
        ".spec.free.a",
        ".spec.free.a.b",
        '.spec.names[="n"]',
        '.spec.rules[host="a",port=80]',
        '.spec.rules[host="a",port=80].host',
    ]
    with pytest.raises(TypedError, match="field not declared in schema"):
        check(of, {"spec": {"nope": 1}})
    check(custom_type(None), {"anything": {"goes": []}})


# comparing, merging, taking out


def test_a_new_part_is_added_with_all_that_is_in_it() -> None:
    found = compare(NESTED, {"struct": {"name": "a"}}, {"struct": {"name": "b", "value": 1}, "map": {"k": "v"}})
    assert [elements.shown(path) for path in found.modified] == [".struct.name"]
    assert [elements.shown(path) for path in found.added] == [".map", ".map.k", ".struct.value"]
    back = compare(NESTED, {"map": {"k": "v"}}, {})
    assert [elements.shown(path) for path in back.removed] == [".map", ".map.k"]
    assert not compare(NESTED, {"map": {}}, {"map": {}})
    assert compare(NESTED, {}, {"map": {}}).added


def test_items_are_compared_by_key_wherever_they_stand() -> None:
    one, two = {"name": "a", "value": 1}, {"name": "b", "value": 2}
    assert not compare(ITEMS, {"list": [one, two]}, {"list": [two, one]})
    found = compare(ITEMS, {"list": [one, two]}, {"list": [{"name": "b", "value": 3}]})
    assert [elements.shown(path) for path in found.modified] == ['.list[name="b"].value']
    assert '.list[name="a"]' in [elements.shown(path) for path in found.removed]


def test_items_of_one_key_are_compared_together() -> None:
    one, two = {"name": "a", "value": 1}, {"name": "a", "value": 2}
    assert not compare(ITEMS, {"list": [one, two]}, {"list": [one, two]})
    assert list(compare(ITEMS, {"list": [one, two]}, {"list": [two, one]}).modified) == [("f:list", 'k:{"name":"a"}')]
    assert compare(ITEMS, {"list": [one]}, {"list": [one, two]}).added
    assert compare(ITEMS, {"list": [one, two]}, {"list": [one]}).removed


def test_a_free_value_that_changes_its_shape_is_different() -> None:
    found = compare(DEDUCED, {"a": {"b": 1}}, {"a": "text"})
    assert list(found.modified) == [("f:a",)]
    assert list(found.removed) == [("f:a", "f:b")]


@pytest.mark.parametrize(
    ("live", "applied", "merged"),
    [
        ("ab", "c", "abc"),
        ("abc", "cba", "cba"),
        ("abcd", "da", "bcda"),
        ("abc", "xb", "axbc"),
        ("", "ba", "ba"),
        ("ab", "", "ab"),
    ],
)
def test_merged_items_keep_their_places_between_those_that_both_have(live: str, applied: str, merged: str) -> None:
    got = merge(ITEMS, {"strings": list(live)}, {"strings": list(applied)})
    assert "".join(got["strings"]) == merged


def test_merging_lets_the_applied_values_win_and_removes_nothing() -> None:
    live = {"name": "a", "struct": {"name": "x", "value": 1}, "list": ["1"], "whole": {"a": "1"}, "map": {"k": "v"}}
    got = merge(NESTED, live, {"struct": {"value": 2}, "list": ["2"], "whole": {"b": "2"}, "map": {"l": "w"}})
    assert got == {
        "name": "a",
        "struct": {"name": "x", "value": 2},
        "list": ["2"],
        "whole": {"b": "2"},
        "map": {"k": "v", "l": "w"},
    }
    assert live["struct"] == {"name": "x", "value": 1}


def test_fields_are_taken_out_or_everything_but_them() -> None:
    value = {"list": [{"name": "a", "value": 1}, {"name": "b", "value": 2}], "strings": ["x", "y"]}
    fields = FieldSet.of(
        [("f:list", 'k:{"name":"a"}'), ("f:list", 'k:{"name":"b"}', "f:value"), ("f:strings", 'v:"x"')]
    )
    assert remove(ITEMS, value, fields) == {"list": [{"name": "b"}], "strings": ["y"]}
    assert extract(ITEMS, value, fields) == {"list": [{"name": "a", "value": 1}, {"value": 2}], "strings": ["x"]}
    assert remove(NESTED, {"map": {"a": "b"}}, FieldSet.of([("f:map", "f:a")])) == {"map": None}
    assert extract(NESTED, {"map": {"a": "b"}}, FieldSet.of([("f:map",)])) == {"map": None}
    assert extract(NESTED, {"whole": {"a": "b"}}, FieldSet.of([("f:whole",)])) == {"whole": {"a": "b"}}


# apply and update


def test_who_applies_owns_what_they_mention_and_others_keep_theirs() -> None:
    story = Story(Served(ITEMS))
    story.apply("one", {"list": [{"name": "a"}, {"name": "b"}]})
    story.apply("two", {"list": [{"name": "c"}]})
    story.apply("one", {"list": [{"name": "a"}]})
    assert story.live == {"list": [{"name": "a"}, {"name": "c"}]}
    assert story.owned("one") == ['.list[name="a"]', '.list[name="a"].name']
    assert story.owned("two") == ['.list[name="c"]', '.list[name="c"].name']


def test_what_another_applier_owns_too_stays_when_one_stops_mentioning_it() -> None:
    story = Story(Served(ITEMS))
    story.apply("one", {"list": [{"name": "a"}, {"name": "b"}, {"name": "c"}], "strings": ["x", "y"]})
    story.apply("two", {"list": [{"name": "c"}, {"name": "d"}], "strings": ["y"]})
    story.apply("one", {"list": [{"name": "a"}]})
    assert story.live == {"list": [{"name": "a"}, {"name": "c"}, {"name": "d"}], "strings": ["y"]}


def test_the_same_value_is_no_conflict_and_another_one_is() -> None:
    story = Story(Served(ITEMS))
    story.apply("one", {"list": [{"name": "a", "value": 0}]})
    assert story.apply("two", {"list": [{"name": "a", "value": 0}]}) is False
    assert story.owned("two") == story.owned("one")
    assert story.refused("three", {"list": [{"name": "a", "value": 1}]}) == [
        ("one", '.list[name="a"].value'),
        ("two", '.list[name="a"].value'),
    ]
    story.apply("three", {"list": [{"name": "a", "value": 1}]}, force=True)
    assert story.owned("one") == ['.list[name="a"]', '.list[name="a"].name']


def test_to_stop_mentioning_a_field_that_an_updater_has_changed_leaves_it() -> None:
    story = Story(Served(NESTED))
    story.apply("one", {"struct": {"name": "a", "value": 1}})
    story.update("controller", {"struct": {"name": "a", "value": 5}})
    assert story.owned("controller") == [".struct.value"]
    assert story.owned("one") == [".struct.name"]
    assert story.refused("one", {"struct": {"name": "a", "value": 1}}) == [("controller", ".struct.value")]
    story.apply("one", {"struct": {"name": "a"}})
    assert story.live == {"struct": {"name": "a", "value": 5}}


def test_a_part_that_goes_with_its_item_takes_the_fields_of_others_along() -> None:
    story = Story(Served(ITEMS))
    story.apply("one", {"list": [{"name": "a"}, {"name": "b"}]})
    story.update("controller", {"list": [{"name": "a", "value": 3}, {"name": "b"}]})
    story.apply("one", {"list": [{"name": "b"}]})
    assert story.live == {"list": [{"name": "b"}]}
    assert story.owned("controller") == []


def test_an_update_takes_what_it_changes_and_gives_up_what_it_removes() -> None:
    story = Story(Served(NESTED))
    story.update("one", {"name": "a", "map": {"k": "v", "l": "w"}})
    assert story.owned("one") == [".map", ".name", ".map.k", ".map.l"]
    story.update("two", {"name": "b", "map": {"k": "v"}})
    assert story.owned("one") == [".map", ".map.k"]
    assert story.owned("two") == [".name"]
    story.update("one", {"name": "b", "map": {"k": "v"}})
    assert story.owned("one") == [".map", ".map.k"]


def test_an_empty_part_that_somebody_applied_stays_theirs() -> None:
    story = Story(Served(NESTED))
    story.apply("one", {"map": {}, "deep": {"a": {}}})
    assert story.owned("one") == [".map", ".deep.a"]
    assert story.live == {"map": {}, "deep": {"a": {}}}
    story.apply("one", {"deep": {"a": {"b": "c"}}})
    assert story.live == {"deep": {"a": {"b": "c"}}}
    assert story.owned("one") == [".deep.a", ".deep.a.b"]


def test_nested_parts_go_when_their_only_owner_stops_mentioning_them() -> None:
    story = Story(Served(NESTED))
    story.apply("one", {"name": "x", "struct": {"name": "a"}, "deep": {"a": {"b": "c"}}, "list": ["1"]})
    story.apply("one", {"name": "x"})
    assert story.live == {"name": "x"}


def test_to_apply_nothing_takes_everything_away_that_was_applied() -> None:
    story = Story(Served(NESTED))
    story.apply("one", {"name": "x", "struct": {"value": 1}})
    assert story.apply("one", {}) is True
    assert story.live == {}
    assert story.managers == {}


def test_reset_fields_are_nobodys() -> None:
    story = Story(Served(NESTED, FieldSet.of([("f:struct",)])))
    story.apply("one", {"name": "x", "struct": {"name": "a"}})
    story.update("two", {"name": "y", "struct": {"name": "b"}})
    assert story.owned("one") == []
    assert story.owned("two") == [".name"]


def test_managers_of_a_version_that_is_not_served_any_more_are_forgotten() -> None:
    story = Story(Served(NESTED))
    story.apply("one", {"name": "x"})
    story.managers = {"old": Owned(FieldSet.of([("f:name",)]), "v0", True), **story.managers}
    story.apply("one", {"name": "y"})
    assert list(story.managers) == ["one"]


@pytest.mark.parametrize("first", ["v1", "v2", "v3"])
@pytest.mark.parametrize("second", ["v1", "v2", "v3"])
def test_a_field_is_the_same_whatever_a_version_calls_it(first: str, second: str) -> None:
    story = Story(Renamed(NESTED))
    story.live = {}
    story.apply("one", {"struct": {"name": "a", f"field_{first}": "x"}}, first)
    story.live = Renamed(NESTED).convert(story.live, first, second)
    story.apply("two", {"struct": {f"field_{second}": "x"}}, second)
    story.apply("one", {"struct": {"name": "a"}}, second)
    assert story.live == {"struct": {"name": "a", f"field_{second}": "x"}}
    story.apply("two", {}, second)
    assert story.live == {"struct": {"name": "a"}}
    assert story.managers == {"one": Owned(FieldSet.of([("f:struct", "f:name")]), second, True)}


def test_a_part_that_has_become_atomic_is_owned_as_a_whole() -> None:
    story = Story(Served(struct(struct=struct(a=NUMERIC, b=NUMERIC))))
    story.apply("one", {"struct": {"a": 1}})
    story.apply("two", {"struct": {"b": 2}})
    whole = Type(mapping=MapType({"a": NUMERIC, "b": NUMERIC}, atomic=True))
    story.updater = Updater(Served(struct(struct=whole)))
    assert story.refused("one", {"struct": {"a": 1}}) == [("two", ".struct")]
    story.apply("one", {"struct": {"a": 1}}, force=True)
    assert story.live == {"struct": {"a": 1}}
    assert story.owned("two") == []


def test_free_fields_are_owned_by_what_they_are() -> None:
    story = Story(Served(DEDUCED))
    story.apply("one", {"a": 1, "b": {"c": [1, 2]}})
    assert story.owned("one") == [".a", ".b", ".b.c"]
    story.apply("one", {"a": {"x": 1}})
    assert story.live == {"a": {"x": 1}}
    whole = Story(Served(struct(any=UNTYPED_ATOMIC)))
    whole.apply("one", {"any": {"a": {"b": 1}}})
    assert whole.owned("one") == [".any"]


def test_keys_that_an_item_leaves_out_have_their_default() -> None:
    ports = struct(
        ports=keyed("port", "protocol", defaults={"protocol": "TCP"}, port=NUMERIC, protocol=STRING, name=STRING)
    )
    story = Story(Served(ports))
    story.apply("one", {"ports": [{"port": 80, "name": "a"}]})
    story.apply("two", {"ports": [{"port": 80, "protocol": "TCP"}, {"port": 80, "protocol": "UDP"}]})
    assert story.live["ports"] == [
        {"port": 80, "name": "a", "protocol": "TCP"},
        {"port": 80, "protocol": "UDP"},
    ]
    with pytest.raises(TypedError, match="duplicate entries for key"):
        check(ports, {"ports": [{"port": 80}, {"port": 80, "protocol": "TCP"}]})


_values = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.recursive(
        st.integers(0, 2), lambda inner: st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2), max_leaves=4
    ),
    max_size=3,
)


@given(st.lists(st.tuples(st.sampled_from(["one", "two"]), st.booleans(), _values), max_size=6))
def test_every_owned_field_is_there_and_an_apply_again_changes_nothing(steps: list[tuple[str, bool, Any]]) -> None:
    story = Story(Served(DEDUCED))
    for name, applies, value in steps:
        if applies:
            story.apply(name, value, force=True)
            story.apply(name, value, force=True)  # what was emptied is null at first, and then what was applied
            before = story.live, story.managers
            assert story.apply(name, value) is False
            assert (story.live, story.managers) == before
        else:
            story.update(f"{name}-updater", value)
        there = fields_of(DEDUCED, story.live)
        for held in story.managers.values():
            assert held.fields
            assert not held.fields.difference(there)


def test_a_map_that_loses_its_last_field_is_null_and_filling_it_again_meets_its_other_owner() -> None:
    """structured-merge-diff, typed/remove.go: what `doMap` leaves of a map without fields is nothing."""
    story = Story(Served(DEDUCED))
    story.update("one-updater", {"c": {}})
    story.apply("one", {"c": {"a": 0}}, force=True)
    story.apply("one", {"c": {}}, force=True)
    assert story.live == {"c": None}
    with pytest.raises(ConflictsError):
        story.apply("one", {"c": {}})
    story.apply("one", {"c": {}}, force=True)
    assert story.live == {"c": {}}
    assert story.apply("one", {"c": {}}) is False


# the entries of an object


class Pods(Served):
    def __init__(self) -> None:
        super().__init__(POD)


def test_entries_are_sorted_and_read_back() -> None:
    updater = Updater(Pods())
    created = {"metadata": {"name": "web", "labels": {"a": "b"}}, "spec": {"nodeName": "n"}}
    managed = Managed().updated(updater, {"metadata": {}, "spec": {}}, created, "v1", "creator", "", NOON)
    later = NOON + timedelta(seconds=5)
    made, managed = managed.applied(updater, created, {"spec": {"hostNetwork": True}}, "v1", applier("me"), later)
    assert made is not None
    assert made["spec"] == {"nodeName": "n", "hostNetwork": True}
    entries = managed.entries()
    assert [(entry.manager, entry.operation, entry.time) for entry in entries] == [
        ("me", "Apply", later),
        ("creator", "Update", NOON),
    ]
    assert entries[1].fieldsV1 == {
        "f:metadata": {"f:labels": {".": {}, "f:a": {}}},
        "f:spec": {"f:nodeName": {}},
    }
    assert managed_from(entries) == managed


def test_an_apply_that_changes_nothing_leaves_the_time_as_it_was() -> None:
    updater, live = Updater(Pods()), {"spec": {"hostNetwork": True}}
    _, managed = Managed().applied(updater, {}, live, "v1", applier("me"), NOON)
    made, again = managed.applied(updater, live, live, "v1", applier("me"), NOON + timedelta(hours=1))
    assert made is None
    assert again == managed


def test_the_oldest_updaters_are_put_together_when_there_are_too_many() -> None:
    updater, managed, live = Updater(Served(NESTED)), Managed(), {}
    for number in range(13):
        new = {"map": {**live.get("map", {}), f"k{number:02}": "v"}}
        managed = managed.updated(updater, live, new, "v1", f"m{number:02}", "", NOON + timedelta(seconds=number))
        live = new
    entries = managed.entries()
    assert len(entries) == 10
    assert entries[0].manager == "ancient-changes"
    assert entries[0].time == NOON + timedelta(seconds=3)
    assert list(entries[0].fieldsV1["f:map"]) == [".", "f:k00", "f:k01", "f:k02", "f:k03"]


def test_a_subresource_owns_apart_and_scale_takes_the_replicas() -> None:
    updater = Updater(Served(DEPLOYMENT))
    _, managed = Managed().applied(updater, {}, {"spec": {"replicas": 1}}, "apps/v1", applier("me"), NOON)
    managed = managed.taken_over(elements.path_of("spec", "replicas"), "apps/v1", "kubectl", "scale")
    (entry,) = managed.entries()
    assert (entry.manager, entry.subresource, entry.time, entry.fieldsV1) == (
        "kubectl",
        "scale",
        None,
        {"f:spec": {"f:replicas": {}}},
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"operation": "Patch"}, "operation must be `Apply` or `Update`"),
        ({"apiVersion": ""}, "apiVersion must not be empty"),
        ({"fieldsType": None}, "missing fieldsType in managed fields entry 0"),
        ({"fieldsType": "V2"}, 'invalid fieldsType "V2"'),
        ({"fieldsV1": {"x": {}}}, "2 characters"),
    ],
)
def test_entries_that_cannot_be_read_are_refused(change: dict[str, Any], why: str) -> None:
    entry = {"apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {}, "manager": "m", "operation": "Update"}
    with pytest.raises(ValueError, match=why):
        managed_from([meta_v1.ManagedFieldsEntry(**{**entry, **change})])


def test_conflicts_are_said_as_the_api_server_says_them() -> None:
    replicas, image = elements.path_of("spec", "replicas"), elements.path_of("spec", "image")
    client = Manager("kubectl-client-side-apply", "Update", "apps/v1")
    one = conflict_error([Conflict(client, replicas)])
    assert (one.code, one.reason) == (409, "Conflict")
    assert one.message == (
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas'
    )
    assert one.causes[0] == (
        ".spec.replicas",
        "FieldManagerConflict",
        'conflict with "kubectl-client-side-apply" using apps/v1',
    )
    scale = Manager("kubectl", "Update", "apps/v1", "scale")
    two = conflict_error([Conflict(client, image), Conflict(applier("ci"), image), Conflict(scale, replicas)])
    assert two.message == (
        'Apply failed with 3 conflicts: conflicts with "ci":\n- .spec.image\n'
        'conflicts with "kubectl" with subresource "scale" using apps/v1:\n- .spec.replicas\n'
        'conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.image'
    )


# from client-side to server-side apply


def _entry(manager: str, operation: str, *names: str) -> meta_v1.ManagedFieldsEntry:
    fields = FieldSet.of([elements.path_of(name) for name in names]).to_json()
    return meta_v1.ManagedFieldsEntry("v1", "FieldsV1", fields, manager, operation)


def test_client_side_entries_become_applied_ones() -> None:
    client, other = _entry("kubectl-client-side-apply", "Update", "a", "b"), _entry("other", "Update", "c")
    assert upgraded([client, other], "kubectl-client-side-apply", "kubectl") == [
        _entry("kubectl", "Apply", "a", "b"),
        other,
    ]
    applied = _entry("kubectl", "Apply", "b", "d")
    assert upgraded([applied, client, other], "kubectl-client-side-apply", "kubectl") == [
        _entry("kubectl", "Apply", "a", "b", "d"),
        other,
    ]
    assert upgraded([other], "kubectl-client-side-apply", "kubectl") == [other]
    assert owners_of([client, other], "Update", FieldSet.of([("f:a",)])) == [client]


def test_only_what_is_still_as_it_was_applied_may_be_taken_over() -> None:
    applied = {"name": "a", "struct": {"name": "x", "value": 1}}
    live = {"name": "a", "struct": {"name": "y", "value": 1}, "list": ["1"]}
    assert list(still_as_applied(NESTED, applied, live)) == [("f:name",), ("f:struct", "f:value")]

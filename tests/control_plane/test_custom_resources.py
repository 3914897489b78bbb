"""Custom kinds in a running cluster: defined, served, changed, and gone."""

from __future__ import annotations

import copy
from typing import Any

from crontabs import NAME, SCHEMA, conditions, crontab, definition, refused, with_crontabs

import kubelab as kl
from kubelab.api.tables import table


def test_a_definition_is_named_and_established_and_then_its_kind_is_served() -> None:
    cluster = kl.Cluster(workers=0, seed=1)
    made = cluster.api.create(definition())
    assert kl.to_dict(made)["status"] == {
        "acceptedNames": {"kind": "", "plural": ""},
        "conditions": None,
        "storedVersions": ["v1"],
    }
    assert refused(cluster.api.create, crontab()).code == 404
    cluster.run(1)
    assert conditions(cluster) == {
        "NamesAccepted": ("True", "NoConflicts"),
        "Established": ("True", "InitialNamesAccepted"),
    }
    accepted = cluster.api.get("crd", NAME, None).status.acceptedNames
    assert (accepted.kind, accepted.listKind, accepted.singular) == ("CronTab", "CronTabList", "crontab")
    assert cluster.api.create(crontab()).metadata.generation == 1
    for word in ("crontabs", "crontab", "ct", "crontabs.stable.example.com", "crontabs.v1.stable.example.com"):
        assert [held.metadata.name for held in cluster.api.list(word)] == ["nightly"]


def test_what_the_schema_does_not_know_is_refused_and_what_it_knows_is_filled_in() -> None:
    cluster = with_crontabs()
    error = refused(cluster.api.create, {**crontab(foo=1, replicas=2), "bar": 1})
    assert error.code == 400
    assert error.message == (
        'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: '
        'unknown field "bar", unknown field "spec.foo"'
    )
    made = cluster.api.create(crontab(foo=1), field_validation="Warn")
    assert made.spec == {"cronSpec": "* * * * */5", "image": "busybox", "replicas": 1}
    assert cluster.api.warnings == ['unknown field "spec.foo"']
    error = refused(cluster.api.create, crontab("other", replicas=11))
    assert [cause.field for cause in error.causes] == ["spec.replicas"]


def test_a_plain_update_leaves_the_status_and_a_status_update_leaves_the_rest() -> None:
    cluster = with_crontabs()
    api = cluster.api
    made = api.create({**crontab(), "status": {"replicas": 7}})
    assert made.status is None
    sent = kl.to_dict(made)
    stated = api.update({**sent, "spec": {"cronSpec": "x"}, "status": {"replicas": 3}}, subresource="status")
    assert (stated.spec["cronSpec"], stated.status, stated.metadata.generation) == ("* * * * */5", {"replicas": 3}, 1)
    sent = kl.to_dict(stated)
    changed = api.update({**sent, "spec": {"cronSpec": "x"}, "status": {"replicas": 9}})
    assert (changed.spec["cronSpec"], changed.status, changed.metadata.generation) == ("x", {"replicas": 3}, 2)
    again = api.update(kl.to_dict(changed))
    assert again.metadata.resourceVersion == changed.metadata.resourceVersion


def test_merge_and_json_patches_work_and_strategic_ones_are_refused() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab())
    merged = cluster.api.patch("ct", "nightly", {"spec": {"image": None, "replicas": 4}}, patch_type="merge")
    assert merged.spec == {"cronSpec": "* * * * */5", "replicas": 4, "image": "busybox"}
    operations = [{"op": "replace", "path": "/spec/replicas", "value": 5}]
    assert cluster.api.patch("ct", "nightly", operations, patch_type="json").spec["replicas"] == 5
    error = refused(cluster.api.patch, "ct", "nightly", {"spec": {}})
    assert (error.code, error.reason) == (415, "UnsupportedMediaType")
    assert error.message.endswith(
        "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    )


def test_apply_takes_out_what_the_author_had_set() -> None:
    cluster = with_crontabs()
    cluster.api.apply(crontab(image="cron", replicas=2))
    cluster.api.patch("ct", "nightly", {"metadata": {"labels": {"who": "else"}}}, patch_type="merge")
    found = cluster.api.apply(crontab(replicas=3))
    assert (found.spec["image"], found.spec["replicas"], found.metadata.labels) == ("busybox", 3, {"who": "else"})


def test_columns_are_those_of_the_definition() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab())
    kind = cluster.master.api_server.kinds.find("ct")
    now, objects = cluster.clock.date, cluster.api.list("ct")
    assert table(kind, objects, now) == (["Name", "Spec", "Replicas", "Age"], [["nightly", "* * * * */5", 1, "0s"]])
    columns, rows = table(kind, objects, now, wide=True)
    assert (columns[3], rows[0][3]) == ("Image", "busybox")


def test_scale_reads_and_writes_where_the_definition_says() -> None:
    cluster = with_crontabs()
    api = cluster.api
    api.create(crontab())
    api.patch(
        "ct", "nightly", {"status": {"replicas": 1, "labelSelector": "a=b"}}, patch_type="merge", subresource="status"
    )
    scale = api.get_scale("ct", "nightly")
    assert (scale.spec.replicas, scale.status.replicas, scale.status.selector) == (1, 1, "a=b")
    api.patch("ct", "nightly", {"spec": {"replicas": 5}}, patch_type="merge", subresource="scale")
    assert api.get("ct", "nightly").spec["replicas"] == 5
    error = refused(api.patch, "ct", "nightly", {"spec": {"replicas": 11}}, patch_type="merge", subresource="scale")
    assert (error.code, [cause.field for cause in error.causes]) == (422, ["spec.replicas"])


def test_fields_that_the_definition_names_can_be_selected_by() -> None:
    cluster = with_crontabs(selectableFields=[{"jsonPath": ".spec.image"}])
    cluster.api.create(crontab("one"))
    cluster.api.create(crontab("two", image="cron"))
    found = cluster.api.list("ct", field_selector="spec.image=cron")
    assert [held.metadata.name for held in found] == ["two"]
    error = refused(cluster.api.list, "ct", field_selector="spec.cronSpec=x")
    assert error.message == "field label not supported: spec.cronSpec"


def test_an_object_reads_in_each_version_as_that_version_has_it() -> None:
    old = {"name": "v1beta1", "served": True, "storage": False, "deprecated": True}
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["spec"]["properties"]["color"] = {"type": "string", "default": "red"}
    manifest = definition()
    manifest["spec"]["versions"].append({**old, "schema": {"openAPIV3Schema": schema}})
    cluster = kl.Cluster(workers=0, seed=1)
    cluster.api.create(manifest)
    cluster.run(1)
    seen: list[Any] = []
    cluster.api.watch("crontabs.v1.stable.example.com", seen.append)
    made = cluster.api.create(crontab(version="v1beta1"))
    assert made.spec["color"] == "red"
    assert cluster.api.warnings == [
        "stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab"
    ]
    found = cluster.api.get("ct", "nightly")
    assert (found.apiVersion, "color" in found.spec) == ("stable.example.com/v1", False)
    assert cluster.api.get("crontabs.v1beta1.stable.example.com", "nightly").spec["color"] == "red"
    cluster.run(1)
    assert [event.object.apiVersion for event in seen] == ["stable.example.com/v1"]


def test_a_changed_schema_holds_for_what_is_there_already() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab(image="cron"))
    manifest = definition()
    schema = copy.deepcopy(SCHEMA)
    del schema["properties"]["spec"]["properties"]["image"]
    schema["properties"]["spec"]["properties"]["paused"] = {"type": "boolean", "default": False}
    manifest["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = schema
    cluster.api.apply(manifest)
    cluster.run(1)
    assert cluster.api.get("crd", NAME, None).metadata.generation == 2
    assert cluster.api.get("ct", "nightly").spec == {"cronSpec": "* * * * */5", "replicas": 1, "paused": False}


def test_a_name_that_another_definition_has_is_not_accepted_until_it_is_free() -> None:
    cluster = with_crontabs()
    rival = definition()
    rival["metadata"]["name"] = "tabs.stable.example.com"
    rival["spec"]["names"] = {"plural": "tabs", "kind": "CronTab", "singular": "tab"}
    cluster.api.create(rival)
    cluster.run(1)
    assert conditions(cluster, "tabs.stable.example.com") == {
        "NamesAccepted": ("False", "ListKindConflict"),
        "Established": ("False", "NotAccepted"),
    }
    assert refused(cluster.api.list, "tabs").code == 404
    cluster.api.delete("crd", NAME, None)
    cluster.run(1)
    assert conditions(cluster, "tabs.stable.example.com")["Established"] == ("True", "InitialNamesAccepted")


def test_a_custom_kind_may_be_called_like_one_of_the_cluster() -> None:
    cluster = kl.Cluster(workers=0, seed=1)
    manifest = definition(schema={"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}})
    manifest["metadata"]["name"] = "services.serving.example.com"
    manifest["spec"]["group"] = "serving.example.com"
    manifest["spec"]["names"] = {"plural": "services", "kind": "Service"}
    cluster.api.create(manifest)
    cluster.run(1)
    made = {
        "apiVersion": "serving.example.com/v1",
        "kind": "Service",
        "metadata": {"name": "hi.there"},
        "free": {"a": 1},
    }
    assert cluster.api.create(made).free == {"a": 1}
    found = cluster.api.list("services.serving.example.com")
    assert [kl.to_dict(held)["free"] for held in found] == [{"a": 1}]
    assert "hi.there" not in [held.metadata.name for held in cluster.api.list("services")]
    cluster.api.delete("services.serving.example.com", "hi.there")
    assert cluster.api.list("services.serving.example.com") == []


def test_custom_objects_are_never_changed_in_place() -> None:
    cluster = with_crontabs()
    made = cluster.api.create(crontab())
    before = copy.deepcopy(kl.to_dict(made))
    cluster.api.patch("ct", "nightly", {"spec": {"replicas": 4}}, patch_type="merge")
    plain = kl.to_dict(cluster.api.get("ct", "nightly"))
    plain["spec"]["replicas"] = 77
    assert kl.to_dict(made) == before
    assert cluster.api.get("ct", "nightly").spec["replicas"] == 4

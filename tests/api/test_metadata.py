import pytest

from kubelab.api import kinds
from kubelab.api.metadata import MOST_ANNOTATION_BYTES, object_meta, object_meta_update

POD, NODE, LEASE, EVENT = (kinds.find(name) for name in ("pod", "node", "lease", "event"))


def fields(meta, kind=POD):
    return [cause.field for cause in object_meta({"metadata": {"namespace": "default", **meta}}, kind)]


def changed(now, before):
    obj, old = {"metadata": {"name": "web", **now}}, {"metadata": {"name": "web", **before}}
    return [cause.field for cause in object_meta_update(obj, old, POD)]


def owner(**fields):
    return {"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1", **fields}


@pytest.mark.parametrize(
    ("meta", "faulty"),
    [
        ({"name": "web"}, []),
        ({}, ["metadata.name"]),
        ({"generateName": "web-"}, []),
        ({"generateName": "Web-"}, ["metadata.generateName"]),
        ({"name": "web/1"}, ["metadata.name"]),
        ({"name": "web", "namespace": ""}, ["metadata.namespace"]),
        ({"name": "web", "namespace": "A"}, ["metadata.namespace"]),
        ({"name": "web", "labels": {"a b": "c d"}}, ["metadata.labels", "metadata.labels"]),
        ({"name": "web", "annotations": {"Example.COM/a": "anything at all"}}, []),
        ({"name": "web", "annotations": {"a/b/c": ""}}, ["metadata.annotations"]),
        ({"name": "web", "annotations": {"a": "x" * MOST_ANNOTATION_BYTES}}, ["metadata.annotations"]),
        ({"name": "web", "generation": -1}, ["metadata.generation"]),
        ({"name": "web", "finalizers": ["kubernetes", "a.b/c"]}, []),
        ({"name": "web", "finalizers": ["mine"]}, ["metadata.finalizers[0]"]),
        ({"name": "web", "finalizers": ["orphan", "foregroundDeletion"]}, ["metadata.finalizers"]),
        ({"name": "web", "ownerReferences": [owner()]}, []),
        ({"name": "web", "ownerReferences": [owner(uid="", kind="")]},
         ["metadata.ownerReferences.kind", "metadata.ownerReferences.uid"]),
        ({"name": "web", "ownerReferences": [owner(apiVersion="")]}, ["metadata.ownerReferences.apiVersion"]),
        ({"name": "web", "ownerReferences": [owner(kind="Event")]}, ["metadata.ownerReferences"]),
        ({"name": "web", "ownerReferences": [owner(controller=True), owner(controller=True, name="b")]},
         ["metadata.ownerReferences"]),
    ],
)  # fmt: skip
def test_new_metadata_names_its_faulty_fields(meta, faulty):
    assert fields(meta) == faulty


def test_events_may_be_called_as_no_pod_may():
    assert fields({"name": "Web_1.abc"}, EVENT) == []
    assert fields({"name": "a/b"}, EVENT) == ["metadata.name"]


def test_a_lease_may_have_plain_finalizers():
    assert fields({"name": "a", "finalizers": ["mine"]}, LEASE) == []


def test_what_an_object_is_never_changes():
    assert changed({"uid": "2", "namespace": "b"}, {"uid": "1", "namespace": "a"}) == [
        "metadata.namespace",
        "metadata.uid",
    ]
    assert changed({"name": "other"}, {}) == ["metadata.name"]
    assert changed({"generation": 1}, {"generation": 2}) == ["metadata.generation"]
    assert changed({"labels": {"a": "b"}}, {}) == []


def test_what_is_being_deleted_gets_no_new_finalizers():
    going = {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b"]}
    assert changed({**going, "finalizers": ["a/b", "a/c"]}, going) == ["metadata.finalizers"]
    assert changed({**going, "finalizers": []}, going) == []

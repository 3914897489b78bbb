"""PersistentVolume, PersistentVolumeClaim, StorageClass: what they may be, become, and how they are shown."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from admitted import faults, new, refused, stored

from kubelab.api.kinds import find
from kubelab.api.objects import to_dict
from kubelab.api.tables import table

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def volume(**spec):
    given = {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/mnt"}}
    return {name: part for name, part in {**given, **spec}.items() if part is not None}


def claim(**spec):
    given = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {name: part for name, part in {**given, **spec}.items() if part is not None}


def shown(word, **manifest):
    kind = find(word)
    created = (NOW - timedelta(seconds=90)).isoformat()
    obj = msgspec.convert(
        {**manifest, "metadata": {"name": "x", "creationTimestamp": created, **manifest.get("metadata", {})}},
        kind.model,
    )
    columns, rows = table(kind, [obj], NOW, wide=True)
    return dict(zip(columns, rows[0], strict=True))


def test_a_new_volume_is_kept_protected_and_not_there_yet():
    made = new("pv", spec=volume())
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pv-protection"]
    assert made["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert (made["spec"]["volumeMode"], made["spec"]["hostPath"]["type"]) == ("Filesystem", "")
    assert made["status"] == {"phase": "Pending"}


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"capacity": {"storage": "0"}}, ["spec.capacity[storage]"]),
        ({"capacity": {"cpu": "1"}}, ["spec.capacity"]),
        ({"nfs": {"server": "s", "path": "/"}}, ["spec.nfs"]),
        ({"hostPath": None, "local": {"path": "/mnt"}}, ["spec.nodeAffinity"]),
        ({"nodeAffinity": {}}, ["spec.nodeAffinity.required"]),
        (
            {"hostPath": {"path": "/"}, "persistentVolumeReclaimPolicy": "Recycle"},
            ["spec.persistentVolumeReclaimPolicy"],
        ),
        ({"accessModes": ["ReadWriteOncePod", "ReadWriteOnce"]}, ["spec.accessModes"]),
        ({"volumeAttributesClassName": "gold"}, ["spec.csi"]),
        ({"hostPath": None, "csi": {"driver": "d"}}, ["spec.csi.volumeHandle"]),
        ({"hostPath": None, "gcePersistentDisk": {"pdName": ""}}, ["spec.persistentDisk.pdName"]),
    ],
)
def test_a_volume_that_cannot_be_is_refused(spec, fields):
    assert faults("pv", spec=volume(**spec)) == fields


def test_a_flex_volume_beside_another_is_overlooked_as_in_kubernetes():
    assert faults("pv", spec=volume(flexVolume={"driver": "d"})) == []


def test_where_the_bytes_of_a_volume_are_stays_as_it_is():
    old = stored("pv", spec=volume())
    error = refused("pv", old=old, spec=volume(hostPath={"path": "/other"}))
    assert [cause.field for cause in error.causes] == ["spec.persistentvolumesource"]
    assert "spec.persistentvolumesource is immutable after creation" in error.message
    assert new("pv", old=old, spec=volume(capacity={"storage": "6Gi"}))["spec"]["capacity"] == {"storage": "6Gi"}


def test_a_node_affinity_may_be_given_once_and_its_labels_brought_up_to_date():
    term = {"key": "failure-domain.beta.kubernetes.io/zone", "operator": "In", "values": ["a"]}
    with_zone = {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}}
    stable = {
        "required": {"nodeSelectorTerms": [{"matchExpressions": [{**term, "key": "topology.kubernetes.io/zone"}]}]}
    }
    assert faults("pv", old=stored("pv", spec=volume()), spec=volume(nodeAffinity=with_zone)) == []
    old = stored("pv", spec=volume(nodeAffinity=with_zone))
    assert faults("pv", old=old, spec=volume(nodeAffinity=stable)) == []
    assert faults("pv", old=old, spec=volume()) == ["nodeAffinity"]


def test_a_secret_for_growing_may_be_added_to_a_csi_volume():
    csi = {"driver": "d.example.com", "volumeHandle": "h"}
    secret = {"controllerExpandSecretRef": {"name": "a", "namespace": "b"}}
    old = stored("pv", spec=volume(hostPath=None, csi=csi))
    assert faults("pv", old=old, spec=volume(hostPath=None, csi=csi | secret)) == []


def test_a_claim_may_not_change_while_it_is_unbound():
    old = stored("pvc", spec=claim())
    error = refused("pvc", old=old, spec=claim(accessModes=["ReadWriteMany"]))
    immutable = "spec is immutable after creation except resources.requests and volumeAttributesClassName"
    assert f"spec: Forbidden: {immutable} for bound claims" in error.message
    assert faults("pvc", old=old, spec=claim(resources={"requests": {"storage": "2Gi"}})) == ["spec"]
    assert faults("pvc", old=old, spec=claim(volumeName="disk")) == []
    assert faults("pvc", old=old, spec=claim(storageClassName="late")) == []


def test_a_bound_claim_may_grow_but_not_below_what_it_has():
    old = stored("pvc", spec=claim(volumeName="disk", resources={"requests": {"storage": "2Gi"}}))
    old["status"] = {"phase": "Bound", "capacity": {"storage": "2Gi"}}
    grown = claim(volumeName="disk", resources={"requests": {"storage": "3Gi"}})
    assert faults("pvc", old=old, spec=grown) == []
    assert faults("pvc", old=old, spec=claim(volumeName="disk")) == ["spec.resources.requests.storage"]
    assert faults("pvc", old=old, spec=claim(resources=old["spec"]["resources"])) == ["spec"]


def test_a_data_source_has_two_names_that_say_the_same():
    source = {"kind": "PersistentVolumeClaim", "name": "old"}
    made = new("pvc", spec=claim(dataSource=source))["spec"]
    assert made["dataSourceRef"] == made["dataSource"] == source
    populator = {"kind": "Sample", "name": "x", "apiGroup": "example.com"}
    assert "dataSource" not in new("pvc", spec=claim(dataSource=populator))["spec"]


def test_an_empty_api_group_of_a_data_source_is_written_as_null():
    made = new("pvc", spec=claim(dataSource={"kind": "PersistentVolumeClaim", "name": "old"}))
    plain = to_dict(msgspec.convert(made, find("pvc").model))
    assert plain["spec"]["dataSource"]["apiGroup"] is None


def test_a_storage_class_is_immediate_and_deletes_unless_told_otherwise():
    made = new("sc", provisioner="example.com/disk")
    assert (made["reclaimPolicy"], made["volumeBindingMode"]) == ("Delete", "Immediate")


def test_a_storage_class_changes_hardly_at_all():
    old = stored("sc", provisioner="example.com/disk")
    error = refused("sc", old=old, provisioner="example.com/other", parameters={"a": "b"}, reclaimPolicy="Retain")
    assert [str(cause) for cause in error.causes] == [
        "parameters: Forbidden: updates to parameters are forbidden.",
        "provisioner: Forbidden: updates to provisioner are forbidden.",
        "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
    ]
    assert faults("sc", old=old, provisioner="example.com/disk", allowVolumeExpansion=True) == []


def test_topologies_of_a_class_are_not_said_twice():
    term = {"matchLabelExpressions": [{"key": "zone", "values": ["a", "a"]}]}
    path = "allowedTopologies[0].matchLabelExpressions[0].values[1]"
    assert faults("sc", provisioner="a/b", allowedTopologies=[term]) == [path]
    again = {"matchLabelExpressions": [{"key": "zone", "values": ["a"]}]}
    path = "allowedTopologies[1].matchLabelExpressions"
    assert faults("sc", provisioner="a/b", allowedTopologies=[again, again]) == [path]


def test_a_volume_and_a_claim_are_shown_as_kubectl_shows_them():
    spec = volume(
        persistentVolumeReclaimPolicy="Retain",
        storageClassName="slow",
        volumeMode="Filesystem",
        claimRef={"namespace": "default", "name": "data"},
        accessModes=["ReadWriteMany", "ReadWriteOnce"],
    )
    row = shown("pv", spec=spec, status={"phase": "Bound"})
    assert list(row.values()) == [
        *("x", "5Gi", "RWO,RWX", "Retain", "Bound", "default/data", "slow", "<unset>", "", "90s", "Filesystem")
    ]
    row = shown("pvc", spec=claim(), status={"phase": "Pending"}, metadata={"deletionTimestamp": NOW.isoformat()})
    assert list(row.values()) == ["x", "Terminating", "", "", "", "", "<unset>", "90s", "<unset>"]


def test_the_default_class_is_marked():
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    row = shown("sc", provisioner="a/b", metadata={"annotations": annotations})
    assert list(row.values()) == ["x (default)", "a/b", "Delete", "Immediate", "false", "90s"]

"""Volumes and claims: how they find each other, and what becomes of them."""

import pytest
from lone_controllers import after, pod, running, said

from kubelab.control_plane.controller_manager.persistent_volume.controller import PersistentVolumeController
from kubelab.control_plane.controller_manager.persistent_volume.ephemeral import EphemeralVolumeController
from kubelab.control_plane.controller_manager.persistent_volume.protection import (
    ClaimProtectionController,
    VolumeProtectionController,
)

ALL = (
    PersistentVolumeController,
    EphemeralVolumeController,
    ClaimProtectionController,
    VolumeProtectionController,
)


def volume(bare, name="disk", size="5Gi", meta=None, **spec):
    given = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/mnt/disk"}}
    fields = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name, **(meta or {})}}
    return bare.client.create({**fields, "spec": {**given, **spec}})


def claim(bare, name="data", size="1Gi", **spec):
    given = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    fields = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}}
    return bare.client.create({**fields, "spec": {**given, **spec}})


def storage_class(bare, name, default=False, **fields):
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"} if default else {}
    bare.client.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": name, "annotations": annotations},
            "provisioner": "example.com/disk",
            **fields,
        }
    )


def phases(bare):
    volumes = {held.metadata.name: held.status.phase for held in bare.client.list("pv")}
    return volumes | {held.metadata.name: held.status.phase for held in bare.client.list("pvc")}


def of(bare, name="data"):
    return bare.client.get("pvc", name).spec.volumeName


def test_a_claim_gets_the_smallest_volume_that_suits_it(bare):
    running(bare, *ALL)
    volume(bare, "large", "9Gi")
    volume(bare, "small", "1Gi")
    volume(bare, "medium", "3Gi")
    after(bare, 1)
    claim(bare, size="2Gi")
    after(bare, 1)
    assert phases(bare) == {"large": "Available", "medium": "Bound", "small": "Available", "data": "Bound"}
    held, bound = bare.client.get("pvc", "data"), bare.client.get("pv", "medium", None)
    assert (held.status.capacity, held.status.accessModes) == ({"storage": "3Gi"}, ["ReadWriteOnce"])
    assert bound.spec.claimRef.uid == held.metadata.uid
    assert held.metadata.annotations == {
        "pv.kubernetes.io/bound-by-controller": "yes",
        "pv.kubernetes.io/bind-completed": "yes",
    }


def test_binding_is_four_writes_in_this_order(bare):
    running(bare, *ALL)
    volume(bare)
    after(bare, 1)
    before = len(list(bare.journal))
    claim(bare)
    after(bare, 1)
    writes = [(entry.verb, entry.object) for entry in list(bare.journal)[before:]]
    assert writes == [
        ("create", "persistentvolumeclaims/default/data"),
        ("update", "persistentvolumes/disk"),
        ("update/status", "persistentvolumes/disk"),
        ("update", "persistentvolumeclaims/default/data"),
        ("update/status", "persistentvolumeclaims/default/data"),
    ]


@pytest.mark.parametrize(
    ("of_volume", "of_claim"),
    [
        ({"storageClassName": "slow"}, {}),
        ({}, {"storageClassName": "slow"}),
        ({}, {"size": "6Gi"}),
        ({}, {"accessModes": ["ReadWriteMany"]}),
        ({"volumeMode": "Block"}, {}),
        ({}, {"selector": {"matchLabels": {"tier": "gold"}}}),
        ({"claimRef": {"namespace": "default", "name": "other"}}, {}),
    ],
)
def test_a_volume_that_does_not_suit_stays_available(bare, of_volume, of_claim):
    running(bare, *ALL)
    volume(bare, **of_volume)
    claim(bare, **of_claim)
    after(bare, 20)
    assert phases(bare) == {"disk": "Available", "data": "Pending"}


def test_a_claim_without_class_and_volume_says_what_it_waits_for(bare):
    running(bare, *ALL)
    claim(bare)
    claim(bare, "typo", storageClassName="manual")
    after(bare, 1)
    nothing = "no persistent volumes available for this claim and no storage class is set"
    assert said(bare) == [
        ("FailedBinding", "data", nothing),
        ("ProvisioningFailed", "typo", 'storageclass.storage.k8s.io "manual" not found'),
    ]


def test_a_volume_that_comes_later_is_noticed_at_the_next_look(bare):
    running(bare, *ALL)
    claim(bare)
    after(bare, 2)
    volume(bare)
    after(bare, 10)
    assert phases(bare) == {"disk": "Available", "data": "Pending"}
    after(bare, 5)
    assert phases(bare) == {"disk": "Bound", "data": "Bound"}


def test_a_waiting_claim_costs_nothing(bare):
    running(bare, *ALL)
    claim(bare)
    after(bare, 60)
    before = len(list(bare.journal))
    after(bare, 86_400)
    assert len(list(bare.journal)) == before


def test_a_claim_may_ask_for_one_volume_and_no_other(bare):
    running(bare, *ALL)
    volume(bare, "small", "1Gi")
    volume(bare, "large", "9Gi")
    after(bare, 1)
    claim(bare, volumeName="large")
    claim(bare, "greedy", "2Gi", volumeName="small")
    claim(bare, "late", volumeName="large")
    after(bare, 20)
    assert phases(bare) == {
        "small": "Available",
        "large": "Bound",
        "data": "Bound",
        "greedy": "Pending",
        "late": "Pending",
    }
    assert {name: message for _, name, message in said(bare)} == {
        "greedy": 'Cannot bind to requested volume "small": requested PV is too small',
        "late": 'volume "large" already bound to a different claim.',
    }


def test_a_volume_may_be_kept_for_one_claim(bare):
    running(bare, *ALL)
    volume(bare, "kept", "9Gi", claimRef={"namespace": "default", "name": "data"})
    volume(bare, "free", "1Gi")
    after(bare, 1)
    claim(bare)
    after(bare, 1)
    assert of(bare) == "kept"
    assert "pv.kubernetes.io/bound-by-controller" not in (
        bare.client.get("pv", "kept", None).metadata.annotations or {}
    )


def test_a_claim_of_a_waiting_class_is_left_to_the_scheduler(bare):
    running(bare, *ALL)
    storage_class(bare, "late", volumeBindingMode="WaitForFirstConsumer")
    volume(bare, storageClassName="late")
    claim(bare, storageClassName="late")
    after(bare, 20)
    assert phases(bare) == {"disk": "Available", "data": "Pending"}
    assert said(bare)[0] == ("WaitForFirstConsumer", "data", "waiting for first consumer to be created before binding")


def test_a_claim_of_a_class_is_handed_to_its_provisioner(bare):
    running(bare, *ALL)
    storage_class(bare, "fast")
    claim(bare, storageClassName="fast")
    after(bare, 1)
    annotations = bare.client.get("pvc", "data").metadata.annotations
    assert annotations["volume.kubernetes.io/storage-provisioner"] == "example.com/disk"
    assert [(reason, name) for reason, name, _ in said(bare)] == [("ExternalProvisioning", "data")]


def test_a_class_that_nobody_provisions_for_is_told(bare):
    running(bare, *ALL)
    storage_class(bare, "local", provisioner="kubernetes.io/no-provisioner")
    claim(bare, storageClassName="local")
    after(bare, 1)
    assert said(bare) == [("ProvisioningFailed", "data", "no volume plugin matched name: kubernetes.io/no-provisioner")]


def test_a_default_class_that_comes_later_is_given_to_claims_that_wait(bare):
    running(bare, *ALL)
    claim(bare)
    after(bare, 1)
    storage_class(bare, "standard", default=True)
    after(bare, 20)
    assert bare.client.get("pvc", "data").spec.storageClassName == "standard"


def bound(bare, **spec):
    running(bare, *ALL)
    volume(bare, **spec)
    after(bare, 1)
    claim(bare)
    after(bare, 1)
    assert phases(bare) == {"disk": "Bound", "data": "Bound"}


def test_a_volume_that_is_to_be_kept_is_released(bare):
    bound(bare)
    bare.client.delete("pvc", "data")
    after(bare, 1)
    assert phases(bare) == {"disk": "Released"}
    claim(bare, "next")
    after(bare, 20)
    assert phases(bare) == {"disk": "Released", "next": "Pending"}


def test_a_volume_that_is_to_be_deleted_goes_with_its_claim(bare):
    bound(bare, persistentVolumeReclaimPolicy="Delete", hostPath={"path": "/tmp/disk"})
    bare.client.delete("pvc", "data")
    after(bare, 1)
    assert phases(bare) == {}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, "host_path deleter only supports /tmp/.+ but received provided /mnt/disk"),
        (
            {"hostPath": None, "nfs": {"server": "nas", "path": "/"}},
            'error getting deleter volume plugin for volume "disk": no deletable volume plugin matched',
        ),
    ],
)
def test_a_volume_that_nobody_can_delete_has_failed(bare, spec, message):
    bound(bare, persistentVolumeReclaimPolicy="Delete", **spec)
    bare.client.delete("pvc", "data")
    after(bare, 1)
    held = bare.client.get("pv", "disk", None)
    assert (held.status.phase, held.status.message) == ("Failed", message)
    assert said(bare)[-1] == ("VolumeFailedDelete", "disk", message)


def test_a_volume_that_is_to_be_recycled_is_free_again(bare):
    bound(bare, persistentVolumeReclaimPolicy="Recycle")
    bare.client.delete("pvc", "data")
    after(bare, 1)
    assert phases(bare) == {"disk": "Available"}


def test_a_claim_whose_volume_disappears_is_lost(bare):
    bound(bare)
    bare.client.patch("pv", "disk", {"metadata": {"finalizers": None}}, None, patch_type="merge")
    bare.client.delete("pv", "disk", None)
    after(bare, 1)
    assert phases(bare) == {"data": "Lost"}
    lost = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
    assert said(bare)[-1] == ("ClaimLost", "data", lost)


def test_a_claim_stays_while_a_pod_on_a_node_uses_it(bare):
    bound(bare)
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    bare.client.create(pod(node="worker-1", volumes=volumes))
    bare.client.delete("pvc", "data")
    after(bare, 5)
    assert bare.client.get("pvc", "data").metadata.deletionTimestamp is not None
    bare.client.delete("pods", "web", grace_period_seconds=0)
    after(bare, 5)
    assert "data" not in phases(bare)


def test_a_volume_stays_while_it_is_bound(bare):
    bound(bare)
    bare.client.delete("pv", "disk", None)
    after(bare, 5)
    assert "disk" in phases(bare)
    bare.client.delete("pvc", "data")
    after(bare, 5)
    assert phases(bare) == {}


def test_a_pod_brings_its_own_claims(bare):
    running(bare, *ALL)
    template = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}
    made = bare.client.create(pod(volumes=[{"name": "scratch", "ephemeral": {"volumeClaimTemplate": template}}]))
    after(bare, 1)
    held = bare.client.get("pvc", "web-scratch")
    assert [(owner.kind, owner.uid) for owner in held.metadata.ownerReferences] == [("Pod", made.metadata.uid)]


def test_the_manager_may_end_between_any_two_writes(bare):
    volume(bare)
    claim(bare)
    for cut in range(30):
        manager = running(bare, *ALL)
        after(bare, cut / 500)
        manager.stop()
    running(bare, *ALL)
    after(bare, 20)
    assert phases(bare) == {"disk": "Bound", "data": "Bound"}

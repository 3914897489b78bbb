"""Definitions and objects of custom kinds that go, and processes that start afresh."""

from __future__ import annotations

import pytest
from crontabs import NAME, conditions, crontab, definition, refused, with_crontabs

from kubelab.api.objects import condition


def test_with_a_definition_go_its_objects() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab())
    going = cluster.api.delete("crd", NAME, None)
    assert going.metadata.finalizers == ["customresourcecleanup.apiextensions.k8s.io"]
    assert condition(going, "Terminating").reason == "InstanceDeletionPending"
    cluster.run(1)
    assert cluster.api.list("crd") == []
    assert refused(cluster.api.list, "ct").code == 404
    cluster.api.create(definition())
    cluster.run(1)
    assert cluster.api.list("ct") == []


def test_a_definition_waits_for_objects_that_somebody_holds_and_lets_no_new_ones_in() -> None:
    cluster = with_crontabs()
    held = crontab()
    held["metadata"]["finalizers"] = ["example.com/mine"]
    cluster.api.create(held)
    cluster.api.delete("crd", NAME, None)
    cluster.run(20)
    assert conditions(cluster)["Terminating"] == ("True", "InstanceDeletionInProgress")
    error = refused(cluster.api.create, crontab("late"))
    assert error.message == (
        'crontabs.stable.example.com "late" is forbidden: create not allowed while custom resource definition is '
        "terminating"
    )
    cluster.api.patch("ct", "nightly", {"metadata": {"finalizers": None}}, patch_type="merge")
    cluster.run(6)
    assert cluster.api.list("crd") == []


def test_objects_of_custom_kinds_go_with_their_owners() -> None:
    cluster = with_crontabs()
    cluster.run(31)
    owner = cluster.api.create(crontab("owner"))
    reference = {"apiVersion": "stable.example.com/v1", "kind": "CronTab", "name": "owner", "uid": owner.metadata.uid}
    child = crontab("child")
    child["metadata"]["ownerReferences"] = [reference]
    cluster.api.create(child)
    metadata = {"name": "kept", "namespace": "default", "ownerReferences": [reference]}
    cluster.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    cluster.run(1)
    assert len(cluster.api.list("ct")) == 2
    cluster.api.delete("ct", "owner")
    cluster.run(2)
    assert cluster.api.list("ct") == []
    assert "kept" not in [held.metadata.name for held in cluster.api.list("configmaps", "default")]


def test_a_namespace_is_emptied_of_custom_objects_too() -> None:
    cluster = with_crontabs()
    cluster.api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    there = crontab()
    there["metadata"].update(namespace="shop", finalizers=["example.com/mine"])
    cluster.api.create(there)
    cluster.api.delete("namespaces", "shop", None)
    cluster.run(40)
    left = condition(cluster.api.get("namespaces", "shop", None), "NamespaceContentRemaining")
    assert left.message == "Some resources are remaining: crontabs.stable.example.com has 1 resource instances"
    cluster.api.patch("ct", "nightly", {"metadata": {"finalizers": None}}, "shop", patch_type="merge")
    cluster.settle()
    assert "shop" not in [held.metadata.name for held in cluster.api.list("namespaces")]


@pytest.mark.parametrize("process", ["kube-apiserver", "kube-controller-manager", "etcd"])
def test_whoever_starts_afresh_serves_the_same_kinds(process: str) -> None:
    cluster = with_crontabs()
    cluster.run(31)
    cluster.api.create(crontab())
    cluster.stop(process)
    cluster.run(5)
    cluster.start(process)
    cluster.run(40)
    assert [held.metadata.name for held in cluster.api.list("ct")] == ["nightly"]
    followed = cluster.master.controller_manager.informers[NAME]
    assert [held.metadata.name for held in followed] == ["nightly"]
    cluster.api.delete("crd", NAME, None)
    cluster.run(10)
    assert NAME not in cluster.master.controller_manager.informers
    assert cluster.api.list("crd") == []


def test_a_definition_that_goes_while_nobody_works_is_gone_afterwards() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab())
    cluster.api.delete("crd", NAME, None)
    cluster.stop("kube-apiserver")
    cluster.run(5)
    cluster.start("kube-apiserver")
    cluster.run(5)
    assert cluster.api.list("crd") == []


def test_a_fork_has_custom_kinds_of_its_own() -> None:
    cluster = with_crontabs()
    cluster.api.create(crontab())
    fork = cluster.fork()
    fork.api.delete("crd", NAME, None)
    fork.run(1)
    assert refused(fork.api.list, "ct").code == 404
    assert cluster.api.list("ct")[0].spec["cronSpec"] == "* * * * */5"
    other = cluster.fork()
    other.api.patch("ct", "nightly", {"spec": {"replicas": 9}}, patch_type="merge")
    other.run(1)
    assert (cluster.api.get("ct", "nightly").spec["replicas"], other.api.get("ct", "nightly").spec["replicas"]) == (
        1,
        9,
    )

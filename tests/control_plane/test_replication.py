"""The ReplicationController's controller: the ReplicaSet's rules over the older kind."""

import pytest
from lone_controllers import add_node, after, pod, running, said

from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController
from kubelab.control_plane.controller_manager.replication import ReplicationManager


def controller(bare, replicas=2, name="web", template=None):
    pods = {"metadata": {"labels": {"app": name}}, "spec": {**pod()["spec"], **(template or {})}}
    spec = {"replicas": replicas, "selector": {"app": name}, "template": pods}
    manifest = {"apiVersion": "v1", "kind": "ReplicationController", "metadata": {"name": name}, "spec": spec}
    made = bare.client.create(manifest, namespace="default")
    after(bare, 0.1)
    return made


def owned(bare, kind="ReplicationController"):
    pods = bare.client.list("pods", "default")
    return [held for held in pods if [ref.kind for ref in held.metadata.ownerReferences or ()] == [kind]]


@pytest.fixture
def alone(bare):
    add_node(bare)
    running(bare, ReplicationManager, ReplicaSetController)
    return bare


def test_it_makes_as_many_pods_as_are_wanted(alone):
    controller(alone, 3)
    assert len(owned(alone)) == 3
    alone.client.patch("replicationcontrollers", "web", {"spec": {"replicas": 1}})
    after(alone, 0.1)
    assert len(owned(alone)) == 1
    assert [reason for reason, _, _ in said(alone)] == ["SuccessfulCreate"] * 3 + ["SuccessfulDelete"] * 2
    sources = [event.source.component for event in alone.client.list("events")]
    assert set(sources) == {"replication-controller"}


def test_its_status_counts_the_pods_that_stay(alone):
    controller(alone, 2)
    status = alone.client.get("replicationcontrollers", "web").status
    assert (status.replicas, status.fullyLabeledReplicas, status.readyReplicas) == (2, 2, None)
    assert status.observedGeneration == 1
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    for held in owned(alone):
        alone.client.patch("pods", held.metadata.name, {"status": ready}, subresource="status")
    after(alone, 0.1)
    status = alone.client.get("replicationcontrollers", "web").status
    assert (status.readyReplicas, status.availableReplicas) == (2, 2)


def test_it_adopts_and_releases_by_its_labels(alone):
    manifest = pod("mine", node="worker-1")
    manifest["metadata"]["labels"] = {"app": "web", "more": "of-it"}
    alone.client.create(manifest)
    controller(alone, 1)
    assert [held.metadata.name for held in owned(alone)] == ["mine"]
    alone.client.patch("pods", "mine", {"metadata": {"labels": {"app": "other"}}})
    after(alone, 0.1)
    assert "mine" not in [held.metadata.name for held in owned(alone)]
    assert len(owned(alone)) == 1


def test_a_replica_set_of_the_same_name_is_another_matter(alone):
    controller(alone, 1)
    template = {"metadata": {"labels": {"app": "set"}}, "spec": pod()["spec"]}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": "set"}}, "template": template}
    alone.client.create({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"}, "spec": spec})
    after(alone, 0.1)
    assert (len(owned(alone)), len(owned(alone, "ReplicaSet"))) == (1, 2)


def test_what_could_not_be_made_is_a_condition(alone):
    controller(alone, 1, template={"serviceAccountName": "nobody"})
    held = alone.client.get("replicationcontrollers", "web").status.conditions
    assert [(each.type, each.status, each.reason) for each in held] == [("ReplicaFailure", "True", "FailedCreate")]
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody"}}
    alone.client.create(account)
    after(alone, 2000)
    assert alone.client.get("replicationcontrollers", "web").status.conditions is None

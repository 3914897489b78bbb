"""The replicaset controller by itself: which pods are its own, which go first, what it says when it cannot."""

import pytest
from lone_controllers import add_node, after, pod, running, said

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController


def replica_set(bare, replicas, namespace="default", name="web"):
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod()["spec"]}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    meta = {"name": name, "namespace": namespace}
    return bare.client.create({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": spec})


def names(bare):
    return sorted(held.metadata.name for held in bare.client.list("pods", "default"))


def bare_pod(bare, name, phase, node="worker-1"):
    manifest = pod(name, node=node)
    manifest["metadata"]["labels"] = {"app": "web"}
    bare.client.create(manifest)
    ready = [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-05T09:00:00Z"}]
    status = {"phase": phase, "conditions": ready if phase == "Running" else []}
    bare.client.patch("pods", name, {"status": status}, subresource="status")


@pytest.fixture
def alone(bare):
    add_node(bare)
    running(bare, ReplicaSetController)
    return bare


def test_a_finished_pod_is_not_adopted(alone):
    bare_pod(alone, "done", "Succeeded")
    bare_pod(alone, "running", "Running")
    replica_set(alone, 2)
    after(alone, 1)
    assert alone.client.get("pods", "done").metadata.ownerReferences is None
    assert alone.client.get("pods", "running").metadata.ownerReferences[0].name == "web"
    assert len(names(alone)) == 3


def test_a_finished_pod_is_not_released_either(alone):
    bare_pod(alone, "mine", "Running")
    replica_set(alone, 1)
    after(alone, 1)
    alone.client.patch("pods", "mine", {"status": {"phase": "Failed"}}, subresource="status")
    alone.client.patch("pods", "mine", {"metadata": {"labels": {"app": "other"}}})
    after(alone, 1)
    assert alone.client.get("pods", "mine").metadata.ownerReferences[0].name == "web"


def test_a_set_without_a_deployment_does_not_spread_by_node(alone):
    add_node(alone, "worker-2")
    replica_set(alone, 0)
    for name, node in (("a", "worker-2"), ("b", "worker-1"), ("c", "worker-1")):
        bare_pod(alone, name, "Running", node)
    related = alone.client.get("replicasets", "web")
    manager = running(alone, ReplicaSetController)
    assert manager.controllers[0]._related(related) == []


def test_in_a_namespace_that_goes_it_gives_up_silently(alone):
    alone.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "going"}})
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "going"}}
    alone.client.create(account)
    replica_set(alone, 0, "going")
    after(alone, 1)
    alone.client.delete("namespaces", "going", None)
    alone.client.patch("replicasets", "web", {"spec": {"replicas": 2}}, "going")
    after(alone, 10)
    held = alone.client.get("replicasets", "web", "going")
    assert held.status.conditions is None
    assert held.status.observedGeneration == 2
    assert [event for event in said(alone) if event[0] == "FailedCreate"] == []


def test_not_even_events_are_made_in_a_namespace_that_goes(bare):
    bare.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "going"}})
    bare.client.delete("namespaces", "going", None)
    about = {"kind": "Pod", "name": "web", "namespace": "going"}
    meta = {"name": "web.1", "namespace": "going"}
    with pytest.raises(ApiError, match="because it is being terminated") as refused:
        bare.client.create({"apiVersion": "v1", "kind": "Event", "metadata": meta, "involvedObject": about})
    assert refused.value.namespace_is_terminating


def test_pods_that_are_refused_are_told_of_and_the_condition_goes_with_its_cause(alone):
    alone.client.delete("serviceaccounts", "default")
    replica_set(alone, 1)
    after(alone, 1)
    held = condition(alone.client.get("replicasets", "web"), "ReplicaFailure")
    assert (held.status, held.reason) == ("True", "FailedCreate")
    reason = 'error looking up service account default/default: serviceaccount "default" not found'
    assert held.message == f'pods "web-" is forbidden: {reason}'
    assert said(alone)[0] == ("FailedCreate", "web", f"Error creating: {held.message}")
    alone.client.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    after(alone, 5)
    assert condition(alone.client.get("replicasets", "web"), "ReplicaFailure") is None
    assert len(names(alone)) == 1

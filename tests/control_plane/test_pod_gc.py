import pytest
from lone_controllers import add_node, after, conditions, pod, post, run_pod, running

from kubelab.control_plane.controller_manager.pod_gc import OUT_OF_SERVICE, PodGcController


def names(bare):
    return [each.metadata.name for each in bare.client.list("pods")]


def test_pods_of_a_deleted_node_go_after_the_quarantine(bare):
    running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    bare.clock.run(5)
    bare.client.delete("nodes", "worker-1", None)
    bare.clock.run(59.9)  # missed at 20, in quarantine until 60
    assert names(bare) == ["web"]
    bare.clock.run(60.1)
    assert names(bare) == []


def test_they_are_marked_failed_first(bare):
    running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    bare.client.patch("pods", "web", {"metadata": {"finalizers": ["example.com/keep"]}})
    after(bare, 1)
    bare.client.delete("nodes", "worker-1", None)
    after(bare, 70)
    held = bare.client.get("pods", "web")
    assert held.status.phase == "Failed"
    assert conditions(held)["DisruptionTarget"] == "True"
    assert held.status.conditions[-1].reason == "DeletionByPodGC"
    assert held.status.conditions[-1].message == "PodGC: node no longer exists"
    assert held.metadata.deletionGracePeriodSeconds == 0
    revision = bare.etcd.revision
    after(bare, 200)
    assert bare.etcd.revision == revision


def test_a_node_that_comes_back_in_time_keeps_its_pods(bare):
    running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    after(bare, 1)
    bare.client.delete("nodes", "worker-1", None)
    after(bare, 50)
    add_node(bare)
    after(bare, 200)
    assert names(bare) == ["web"]


def test_a_pod_bound_to_a_node_that_never_was_goes_too(bare):
    running(bare, PodGcController)
    after(bare, 1)
    bare.client.create(pod("lost", node="nowhere"))
    after(bare, 70)
    assert names(bare) == []


def test_pods_being_deleted_on_a_node_out_of_service_go_at_the_next_look(bare):
    running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "leaving", "worker-1")
    run_pod(bare, "staying", "worker-1")
    bare.client.delete("pods", "leaving")
    after(bare, 30)
    bare.client.patch("nodes", "worker-1", {"spec": {"taints": [{"key": OUT_OF_SERVICE, "effect": "NoExecute"}]}}, None)
    after(bare, 30)
    assert names(bare) == ["leaving", "staying"]  # the node is ready: its kubelet will see to it
    post(bare, "worker-1", "False")
    after(bare, 21)
    assert names(bare) == ["staying"]
    bare.client.delete("pods", "staying")
    after(bare, 21)
    assert names(bare) == []


def test_a_pod_without_node_that_waits_for_a_finalizer_is_failed_once(bare):
    running(bare, PodGcController)
    bare.client.create({**pod("held"), "metadata": {"name": "held", "finalizers": ["example.com/keep"]}})
    bare.client.delete("pods", "held")
    after(bare, 25)
    assert bare.client.get("pods", "held").status.phase == "Failed"
    revision = bare.etcd.revision
    after(bare, 500)
    assert bare.etcd.revision == revision


def test_where_all_is_well_nobody_looks(bare):
    running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    after(bare, 30)
    assert not bare.clock.busy


@pytest.mark.parametrize("instant", [1.0, 20.0, 20.003, 45.0, 59.99])
def test_a_restart_at_any_instant_leads_to_the_same(bare, instant):
    manager = running(bare, PodGcController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    bare.clock.run(0.5)
    bare.client.delete("nodes", "worker-1", None)
    bare.clock.run(instant)
    manager.stop()
    manager.start()
    after(bare, 61)
    assert names(bare) == []

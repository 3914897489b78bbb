import pytest
from lightkube.models import core_v1
from lone_controllers import add_node, after, conditions, run_pod, running, said

from kubelab.api.errors import ApiError
from kubelab.control_plane.controller_manager.taint_eviction import TaintEvictionController, tolerated_for

FOR_EVER = {"key": "broken", "operator": "Exists", "effect": "NoExecute"}
FOR_A_WHILE = {**FOR_EVER, "tolerationSeconds": 20}


def taint(bare, node, *keys, effect="NoExecute"):
    taints = [{"key": key, "effect": effect} for key in keys]
    bare.client.patch("nodes", node, {"spec": {"taints": taints or None}}, None)


def leaving(bare, name):
    """Whether the pod is being deleted."""
    return bare.client.get("pods", name).metadata.deletionTimestamp is not None


@pytest.fixture
def tainted(bare):
    """Three pods on a node that is about to be tainted."""
    running(bare, TaintEvictionController)
    add_node(bare)
    run_pod(bare, "never", "worker-1", tolerations=[])
    run_pod(bare, "while", "worker-1", tolerations=[FOR_A_WHILE])
    run_pod(bare, "ever", "worker-1", tolerations=[FOR_EVER])
    after(bare, 1)
    return bare


def test_who_does_not_tolerate_goes_who_tolerates_for_a_while_goes_later(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 0.1)
    assert [leaving(tainted, name) for name in ("never", "while", "ever")] == [True, False, False]
    after(tainted, 19.8)
    assert not leaving(tainted, "while")
    after(tainted, 0.2)
    assert [leaving(tainted, name) for name in ("never", "while", "ever")] == [True, True, False]
    after(tainted, 10_000)
    assert not leaving(tainted, "ever")


def test_it_says_that_and_why(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 0.1)
    assert said(tainted) == [("TaintManagerEviction", "never", "Marking for deletion Pod default/never")]
    pod = tainted.client.get("pods", "never")
    held = next(each for each in pod.status.conditions if each.type == "DisruptionTarget")
    assert (held.status, held.reason) == ("True", "DeletionByTaintManager")
    assert held.message == "Taint manager: deleting due to NoExecute taint"
    assert pod.metadata.deletionGracePeriodSeconds == 30


def test_a_taint_that_goes_in_time_harms_nobody(tainted):
    tainted.client.delete("pods", "never", grace_period_seconds=0)
    taint(tainted, "worker-1", "broken")
    after(tainted, 15)
    taint(tainted, "worker-1")
    after(tainted, 100)
    assert not leaving(tainted, "while")
    assert said(tainted) == [("TaintManagerEviction", "while", "Cancelling deletion of Pod default/while")]


def test_the_seconds_count_from_the_first_taint(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 15)
    tainted.client.patch("nodes", "worker-1", {"metadata": {"labels": {"a": "b"}}}, None)
    after(tainted, 5.1)
    assert leaving(tainted, "while")


def test_another_tolerated_taint_changes_nothing_about_the_plan(bare):
    running(bare, TaintEvictionController)
    add_node(bare)
    soon = {"key": "worse", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}
    run_pod(bare, "while", "worker-1", tolerations=[FOR_A_WHILE, soon])
    after(bare, 1)
    taint(bare, "worker-1", "broken")
    after(bare, 10)
    taint(bare, "worker-1", "broken", "worse")
    after(bare, 9)
    assert not leaving(bare, "while")
    after(bare, 2)
    assert leaving(bare, "while")


def test_a_pod_that_was_told_to_go_is_not_told_again(bare):
    running(bare, TaintEvictionController)
    add_node(bare)
    run_pod(
        bare, "while", "worker-1", tolerations=[{"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 20}]
    )
    after(bare, 1)
    for keys in (["broken"], ["broken", "worse"], []):
        taint(bare, "worker-1", *keys)
        after(bare, 25)
    (event,) = bare.client.list("events")
    assert (event.message, event.count) == ("Marking for deletion Pod default/while", 1)


def test_only_no_execute_evicts(tainted):
    taint(tainted, "worker-1", "broken", effect="NoSchedule")
    after(tainted, 100)
    assert not leaving(tainted, "never")


def test_a_pod_that_comes_to_a_tainted_node_is_evicted_too(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 50)
    run_pod(tainted, "late", "worker-1", tolerations=[FOR_A_WHILE])
    after(tainted, 19)
    assert not leaving(tainted, "late")
    after(tainted, 2)
    assert leaving(tainted, "late")


def test_a_pod_that_is_gone_before_its_time_is_forgotten(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 5)
    tainted.client.delete("pods", "while", grace_period_seconds=0)
    after(tainted, 5)
    run_pod(tainted, "while", "worker-1", tolerations=[FOR_A_WHILE])
    after(tainted, 15)
    assert not leaving(tainted, "while")
    after(tainted, 6)
    assert leaving(tainted, "while")


def test_every_pod_stays_five_minutes_on_an_unreachable_node(bare):
    running(bare, TaintEvictionController)
    add_node(bare)
    run_pod(bare, "web", "worker-1")
    taint(bare, "worker-1", "node.kubernetes.io/unreachable")
    after(bare, 299)
    assert not leaving(bare, "web")
    after(bare, 2)
    assert leaving(bare, "web")


@pytest.mark.parametrize("instant", [0.0, 0.004, 10.0, 19.99, 20.003])
def test_a_restart_begins_the_toleration_anew(bare, instant):
    manager = running(bare, TaintEvictionController)
    add_node(bare)
    run_pod(bare, "while", "worker-1", tolerations=[FOR_A_WHILE])
    after(bare, 1)
    taint(bare, "worker-1", "broken")
    after(bare, instant)
    manager.stop()
    manager.start()
    after(bare, 19.9)
    assert not leaving(bare, "while")
    after(bare, 0.2)
    assert leaving(bare, "while")


def test_an_eviction_that_is_refused_is_tried_again(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 19.9)
    tainted.server.stop()
    after(tainted, 0.2)
    with pytest.raises(ApiError):
        leaving(tainted, "while")
    tainted.server.start()
    after(tainted, 1)
    assert leaving(tainted, "while")


def toleration(**fields):
    return core_v1.Toleration(operator="Exists", **fields)


@pytest.mark.parametrize(
    ("tolerations", "seconds"),
    [
        ([], 0),
        ([toleration()], None),
        ([toleration(tolerationSeconds=7)], 7),
        ([toleration(key="a", tolerationSeconds=7)], 0),
        ([toleration(key="a", tolerationSeconds=7), toleration(key="b")], 7),
        ([toleration(key="a", tolerationSeconds=7), toleration(key="b", tolerationSeconds=-1)], 0),
    ],
)
def test_the_shortest_toleration_counts(tolerations, seconds):
    taints = [core_v1.Taint(key=key, effect="NoExecute") for key in ("a", "b")]
    assert tolerated_for(tolerations, taints) == seconds


def test_conditions_are_kept_beside_the_new_one(tainted):
    taint(tainted, "worker-1", "broken")
    after(tainted, 1)
    assert conditions(tainted.client.get("pods", "never")) == {
        "Ready": "True",
        "ContainersReady": "True",
        "DisruptionTarget": "True",
    }

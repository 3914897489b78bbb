import pytest
from pods_by_hand import Hand


@pytest.fixture
def hand():
    return Hand()


SLEEP = ["sleep", "3600"]


def ends(hand, name="web"):
    """Seconds from now until the pod is gone."""
    began = hand.cluster.now
    while not hand.gone(name):
        assert hand.cluster.step()
    return round(hand.cluster.now - began, 3)


def test_a_program_that_heeds_sigterm_ends_at_once(hand):
    hand.pod()
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    assert hand.phases(5)[-2:] == [("Succeeded", "Completed"), "gone"]
    assert hand.events()[-1] == ("Killing", "Stopping container web")


def test_a_program_that_does_not_is_killed_when_the_grace_is_over(hand):
    hand.pod(image="busybox:1.36", command=SLEEP, spec={"terminationGracePeriodSeconds": 20})
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    assert hand.phases(30)[-2:] == [("Failed", "Error"), "gone"]


def test_the_grace_is_30_seconds_where_nobody_says_otherwise(hand):
    hand.pod(image="busybox:1.36", command=SLEEP)
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    assert 30 < ends(hand) < 31


def test_a_second_delete_shortens_the_grace(hand):
    hand.pod(image="busybox:1.36", command=SLEEP)
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    hand.cluster.run(5)
    hand.api.delete("pods", "web", grace_period_seconds=3)
    assert 3 < ends(hand) < 4


def test_a_hook_before_the_stop_counts_towards_the_grace(hand):
    hook = {"preStop": {"sleep": {"seconds": 8}}}
    hand.pod("heeds", lifecycle=hook)
    hand.pod("ignores", image="busybox:1.36", command=SLEEP, lifecycle=hook)
    hand.cluster.settle()
    hand.api.delete("pods", "heeds")
    assert 8 < ends(hand, "heeds") < 9
    hand.api.delete("pods", "ignores")
    assert 30 < ends(hand, "ignores") < 31


def test_a_hook_that_takes_all_of_the_grace_leaves_two_seconds(hand):
    hook = {"preStop": {"exec": {"command": ["sh", "-c", "sleep 60"]}}}
    hand.pod(image="busybox:1.36", command=SLEEP, lifecycle=hook, spec={"terminationGracePeriodSeconds": 5})
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    assert 7 < ends(hand) < 8


def test_a_pod_deleted_by_force_is_gone_at_once_and_its_containers_a_second_later(hand):
    hand.pod(image="busybox:1.36", command=SLEEP)
    hand.cluster.settle()
    hand.api.delete("pods", "web", grace_period_seconds=0)
    assert hand.gone()
    runtime = hand.cluster.workers["worker-1"].runtime
    assert len(runtime.alive()) == 1
    hand.cluster.run(2)
    assert runtime.sandboxes == {}
    assert hand.cluster.workers["worker-1"].kubelet.workers == {}


def test_a_pod_deleted_before_it_started_fails(hand):
    hand.pod(image="postgres:17")
    hand.cluster.run(1)
    hand.api.delete("pods", "web")
    hand.cluster.run(0.01)
    assert hand.get().status.phase == "Failed"
    assert hand.state() == "ContainerStatusUnknown"
    hand.cluster.run(1)
    assert hand.gone()


def test_a_deleted_pod_stays_ready_until_its_containers_end(hand):
    hand.pod(image="busybox:1.36", command=SLEEP)
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    hand.cluster.run(10)
    assert hand.conditions()["Ready"] == "True"


def test_what_is_freed_can_be_used_again(hand):
    for turn in range(4):
        hand.pod(f"web-{turn}", resources={"requests": {"cpu": "3"}})
        hand.cluster.settle()
        assert hand.get(f"web-{turn}").status.phase == "Running"
        hand.api.delete("pods", f"web-{turn}")
        hand.cluster.settle()
    assert len(hand.cluster.workers["worker-1"].runtime.sandboxes) == 0


def test_a_finished_pod_is_deleted_at_once(hand):
    hand.pod(image="busybox:1.36", command=["true"], spec={"restartPolicy": "Never"})
    hand.cluster.settle()
    hand.api.delete("pods", "web")
    assert hand.gone()
    hand.cluster.settle()
    assert hand.cluster.workers["worker-1"].runtime.sandboxes == {}


def test_a_finalizer_holds_an_ended_pod(hand):
    hand.pod()
    hand.cluster.settle()
    hand.api.patch("pods", "web", {"metadata": {"finalizers": ["example.com/wait"]}})
    hand.api.delete("pods", "web")
    hand.cluster.run(5)
    assert hand.get().status.phase == "Succeeded"
    hand.api.patch("pods", "web", {"metadata": {"finalizers": None}})
    hand.cluster.settle()
    assert hand.gone()
    assert hand.cluster.workers["worker-1"].runtime.sandboxes == {}

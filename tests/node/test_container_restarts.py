from itertools import pairwise

import pytest
from pods_by_hand import Hand


@pytest.fixture
def hand():
    return Hand()


CRASH = ["sh", "-c", "echo starting; sleep 2; exit 3"]


def starts(hand, seconds):
    """When the container was started, in seconds."""
    seen, last = [], None
    end = hand.cluster.now + seconds
    while hand.cluster.clock.next_due is not None and hand.cluster.clock.next_due <= end:
        hand.cluster.step()
        statuses = hand.get().status.containerStatuses
        if statuses and statuses[0].state.running and statuses[0].restartCount != last:
            last = statuses[0].restartCount
            seen.append(hand.cluster.now)
    return seen


def test_a_crash_loop_waits_10_20_40_up_to_300_seconds(hand):
    hand.pod(image="busybox:1.36", command=CRASH)
    instants = starts(hand, 1500)
    waits = [round(after - before - 2 - 0.1, 3) for before, after in pairwise(instants)]
    assert waits[:8] == [0, 10, 20, 40, 80, 160, 300, 300]


def test_a_crashing_container_shows_its_last_end(hand):
    hand.pod(image="busybox:1.36", command=CRASH)
    hand.cluster.run(8)
    held = hand.status()
    assert held.restartCount == 1
    assert held.state.waiting.reason == "CrashLoopBackOff"
    uid = hand.get().metadata.uid
    assert held.state.waiting.message == f"back-off 10s restarting failed container=web pod=web_default({uid})"
    assert (held.lastState.terminated.exitCode, held.lastState.terminated.reason) == (3, "Error")
    assert hand.get().status.phase == "Running"
    assert hand.conditions()["Ready"] == "False"
    assert ("BackOff", f"Back-off restarting failed container web in pod web_default({uid})") in hand.events()


def test_a_container_that_ran_long_starts_again_at_once(hand):
    hand.pod(image="busybox:1.36", command=["sleep", "700"])
    instants = starts(hand, 2200)
    assert [round(b - a) for a, b in pairwise(instants)] == [700, 700, 700]


def test_settle_does_not_wait_for_a_backoff(hand):
    hand.pod(image="busybox:1.36", command=["false"])
    hand.cluster.settle()
    assert hand.cluster.now < 20
    assert hand.state() == "CrashLoopBackOff"


def test_logs_are_kept_for_the_container_before(hand):
    hand.pod(image="busybox:1.36", command=CRASH)
    hand.cluster.run(4)
    runtime, uid = hand.cluster.workers["worker-1"].runtime, hand.get().metadata.uid
    assert runtime.logs(uid, "web") == ["starting"]
    assert runtime.logs(uid, "web", previous=True) == ["starting"]
    with pytest.raises(KeyError):
        runtime.logs(uid, "nobody")


def test_pulling_takes_time_by_size_and_is_done_once(hand):
    hand.pod("one", image="redis:7")
    hand.pod("two", image="redis:7")
    hand.cluster.settle()
    messages = [message for name in ("one", "two") for reason, message in hand.events(name) if reason == "Pulled"]
    assert messages == [
        'Successfully pulled image "redis:7" in 1.4s (1.4s including waiting). Image size: 45000000 bytes.',
        'Successfully pulled image "redis:7" in 500ms (1.9s including waiting). Image size: 45000000 bytes.',
    ]
    images = hand.api.get("nodes", "worker-1", None).status.images
    assert [image.names[-1] for image in images if "redis" in image.names[-1]] == ["docker.io/library/redis:7"]


def test_an_image_that_is_nowhere_is_tried_again_later_and_later(hand):
    hand.pod(image="nginx:1.161")
    hand.cluster.run(1)
    assert hand.state() == "ErrImagePull"
    hand.cluster.run(2)
    assert hand.state() == "ImagePullBackOff"
    full = "docker.io/library/nginx:1.161"
    why = f'failed to pull and unpack image "{full}": failed to resolve reference "{full}": {full}: not found'
    message = f'Back-off pulling image "nginx:1.161": ErrImagePull: {why}'
    assert hand.status().state.waiting.message == message
    assert hand.get().status.phase == "Pending"
    assert [reason for reason, _ in hand.events()] == ["Pulling", "Failed", "Failed", "BackOff", "Failed"]
    hand.api.patch("pods", "web", {"spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}})
    hand.cluster.settle()
    assert hand.state() == "running"


def test_an_image_that_may_never_be_pulled(hand):
    hand.pod(image="redis:7", imagePullPolicy="Never")
    hand.cluster.run(1)
    assert hand.state() == "ErrImageNeverPull"


def test_a_post_start_hook_comes_before_ready(hand):
    hand.pod(lifecycle={"postStart": {"exec": {"command": ["sh", "-c", "sleep 4"]}}})
    hand.cluster.run(2)
    assert hand.state() == "running"
    assert hand.conditions()["Ready"] == "False"
    hand.cluster.run(3)
    assert hand.conditions()["Ready"] == "True"


def test_restart_rules_of_a_container_go_before_the_pods_policy(hand):
    rules = [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}]
    annotations = {"kubelab.io/behavior.web": "{exit_after: 1, exit_code: 42}"}
    hand.pod(annotations=annotations, restartPolicy="Never", restartPolicyRules=rules, spec={"restartPolicy": "Never"})
    hand.cluster.run(2.2)
    assert hand.status().restartCount == 1

"""Programs that are not in an image: a container cannot be started with them, a shell only says so."""

import pytest
from pods_by_hand import Hand

from kubelab.node import tools

WHY = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    'unable to start container process: error during container init: exec: "nope": executable file not found in $PATH: '
    "unknown"
)


@pytest.fixture
def hand():
    return Hand()


def test_a_container_without_its_program_cannot_be_started(hand):
    hand.pod(command=["nope"])
    assert hand.phases(60)[2:5] == [
        ("Running", "RunContainerError"),
        ("Running", "CrashLoopBackOff"),
        ("Running", "RunContainerError"),
    ]
    ended = hand.status().lastState.terminated
    assert (ended.exitCode, ended.reason, ended.message) == (128, "StartError", WHY)
    assert ended.startedAt.year == 1970
    assert hand.events()[1:4] == [
        ("Created", "Container created"),
        ("Failed", f"Error: {WHY}"),
        ("BackOff", hand.events()[3][1]),
    ]
    assert not any(reason == "Started" for reason, _ in hand.events())


def test_where_nothing_is_restarted_the_pod_has_failed(hand):
    hand.pod(image="busybox:1.36", args=["nope"], spec={"restartPolicy": "Never"})
    hand.cluster.settle()
    assert (hand.get().status.phase, hand.state()) == ("Failed", "StartError")
    assert hand.status().state.terminated.exitCode == 128


def test_a_path_that_is_not_there_is_called_so(hand):
    hand.pod(command=["/app/run.sh"])
    hand.cluster.run(3)
    assert hand.status().lastState.terminated.message.endswith(
        'exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown'
    )


def test_a_shell_says_itself_what_it_does_not_find(hand):
    hand.pod(command=["sh", "-c", "wget -qO- http://shop"], spec={"restartPolicy": "Never"})
    hand.pod("two", args=["nope"], spec={"restartPolicy": "Never"})
    hand.cluster.settle()
    assert (hand.state(), hand.status().state.terminated.exitCode) == ("Error", 127)
    assert (hand.state("two"), hand.status("two").state.terminated.exitCode) == ("Error", 127)


def test_an_image_that_nobody_knows_has_everything(hand):
    hand.pod(image="example.com/own:1", command=["nope"])
    hand.pod("two", command=["/scripts/start.sh"], volumeMounts=[{"name": "all", "mountPath": "/scripts"}],
             spec={"volumes": [{"name": "all", "emptyDir": {}}]})  # fmt: skip
    hand.cluster.run(5)
    assert (hand.state(), hand.state("two")) == ("running", "running")


@pytest.mark.parametrize(
    ("image", "program", "lacks"),
    [
        ("busybox:1.36", "httpd", False),
        ("busybox:1.36", "bash", True),
        ("debian:12", "bash", False),
        ("nginx:1.27", "find", False),
        ("redis:7", "redis-cli", False),
        ("nginx:1.27", "redis-cli", True),
        ("traefik/whoami", "sh", True),
        ("python:3.13", "gunicorn", False),
    ],
)
def test_images_bring_their_own_programs(image, program, lacks):
    assert tools.lacks(image, program) is lacks


def test_a_hook_after_the_start_writes_files_and_its_failure_ends_the_container(hand):
    root = "/usr/share/nginx/html"
    hook = {"postStart": {"exec": {"command": ["sh", "-c", f"echo hooked > {root}/index.html"]}}}
    hand.pod(lifecycle=hook)
    hand.pod("two", lifecycle={"postStart": {"exec": {"command": ["cat", "/nope"]}}})
    hand.pod("three", image="redis:7", lifecycle={"postStart": {"exec": {"command": ["redis-cli", "ping"]}}})
    hand.cluster.run(15)
    assert hand.cluster.request(f"http://{hand.get().status.podIP}").body == "hooked\n"
    assert ("FailedPostStartHook", "PostStartHook failed") in hand.events("two")
    assert hand.status("two").restartCount > 0
    assert hand.state("three") == "running"

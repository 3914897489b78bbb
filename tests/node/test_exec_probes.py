"""Probes of the kind exec: how the command ends decides, and nothing is asked while it cannot end otherwise."""

import pytest
from pods_by_hand import Hand


@pytest.fixture
def hand():
    return Hand()


def probe(*command, **fields):
    return {"exec": {"command": list(command)}, **fields}


def ready(hand, name="web"):
    return hand.conditions(name)["Ready"] == "True"


def unhealthy(hand, name="web"):
    return [message for reason, message in hand.events(name) if reason == "Unhealthy"]


@pytest.mark.parametrize(
    ("command", "well"),
    [
        (["true"], True),
        (["false"], False),
        (["cat", "/tmp/missing"], False),
        (["ls", "/tmp"], True),
        (["test", "-f", "/etc/nginx/nginx.conf"], True),
        (["sh", "-c", "echo a | grep -q a"], True),
        (["sh", "-c", "exit 3"], False),
        (["cat", "/usr/share/nginx/html/index.html"], True),
        (["curl", "-sf", "localhost"], True),
        (["curl", "-sf", "http://127.0.0.1:80/nope"], False),
        (["curl", "-s", "http://localhost/nope"], True),
        (["curl", "-fsS", "-o", "/dev/null", "localhost:81"], False),
        (["sh", "-c", '[ "$(curl -so /dev/null -w "%{http_code}" localhost)" = 200 ]'], True),
        (["sh", "-c", "sleep 5"], False),
        (["/bin/true"], True),
    ],
)
def test_the_exit_status_of_the_command_decides(hand, command, well):
    hand.pod(readinessProbe=probe(*command))
    hand.cluster.run(5)
    assert ready(hand) is well


def test_what_the_command_wrote_is_what_is_said(hand):
    hand.pod(readinessProbe=probe("cat", "/tmp/ready"))
    hand.pod("two", readinessProbe=probe("sh", "-c", "echo no good; exit 1"))
    hand.pod("three", readinessProbe=probe("sh", "-c", "sleep 5", timeoutSeconds=2))
    hand.pod("four", readinessProbe=probe("curl", "-fsS", "localhost:81"))
    hand.cluster.run(5)
    assert unhealthy(hand) == ["Readiness probe failed: cat: can't open '/tmp/ready': No such file or directory"]
    assert unhealthy(hand, "two") == ["Readiness probe failed: no good"]
    assert unhealthy(hand, "three") == ['Readiness probe failed: command timed out: "sh -c sleep 5" timed out after 2s']
    said = "curl: (7) Failed to connect to localhost port 81 after 0 ms: Couldn't connect to server"
    assert unhealthy(hand, "four") == [f"Readiness probe failed: {said}"]


def test_a_file_that_somebody_makes_by_hand_is_found(hand):
    hand.pod(readinessProbe=probe("cat", "/tmp/ready", periodSeconds=2))
    hand.cluster.settle()
    assert not ready(hand)
    assert hand.cluster.clock.next_due is None
    hand.cluster.kubectl("exec web -- touch /tmp/ready")
    hand.cluster.run(2.1)
    assert ready(hand)
    hand.cluster.kubectl("exec web -- rm /tmp/ready")
    hand.cluster.run(7)
    assert not ready(hand)


def test_a_command_that_asks_the_server_waits_until_it_answers(hand):
    slow = {"kubelab.io/behavior.web": "{starts_after: 6, ready_after: 12}"}
    hand.pod(annotations=slow, readinessProbe=probe("curl", "-f", "localhost", periodSeconds=5))
    hand.cluster.run(13)
    assert not ready(hand)
    refused = "(7) Failed to connect to localhost port 80 after 0 ms: Couldn't connect to server"
    unavailable = "(22) The requested URL returned error: 503"
    assert unhealthy(hand) == [f"Readiness probe failed: curl: {said}" for said in (refused, unavailable)]
    hand.cluster.run(4)
    assert ready(hand)


def test_a_missing_program_makes_no_answer(hand):
    hand.pod(readinessProbe=probe("nope"), livenessProbe=probe("pg_isready", periodSeconds=5))
    hand.cluster.run(120)
    assert (ready(hand), hand.status().restartCount) == (False, 0)
    first, second = sorted(unhealthy(hand))
    assert first.startswith("Liveness probe errored and resulted in unknown state: rpc error: code = Unknown desc = ")
    assert second.startswith("Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = ")
    assert second.endswith('exec: "nope": executable file not found in $PATH: unknown')
    assert hand.cluster.clock.next_due is None


def test_a_port_of_a_name_that_nobody_gave_makes_no_answer(hand):
    hand.pod(livenessProbe={"tcpSocket": {"port": "http"}, "periodSeconds": 2})
    hand.cluster.run(60)
    assert hand.status().restartCount == 0
    why = 'Liveness probe errored and resulted in unknown state: strconv.Atoi: parsing "http": invalid syntax'
    assert unhealthy(hand) == [why]


def test_where_the_program_is_not_played_the_behaviour_decides(hand):
    hand.pod(
        image="postgres:17",
        env=[{"name": "POSTGRES_PASSWORD", "value": "x"}],
        readinessProbe=probe("pg_isready", "-U", "postgres", periodSeconds=1),
    )
    hand.pod("own", image="example.com/own:1", readinessProbe=probe("cat", "/var/run/own.ready"))
    hand.cluster.settle()
    assert ready(hand)
    assert ready(hand, "own")


def test_a_file_that_a_script_changes_is_read_as_it_is_then(hand):
    script = "echo ok > /tmp/state; sleep 20; echo bad > /tmp/state; sleep 600"
    hand.pod(
        image="busybox:1.36",
        command=["sh", "-c", script],
        readinessProbe=probe("grep", "-q", "ok", "/tmp/state", periodSeconds=1, failureThreshold=1),
    )
    hand.cluster.run(15)
    assert ready(hand)
    hand.cluster.run(10)
    assert not ready(hand)


def test_the_example_of_the_documentation_restarts_when_it_says(hand):
    script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"
    hand.pod(
        image="busybox:1.36",
        command=["/bin/sh", "-c", script],
        livenessProbe=probe("cat", "/tmp/healthy", initialDelaySeconds=5, periodSeconds=5),
    )
    hand.cluster.run(30)
    assert unhealthy(hand) == []
    hand.cluster.run(12)
    assert ("Killing", "Container web failed liveness probe, will be restarted") in hand.events()
    hand.cluster.run(33)
    assert hand.status().restartCount == 1
    hand.cluster.run(30)
    assert hand.status().restartCount == 1  # the new container has made its file again


def test_a_command_that_asks_the_network_is_asked_every_time(hand):
    hand.pod("db")
    hand.cluster.kubectl("label pod db app=db")
    hand.api.create(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "db"},
            "spec": {"selector": {"app": "db"}, "ports": [{"port": 80}]},
        }
    )
    hand.pod(readinessProbe=probe("curl", "-sf", "-m", "1", "http://db", periodSeconds=3, failureThreshold=2))
    hand.cluster.run(8)
    assert ready(hand)
    hand.api.delete("pods", "db")
    hand.cluster.run(12)
    assert not ready(hand)
    twin = hand.cluster.fork()
    twin.run(20)
    hand.cluster.run(20)
    assert twin.journal.digest() == hand.cluster.journal.digest()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("curl -s -o /dev/null -w %{http_code} localhost", "200"),
        ("curl -s -o /dev/null -w %{http_code} -I localhost", "200"),
        ("curl -s -o /dev/null -w %{http_code} -d a=1 localhost", "405"),
        ("curl -s -o /dev/null -w %{http_code} -X DELETE localhost/nope", "405"),
        ("curl -s -o /dev/null -w %{http_code} -X POST localhost/nope", "404"),
        ("curl -s -o /dev/null -w %{http_code} localhost:81", "000"),
    ],
)
def test_nginx_answers_to_those_who_read_files(hand, words, code):
    hand.pod(readinessProbe=probe("sh", "-c", f'echo "$({words})"; exit 1'))
    hand.cluster.run(3)
    assert unhealthy(hand) == [f"Readiness probe failed: {code}"]

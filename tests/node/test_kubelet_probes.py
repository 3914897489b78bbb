import pytest
from pods_by_hand import Hand

from kubelab.clock import Clock
from kubelab.node.behavior import Behavior
from kubelab.node.runtime import Container


@pytest.fixture
def hand():
    return Hand()


HTTP = {"httpGet": {"path": "/", "port": 80}}


def behave(text):
    return {"kubelab.io/behavior.web": text}


def turned_ready(hand, seconds):
    end = hand.cluster.now + seconds
    while hand.cluster.now < end and hand.cluster.step():
        if hand.conditions().get("Ready") == "True":
            return hand.cluster.now
    return None


def test_a_pod_is_ready_at_the_first_probe_that_succeeds(hand):
    hand.pod(
        annotations=behave("{ready_after: 12}"), readinessProbe={**HTTP, "periodSeconds": 5, "initialDelaySeconds": 2}
    )
    began = hand.cluster.now
    # started at 0.402; probes at 2.402, 7.402, 12.402
    assert turned_ready(hand, 60) - began == pytest.approx(0.402 + 12, abs=0.001)
    assert ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503") in hand.events()


def test_success_threshold_asks_for_several_in_a_row(hand):
    hand.pod(readinessProbe={**HTTP, "periodSeconds": 3, "successThreshold": 4})
    began = hand.cluster.now
    assert turned_ready(hand, 60) - began == pytest.approx(0.402 + 9, abs=0.001)


def test_a_probe_of_a_port_where_nothing_listens(hand):
    hand.pod(readinessProbe={"tcpSocket": {"port": 8080}})
    hand.cluster.settle()
    assert hand.conditions()["Ready"] == "False"
    why = "Readiness probe failed: dial tcp 10.244.1.2:8080: connect: connection refused"
    assert ("Unhealthy", why) in hand.events()
    assert hand.cluster.now < 60


def test_a_wrong_path_is_not_found(hand):
    hand.pod(readinessProbe={"httpGet": {"path": "/healthz", "port": 80}})
    hand.cluster.settle()
    assert ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404") in hand.events()


def test_a_named_port_is_looked_up(hand):
    hand.pod(ports=[{"name": "http", "containerPort": 80}], readinessProbe={"httpGet": {"path": "/", "port": "http"}})
    hand.cluster.settle()
    assert hand.conditions()["Ready"] == "True"


def test_a_slow_answer_is_none(hand):
    hand.pod(annotations=behave("{latency: 3}"), readinessProbe={**HTTP, "timeoutSeconds": 2})
    hand.cluster.settle()
    assert hand.conditions()["Ready"] == "False"
    assert any("Client.Timeout exceeded while awaiting headers" in message for _, message in hand.events())


def test_liveness_restarts_a_container_that_hangs(hand):
    hand.pod(annotations=behave("{fails_liveness_after: 30}"), livenessProbe={**HTTP, "periodSeconds": 10})
    hand.cluster.run(45)
    assert hand.status().restartCount == 0
    hand.cluster.run(10)
    # probes at 0, 10, 20 succeed, those at 30, 40, 50 fail: the third kills it
    assert hand.status().restartCount == 1
    assert ("Killing", "Container web failed liveness probe, will be restarted") in hand.events()


def test_the_liveness_lesson_of_the_documentation(hand):
    script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"
    probe = {"exec": {"command": ["cat", "/tmp/healthy"]}, "initialDelaySeconds": 5, "periodSeconds": 5}
    hand.pod(image="busybox:1.36", command=["sh", "-c", script], livenessProbe=probe)
    hand.cluster.run(35)
    assert hand.status().restartCount == 0
    hand.cluster.run(45)  # sh does not heed SIGTERM: 30 s of grace
    assert hand.status().restartCount == 1
    why = "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory"
    assert ("Unhealthy", why) in hand.events()


def test_a_startup_probe_holds_the_others_back(hand):
    hand.pod(
        annotations=behave("{starts_after: 25, ready_after: 25}"),
        startupProbe={**HTTP, "periodSeconds": 10, "failureThreshold": 5},
        livenessProbe={**HTTP, "periodSeconds": 1, "failureThreshold": 1},
        readinessProbe=HTTP,
    )
    hand.cluster.run(20)
    assert hand.status().started is False
    hand.cluster.run(20)
    assert (hand.status().started, hand.status().ready, hand.status().restartCount) == (True, True, 0)


def test_a_startup_probe_gives_up(hand):
    hand.pod(
        annotations=behave("{starts_after: 100, ready_after: 100}"),
        startupProbe={**HTTP, "periodSeconds": 5, "failureThreshold": 3},
    )
    hand.cluster.run(12)
    assert hand.status().restartCount == 1
    assert ("Killing", "Container web failed startup probe, will be restarted") in hand.events()


def test_a_grpc_probe(hand):
    hand.pod(
        "one", image="example.com/shop:1", ports=[{"containerPort": 9000}], readinessProbe={"grpc": {"port": 9000}}
    )
    hand.pod(
        "two", image="example.com/shop:1", ports=[{"containerPort": 8000}], readinessProbe={"grpc": {"port": 9000}}
    )
    hand.cluster.settle()
    assert (hand.conditions("one")["Ready"], hand.conditions("two")["Ready"]) == ("True", "False")


def test_a_ready_container_with_probes_queues_nothing(hand):
    hand.pod(readinessProbe={**HTTP, "periodSeconds": 1}, livenessProbe={**HTTP, "periodSeconds": 1})
    hand.cluster.settle()
    assert hand.conditions()["Ready"] == "True"
    assert hand.cluster.clock.next_due is None


def test_readiness_that_is_lost_is_told_after_the_threshold(hand):
    hand.pod(annotations=behave("{fails_liveness_after: 20}"), readinessProbe={**HTTP, "periodSeconds": 4})
    hand.cluster.run(25)
    assert hand.conditions()["Ready"] == "True"  # failed at 20 and 24 so far
    hand.cluster.run(5)
    assert hand.conditions()["Ready"] == "False"
    assert hand.status().restartCount == 0


def test_a_behavior_listens_after_its_start():
    container = Container("web", "x", "id", Behavior(starts_after=5, listens=(80,)), 0, Clock(), 1)
    assert not container.listens(80, 4.9)
    assert container.listens(80, 5.0)
    assert not container.listens(81, 5.0)

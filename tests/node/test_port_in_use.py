"""Two programs that want the same port of one network: the second one fails in its own words."""

import pytest

import kubelab as kl

IMAGES = ("nginx:1.27", "httpd:2.4", "redis:7", "hashicorp/http-echo:1", "example.com/own:1")


def pod(name, *containers, **spec):
    held = [{"name": f"c{number}", **each} for number, each in enumerate(containers, 1)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": held, **spec}}


def started(*pods, seconds=20):
    cluster = kl.Cluster(workers=1, seed=1, size=kl.WorkerSize(images=IMAGES))
    cluster.apply(*pods)
    return cluster.run(seconds)


def reason(cluster, name, container):
    held = cluster.get("pods", name).status.containerStatuses[container - 1]
    return held.state.waiting.reason if held.state.waiting else "Running"


@pytest.mark.parametrize(
    ("image", "line"),
    [
        ("nginx:1.27", "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)"),
        ("httpd:2.4", "(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80"),
    ],
)
def test_the_second_server_of_a_pod_fails_and_is_tried_again(image, line):
    cluster = started(pod("pair", {"image": "nginx:1.27"}, {"image": image}))
    assert (reason(cluster, "pair", 1), reason(cluster, "pair", 2)) == ("Running", "CrashLoopBackOff")
    last = cluster.get("pods", "pair").status.containerStatuses[1].lastState.terminated
    assert (last.exitCode, last.reason) == (1, "Error")
    log = cluster.kubectl("logs pair -c c2 --previous")
    assert line in log.splitlines()
    assert "start worker processes" not in log
    assert "Exit Code:    1" in cluster.kubectl("describe pod pair")


def test_nginx_tries_for_two_and_a_half_seconds():
    cluster = started(pod("pair", {"image": "nginx:1.27"}, {"image": "nginx:1.27"}), seconds=4)
    assert reason(cluster, "pair", 2) == "Running"
    assert cluster.kubectl("logs pair -c c2").splitlines()[1].startswith("[emerg] 1#1: bind() to 0.0.0.0:80 failed")


def test_other_ports_are_no_conflict():
    echo = {"image": "hashicorp/http-echo:1", "args": ["-listen=:8080", "-text=hi"]}
    cluster = started(pod("pair", {"image": "nginx:1.27"}, echo))
    assert (reason(cluster, "pair", 1), reason(cluster, "pair", 2)) == ("Running", "Running")


def test_pods_have_their_ports_for_themselves():
    cluster = started(pod("one", {"image": "nginx:1.27"}), pod("two", {"image": "nginx:1.27"}))
    assert reason(cluster, "one", 1) == reason(cluster, "two", 1) == "Running"


def test_two_pods_in_the_network_of_their_machine_share_its_ports():
    on = {"hostNetwork": True, "nodeName": "worker-1"}
    cluster = started(pod("one", {"image": "redis:7"}, **on), pod("two", {"image": "redis:7"}, **on))
    assert (reason(cluster, "one", 1), reason(cluster, "two", 1)) == ("Running", "CrashLoopBackOff")
    assert "# Failed listening on port 6379 (tcp), aborting." in cluster.kubectl("logs two --previous")


def test_when_the_first_is_gone_the_second_gets_the_port():
    on = {"hostNetwork": True, "nodeName": "worker-1"}
    cluster = started(pod("one", {"image": "redis:7"}, **on), pod("two", {"image": "redis:7"}, **on))
    cluster.api.delete("pods", "one")
    cluster.run(120)
    assert reason(cluster, "two", 1) == "Running"


def test_a_program_that_nothing_is_known_of_says_what_go_says():
    own = {"image": "example.com/own:1", "ports": [{"containerPort": 80}]}
    cluster = started(pod("pair", {"image": "nginx:1.27"}, own))
    assert cluster.kubectl("logs pair -c c2 --previous") == "listen tcp :80: bind: address already in use\n"


def test_a_program_bound_to_loopback_is_reached_from_its_own_pod_only():
    shy = pod("shy", {"image": "nginx:1.27"}, {"image": "busybox:1.36", "command": ["sleep", "infinity"]})
    shy["metadata"]["annotations"] = {"kubelab.io/behavior.c1": "{loopback: true}"}
    cluster = started(shy)
    address = cluster.get("pods", "shy").status.podIP
    assert cluster.request("http://localhost", "pod/shy").ok
    assert "connection refused" in cluster.request(f"http://{address}", "worker-1").error


def test_the_kubelets_probe_comes_from_outside_the_pod_too():
    shy = pod("shy", {"image": "nginx:1.27", "readinessProbe": {"tcpSocket": {"port": 80}, "periodSeconds": 1}})
    shy["metadata"]["annotations"] = {"kubelab.io/behavior.c1": "{loopback: true}"}
    cluster = started(shy)
    assert not cluster.get("pods", "shy").status.containerStatuses[0].ready

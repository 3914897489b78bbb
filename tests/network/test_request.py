import pytest
from open_shop import open_shop

import kubelab as kl


@pytest.fixture
def shop():
    return open_shop()


URL = "http://shop:8080"


def test_an_answer_names_its_pod_and_every_hop(shop):
    answer = shop.request(URL)
    assert (answer.status, answer.ok, answer.error) == (200, True, "")
    assert answer.body == f"Welcome to nginx! ({answer.pod})"
    assert shop.api.get("pods", answer.pod).spec.nodeName == answer.node
    kinds = [hop.kind for hop in answer.hops]
    assert kinds in (
        ["client", "dns", "rule", "pod", "container"],
        ["client", "dns", "rule", "tunnel", "pod", "container"],
    )
    times = [hop.time for hop in answer.hops]
    assert times == sorted(times)
    assert 0 < answer.latency < 0.01
    assert len(repr(answer)) <= 110
    assert "\n" not in repr(answer)


def test_from_a_pod(shop):
    pods = shop.api.list("pods")
    answers = [shop.request(URL, f"pod/{pods[0].metadata.name}") for _ in range(30)]
    assert all(answer.ok for answer in answers)
    local = {answer.node == pods[0].spec.nodeName: [hop.kind for hop in answer.hops] for answer in answers}
    assert "tunnel" in local[False]
    assert "tunnel" not in local[True]


def test_from_outside_through_a_node_port(shop):
    for host in ("worker-2", "172.18.0.4"):
        answer = shop.request(f"http://{host}:30080")
        assert answer.ok
        assert tuple((hop.kind, hop.place, hop.detail, hop.time) for hop in answer.hops[:2]) == (
            ("client", "outside", "203.0.113.1", 0.0),
            ("node", "worker-2", "port 30080", 0.0005),
        )


def test_real_failures(shop):
    machine = shop.request("http://worker-1:31999")
    assert machine.error == "connection refused: nothing listens on port 31999 of worker-1"
    assert shop.request("http://shop:81").error.startswith("timed out: service default/shop has no port 81")
    pod = shop.api.list("pods")[0]
    port = shop.request(f"http://{pod.status.podIP}:81")
    assert port.error == f"connection refused: nothing listens on port 81 of pod default/{pod.metadata.name}"
    assert shop.request("http://10.244.1.200").error == "timed out: no pod on worker-1 has the address 10.244.1.200"
    missing = shop.request(f"http://{pod.status.podIP}/nope")
    assert (missing.status, missing.ok, missing.error) == (404, False, "HTTP 404")
    for failure in (machine, port, missing):
        assert len(repr(failure)) <= 110


def test_a_wrong_target_port_refuses(shop):
    shop.api.patch("services", "shop", {"spec": {"ports": [{"port": 8080, "targetPort": 9999}]}})
    shop.settle()
    assert "nothing listens on port 9999" in shop.request(URL).error


def test_a_dead_node_is_silent(shop):
    shop.kill("worker-2")
    answer = shop.request("http://worker-2:30080")
    assert answer.error == "timed out: worker-2 does not answer"
    assert answer.latency == pytest.approx(1.0, abs=0.01)
    assert shop.request("http://worker-2:30080", timeout=5).latency == pytest.approx(5.0, abs=0.01)


def test_a_cut_off_node_reaches_only_itself(shop):
    pods = {pod.spec.nodeName: pod for pod in shop.api.list("pods")}
    shop.cut("worker-1")
    inside = f"pod/{pods['worker-1'].metadata.name}"
    assert shop.request(f"http://{pods['worker-1'].status.podIP}", inside).ok
    assert shop.request(f"http://{pods['worker-2'].status.podIP}", inside).error == "timed out: worker-1 is cut off"
    assert "DNS lookup of shop timed out" in shop.request(URL, inside).error
    assert shop.request(URL).hops[0].place == "worker-2"


def test_a_container_that_is_down_refuses(shop):
    pod = shop.api.list("pods")[0]
    shop.faults.kill_container(pod.metadata.name)
    answer = shop.request(f"http://{pod.status.podIP}")
    assert answer.error.startswith("connection refused: nothing listens on port 80")
    shop.settle()
    assert shop.request(f"http://{pod.status.podIP}").ok


def test_a_program_that_is_not_ready_says_503_and_one_that_hangs_500(shop):
    for name, text in (("late", "{ready_after: 100}"), ("sick", "{fails_liveness_after: 1}"), ("slow", "{latency: 3}")):
        meta = {"name": name, "annotations": {"kubelab.io/behavior.web": text}}
        spec = {"containers": [{"name": "web", "image": "nginx:1.27"}]}
        shop.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    shop.run(5)
    address = {pod.metadata.name: pod.status.podIP for pod in shop.api.list("pods")}
    assert shop.request(f"http://{address['late']}").status == 503
    assert shop.request(f"http://{address['sick']}").error == "HTTP 500"
    assert shop.request(f"http://{address['slow']}").error == "timed out: pod slow needs 3 s to answer"
    assert shop.request(f"http://{address['slow']}", timeout=5).latency == pytest.approx(3, abs=0.01)


def test_the_api_server_is_a_service_too(shop):
    assert shop.request("https://kubernetes/readyz").body == "ok"
    shop.stop("api-server")
    assert shop.request("https://kubernetes/readyz").error.startswith("connection refused")


def test_every_request_is_in_the_journal(shop):
    before = len(shop.journal)
    shop.request(URL, "worker-1")
    entry = shop.journal.since(before)[0]
    assert (entry.actor, entry.verb, entry.object) == ("worker-1", "request", URL)
    assert entry.detail["status"] == 200
    assert entry.detail["path"][0] == ["client", "worker-1"]
    shop.request("http://nope")
    assert shop.journal.since(before)[1].detail["error"] == "could not resolve host nope: NXDOMAIN"


def test_requests_are_in_the_logs_of_their_container(shop):
    pod = shop.api.list("pods")[0]
    shop.request(f"http://{pod.status.podIP}/index.html")
    lines = shop.workers[pod.spec.nodeName].runtime.logs(pod.metadata.uid, "web")
    assert lines[-1].endswith('"GET /index.html HTTP/1.1" 200')


def test_a_host_port_leads_to_its_pod(shop):
    spec = {
        "nodeName": "worker-3",
        "containers": [{"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80, "hostPort": 8088}]}],
    }
    shop.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "door"}, "spec": spec})
    shop.settle()
    assert shop.request("http://worker-3:8088").pod == "door"
    assert not shop.request("http://worker-1:8088").ok


@pytest.mark.parametrize(
    ("url", "source", "message"),
    [
        ("ftp://shop", None, "a URL such as http://web"),
        ("http://", None, "a URL such as http://web"),
        ("http://shop:99999", None, "no good port"),
        ("http://shop", "worker-9", "a source is pod/NAME, outside or a machine"),
        ("http://shop", "pod/nobody", "no pod 'nobody' runs in namespace 'default': there is shop-"),
    ],
)
def test_nonsense_is_refused(shop, url, source, message):
    with pytest.raises(ValueError, match=message):
        shop.request(url, source)


def test_the_journal_tells_only_what_happened_while_the_client_waited():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.kubectl("create deployment web --image=nginx:1.27")
    cluster.settle()
    pod = cluster.get("pods", selector="app=web")[0]
    far = next(name for name in cluster.workers if name != pod.spec.nodeName)
    cluster.slow(far, pod.spec.nodeName, 2.0)
    answer = cluster.request(f"http://{pod.status.podIP}", far, timeout=1.0)
    assert answer.hop("pod") is not None  # the packet came there, when nobody waited any more
    path = cluster.journal[len(cluster.journal)].detail["path"]
    assert [kind for kind, _ in path] == [hop.kind for hop in answer.hops if hop.time <= answer.latency]
    assert "pod" not in [kind for kind, _ in path]

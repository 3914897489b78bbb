"""A request's stations, one by one: what each does to the packet, and what it says where it goes no further."""

import pytest
from open_shop import open_shop

import kubelab as kl
from kubelab.network.program import Onward, Reply


@pytest.fixture
def shop():
    return open_shop()


URL = "http://shop:8080"


def pod(cluster, name, node, *containers, **spec):
    """A pod whose containers are (name, behaviour)."""
    annotations = {f"kubelab.io/behavior.{container}": text for container, text in containers}
    held = [{"name": container, "image": "nginx:1.27"} for container, _ in containers]
    meta = {"name": name, "annotations": annotations}
    cluster.apply(
        {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"nodeName": node, "containers": held, **spec}}
    )
    cluster.run(5)
    return cluster.api.get("pods", name).status.podIP


def kinds(answer):
    return [hop.kind for hop in answer.hops]


# -- addresses


def test_each_hop_says_the_addresses_that_the_packet_leaves_it_with(shop):
    client, other = (held.metadata.name for held in shop.api.list("pods")[:2])
    while (answer := shop.request(URL, f"pod/{client}")).pod != other:
        pass
    mine, theirs = (shop.api.get("pods", name).status.podIP for name in (client, other))
    service = shop.api.get("services", "shop").spec.clusterIP
    first, dns, rule, tunnel, last, _ = answer.hops
    assert first.source.startswith(f"{mine}:")
    assert first.destination == "shop:8080"
    assert dns.destination == f"{service}:8080"
    assert rule.destination == tunnel.destination == last.destination == f"{theirs}:80"
    assert {hop.source for hop in answer.hops} == {first.source}  # a pod reaches a pod under its own address
    assert answer.address == service
    assert answer.service == "default/shop"


def test_a_node_port_masquerades_and_the_pod_sees_the_node(shop):
    while (answer := shop.request("http://worker-1:30080")).node == "worker-1":
        pass
    hops = {hop.kind: hop for hop in answer.hops}
    assert hops["rule"].source.startswith("203.0.113.1:")
    assert hops["masquerade"].source.startswith("172.18.0.3:")
    assert hops["masquerade"].detail == "203.0.113.1 → 172.18.0.3"
    worker = shop.workers[answer.node]
    lines = worker.runtime.logs(shop.api.get("pods", answer.pod).metadata.uid, "web")
    assert lines[-1].startswith("172.18.0.3 - ")


def test_a_pod_reaches_itself_through_its_service(shop):
    client = shop.api.list("pods")[0].metadata.name
    while (answer := shop.request(URL, f"pod/{client}")).pod != client:
        pass
    assert answer.ok
    assert "masquerade" in kinds(answer)  # hairpin: else it would answer itself past the translation
    assert "tunnel" not in kinds(answer)


def test_the_containers_of_a_pod_meet_on_localhost(shop):
    pod(shop, "pair", "worker-1", ("web", "{}"), ("side", "{listens: [9090], body: side}"))
    answer = shop.request("http://localhost:9090", "pod/pair")
    assert (answer.body, kinds(answer)) == ("side", ["client", "dns", "pod", "container"])
    assert shop.request("http://127.0.0.1", "pod/pair").pod == "pair"
    assert shop.request("http://localhost:9091", "pod/pair").error.startswith("connection refused")


def test_a_connection_takes_three_packets_and_the_request_two(shop):
    address = shop.api.list("pods", selector="app=shop")[0].status.podIP
    node = shop.overlay.node_of(address)
    source = next(name for name in shop.workers if name != node)
    answer = shop.request(f"http://{address}", source)
    hop = shop.timings.hop_between_nodes
    assert answer.connect == pytest.approx(2 * hop)
    assert answer.latency == pytest.approx(4 * hop + 0.001)


# -- names


def test_the_dns_hop_shows_the_full_name_and_its_aliases(shop):
    shop.hosts["db.example.com"] = "198.51.100.7"
    alias = {"type": "ExternalName", "externalName": "db.example.com"}
    shop.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": alias})
    shop.run(2)
    answer = shop.request("http://db")
    assert answer.hops[1].detail == "db.default.svc.cluster.local → db.example.com → 198.51.100.7"
    assert answer.error == "timed out: nothing has the address 198.51.100.7"


def test_names_of_the_outside_world_are_asked_from_outside(shop):
    shop.hosts["shop.example.com"] = "172.18.0.4"
    answer = shop.request("http://shop.example.com:30080")
    assert answer.ok
    assert [(hop.kind, hop.place) for hop in answer.hops[:3]] == [
        ("client", "outside"),
        ("dns", "public DNS"),
        ("node", "worker-2"),
    ]


def test_the_names_of_the_cluster_mean_nothing_outside(shop):
    answer = shop.request(URL, "outside")
    assert answer.error == "could not resolve host shop: NXDOMAIN"
    assert answer.code == 6
    address = shop.api.get("services", "shop").spec.clusterIP
    assert shop.request(f"http://{address}:8080", "outside").error.startswith("timed out: nothing outside has")


def test_an_address_may_be_given_for_the_name(shop):
    answer = shop.request("http://nowhere.example.com:30080", "outside", resolve="172.18.0.3")
    assert answer.ok
    assert "dns" not in kinds(answer)


# -- programs


def test_a_program_may_hand_requests_on(shop):
    address = pod(shop, "front", "worker-1", ("web", '{forwards: "http://shop:8080"}'))
    answer = shop.request(f"http://{address}/index.html", "worker-2")
    assert answer.ok
    assert answer.pod.startswith("shop-")
    assert kinds(answer).count("dns") == 1
    proxy = next(hop for hop in answer.hops if hop.kind == "proxy")
    assert proxy.place == "default/front"
    assert next(hop for hop in answer.hops[answer.hops.index(proxy) + 1 :]).source.startswith(f"{address}:")
    front = shop.api.get("pods", "front").metadata.uid
    assert shop.workers["worker-1"].runtime.logs(front, "web")[-1].endswith('"GET /index.html HTTP/1.1" 200')


@pytest.mark.parametrize(
    ("upstream", "status"), [("http://nobody", 502), ("http://nope", 502), ("http://10.244.2.99", 504)]
)
def test_what_is_behind_a_proxy_and_does_not_answer(shop, upstream, status):
    address = pod(shop, "front", "worker-1", ("web", f'{{forwards: "{upstream}"}}'))
    answer = shop.request(f"http://{address}", timeout=100)
    assert (answer.status, answer.pod) == (status, "front")
    assert (answer.latency > 59) is (status == 504)
    if status == 504:
        assert shop.request(f"http://{address}", timeout=5).error.startswith("timed out: what is behind pod front")


def test_a_proxy_that_sends_requests_to_itself_gives_up(shop):
    address = pod(shop, "front", "worker-1", ("web", '{forwards: "http://localhost"}'))
    assert shop.request(f"http://{address}").status == 508


class Front:
    """A program of the kind that an ingress controller is."""

    def __init__(self, *ways):
        self.ways = ways

    def forward(self, asked, dice):
        if asked.host != "shop.example.com":
            return Reply(404, "default backend - 404", detail="no rule")
        return tuple(Onward(address, 80, asked.path, asked.host) for address in self.ways)


def test_a_program_of_its_own_tries_one_after_the_other(shop):
    address = pod(shop, "front", "worker-1", ("web", "{}"))
    (container,) = shop.workers["worker-1"].runtime.find("default", "front").containers.values()
    alive = shop.api.list("pods", selector="app=shop")[0].status.podIP
    nobody = shop.api.get("services", "nobody").spec.clusterIP
    container.program = Front(nobody, alive)
    answer = shop.request(f"http://{address}", host="shop.example.com", headers={"Accept": "*/*"})
    assert answer.ok
    assert kinds(answer).count("proxy") == 2
    assert shop.request(f"http://{address}").body == "default backend - 404"
    container.program = Front(nobody)
    assert shop.request(f"http://{address}", host="shop.example.com").status == 502
    load = shop.traffic(f"http://{address}", 500, host="shop.example.com")
    shop.run(2)
    assert load.errors() == {"HTTP 502": load.sent}


def test_a_program_may_close_the_connection_without_a_word(shop):
    address = pod(shop, "rude", "worker-1", ("web", "{status: 0}"))
    answer = shop.request(f"http://{address}")
    assert (answer.code, answer.error) == (52, "empty reply: pod rude closed the connection")


def test_tls_to_a_port_that_does_not_speak_it(shop):
    answer = shop.request("https://shop:8080")
    assert answer.code == 35
    assert "speaks plain HTTP" in answer.error
    assert shop.request("https://kubernetes/readyz", verify=True).code == 60
    assert shop.request("https://kubernetes/readyz").body == "ok"
    assert shop.request("http://kubernetes:443").status == 400


@pytest.mark.parametrize(
    ("url", "options", "code"),
    [
        ("http://nope", {}, 6),
        ("http://nobody", {}, 7),
        ("http://shop:81", {}, 28),
        ("http://shop:8080", {}, 0),
        ("http://shop:8080/nope", {}, 0),
    ],
)
def test_curls_exit_codes(shop, url, options, code):
    assert shop.request(url, **options).code == code


def test_who_asks_may_be_a_pod_of_any_namespace(shop):
    assert shop.request("http://shop.default:8080", "pod/default/" + shop.api.list("pods")[0].metadata.name).ok
    with pytest.raises(ValueError, match="runs in namespace 'other'"):
        shop.request(URL, "pod/other/x")
    with pytest.raises(ValueError, match="a timeout is more than 0"):
        shop.request(URL, timeout=0)


def test_without_a_worker_nobody_asks():
    cluster = kl.Cluster(workers=1).kill("worker-1")
    answer = cluster.request("http://kubernetes")
    assert answer.error == "timed out: no worker is up"
    assert cluster.why(answer).object == "nodes/worker-1"

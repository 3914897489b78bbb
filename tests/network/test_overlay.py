import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kubelab as kl
from kubelab.clients.inside import commands
from kubelab.clients.inside.container import Inside
from kubelab.network import interfaces
from kubelab.network.overlay import Overlay
from kubelab.network.ranges import roomy

NGINX = kl.WorkerSize(images=("nginx:1.27", "busybox:1.36"))


def test_machines_get_addresses_in_the_order_of_asking():
    overlay = Overlay()
    assert [overlay.machine_address(name) for name in ("master", "b", "a", "b")] == [
        "172.18.0.2", "172.18.0.3", "172.18.0.4", "172.18.0.3",
    ]  # fmt: skip


def test_pod_addresses_come_from_the_nodes_range_in_turn():
    overlay = Overlay()
    overlay.machine_address("master")
    assert overlay.node_range("worker-1") == "10.244.1.0/24"
    assert [overlay.allocate("worker-1") for _ in range(3)] == ["10.244.1.2", "10.244.1.3", "10.244.1.4"]
    overlay.release("worker-1", "10.244.1.2")
    assert overlay.allocate("worker-1") == "10.244.1.5"


def test_a_full_range_gives_nothing_and_a_freed_address_again():
    overlay = Overlay()
    given = [overlay.allocate("w") for _ in range(253)]
    assert len(set(given)) == 253
    assert overlay.allocate("w") is None
    overlay.release("w", given[7])
    assert overlay.allocate("w") == given[7]


def test_an_address_leads_to_its_machine():
    overlay = Overlay(pod_cidr="10.244.0.0/14")
    for number in range(300):
        overlay.machine_address(f"m{number}")
    assert overlay.machine_address("m299") == "172.18.1.45"
    assert overlay.node_range("m299") == "10.245.43.0/24"
    assert overlay.node_of("10.245.43.9") == "m299"
    assert overlay.node_of("172.18.1.45") == "m299"
    assert overlay.node_of("10.9.9.9") is None
    assert overlay.machine_at("10.245.43.9") is None


def test_each_machine_has_its_share_of_the_pods_range():
    overlay = Overlay(pod_cidr="10.42.0.0/16")
    assert [overlay.node_range(name) for name in ("master", "a")] == ["10.42.0.0/24", "10.42.1.0/24"]
    assert overlay.gateway("a") == "10.42.1.1"


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ({"pod_cidr": "10.96.0.0/16"}, "the ranges overlap: pod_cidr 10.96.0.0/16 and service_cidr 10.96.0.0/12"),
        ({"pod_cidr": "172.16.0.0/12"}, "the ranges overlap: pod_cidr 172.16.0.0/12 and the machines 172.18.0.0/16"),
        ({"service_cidr": "172.18.4.0/24"}, "service_cidr 172.18.4.0/24 and the machines"),
        ({"pod_cidr": "ten"}, "pod_cidr is an IPv4 range such as 10.244.0.0/16, not 'ten'"),
        ({"pod_cidr": "fd00::/48"}, "pod_cidr is an IPv4 range"),
        ({"pod_cidr": "10.1.1.0/25"}, "pod_cidr 10.1.1.0/25 is too small: /24 at the most"),
        ({"pod_cidr": "10.1.0.0/23"}, "no range of pod addresses is left for worker-2: 10.1.0.0/23 is enough for 2"),
    ],
)
def test_ranges_that_cannot_be_are_refused(ranges, message):
    with pytest.raises(ValueError, match=message):
        kl.Cluster(workers=2, **ranges)


def test_a_machine_too_many_changes_nothing():
    cluster = kl.Cluster(workers=1, pod_cidr="10.1.0.0/23")
    with pytest.raises(ValueError, match="no range of pod addresses is left"):
        cluster.add_worker("worker-2")
    assert list(cluster.machines) == ["master", "worker-1"]
    assert [node.metadata.name for node in cluster.api.list("nodes")] == ["worker-1"]


def test_a_large_cluster_gets_a_larger_range():
    assert roomy(256) == "10.244.0.0/16"
    assert roomy(257) == "10.244.0.0/14"
    assert roomy(5000) == "10.128.0.0/9"


def test_between_machines_packets_go_through_a_tunnel():
    overlay = Overlay()
    for name in ("master", "a", "b"):
        overlay.machine_address(name)
    assert overlay.tunnel("a", "10.244.2.7") == ("172.18.0.3", "172.18.0.4", "flannel.1", 8472)
    assert overlay.tunnel("a", "10.244.1.7") is None
    assert overlay.tunnel("a", "172.18.0.4") is None


def test_a_pods_interfaces_are_those_that_ip_shows():
    overlay = Overlay()
    for name in ("master", "a", "b"):
        overlay.machine_address(name)
    lo, eth0 = interfaces.of_pod(overlay, "10.244.1.2")
    assert lo.address == "127.0.0.1/8"
    assert eth0 == ("eth0@if5", "10.244.1.2/24", "0a:58:0a:f4:01:02", 1450)
    shown = interfaces.ip_addr([lo, eth0])
    assert "2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450" in shown
    assert "    inet 10.244.1.2/24 brd 10.244.1.255 scope global eth0\n" in shown
    assert interfaces.routes_of_pod(overlay, "10.244.1.2") == (
        "default via 10.244.1.1 dev eth0\n"
        "10.244.1.0/24 dev eth0 proto kernel scope link src 10.244.1.2\n"
        "10.244.0.0/16 via 10.244.1.1 dev eth0\n"
    )
    assert "10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink\n" in interfaces.routes_of_node(overlay, "a")


def test_a_pod_in_its_hosts_network_has_the_hosts_interfaces():
    overlay = Overlay()
    assert overlay.machine_address("a") == "172.18.0.2"
    assert [each.name for each in interfaces.of_pod(overlay, "172.18.0.2")] == ["lo", "eth0", "flannel.1", "cni0"]


def pod(name: str, node: str, **spec):
    container = {"name": "web", "image": "nginx:1.27"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"nodeName": node, "containers": [container], **spec},
    }


def test_where_no_address_is_left_the_pod_waits_for_one():
    cluster = kl.Cluster(workers=1, size=NGINX)
    taken = [cluster.overlay.allocate("worker-1") for _ in range(253)]
    cluster.apply(pod("late", "worker-1"))
    cluster.run(15)
    event = next(each for each in cluster.api.list("events") if each.reason == "FailedCreatePodSandBox")
    assert event.message.endswith("no IP addresses available in range set: 10.244.1.1-10.244.1.254")
    assert cluster.api.get("pods", "late").status.phase == "Pending"
    cluster.overlay.release("worker-1", taken[40])
    cluster.run(30)
    assert cluster.api.get("pods", "late").status.podIP == taken[40]


def test_host_network_pods_have_their_nodes_address():
    cluster = kl.Cluster(workers=2, size=NGINX)
    cluster.apply(pod("host", "worker-1", hostNetwork=True), pod("web", "worker-2"))
    cluster.settle()
    assert cluster.api.get("pods", "host").status.podIP == cluster.overlay.machine_address("worker-1")
    assert cluster.request("http://worker-1", "pod/web").pod == "host"


def test_containers_of_a_pod_meet_on_localhost():
    cluster = kl.Cluster(workers=1, size=NGINX)
    both = [
        {"name": "web", "image": "nginx:1.27"},
        {"name": "side", "image": "busybox:1.36", "command": ["sleep", "9999"]},
    ]
    cluster.apply(pod("pair", "worker-1", containers=both))
    cluster.settle()
    assert cluster.request("http://127.0.0.1", "pod/pair").pod == "pair"
    assert cluster.request("http://127.0.0.1:81", "pod/pair").error.startswith("connection refused")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 4),
    st.lists(st.integers(1, 4), min_size=2, max_size=6),
    st.sampled_from(["10.244.0.0/16", "10.8.0.0/20"]),
)
def test_every_pod_reaches_every_pod_without_translation(workers, nodes, cidr):
    """https://kubernetes.io/docs/concepts/services-networking/ , "The Kubernetes network model"."""
    cluster = kl.Cluster(workers=workers, size=NGINX, pod_cidr=cidr)
    cluster.apply(*(pod(f"p{index}", f"worker-{(node - 1) % workers + 1}") for index, node in enumerate(nodes)))
    cluster.settle()
    address = {each.metadata.name: each.status.podIP for each in cluster.api.list("pods", "default")}
    assert len(set(address.values())) == len(nodes)
    for source, own in address.items():
        for target, far in address.items():
            answer = cluster.request(f"http://{far}", f"pod/{source}")
            assert answer.pod == target
            arrived = next(hop for hop in answer.hops if hop.kind == "pod")
            assert arrived.source.partition(":")[0] == own
            assert arrived.destination == f"{far}:80"


def test_ip_shows_a_pods_interfaces_from_inside():
    cluster = kl.Cluster(workers=1, size=NGINX)
    manifest = pod("web", "worker-1")
    manifest["spec"]["containers"][0]["image"] = "nginx:1.27-alpine"  # the other one has no `ip`
    cluster.apply(manifest)
    cluster.settle()
    found = cluster.api.get("pods", "web")
    held = cluster.workers["worker-1"].runtime.sandboxes[found.metadata.uid].containers["web"]
    inside = Inside(cluster, cluster.api, found, "web", held)
    assert "inet 10.244.1.2/24" in commands.run(inside, ["ip", "addr"]).out
    assert commands.run(inside, ["ip", "r"]).out.startswith("default via 10.244.1.1 dev eth0\n")
    assert commands.run(inside, ["ip"]).code == 1

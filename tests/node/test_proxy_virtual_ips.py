"""https://kubernetes.io/docs/reference/networking/virtual-ips/ , section by section.

What the page says of how addresses are assigned to Services (`Avoiding collisions` and its neighbours) is the API
server's, and `kernelspace` is for Windows.
"""

import pytest
from lone_proxies import ENDING, OUTSIDE, POD, UNREADY, Proxies

import kubelab as kl
from kubelab.network.packet import Packet

BALANCED = [{"ip": "198.51.100.9"}]


@pytest.fixture(params=["iptables", "ipvs", "nftables"])
def any_mode(bare, request):
    return Proxies(bare, request.param)


@pytest.fixture
def proxies(bare):
    return Proxies(bare)


def test_proxy_modes(any_mode):
    """Virtual IPs and Service Proxies, "Proxy modes": whichever it is, the cluster address leads to an endpoint."""
    any_mode.service()
    any_mode.endpoints("a1", "b1")
    assert any_mode.reached("c") == ["a1", "b1"]
    sent = any_mode.send("c", pick=0.9)
    assert (sent.service, sent.port_name, sent.port) == ("default/web", "http", 8080)
    with pytest.raises(ValueError, match="no kube-proxy mode 'userspace': there is iptables, ipvs"):
        kl.Cluster(workers=0, proxy_mode="userspace")


def test_iptables_mode_chooses_at_random(proxies):
    """Virtual IPs and Service Proxies, "`iptables` proxy mode": rules that "select a backend Pod at random"."""
    proxies.service()
    proxies.endpoints("a1", "b1", "c1")
    assert [proxies.send("a", pick=u).address for u in (0.0, 0.34, 0.99)] == ["10.244.0.1", "10.244.1.1", "10.244.2.1"]
    shares, sent = zip(*proxies.nodes["a"].choices(Packet(POD, "10.96.0.50", 80)), strict=True)
    assert shares == (1 / 3,) * 3
    drawn = [proxies.send("a") for _ in range(300)]
    assert all(80 < drawn.count(each) < 120 for each in sent)


def test_packet_processing(any_mode):
    """Virtual IPs and Service Proxies, "Example": "redirected to the backend without rewriting the client IP address";
    through a node port or a load balancer "the client IP address does get altered"."""
    any_mode.service(type="LoadBalancer", ingress=BALANCED)
    any_mode.endpoints("a1", "b1")
    node_port = any_mode.api.get("services", "web").spec.ports[0].nodePort
    assert not any_mode.send("a").masquerade
    assert any_mode.send("a", any_mode.nodes["a"].address, node_port, OUTSIDE).masquerade
    assert any_mode.send("a", "198.51.100.9", source=OUTSIDE).masquerade
    assert any_mode.send("a", source=OUTSIDE).masquerade  # somebody outside has a route to cluster addresses
    assert any_mode.send("a", any_mode.nodes["b"].address, node_port) is None  # another node's business


def test_min_sync_period(proxies):
    """Virtual IPs and Service Proxies, "`minSyncPeriod`": the "minimum duration between attempts to resynchronize":
    changes meanwhile are aggregated."""
    proxies.service()
    proxies.endpoints("a1", "a2")
    before = len(proxies.bare.journal)
    clock = proxies.bare.clock
    proxies.api.create(_service("one"))
    clock.run(clock.now + 0.1)
    for name in ("two", "three"):
        proxies.api.create(_service(name))
        clock.run(clock.now + 0.1)
    assert proxies.send("a", "10.96.0.61") is not None
    assert proxies.send("a", "10.96.0.62") is None
    proxies.run()
    assert proxies.send("a", "10.96.0.62") is not None
    syncs = [entry for entry in proxies.bare.journal.since(before) if entry.verb == "sync"]
    assert [entry.object for entry in syncs] == [f"services/default/{name}" for name in ("one", "two", "three")]
    assert syncs[1].time == syncs[2].time == pytest.approx(syncs[0].time + 1.0)


def test_only_what_has_changed_is_written(proxies):
    """Virtual IPs and Service Proxies, "Updating legacy `minSyncPeriod` configuration": "only making updates where
    Services or EndpointSlices have actually changed"."""
    proxies.service()
    proxies.endpoints("a1", "b1")
    proxies.api.create(_service("one"))
    proxies.run()
    before = {port.key: port for port in proxies.nodes["a"].service_ports()}
    proxies.endpoints("a1")
    after = {port.key: port for port in proxies.nodes["b"].service_ports()}
    assert after["default/one"] is before["default/one"]
    assert after["default/web"] is not before["default/web"]


def test_ipvs_takes_turns(bare):
    """Virtual IPs and Service Proxies, "IPVS proxy mode": "`rr` (Round Robin)"."""
    proxies = Proxies(bare, "ipvs")
    proxies.service(type="NodePort", ports=[{"name": "http", "port": 80, "nodePort": 30080}])
    proxies.endpoints("a1", "b1", "c1")
    assert [proxies.send("a", pick=0.5).address[-3:] for _ in range(4)] == ["0.1", "1.1", "2.1", "0.1"]
    assert proxies.send("b").address == "10.244.0.1"  # each node has its own turn
    assert proxies.send("a", "172.18.0.2", 30080, OUTSIDE).address == "10.244.0.1"  # and each virtual server
    proxies.endpoints("b1", "c1")
    assert proxies.send("a").address == "10.244.1.1"  # the one that stands in the place of the last
    assert proxies.send("a", port=99).refusal == "service default/web has no port 99"
    assert proxies.reached("a", port=99) == ["REJECT"]


def test_nftables_mode(bare):
    """Virtual IPs and Service Proxies, "`nftables` proxy mode", and its ports that nobody has: they are rejected."""
    proxies = Proxies(bare, "nftables")
    proxies.service()
    proxies.endpoints("a1", "b1")
    assert [proxies.send("a", pick=u).address for u in (0.49, 0.5)] == ["10.244.0.1", "10.244.1.1"]
    assert proxies.reached("a", port=99) == ["REJECT"]


@pytest.mark.parametrize("mode", ["iptables", "ipvs", "nftables"])
def test_node_ports_on_localhost(bare, mode):
    """Virtual IPs and Service Proxies, "Migrating from `iptables` mode to `nftables`": "type: NodePort Services on
    127.0.0.1" only work with iptables."""
    proxies = Proxies(bare, mode)
    proxies.service(type="NodePort", ports=[{"name": "http", "port": 80, "nodePort": 30080}])
    proxies.endpoints("a1")
    sent = proxies.send("a", "127.0.0.1", 30080, "127.0.0.1")
    assert (sent is not None) == (mode == "iptables")
    assert sent is None or sent.masquerade


def test_session_affinity(any_mode):
    """Virtual IPs and Service Proxies, "Session affinity": "connections from a particular client are passed to the same
    Pod each time"."""
    any_mode.service(sessionAffinity="ClientIP")
    any_mode.endpoints("a1", "b1", "c1")
    first = any_mode.send("a", pick=0.4)
    packet = Packet(POD, "10.96.0.50", 80)
    assert any_mode.nodes["a"].choices(packet) == first
    assert [any_mode.send("a", pick=u) for u in (0.1, 0.9)] == [first, first]
    assert any_mode.reached("a", source="10.244.0.78") == ["a1", "b1", "c1"]
    kept = [each for each in ("a1", "b1", "c1") if each != any_mode.reached("a")[0]]
    any_mode.endpoints(*kept)
    assert any_mode.reached("a") == kept  # its pod is gone: another
    assert any_mode.send("a").address != first.address


def test_session_stickiness_timeout(any_mode):
    """Virtual IPs and Service Proxies, "Session stickiness timeout": "the maximum session sticky time"; every
    connection begins it anew."""
    config = {"clientIP": {"timeoutSeconds": 60}}
    any_mode.service(sessionAffinity="ClientIP", sessionAffinityConfig=config)
    any_mode.endpoints("a1", "b1", "c1")
    first = any_mode.send("a")
    for _ in range(3):
        any_mode.run(50)
        assert any_mode.send("a") == first
    any_mode.run(61)
    assert any_mode.reached("a") == ["a1", "b1", "c1"]


def test_affinity_is_kept_by_each_port_and_lost_with_the_power(proxies):
    """Virtual IPs and Service Proxies, "Session affinity": it is the kernel that remembers."""
    ports = [{"name": "http", "port": 80}, {"name": "admin", "port": 81}]
    targets = [{"name": "http", "port": 8080, "protocol": "TCP"}, {"name": "admin", "port": 8081, "protocol": "TCP"}]
    proxies.service(ports, sessionAffinity="ClientIP")
    proxies.endpoints("a1", "b1", ports=targets)
    assert proxies.send("a", pick=0.1).address == "10.244.0.1"
    assert proxies.send("a", port=81, pick=0.9).address == "10.244.1.1"
    proxies.nodes["a"].stop()
    assert proxies.reached("a") == ["a1"]
    proxies.nodes["a"].runtime.boots += 1
    assert proxies.reached("a") is None
    proxies.nodes["a"].start()
    assert proxies.reached("a") == ["a1", "b1"]


def test_internal_traffic_policy(proxies):
    """Virtual IPs and Service Proxies, "Internal traffic policy": "If the traffic policy is Local and there are no
    node-local endpoints, traffic is dropped by kube-proxy."."""
    proxies.service(internalTrafficPolicy="Local")
    proxies.endpoints("a1", "a2", "b1")
    assert [proxies.reached(node) for node in "abc"] == [["a1", "a2"], ["b1"], ["DROP"]]
    assert proxies.send("c").refusal == "service default/web has no ready endpoints on c"
    proxies.endpoints()
    assert proxies.reached("a") == ["REJECT"]


def test_external_traffic_policy(proxies):
    """Virtual IPs and Service Proxies, "External traffic policy": Local "to only route to ready node-local endpoints";
    the sender's address stays."""
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    proxies.service(ports, type="LoadBalancer", externalTrafficPolicy="Local", ingress=BALANCED)
    proxies.endpoints("a1", "b1")
    for destination, port in (("172.18.0.2", 30080), ("198.51.100.9", 80)):
        assert proxies.reached("a", destination, port, OUTSIDE) == ["a1"]
        assert not proxies.send("a", destination, port, OUTSIDE).masquerade
    for destination, port in (("172.18.0.4", 30080), ("198.51.100.9", 80)):
        assert proxies.reached("c", destination, port, OUTSIDE) == ["DROP"]
        # what pods and the node itself send goes anywhere, as if it had been outside and come in again
        assert proxies.reached("c", destination, port, POD) == ["a1", "b1"]
        assert proxies.reached("c", destination, port, "172.18.0.4") == ["a1", "b1"]
        assert proxies.send("c", destination, port, "172.18.0.4").masquerade
    assert proxies.reached("c") == ["a1", "b1"]  # the cluster address has a policy of its own


def test_ipvs_sends_local_traffic_elsewhere_where_it_has_no_endpoint(bare):
    """Virtual IPs and Service Proxies, "External traffic policy", as pkg/proxy/ipvs does it: pods get through, others
    get no answer."""
    proxies = Proxies(bare, "ipvs")
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    proxies.service(ports, type="LoadBalancer", externalTrafficPolicy="Local", ingress=BALANCED)
    proxies.endpoints("a1", "b1")
    assert proxies.reached("a", "198.51.100.9", source=OUTSIDE) == ["a1"]
    assert proxies.reached("c", "198.51.100.9", source=OUTSIDE) == ["DROP"]
    assert proxies.reached("c", "198.51.100.9", source=POD) == ["a1", "b1"]


def test_traffic_to_terminating_endpoints(proxies):
    """Virtual IPs and Service Proxies, "Traffic to terminating endpoints": "If there are local endpoints and all of
    them are terminating, then kube-proxy will forward traffic to those terminating endpoints."."""
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    proxies.service(ports, type="NodePort", externalTrafficPolicy="Local")
    at = ("172.18.0.2", 30080, OUTSIDE)
    proxies.endpoints(("a1", ENDING), "a2", "b1")
    assert proxies.reached("a", *at) == ["a2"]
    proxies.endpoints(("a1", ENDING), ("a2", UNREADY), "b1")
    assert proxies.reached("a", *at) == ["a1"]
    assert proxies.reached("a") == ["b1"]  # for policy Cluster there is a ready one
    proxies.endpoints(("a1", ENDING), ("b1", ENDING), ("c1", UNREADY))
    assert proxies.reached("a") == ["a1", "b1"]  # and now all are ending
    gone = {"conditions": {**ENDING["conditions"], "serving": False}}
    proxies.endpoints(("a1", gone))
    assert proxies.reached("a") == ["REJECT"]


def _service(name):
    number = {"one": 61, "two": 62, "three": 63}[name]
    spec = {"clusterIP": f"10.96.0.{number}", "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}

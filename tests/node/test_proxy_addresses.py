import pytest
from lone_proxies import OUTSIDE, POD, UNREADY, Proxies

import kubelab as kl

BALANCED = [{"ip": "198.51.100.9"}]


@pytest.fixture(params=["iptables", "ipvs", "nftables"])
def proxies(bare, request):
    return Proxies(bare, request.param)


def test_external_ips(proxies):
    """Service, "External IPs": what comes to the node "with the external IP (as destination IP) on the Service port"
    is routed to an endpoint."""
    proxies.service(externalIPs=["192.0.2.44"])
    proxies.endpoints("a1", "b1")
    assert proxies.reached("c", "192.0.2.44", source=OUTSIDE) == ["a1", "b1"]
    assert proxies.send("c", "192.0.2.44", source=OUTSIDE).masquerade
    assert proxies.send("c", "192.0.2.45", source=OUTSIDE) is None


def test_load_balancer_addresses(proxies):
    """Service, "Load balancer IP address mode": with Proxy nothing is caught on the node."""
    proxies.service(type="LoadBalancer", ingress=[{"ip": "198.51.100.9"}, {"ip": "198.51.100.10", "ipMode": "Proxy"}])
    proxies.endpoints("a1")
    assert proxies.reached("c", "198.51.100.9", source=OUTSIDE) == ["a1"]
    assert proxies.send("c", "198.51.100.10", source=OUTSIDE) is None


def test_load_balancer_source_ranges(proxies):
    """Service API, `loadBalancerSourceRanges`: "traffic through the cloud-provider load-balancer will be restricted to
    the specified client IPs"; node ports are not."""
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    ranges = ["203.0.113.0/29", "172.18.0.2/32"]
    proxies.service(ports, type="LoadBalancer", loadBalancerSourceRanges=ranges, ingress=BALANCED)
    proxies.endpoints("a1")
    assert proxies.reached("b", "198.51.100.9", source=OUTSIDE) == ["a1"]
    barred = proxies.send("b", "198.51.100.9", source="203.0.113.8")
    assert barred.dropped
    assert barred.refusal.endswith("from 203.0.113.8: it is in none of its loadBalancerSourceRanges")
    assert proxies.reached("b", "198.51.100.9", source=POD) == ["DROP"]
    assert proxies.reached("a", "198.51.100.9", source="172.18.0.2") == ["a1"]  # the node is in a range, and so
    assert proxies.reached("a", "198.51.100.9", source="198.51.100.9") == ["a1"]  # is what comes back from itself
    assert proxies.reached("b", "198.51.100.9", source="198.51.100.9") == ["DROP"]
    assert proxies.reached("b", "172.18.0.3", 30080, "203.0.113.8") == ["a1"]
    assert proxies.reached("b") == ["a1"]


def test_without_endpoints_everything_is_refused(proxies):
    """Debug Services, `Does the Service have any EndpointSlices?`."""
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    proxies.service(ports, type="LoadBalancer", externalIPs=["192.0.2.44"], ingress=BALANCED)
    for _ in range(2):
        for destination in ("10.96.0.50", "192.0.2.44", "198.51.100.9"):
            assert proxies.reached("a", destination, source=OUTSIDE) == ["REJECT"]
        assert proxies.reached("a", "172.18.0.2", 30080, OUTSIDE) == ["REJECT"]
        proxies.endpoints(("a1", UNREADY))


def test_hairpin(proxies):
    """Debug Services, `Edge case: A Pod fails to reach itself via the Service IP`: it must be masqueraded."""
    proxies.service()
    proxies.endpoints("a1", "a2")
    sent = {proxies.send("a", source="10.244.0.1", pick=u) for u in (0.1, 0.9)}
    sent |= {proxies.send("a", source="10.244.0.1", pick=u) for u in (0.1, 0.9)}
    assert {(each.address, each.masquerade) for each in sent} == {("10.244.0.1", True), ("10.244.0.2", False)}


def test_protocols_and_target_ports(proxies):
    """Service, "Multi-port Services": each port of each protocol has its own targets."""
    ports = [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
        {"name": "https", "port": 443, "targetPort": 8443},
    ]
    targets = [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 5353, "protocol": "TCP"},
        {"name": "https", "port": 8443, "protocol": "TCP"},
    ]
    proxies.service(ports)
    proxies.endpoints("a1", ports=targets)
    assert [proxies.send("a", port=53, protocol=each).port for each in ("UDP", "TCP")] == [53, 5353]
    assert proxies.send("a", port=443).port == 8443
    assert proxies.send("a", port=443, protocol="UDP").refusal == "service default/web has no port 443"


def test_headless_and_external_names_have_no_rules(proxies):
    """Service, "Headless Services": "kube-proxy does not handle these Services"."""
    for name, spec in (
        ("each", {"clusterIP": "None", "ports": [{"port": 80}]}),
        ("far", {"type": "ExternalName", "externalName": "example.org"}),
    ):
        proxies.api.create({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec})
    labels = {"service.kubernetes.io/service-proxy-name": "other"}
    spec = {"clusterIP": "10.96.0.51", "ports": [{"port": 80}]}
    proxies.api.create(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "other", "labels": labels}, "spec": spec}
    )
    proxies.run()
    assert [port.key for port in proxies.nodes["a"].service_ports()] == ["default/kubernetes"]


def test_health_check_node_port(proxies):
    """Virtual IPs and Service Proxies, "External traffic policy": for Local, 200 where it "has a local endpoint"."""
    proxies.service(type="LoadBalancer", externalTrafficPolicy="Local", ingress=BALANCED)
    proxies.endpoints("a1", "a2", ("b1", UNREADY))
    port = proxies.api.get("services", "web").spec.healthCheckNodePort
    answers = {name: node.health(port) for name, node in proxies.nodes.items()}
    assert [answers[name].status for name in "abc"] == [200, 503, 503]
    assert '"localEndpoints": 2,' in answers["a"].body
    assert proxies.nodes["a"].health(port + 1) is None
    assert proxies.nodes["a"].health(10256).status == 200
    proxies.nodes["a"].stop()
    assert proxies.nodes["a"].health(port) is None
    assert proxies.reached("a") == ["a1", "a2"]  # the rules stay


def test_slices_together(proxies):
    """EndpointSlices, "Duplicate endpoints": what is in two slices counts once."""
    proxies.service()
    proxies.endpoints("a1", "b1")
    proxies.endpoints("b1", "c1", name="web-2")
    assert proxies.reached("a") == ["a1", "b1", "c1"]


def test_a_cluster_in_every_mode_serves(proxies):
    mode = proxies.nodes["a"].mode.name
    cluster = kl.Cluster(workers=2, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)), proxy_mode=mode)
    cluster.apply(
        """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
"""
    )
    cluster.settle()
    assert cluster.request("http://web").ok
    assert cluster.request("http://worker-2:30080").ok
    fork = cluster.fork()
    fork.api.delete("pods", "web")
    fork.settle()
    assert not fork.request("http://web").ok
    assert cluster.request("http://web").ok

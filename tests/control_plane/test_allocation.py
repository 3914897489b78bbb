"""What Services are given: https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/"""

import random
from ipaddress import ip_address, ip_network

import pytest

import kubelab as kl
from kubelab.api.errors import ApiError
from kubelab.control_plane.api_server.allocation import NODE_PORTS
from kubelab.control_plane.api_server.bands import band


def service(name, kind="ClusterIP", ports=None, **spec):
    ports = ports or [{"port": 80}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": kind, "ports": ports, **spec},
    }


def small(bare, cidr="10.9.0.0/27"):
    bare.server.allocator.use(ip_network(cidr))
    return bare.client


def refusal(client, made, **options):
    with pytest.raises(ApiError) as caught:
        client.create(made, **options)
    return caught.value


@pytest.mark.parametrize(("size", "offset"), [(16, 0), (64, 16), (256, 16), (4096, 256), (65536, 256), (2**20, 256)])
def test_examples_of_bands(size, offset):
    """Service ClusterIP allocation, "Examples": min(max(16, cidrSize / 16), 256)."""
    assert band(1, size - 2, size, 16, 256).dynamic == 1 + offset


def test_dynamic_addresses_come_from_the_upper_band_first(bare):
    """Virtual IPs and Service Proxies, "IP address ranges for Service virtual IP addresses"; Service ClusterIP
    allocation, "How can you avoid Service ClusterIP conflicts?": "Dynamic IP assignment uses the upper band by default,
    once this has been exhausted it will use the lower range"."""
    client = small(bare)
    given = [client.create(service(f"s{n}")).spec.clusterIP for n in range(14)]
    assert {ip_address(each) for each in given} == {ip_network("10.9.0.0/27")[n] for n in range(17, 31)}
    assert ip_address(client.create(service("more")).spec.clusterIP) < ip_network("10.9.0.0/27")[17]


def test_an_exhausted_range_is_full(bare):
    """Virtual IPs and Service Proxies, "IP address allocation tracking": creations fail where none is left, and
    addresses "that are no longer used by any Services" are free again."""
    client = small(bare)
    for number in range(30):
        client.create(service(f"s{number}"))
    refused = refusal(client, service("late"))
    assert (refused.code, refused.reason) == (500, "InternalError")
    assert refused.message == "Internal error occurred: failed to allocate a serviceIP: range is full"
    client.delete("services", "s3")
    assert client.create(service("late")).spec.clusterIP


def test_a_headless_service_takes_no_address(bare):
    client = small(bare)
    for number in range(30):
        client.create(service(f"s{number}"))
    assert client.create(service("headless", clusterIP="None")).spec.clusterIP == "None"


def test_an_address_asked_for_must_be_in_the_range(bare):
    made = service("web", clusterIP="10.200.0.1")
    told = "the provided IP (10.200.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/12"
    dry = refusal(bare.client, made, dry_run=True)
    assert dry.causes[0].field == "spec.clusterIPs"
    assert f"failed to allocate IP 10.200.0.1: {told}" in dry.message
    assert "the provided network does not match the current range" in refusal(bare.client, made).message


def test_an_address_asked_for_must_be_free(bare):
    """Virtual IPs and Service Proxies, "Avoiding collisions"; Service ClusterIP allocation, "How Service ClusterIPs are
    allocated?": a `ClusterIP` "that has already been allocated will return an error"."""
    bare.client.create(service("one", clusterIP="10.96.0.50"))
    refused = refusal(bare.client, service("two", clusterIP="10.96.0.50"))
    assert refused.message == (
        'Service "two" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.50"]: '
        "failed to allocate IP 10.96.0.50: provided IP is already allocated"
    )


@pytest.mark.parametrize("address", ["10.96.0.0", "10.111.255.255"])
def test_the_first_and_the_last_address_of_a_range_are_nobodys(bare, address):
    assert refusal(bare.client, service("web", clusterIP=address)).code == 422


def test_the_range_is_the_clusters_own():
    cluster = kl.Cluster(workers=1, service_cidr="10.50.0.0/16")
    assert cluster.api.get("services", "kubernetes").spec.clusterIP == "10.50.0.1"
    cluster.apply(service("web"))
    assert ip_address(cluster.api.get("services", "web").spec.clusterIP) in ip_network("10.50.0.0/16")


def test_node_ports_come_from_the_upper_band_first():
    """Service, "Reserve Nodeport ranges to avoid collisions": 30000-30085 are left to those who ask for a port by
    hand."""
    ports = band(NODE_PORTS[0], NODE_PORTS[-1], len(NODE_PORTS), 32, 128)
    rng, taken = random.Random(1), {}
    for _ in range(len(NODE_PORTS) - 86):
        taken[ports.free(taken, rng)] = True
    assert min(taken) == 30086
    assert ports.free(taken, rng) < 30086


def test_exhausted_node_ports(bare):
    many = [{"name": f"p{n}", "port": n + 1, "nodePort": 30000 + n} for n in range(2768)]
    bare.client.create(service("all", "NodePort", many))
    refused = refusal(bare.client, service("late", "NodePort"))
    assert refused.message == "Internal error occurred: failed to allocate a nodePort: range is full"
    local = service("local", "LoadBalancer", externalTrafficPolicy="Local", allocateLoadBalancerNodePorts=False)
    assert "failed to allocate a HealthCheck NodePort 0: range is full" in refusal(bare.client, local).message


def test_a_node_port_asked_for_must_be_in_the_range_and_free(bare):
    """Service, "Choosing your own port": "a valid port number, one that's inside the range configured for NodePort
    use"."""
    outside = refusal(bare.client, service("web", "NodePort", [{"port": 80, "nodePort": 8080}]))
    assert outside.causes[0].field == "spec.ports[0].nodePort"
    assert "provided port is not in the valid range. The range of valid ports is 30000-32767" in outside.message
    bare.client.create(service("one", "NodePort", [{"port": 80, "nodePort": 30080}]))
    taken = refusal(bare.client, service("two", "NodePort", [{"port": 80, "nodePort": 30080}]))
    assert "spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated" in taken.message


def test_two_protocols_of_one_port_share_a_node_port(bare):
    ports = [{"name": "u", "port": 53, "protocol": "UDP"}, {"name": "t", "port": 53, "protocol": "TCP"}]
    made = bare.client.create(service("dns", "NodePort", ports))
    assert made.spec.ports[0].nodePort == made.spec.ports[1].nodePort


def test_a_load_balancer_may_do_without_node_ports(bare):
    made = bare.client.create(service("web", "LoadBalancer", allocateLoadBalancerNodePorts=False))
    assert made.spec.ports[0].nodePort is None


def test_an_address_stays_when_the_type_changes(bare):
    made = bare.client.create(service("web"))
    changed = bare.client.patch("services", "web", {"spec": {"type": "NodePort"}})
    assert changed.spec.clusterIP == made.spec.clusterIP
    assert changed.spec.ports[0].nodePort in NODE_PORTS

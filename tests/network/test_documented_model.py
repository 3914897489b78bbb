"""https://kubernetes.io/docs/concepts/services-networking/ : what every network of a cluster must keep to."""

import pytest

import kubelab as kl


def pod(name, node, *containers, **spec):
    held = containers or ({"name": "web", "image": "nginx:1.27"},)
    spec = {"containers": list(held), "nodeName": node, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


@pytest.fixture(scope="module")
def cluster():
    made = kl.Cluster(workers=3, seed=1, size=kl.WorkerSize(images=("nginx:1.27", "busybox:1.36")))
    helper = {"name": "helper", "image": "busybox:1.36", "command": ["sleep", "1d"]}
    web = {"name": "web", "image": "nginx:1.27"}
    made.apply(
        pod("a", "worker-1"),
        pod("b", "worker-1"),
        pod("c", "worker-2"),
        pod("pair", "worker-2", web, helper),
        pod("host", "worker-3", hostNetwork=True),
    )
    return made.settle()


def address(cluster, name):
    return cluster.api.get("pods", name).status.podIP


def test_each_pod_has_an_address_of_its_own(cluster):
    """Services, Load Balancing, and Networking, "The Kubernetes network model": "its own unique cluster-wide IP
    address"."""
    found = [address(cluster, name) for name in ("a", "b", "c", "pair")]
    assert len(set(found)) == 4
    assert {each.rpartition(".")[0] for each in found} == {"10.244.1", "10.244.2"}


def test_containers_of_a_pod_share_its_network(cluster):
    """Services, Load Balancing, and Networking, "The Kubernetes network model": they "can communicate with each other
    over `localhost`"."""
    said = cluster.kubectl("exec pair -c helper -- wget -qO- http://localhost")
    assert "nginx" in said
    assert cluster.request("http://127.0.0.1", "pod/pair").pod == "pair"


@pytest.mark.parametrize(("source", "target"), [("a", "b"), ("a", "c"), ("c", "a"), ("pair", "c"), ("host", "a")])
def test_all_pods_reach_all_others_without_translation(cluster, source, target):
    """Services, Load Balancing, and Networking, "The Kubernetes network model": "whether they are on the same node or
    on different nodes", and "directly, without the use of proxies or address translation (NAT)"."""
    answer = cluster.request(f"http://{address(cluster, target)}", f"pod/{source}")
    assert answer.pod == target
    assert answer.hop("masquerade") is answer.hop("rule") is None
    last = answer.hop("container") or answer.hops[-1]
    assert last.source.rpartition(":")[0] == address(cluster, source)
    assert last.destination.rpartition(":")[0] == address(cluster, target)


def test_agents_of_a_node_reach_its_pods(cluster):
    """Services, Load Balancing, and Networking, "The Kubernetes network model": "Agents on a node (such as system
    daemons, or kubelet) can communicate with all pods on that node."."""
    assert cluster.request(f"http://{address(cluster, 'a')}", "worker-1").pod == "a"


def test_a_pod_in_its_hosts_network_has_its_address(cluster):
    """Services, Load Balancing, and Networking, "The Kubernetes network model": such pods are in the network of the
    node."""
    assert address(cluster, "host") == cluster.overlay.machine_address("worker-3")
    assert cluster.request("http://worker-3", "pod/a").pod == "host"

"""The tree of a Service's rules, in all three modes."""

from __future__ import annotations

import pytest
from shop import SHOP

from kubelab.cluster import Cluster
from kubelab.view.rule_tree import Tree, tree


def door(mode: str) -> Cluster:
    cluster = Cluster(workers=3, seed=1, proxy_mode=mode)
    cluster.apply(SHOP)
    cluster.run(until=30)
    cluster.kubectl("expose deployment web --name=door --type=NodePort --port=80")
    cluster.kubectl("create service clusterip empty --tcp=80:80")
    return cluster.run(5)


@pytest.fixture(scope="module")
def iptables() -> Cluster:
    return door("iptables")


def labels(told: Tree, start: str) -> list[str]:
    return [arrow.label for arrow in told.arrows if arrow.start.startswith(start)]


def test_each_rule_has_its_probability_and_each_endpoint_its_share(iptables: Cluster) -> None:
    told = tree(iptables, "worker-1", "door")
    assert labels(told, "KUBE-SVC") == ["p = 0.333", "p = 0.5", "p = 1"]
    shares = [box.words for name, box in told.boxes.items() if name.startswith("KUBE-SEP")]
    assert shares == ["33.3 %"] * 3
    assert told.falls
    assert len(told.endpoints) == 3


def test_a_packet_comes_in_by_the_address_or_the_node_port(iptables: Cluster) -> None:
    told, spec = tree(iptables, "worker-1", "door"), iptables.get("services", "door").spec
    assert labels(told, "KUBE-SERVICES") == [f"{spec.clusterIP}:80"]
    assert labels(told, "KUBE-NODEPORTS") == [f"nodePort {spec.ports[0].nodePort}"]


def test_a_service_without_endpoints_ends_in_reject(iptables: Cluster) -> None:
    told = tree(iptables, "worker-1", "empty")
    assert [box.title for box in told.boxes.values() if box.ghost] == ["REJECT"]
    assert all(arrow.lost for arrow in told.arrows)


def test_local_traffic_policy_and_affinity_are_told() -> None:
    cluster = door("iptables")
    patch = '{"spec":{"externalTrafficPolicy":"Local","sessionAffinity":"ClientIP"}}'
    cluster.kubectl(f"patch service door -p '{patch}'")
    told = tree(cluster.run(5), "worker-1", "door")
    assert labels(told, "KUBE-EXT")[:2] == ["from 10.244.0.0/16", "from the node"]
    whole = next(box for name, box in told.boxes.items() if name.startswith("KUBE-SVC"))
    assert whole.words == "first the one that it had"
    assert labels(told, "KUBE-SVC") == ["p = 0.333", "p = 0.5", "p = 1"]


@pytest.mark.parametrize("mode", ["ipvs", "nftables"])
def test_the_other_modes_have_trees_too(mode: str) -> None:
    cluster = door(mode)
    told, port = tree(cluster, "worker-1", "door"), cluster.get("services", "door").spec.ports[0].nodePort
    assert not told.falls
    assert [arrow.label for arrow in told.arrows].count("p = 0.333") == (6 if mode == "ipvs" else 3)
    assert any(str(port) in f"{arrow.label} {arrow.start}" for arrow in told.arrows)
    ends = [box.title for box in tree(cluster, "worker-1", "empty").boxes.values() if box.ghost]
    assert ends == [{"ipvs": "REJECT", "nftables": "reject-chain"}[mode]]


def test_of_many_endpoints_the_first_and_the_last_are_drawn(iptables: Cluster) -> None:
    cluster = iptables.fork()
    cluster.kubectl("scale deployment web --replicas=20")
    told = tree(cluster.run(30), "worker-1", "shop")
    assert (len(told.endpoints), told.more) == (7, 13)
    assert "… 13 more endpoints" in [box.title for box in told.boxes.values()]


def test_each_node_has_its_own_view(iptables: Cluster) -> None:
    cluster = iptables.fork()
    cluster.cut("worker-2")
    cluster.kubectl("scale deployment web --replicas=1")
    cluster.run(10)
    assert len(tree(cluster, "worker-1", "shop").endpoints) == 1
    assert len(tree(cluster, "worker-2", "shop").endpoints) == 3


def test_unknown_names_are_refused(iptables: Cluster) -> None:
    with pytest.raises(ValueError, match="no worker 'worker-9': there is worker-1"):
        iptables.draw.rules("worker-9", "shop")
    with pytest.raises(ValueError, match="no rules of service 'default/shap'"):
        iptables.draw.rules("worker-1", "shap")

import pytest
from lone_proxies import Proxies

import kubelab as kl

ZONES = ("x", "x", "y")


def at(zone=None, node=None):
    hints = {}
    if zone:
        hints["forZones"] = [{"name": zone}]
    if node:
        hints["forNodes"] = [{"name": node}]
    return {"hints": hints}


@pytest.fixture
def proxies(bare):
    return Proxies(bare, zones=ZONES)


def test_prefer_same_zone(proxies):
    """`Traffic distribution`, PreferSameZone: endpoints of the client's zone, where there is one."""
    proxies.service(trafficDistribution="PreferSameZone")
    proxies.endpoints(("a1", at("x")), ("b1", at("x")), ("c1", at("y")))
    assert [proxies.reached(node) for node in "abc"] == [["a1", "b1"], ["a1", "b1"], ["c1"]]
    proxies.endpoints(("a1", at("x")), ("b1", at("x")))
    assert proxies.reached("c") == ["a1", "b1"]  # none in y: all


def test_prefer_same_node(proxies):
    """`Traffic distribution`, PreferSameNode: this node's endpoint, else one of the zone, else any."""
    proxies.service(trafficDistribution="PreferSameNode")
    proxies.endpoints(("a1", at("x", "a")), ("a2", at("x", "a")), ("c1", at("y", "c")))
    assert [proxies.reached(node) for node in "abc"] == [["a1", "a2"], ["a1", "a2"], ["c1"]]
    proxies.endpoints(("a1", at("x", "a")))
    assert proxies.reached("c") == ["a1"]


def test_hints_count_only_where_every_ready_endpoint_has_one(proxies):
    """`Topology Aware Routing: Safeguards`: "One or more endpoints does not have a zone hint"."""
    proxies.service()
    proxies.endpoints(("a1", at("x")), "c1")
    assert proxies.reached("a") == ["a1", "c1"]
    unready = {"conditions": {"ready": False, "serving": False}}
    proxies.endpoints(("a1", at("x")), ("c1", unready), ("c2", at("y")))
    assert proxies.reached("a") == ["a1"]


def test_a_node_without_a_zone_ignores_hints(bare):
    """`Topology Aware Routing: Safeguards`: "A zone is not represented in hints"."""
    proxies = Proxies(bare, zones=("", "x", "y"))
    proxies.service()
    proxies.endpoints(("b1", at("x")), ("c1", at("y")))
    assert [proxies.reached(node) for node in "ab"] == [["b1", "c1"], ["b1"]]
    proxies.api.patch("nodes", "a", {"metadata": {"labels": {"topology.kubernetes.io/zone": "y"}}}, None)
    proxies.run()
    assert proxies.reached("a") == ["c1"]


def test_interaction_with_traffic_policies(proxies):
    """`Interaction with Traffic Policies`: with Local, "trafficDistribution" has nothing to say."""
    ports = [{"name": "http", "port": 80, "nodePort": 30080}]
    proxies.service(ports, type="NodePort", externalTrafficPolicy="Local", trafficDistribution="PreferSameZone")
    proxies.endpoints(("a1", at("x")), ("b1", at("x")), ("c1", at("y")))
    assert proxies.reached("a", "172.18.0.2", 30080, "203.0.113.7") == ["a1"]
    assert proxies.reached("a") == ["a1", "b1"]


WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}], trafficDistribution: PreferClose}
"""


def hints(cluster):
    slices = cluster.api.list("endpointslices", "default", selector="kubernetes.io/service-name=web")
    return [each.hints for held in slices for each in held.endpoints]


def test_the_controller_writes_hints():
    """`Traffic distribution`: PreferClose is the old name of PreferSameZone."""
    cluster = kl.Cluster(workers=3, seed=1, size=kl.WorkerSize(images=("nginx:1.27",)))
    for node, zone in zip(cluster.workers, ZONES, strict=True):
        cluster.kubectl(f"label node {node} topology.kubernetes.io/zone={zone}")
    cluster.apply(WEB)
    cluster.settle()
    assert sorted(each.forZones[0].name for each in hints(cluster)) == ["x", "x", "y"]
    assert all(each.forNodes is None for each in hints(cluster))
    near = {cluster.request("http://web", "worker-3").node for _ in range(20)}
    assert near == {"worker-3"}
    cluster.api.patch("services", "web", {"spec": {"trafficDistribution": "PreferSameNode"}})
    cluster.settle()
    assert sorted(each.forNodes[0].name for each in hints(cluster)) == ["worker-1", "worker-2", "worker-3"]
    assert {cluster.request("http://web", "worker-1").node for _ in range(20)} == {"worker-1"}
    cluster.api.patch("services", "web", {"spec": {"trafficDistribution": None}}, patch_type="merge")
    cluster.settle()
    assert hints(cluster) == [None] * 3

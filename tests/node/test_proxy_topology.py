from collections import Counter

import pytest
from lone_proxies import Proxies

import kubelab as kl
from kubelab.control_plane.controller_manager.topology_hints import dealt_out

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
    """Virtual IPs and Service Proxies, "Traffic distribution control", PreferSameZone: endpoints of the client's zone,
    where there is one."""
    proxies.service(trafficDistribution="PreferSameZone")
    proxies.endpoints(("a1", at("x")), ("b1", at("x")), ("c1", at("y")))
    assert [proxies.reached(node) for node in "abc"] == [["a1", "b1"], ["a1", "b1"], ["c1"]]
    proxies.endpoints(("a1", at("x")), ("b1", at("x")))
    assert proxies.reached("c") == ["a1", "b1"]  # none in y: all


def test_prefer_same_node(proxies):
    """Virtual IPs and Service Proxies, "Traffic distribution control", PreferSameNode: this node's endpoint, else one
    of the zone, else any."""
    proxies.service(trafficDistribution="PreferSameNode")
    proxies.endpoints(("a1", at("x", "a")), ("a2", at("x", "a")), ("c1", at("y", "c")))
    assert [proxies.reached(node) for node in "abc"] == [["a1", "a2"], ["a1", "a2"], ["c1"]]
    proxies.endpoints(("a1", at("x", "a")))
    assert proxies.reached("c") == ["a1"]


def test_hints_count_only_where_every_ready_endpoint_has_one(proxies):
    """Topology Aware Routing, "kube-proxy"; Topology Aware Routing, "Safeguards": "One or more endpoints does not have
    a zone hint"."""
    proxies.service()
    proxies.endpoints(("a1", at("x")), "c1")
    assert proxies.reached("a") == ["a1", "c1"]
    unready = {"conditions": {"ready": False, "serving": False}}
    proxies.endpoints(("a1", at("x")), ("c1", unready), ("c2", at("y")))
    assert proxies.reached("a") == ["a1"]


def test_a_node_without_a_zone_ignores_hints(bare):
    """Topology Aware Routing, "Safeguards": "A zone is not represented in hints"."""
    proxies = Proxies(bare, zones=("", "x", "y"))
    proxies.service()
    proxies.endpoints(("b1", at("x")), ("c1", at("y")))
    assert [proxies.reached(node) for node in "ab"] == [["b1", "c1"], ["b1"]]
    proxies.api.patch("nodes", "a", {"metadata": {"labels": {"topology.kubernetes.io/zone": "y"}}}, None)
    proxies.run()
    assert proxies.reached("a") == ["c1"]


def test_interaction_with_traffic_policies(proxies):
    """Virtual IPs and Service Proxies, "Interaction with Traffic Policies": with Local, "trafficDistribution" has
    nothing to say."""
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


AUTO = WEB.replace(
    "metadata: {name: web}\nspec: {selector",
    "metadata: {name: web, annotations: {service.kubernetes.io/topology-mode: Auto}}\nspec: {selector",
)


def zoned(replicas, zones=ZONES, manifests=AUTO):
    """A Deployment behind a Service, on workers in these zones."""
    cluster = kl.Cluster(workers=len(zones), seed=1, size=kl.WorkerSize(images=("nginx:1.27",)))
    for node, zone in zip(cluster.workers, zones, strict=True):
        if zone:
            cluster.kubectl(f"label node {node} topology.kubernetes.io/zone={zone}")
    cluster.apply(manifests.replace("replicas: 3", f"replicas: {replicas}"))
    return cluster.settle()


def dealt(cluster):
    """How many endpoints there are for each zone; None: without hints."""
    return Counter(each.forZones[0].name if each else None for each in hints(cluster))


def test_zones_get_endpoints_by_their_processors():
    """Topology Aware Routing, "Enabling Topology Aware Routing": "setting the `service.kubernetes.io/topology-mode`
    annotation to `Auto`"; Topology Aware Routing, "EndpointSlice controller": "twice as many endpoints to the zone with
    2 CPU cores"; it "allocates endpoints from a different zone to ensure more even distribution"."""
    cluster = zoned(9)
    assert dealt(cluster) == {"x": 6, "y": 3}
    assert dealt_out(["a"] * 6 + ["b"] * 3, {"a": 1 / 3, "b": 2 / 3}) == ["b"] * 3 + ["a"] * 3 + ["b"] * 3
    far = {cluster.request("http://web", "worker-3").pod for _ in range(60)}
    assert len(far) == 3
    cluster.api.patch("deployments", "web", {"spec": {"replicas": 12}})
    cluster.settle()
    assert dealt(cluster) == {"x": 8, "y": 4}


@pytest.mark.parametrize(
    ("replicas", "zones"),
    [(1, ZONES), (2, ("x", "x", "y")), (3, ("x", "y", "")), (3, ("x", "x", "x")), (4, ("x", "y", "z", "z", "z", "z"))],
)
def test_there_are_no_hints_that_would_overload_somebody(replicas, zones):
    """Topology Aware Routing, "Safeguards": an insufficient number of endpoints, an impossible balance, a node without
    a zone; Topology Aware Routing, "When it works best": three endpoints or more for each zone."""
    assert dealt(zoned(replicas, zones)) == {None: replicas}


def test_hints_follow_the_nodes():
    """Topology Aware Routing, "Constraints": "ignores unready nodes as it calculates the proportions of each zone"."""
    cluster = zoned(9)
    cluster.kubectl("label node worker-2 topology.kubernetes.io/zone=y --overwrite")
    cluster.settle()
    assert dealt(cluster) == {"x": 3, "y": 6}
    cluster.kubectl("label node worker-2 topology.kubernetes.io/zone-")
    cluster.settle()
    assert dealt(cluster) == {None: 9}


def test_the_annotation_comes_before_the_distribution():
    """Virtual IPs and Service Proxies, "Comparison with `service.kubernetes.io/topology-mode: Auto`": the annotation
    "will take precedence over `trafficDistribution`"."""
    cluster = zoned(2)  # too few for Auto
    assert cluster.api.get("services", "web").spec.trafficDistribution == "PreferClose"
    assert dealt(cluster) == {None: 2}
    cluster.kubectl("annotate service web service.kubernetes.io/topology-mode-")
    cluster.settle()
    assert None not in dealt(cluster)


def test_the_controller_writes_hints():
    """Virtual IPs and Service Proxies, "Traffic distribution control": PreferClose is the old name of
    PreferSameZone."""
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

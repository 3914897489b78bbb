"""Endpoints of Services with selectors: https://kubernetes.io/docs/concepts/services-networking/service/#endpoints"""

import pytest

import kubelab as kl

READY = kl.WorkerSize(images=("nginx:1.27",))
WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: web
        image: nginx:1.27
        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 3}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {team: shop}}
spec: {selector: {app: web}, ports: [{name: http, port: 80}, {name: admin, port: 81, targetPort: 80}]}
"""


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=2, size=READY)
    made.apply(WEB)
    return made


def sets(cluster, name="web"):
    """Ready addresses, addresses that are not, and ports of each set."""
    found = cluster.api.get("endpoints", name).subsets or ()
    return [(len(s.addresses or ()), len(s.notReadyAddresses or ()), [p.name for p in s.ports]) for s in found]


def test_pods_are_listed_as_they_become_ready(cluster):
    """Service, "Endpoints (deprecated)": the older API is still written."""
    cluster.run(2)
    assert sets(cluster) == [(0, 2, ["http", "admin"])]
    cluster.settle()
    assert sets(cluster) == [(2, 0, ["http", "admin"])]
    held = cluster.api.get("endpoints", "web")
    assert held.metadata.labels == {"team": "shop", "endpoints.kubernetes.io/managed-by": "endpoint-controller"}
    address = held.subsets[0].addresses[0]
    assert (address.targetRef.kind, address.nodeName[:7]) == ("Pod", "worker-")


def test_a_pod_that_is_going_is_listed_no_more(cluster):
    cluster.settle()
    gone = cluster.api.list("pods", "default")[0]
    cluster.api.delete("pods", gone.metadata.name)
    cluster.run(0.5)
    listed = [each.ip for s in cluster.api.get("endpoints", "web").subsets for each in s.addresses]
    assert gone.status.podIP not in listed


def test_endpoints_go_with_their_service(cluster):
    cluster.settle()
    cluster.api.delete("services", "web")
    cluster.settle()
    assert cluster.api.list("endpoints", "default") == []


def test_a_typing_error_in_the_selector_shows_as_no_endpoints(cluster):
    cluster.settle()
    cluster.api.patch("services", "web", {"spec": {"selector": {"app": "wbe"}}})
    cluster.settle()
    assert sets(cluster) == []
    assert "<none>" in cluster.kubectl("get endpoints web")


def test_endpoints_that_somebody_changes_or_deletes_come_back(cluster):
    cluster.settle()
    cluster.api.delete("endpoints", "web")
    cluster.settle()
    assert sets(cluster) == [(2, 0, ["http", "admin"])]


def test_a_headless_service_says_so(cluster):
    spec = {"clusterIP": "None", "selector": {"app": "web"}}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "each"}, "spec": spec})
    cluster.settle()
    held = cluster.api.get("endpoints", "each")
    assert held.metadata.labels["service.kubernetes.io/headless"] == ""
    assert len(held.subsets[0].addresses) == 2
    assert held.subsets[0].ports is None


def test_they_are_not_mirrored(cluster):
    cluster.settle()
    slices = cluster.api.list("endpointslices", "default", selector="kubernetes.io/service-name=web")
    assert [s.metadata.labels["endpointslice.kubernetes.io/managed-by"] for s in slices] == [
        "endpointslice-controller.k8s.io"
    ]


def test_the_controller_manager_may_restart_and_miss_a_deletion(cluster):
    cluster.settle()
    cluster.stop("controller-manager")
    cluster.api.delete("services", "web")
    cluster.run(5)
    cluster.start("controller-manager").settle()
    assert cluster.api.list("endpoints", "default") == []

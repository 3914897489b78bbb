"""Services without selectors, and Endpoints written by hand.

https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors and
https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#mirroring
"""

import pytest

import kubelab as kl

MANIFESTS = """
apiVersion: v1
kind: Service
metadata: {name: old-db}
spec: {ports: [{port: 5432}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: old-db, labels: {team: data}, annotations: {note: kept}}
subsets:
- addresses: [{ip: 192.0.2.42}]
  notReadyAddresses: [{ip: 192.0.2.43}]
  ports: [{port: 5432}]
"""


def slices(cluster):
    found = cluster.api.list("endpointslices", "default", selector="kubernetes.io/service-name=old-db")
    return [(held.ports[0].port, [each.addresses[0] for each in held.endpoints]) for held in found]


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=1)
    made.apply(MANIFESTS)
    return made.settle()


def test_mirroring(cluster):
    """EndpointSlices, "EndpointSlice mirroring"."""
    (held,) = cluster.api.list("endpointslices", "default", selector="team=data")
    assert held.metadata.labels["endpointslice.kubernetes.io/managed-by"] == (
        "endpointslicemirroring-controller.k8s.io"
    )
    assert held.metadata.annotations["note"] == "kept"
    assert held.metadata.generateName == "old-db-"
    assert held.metadata.ownerReferences[0].kind == "Endpoints"
    assert [(each.addresses[0], each.conditions.ready) for each in held.endpoints] == [
        ("192.0.2.42", True),
        ("192.0.2.43", False),
    ]


def test_a_mirror_follows_its_endpoints(cluster):
    body = {"subsets": [{"addresses": [{"ip": "192.0.2.44"}], "ports": [{"port": 5433}]}]}
    name = cluster.api.list("endpointslices", "default", selector="team=data")[0].metadata.name
    cluster.api.patch("endpoints", "old-db", body, patch_type="merge")
    cluster.settle()
    assert slices(cluster) == [(5433, ["192.0.2.44"])]
    assert cluster.api.list("endpointslices", "default", selector="team=data")[0].metadata.name == name


def test_each_set_of_ports_has_a_slice_of_its_own(cluster):
    body = {"subsets": [{"addresses": [{"ip": "192.0.2.44"}], "ports": [{"port": port}]} for port in (1, 2)]}
    cluster.api.patch("endpoints", "old-db", body, patch_type="merge")
    cluster.settle()
    assert sorted(slices(cluster)) == [(1, ["192.0.2.44"]), (2, ["192.0.2.44"])]


def test_a_mirror_goes_with_its_endpoints_or_its_service(cluster):
    twin = cluster.fork()
    cluster.api.delete("endpoints", "old-db")
    twin.api.delete("services", "old-db")
    assert slices(cluster.settle()) == slices(twin.settle()) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        {"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}},
    ],
)
def test_some_endpoints_are_not_mirrored(cluster, metadata):
    """EndpointSlices, "EndpointSlice mirroring": `skip-mirror` and the annotation of a leader."""
    cluster.api.patch("endpoints", "old-db", {"metadata": metadata}, patch_type="merge")
    assert slices(cluster.settle()) == []


def test_a_service_with_a_selector_is_not_mirrored(cluster):
    """EndpointSlices, "EndpointSlice mirroring": unless "the corresponding Service resource has a non-nil selector"."""
    cluster.api.patch("services", "old-db", {"spec": {"selector": {"app": "db"}}})
    cluster.settle()
    assert [held.metadata.labels["endpointslice.kubernetes.io/managed-by"] for held in cluster.api.list(
        "endpointslices", "default", selector="kubernetes.io/service-name=old-db"
    )] == ["endpointslice-controller.k8s.io"]  # fmt: skip


def test_no_more_than_a_thousand_addresses_of_a_set_are_mirrored(cluster):
    """EndpointSlices, "EndpointSlice mirroring": "A maximum of 1000 addresses per subset"."""
    many = [{"ip": f"192.0.{2 + n // 250}.{1 + n % 250}"} for n in range(1003)]
    body = {"subsets": [{"addresses": many, "ports": [{"port": 5432}]}]}
    cluster.api.patch("endpoints", "old-db", body, patch_type="merge")
    cluster.settle()
    assert len(slices(cluster)[0][1]) == 1000
    (event,) = (e for e in cluster.api.list("events") if e.reason == "TooManyAddressesToMirror")
    assert "3 addresses were skipped" in event.message


def test_a_request_goes_to_an_endpoint_written_by_hand():
    """Service, "Services without selectors": such a Service can lead to any address, here to a pod."""
    cluster = kl.Cluster(workers=2)
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "db"},
            "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
        }
    )
    cluster.settle()
    ip = cluster.api.get("pods", "db").status.podIP
    cluster.apply(MANIFESTS.replace("192.0.2.42", ip).replace("5432}]", "80}]"))
    cluster.settle()
    assert cluster.request("http://old-db").pod == "db"


@pytest.mark.parametrize("instant", [0.0, 0.004, 0.006, 0.02])
def test_the_controller_manager_may_restart_at_any_instant(instant):
    cluster = kl.Cluster(workers=1)
    cluster.apply(MANIFESTS)
    cluster.run(instant)
    cluster.stop("controller-manager").run(1).start("controller-manager")
    assert slices(cluster.settle()) == [(5432, ["192.0.2.42", "192.0.2.43"])]

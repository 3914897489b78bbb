"""The Service of the API server comes back."""

import pytest

import kubelab as kl


@pytest.fixture
def cluster():
    return kl.Cluster(workers=1, seed=1).run(3)


@pytest.mark.parametrize("kind", ["services", "endpointslices"])
def test_what_is_deleted_is_made_again_as_it_was(cluster, kind):
    before = cluster.get(kind, "kubernetes")
    cluster.api.delete(kind, "kubernetes")
    assert not [held for held in cluster.get(kind) if held.metadata.name == "kubernetes"]
    cluster.run(10)
    after = cluster.get(kind, "kubernetes")
    assert after.metadata.uid != before.metadata.uid
    assert after.metadata.labels == before.metadata.labels
    assert (after.spec if kind == "services" else after.endpoints) == (
        before.spec if kind == "services" else before.endpoints
    )
    path = f"{kind}/default/kubernetes"
    made = [entry.actor for entry in cluster.journal if entry.verb == "create" and path == entry.object]
    assert made == ["kube-apiserver"] * 2


def test_settle_waits_for_it_and_a_fork_does_the_same(cluster):
    cluster.api.delete("services", "kubernetes")
    fork = cluster.fork()
    for each in (cluster, fork):
        each.settle()
        assert each.get("services", "kubernetes").spec.clusterIP == "10.96.0.1"


def test_an_api_server_that_was_stopped_meanwhile_makes_it_too(cluster):
    cluster.api.delete("services", "kubernetes")
    cluster.stop("api-server").run(30).start("api-server").run(30)
    assert cluster.get("services", "kubernetes").spec.clusterIP == "10.96.0.1"


def test_a_quiet_cluster_does_nothing_for_it(cluster):
    cluster.settle()
    before = cluster.etcd.revision
    cluster.run(25)
    assert not [entry for entry in cluster.journal.since(before) if entry.object.endswith("default/kubernetes")]

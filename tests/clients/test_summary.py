import pytest

import kubelab as kl


@pytest.fixture
def shop():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply("data/shop.yaml")
    cluster.run(20)
    return cluster


def test_a_cluster_in_one_line(shop):
    assert repr(shop) == "Cluster: 3/3 nodes Ready, 3/3 pods Running, t=20.022 s"
    kl.language.use("es")
    spanish = repr(shop)
    kl.language.use("en")
    assert spanish == "Clúster: 3/3 nodos Ready, 3/3 pods Running, t=20.022 s"


def test_a_pod_that_a_dead_node_cannot_end_does_not_count(shop):
    shop.kill("worker-3")
    shop.run(420)
    assert "Terminating" in shop.kubectl("get pods")
    assert repr(shop).startswith("Cluster: 2/3 nodes Ready, 3/3 pods Running")


def test_without_an_api_server_nothing_is_known(shop):
    shop.kill("master")
    assert repr(shop) == "Cluster: the API server does not answer, t=20.022 s"


def test_a_dead_master_is_silent_and_a_stopped_api_server_refuses(shop):
    dead = shop.fork()
    dead.kill("master")
    assert dead.kubectl("get pods") == "Unable to connect to the server: dial tcp master:6443: i/o timeout\n"
    shop.faults.stop("kube-apiserver")
    refused = "The connection to the server master:6443 was refused - did you specify the right host or port?\n"
    assert shop.kubectl("get pods") == refused

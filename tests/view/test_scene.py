import pytest
from fake_cluster import FakeCluster, deployment, node, pod, replica_set, service

from kubelab.cluster import Cluster
from kubelab.view.scene import Moment, look


def test_a_pod_on_a_machine_without_power_is_lost_whatever_the_api_believes() -> None:
    cluster = FakeCluster()
    cluster.add("pods", pod("web-7d4b9c5f6d-aaaaa", "worker-1"), pod("web-7d4b9c5f6d-bbbbb", "worker-2"))
    cluster.machines["worker-2"].powered = False
    scene = look(cluster)
    assert [(held.node, held.state, held.believed) for held in scene.pods] == [
        ("worker-1", "ready", "ready"),
        ("worker-2", "lost", "ready"),
    ]
    assert [(held.name, held.power, held.ready) for held in scene.machines if held.role == "worker"][1] == (
        "worker-2",
        "off",
        "Ready",
    )


def test_a_pod_is_named_after_its_deployment() -> None:
    cluster = FakeCluster()
    cluster.add("pods", pod("web-7d4b9c5f6d-aaaaa", "worker-1"), pod("alone", "worker-1", owner=""))
    assert [held.owner for held in look(cluster).pods] == ["web", "alone"]


def test_replica_sets_without_pods_are_hidden() -> None:
    cluster = FakeCluster()
    cluster.add("deployments", deployment("web", 3, 3))
    cluster.add("replicasets", replica_set("web-old", 0, 0, "web"), replica_set("web-new", 3, 3, "web"))
    (card,) = look(cluster).cards
    assert [held.name for held in card.replica_sets] == ["web-new"]


def test_a_service_counts_its_ready_endpoints_and_marks_their_pods() -> None:
    cluster = FakeCluster()
    cluster.add("pods", pod("web-7d4b9c5f6d-aaaaa", "worker-1"), pod("web-7d4b9c5f6d-bbbbb", "worker-2"))
    shop, endpoints = service("shop", "web-7d4b9c5f6d-aaaaa")
    cluster.add("services", shop)
    cluster.add("endpointslices", endpoints)
    scene = look(cluster)
    assert (scene.cards[0].ready, scene.cards[0].endpoints, scene.cards[0].address) == (1, 1, "10.96.14.7:80")
    assert [held.service for held in scene.pods] == ["shop", ""]


def test_while_no_api_server_answers_the_last_objects_are_shown() -> None:
    cluster = FakeCluster()
    cluster.add("pods", pod("web-7d4b9c5f6d-aaaaa", "worker-1"))
    before = look(cluster)
    cluster.api.down = True
    cluster.machines["worker-1"].powered = False
    scene = look(cluster, before=before)
    assert not scene.answers
    assert [held.state for held in scene.pods] == ["lost"]


def test_what_kubernetes_keeps_for_itself_is_not_shown() -> None:
    cluster = Cluster(workers=1)
    scene = look(cluster)
    assert [card for card in scene.cards if card.name == "kubernetes"] == []


def test_a_past_revision_is_seen_as_it_was(shop: Cluster) -> None:
    before = shop.etcd.revision
    shop.api.delete("deployments", "web")
    shop.run(60)
    assert look(shop).pods == ()
    assert len(look(shop, then=Moment(0.0, before, 0)).pods) == 3


@pytest.fixture
def shop() -> Cluster:
    cluster = Cluster(workers=3)
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "replicas": 3,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
                },
            },
        }
    )
    return cluster.run(30)


def test_the_scene_of_a_real_cluster_knows_its_processes(shop: Cluster) -> None:
    shop.stop("kube-proxy", node="worker-1")
    machine = next(held for held in look(shop).machines if held.name == "worker-1")
    assert dict(machine.processes) == {"containerd": True, "kubelet": True, "kube-proxy": False}


def test_a_node_that_no_machine_carries_is_still_a_node() -> None:
    cluster = FakeCluster(1)
    cluster.add("nodes", node("typed-by-hand", "False"))
    assert [(held.name, held.ready) for held in look(cluster).machines][-1] == ("typed-by-hand", "NotReady")

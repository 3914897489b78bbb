"""The service map, arrow by arrow."""

from __future__ import annotations

import pytest
from fake_cluster import FakeCluster
from traffic_shop import traffic_shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw import Draw
from kubelab.view.service_map import CONTAINER, DOOR, POD, SLICE, Found, found


@pytest.fixture(scope="module")
def whole() -> Cluster:
    return traffic_shop()


def arrows(told: Found, column: int) -> list[str]:
    """The words on the arrows that lead into a column."""
    return [edge.label for edge in told.edges if told.nodes[edge.end].column == column]


def test_ports_are_on_the_arrows(whole: Cluster) -> None:
    told = found(whole, "front")
    port = whole.get("services", "front").spec.ports[0].nodePort
    assert arrows(told, 1) == [f"nodePort {port}"]
    assert arrows(told, SLICE) == ["port 80 → targetPort 80"]
    assert arrows(told, POD) == [":80"]
    assert arrows(told, CONTAINER) == ["containerPort 80"]


def test_an_ingress_leads_to_its_service_by_host_and_path(whole: Cluster) -> None:
    told = found(whole, "shop")
    (door,) = [node for node in told.nodes.values() if node.column == DOOR]
    assert (door.title, door.words) == ("door", "Ingress · nginx")
    sound, broken = [edge for edge in told.edges if told.nodes[edge.start] is door]
    assert (sound.label, sound.lost, told.nodes[sound.end].title) == ("shop.example.com/ → 80", False, "shop")
    assert (broken.label, broken.lost, broken.end) == ("shop.example.com/old → 81", True, "missing default/shop:81")
    assert told.nodes[broken.end].ghost
    assert told.nodes[broken.end].words == "nothing (no such port)"


def test_a_rule_that_leads_to_no_service_leads_to_an_empty_box() -> None:
    cluster = traffic_shop()
    backend = {"service": {"name": "gone", "port": {"number": 80}}}
    paths = [{"path": "/gone", "pathType": "Prefix", "backend": backend}]
    spec = {"rules": [{"host": "shop.example.com", "http": {"paths": paths}}]}
    cluster.apply({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "lost"}, "spec": spec})
    told = found(cluster)
    (gone,) = [node for node in told.nodes.values() if node.title == "gone"]
    assert (gone.words, gone.ghost, gone.column) == ("nothing (does not exist)", True, 1)
    assert told.missing == ["shop:81", "gone"]
    assert "missing: shop:81, gone" in cluster.draw.services().alt
    assert "gone" not in [node.title for node in found(cluster, "front").nodes.values()]


def test_a_service_that_selects_nobody_looks_like_it(whole: Cluster) -> None:
    told = found(whole, "empty")
    assert told.empty == ["empty"]
    (nobody,) = [node for node in told.nodes.values() if node.column == POD]
    assert (nobody.title, nobody.words, nobody.ghost) == ("app=wob", "nobody; there is app=web", True)
    assert all(edge.lost for edge in told.edges)
    assert repr(whole.draw.services("empty")).endswith("without endpoints: empty")


def test_a_wrong_target_port_is_a_port_that_nobody_listens_on(whole: Cluster) -> None:
    told = found(whole, "typo")
    ghosts = [node.title for node in told.nodes.values() if node.column == CONTAINER and node.ghost]
    assert ghosts == ["nobody listens on :8081"] * 3
    assert told.ready == 3
    assert repr(whole.draw.services("typo")).endswith("nobody listens: typo")


def test_endpoints_that_are_not_ready_are_faint() -> None:
    cluster = traffic_shop()
    pod = cluster.get("pods", selector="app=web")[0].metadata.name
    cluster.kubectl(f"delete pod {pod} --wait=false")
    said: dict[str, bool] = {}
    for _ in range(20):
        told = found(cluster.run(0.1), "shop")
        said.update({edge.label: edge.faint for edge in told.edges if told.nodes[edge.end].column == POD})
    assert said[":80\nterminating, still serves"]
    assert not said[":80"]


def test_the_map_of_all_leaves_out_the_cluster_s_own(whole: Cluster) -> None:
    titles = [node.title for node in found(whole).nodes.values() if node.column == 1 and not node.ghost]
    assert titles == sorted(["shop", "front", "locked", "typo", "empty"])
    assert [node.title for node in found(whole, "kubernetes").nodes.values() if node.column == 1] == ["kubernetes"]


def test_a_service_without_selector_has_endpoints_by_hand() -> None:
    cluster = Cluster(workers=1, seed=1)
    cluster.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "far"}, "spec": {"ports": [{"port": 80}]}}
    )
    assert "no selector: by hand" in [node.words for node in found(cluster, "far").nodes.values()]


def test_an_external_name_is_an_answer_of_the_dns() -> None:
    cluster = Cluster(workers=1, seed=1)
    spec = {"type": "ExternalName", "externalName": "db.example.com"}
    cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db"}, "spec": spec})
    told = found(cluster, "db")
    assert [node.title for node in told.nodes.values()] == ["db", "db.example.com"]
    assert not told.empty


def test_an_unknown_service_is_refused_with_what_there_is(whole: Cluster) -> None:
    with pytest.raises(ValueError, match="no Service 'default/shap': there is default/"):
        whole.draw.services("shap")


def test_nothing_is_said_in_words() -> None:
    assert repr(Cluster(workers=1).draw.services()) == "There are no Services yet"
    silent = FakeCluster()
    silent.api.down = True
    language.use("es")
    assert repr(Draw(silent).services()) == "Ningún servidor de la API responde"  # type: ignore[arg-type]

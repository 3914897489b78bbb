from itertools import combinations
from typing import Any

import networkx
import pytest
from fake_cluster import FakeCluster, deployment, pod, replica_set, service
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from shop import SHOP, shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw import Draw
from kubelab.view.ownership import ownership
from kubelab.view.picture import Picture
from kubelab.view.scene import look


@pytest.fixture(scope="module")
def rolling() -> Cluster:
    """A rollout half done, two Services, a pod of nobody's, and a Deployment that wants nothing."""
    cluster = shop()
    cluster.kubectl("create deployment zero --image=nginx:1.27 --replicas=0")
    cluster.kubectl("run lonely --image=nginx:1.27")
    cluster.kubectl("expose deployment web --name=other --port=80")
    cluster.settle()
    cluster.kubectl("set image deployment/web web=nginx:1.28")
    return cluster.run(3)


def graph_of(cluster: Any) -> networkx.DiGraph:
    return ownership(look(cluster))


def kinds(graph: networkx.DiGraph, selects: str) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for start, end, held in graph.edges(data="selects"):
        if held == selects:
            edge = graph.nodes[start]["kind"], graph.nodes[end]["kind"]
            found[edge] = found.get(edge, 0) + 1
    return found


def texts(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].texts if text.get_text()]


def test_owners_are_those_of_the_objects() -> None:
    cluster = shop()
    graph = graph_of(cluster)
    assert kinds(graph, "") == {
        ("Deployment", "ReplicaSet"): 1,
        ("ReplicaSet", "Pod"): 3,
        ("Service", "EndpointSlice"): 1,
    }
    assert kinds(graph, "ready") == {("EndpointSlice", "Pod"): 3}
    for held in cluster.get("pods"):
        owners = [start for start, _, selects in graph.in_edges(held.metadata.uid, data="selects") if not selects]
        assert owners == [held.metadata.ownerReferences[0].uid]


def test_a_rollout_shows_both_replica_sets_the_new_one_first(rolling: Cluster) -> None:
    graph = graph_of(rolling)
    web = next(held for held in rolling.get("deployments") if held.metadata.name == "web")
    sets = [graph.nodes[owned]["name"] for owned in graph.successors(web.metadata.uid)]
    newest = max(rolling.get("replicasets"), key=lambda held: held.metadata.creationTimestamp)
    assert len(sets) == 2
    assert sets[0] == newest.metadata.name


def test_a_replica_set_without_pods_is_hidden(rolling: Cluster) -> None:
    done = rolling.fork().settle()
    empty = [held.metadata.name for held in done.get("replicasets") if not held.spec.replicas]
    assert len(empty) == 2
    names = [node["name"] for _, node in graph_of(done).nodes(data=True)]
    assert not [name for name in empty if name in names]
    assert "zero" in names


def test_pods_that_are_not_ready_get_no_traffic(rolling: Cluster) -> None:
    graph = graph_of(rolling)
    for _, end, selects in graph.edges(data="selects"):
        if selects:
            assert (graph.nodes[end]["state"] == "ready") == (selects == "ready")
    assert kinds(graph, "not ready")


def test_a_pod_of_nobodys_stands_alone(rolling: Cluster) -> None:
    lonely = rolling.get("pods", "lonely").metadata.uid
    assert graph_of(rolling).degree(lonely) == 0


def test_pods_on_a_dead_machine_are_lost() -> None:
    cluster = shop()
    cluster.kill("worker-2")
    states = [node["state"] for _, node in graph_of(cluster).nodes(data=True) if node["kind"] == "Pod"]
    assert sorted(states) == ["lost", "ready", "ready"]
    assert "nobody knows" in cluster.draw.owners().alt


def test_many_pods_are_counted_by_state() -> None:
    cluster = FakeCluster(10)
    cluster.add("deployments", deployment("web", 300, 280))
    cluster.add("replicasets", replica_set("web-7d4b9c5f6d", 300, 280, owner="web"))
    states = ["ready"] * 280 + ["failing"] * 20
    pods = [pod(f"web-{number:03}", f"worker-{number % 10 + 1}", state) for number, state in enumerate(states)]
    cluster.add("pods", *pods)
    held, endpoints = service("shop", *[each.metadata.name for each in pods[:280]])
    cluster.add("services", held)
    cluster.add("endpointslices", endpoints)
    picture = Draw(cluster).owners()  # type: ignore[arg-type]
    assert repr(picture) == "Owners: 1 Deployment, 1 ReplicaSet, 300 Pods, 1 EndpointSlice, 1 Service"
    assert {"×280", "×20"} <= set(texts(picture))
    assert kinds(graph_of(cluster), "ready") == {("EndpointSlice", "Pod"): 1}
    assert picture.figure.get_size_inches()[1] < 4


def test_more_groups_than_there_is_room_for_are_a_number() -> None:
    cluster = FakeCluster(1)
    for number in range(60):
        cluster.add("deployments", deployment(f"web-{number:02}", 1, 0))
    assert any("more groups like these" in text for text in texts(Draw(cluster).owners()))  # type: ignore[arg-type]


def test_an_empty_cluster_says_so() -> None:
    picture = Cluster(workers=1).draw.owners()
    assert repr(picture) == "Nobody owns anything yet"
    assert repr(picture) in texts(picture)
    language.use("es")
    assert repr(Cluster(workers=0).draw.owners()) == "Nadie es dueño de nada todavía"


def test_a_cluster_whose_api_server_is_silent_says_so() -> None:
    cluster = FakeCluster()
    cluster.api.down = True
    assert repr(Draw(cluster).owners()) == "No API server answers"  # type: ignore[arg-type]


@pytest.mark.parametrize(("chosen", "title"), [("es", "Dueños"), ("en", "Owners")])
def test_the_picture_says_itself_in_both_languages(chosen: str, title: str) -> None:
    language.use(chosen)
    cluster = shop()
    picture = cluster.draw.owners()
    [slices] = cluster.api.list("endpointslices", selector="kubernetes.io/service-name=shop")
    assert repr(picture) == f"{title}: 1 Deployment, 1 ReplicaSet, 3 Pods, 1 EndpointSlice, 1 Service"
    ready = {"es": "listos", "en": "ready"}[chosen]
    assert f"Deployment web 3/3 {ready} → ReplicaSet web-dbf8f45bd 3/3 {ready}" in picture.alt
    assert f"EndpointSlice {slices.metadata.name} 3/3 {ready} ⇢ Pod web-dbf8f45bd" in picture.alt
    assert 'alt="' in picture._repr_html_()


@pytest.mark.parametrize("chosen", ["es", "en"])
def test_no_text_lies_on_another_and_none_is_cut_off(rolling: Cluster, chosen: str) -> None:
    language.use(chosen)
    figure = rolling.draw.owners().figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, width = canvas.get_renderer(), figure.bbox.width
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    for (one, here), (other, there) in combinations(boxes, 2):
        assert not here.padded(-2).overlaps(there.padded(-2)), (one, other)
    assert all(box.x0 >= 0 and box.x1 <= width for _, box in boxes)


def test_the_same_cluster_gives_the_same_picture() -> None:
    def picture() -> Picture:
        cluster = Cluster(workers=2)
        cluster.apply(SHOP)
        drawn = cluster.run(1).draw.owners()
        assert isinstance(drawn, Picture)
        return drawn

    assert picture().png() == picture().png()


def test_given_axes_are_drawn_on(rolling: Cluster) -> None:
    ax = Figure().add_subplot()
    assert rolling.draw.owners(ax=ax) is ax

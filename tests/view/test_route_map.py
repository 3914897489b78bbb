"""The map of a request's way: directions, legs, what a failed request was for; and no line on another."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from crowded import HOST, crowded
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from traffic_shop import traffic_shop

from kubelab.cluster import Cluster
from kubelab.network.response import Response
from kubelab.view.draw.route_map import BESIDE, Map, _beside, route_map
from kubelab.view.draw.streets import ASIDE
from kubelab.view.journey import journey

Leg = tuple[tuple[float, float], tuple[float, float]]


@pytest.fixture(scope="module")
def whole() -> Cluster:
    return traffic_shop()


@pytest.fixture(scope="module")
def maps(whole: Cluster) -> list[Map]:
    """By Ingress, by node port and proxy, by name."""
    two_legs = crowded()
    made = [route_map(two_legs, journey(two_legs.request(f"http://{HOST}"))) for _ in range(8)]
    port = whole.get("services", "front").spec.ports[0].nodePort
    urls = (*(f"http://worker-{number}:{port}" for number in (1, 2, 3)), "http://shop", "http://locked", "http://typo")
    return [*made, *(route_map(whole, journey(whole.request(url))) for url in urls)]


def words_of(cluster: Cluster, response: Response) -> tuple[list[str], Figure]:
    """What the legend says, and the figure."""
    figure = cluster.draw.path(response).figure
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()], figure


def test_no_two_ways_run_on_top_of_each_other(maps: list[Map]) -> None:
    for made in maps:
        legs = [(number, leg) for number, way in enumerate(made.ways) for leg in pairwise(way.points)]
        for (one, here), (other, there) in combinations(legs, 2):
            assert one == other or not _along(here, there), (here, there)


def _along(one: Leg, other: Leg) -> bool:
    """Whether two stretches run side by side, nearer than lanes are."""
    for along, across in ((0, 1), (1, 0)):
        if abs(one[0][across] - one[1][across]) < 0.1 and abs(other[0][across] - other[1][across]) < 0.1:
            low, high = sorted(point[along] for point in one)
            begins, ends = sorted(point[along] for point in other)
            if min(high, ends) - max(low, begins) > 15 and abs(one[0][across] - other[0][across]) < ASIDE - 0.1:
                return True
    return False


def test_the_number_of_a_tunnel_sits_on_no_other_line(maps: list[Map]) -> None:
    for made in maps:
        for point, station in made.stations:
            if station.kind == "tunnel":
                others = [way for way in made.ways if point not in (way.points[0], way.points[-1])]
                assert all(_beside(point, *leg) >= BESIDE for way in others for leg in pairwise(way.points))


def test_every_way_has_a_head_at_its_end(whole: Cluster) -> None:
    ax = Figure().add_subplot()
    response = whole.request("http://shop")
    whole.draw.path(response, ax=ax)
    heads = [patch for patch in ax.patches if isinstance(patch, Polygon) and len(patch.get_xy()) == 4]
    assert len(heads) == len(response.hops) - 1


def test_two_legs_have_a_legend_and_one_has_none(whole: Cluster) -> None:
    port = whole.get("services", "front").spec.ports[0].nodePort
    both = ["the client's request", "the second request, the proxy's"]
    assert [word for word in words_of(whole, whole.request(f"http://worker-2:{port}"))[0] if word in both] == both
    assert not set(both) & set(words_of(whole, whole.request("http://shop"))[0])


def test_dots_are_explained(whole: Cluster) -> None:
    assert "another pod: ready" in words_of(whole, whole.request("http://shop"))[0]


def test_a_failed_request_shows_the_pod_that_it_was_for() -> None:
    cluster = traffic_shop()
    pod = next(pod for pod in cluster.get("pods", selector="app=web") if pod.spec.nodeName == "worker-3")
    name = pod.metadata.name
    cluster.faults.cut("worker-1", "worker-3")
    response = cluster.request(f"http://{pod.status.podIP}")
    made = route_map(cluster, journey(response))
    assert ("worker-3", f"default/{name}") in made.rows
    rest = next(way for way in made.ways if way.kind == "rest")
    assert rest.points[0] == made.crosses[0]  # from the cross on the link to the pod
    row = made.rows["worker-3", f"default/{name}"]
    assert row.y < rest.points[-1][1] < row.y + row.height
    cluster.kill("worker-3")
    assert ("worker-3", f"default/{name}") in route_map(cluster, journey(cluster.request(response.url))).rows


def test_rules_are_drawn_where_they_were_used(whole: Cluster) -> None:
    address = whole.get("pods", selector="app=web")[0].status.podIP
    assert not [key for _, key in route_map(whole, journey(whole.request(f"http://{address}"))).rows if key == "rules"]
    made = route_map(whole, journey(whole.request("http://shop")))
    assert [name for name, key in made.rows if key == "rules"] == ["worker-1"]


def test_a_pod_that_asks_itself_is_there_once(whole: Cluster) -> None:
    pod = whole.get("pods", selector="app=web")[0].metadata.name
    made = route_map(whole, journey(whole.request("http://localhost", source=f"pod/{pod}")))
    assert [key for _, key in made.rows if key not in ("head", "rules")] == ["client"]


def test_the_list_says_when_the_connection_stood() -> None:
    cluster = traffic_shop()
    pod = next(pod for pod in cluster.get("pods", selector="app=web") if pod.spec.nodeName == "worker-3")
    cluster.slow("worker-1", "worker-3", 0.2)
    alt = cluster.draw.path(cluster.request(f"http://{pod.status.podIP}")).alt
    assert "200.5 ms Pod: " in alt
    assert "; TCP connected at 401 ms; 4. 601.5 ms Container" in alt


def test_the_lesson_s_pods_have_room_for_their_names() -> None:
    cluster = traffic_shop()
    figure = cluster.draw.path(cluster.request("http://shop")).figure
    assert not [text.get_text() for text in figure.axes[0].texts if "…" in text.get_text()]

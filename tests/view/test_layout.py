from itertools import combinations, pairwise

import pytest
from fake_cluster import FakeCluster, deployment, pod, service

from kubelab.view.layout import NARROW, WIDE, plan
from kubelab.view.places import Places
from kubelab.view.routes import Box, Plan
from kubelab.view.scene import look


def filled(workers: int, pods: int, state: str = "ready") -> FakeCluster:
    cluster = FakeCluster(workers)
    for number in range(pods):
        cluster.add("pods", pod(f"web-7d4b9c5f6d-{number:05}", f"worker-{number % workers + 1}", state))
    return cluster


def places_of(made: Plan) -> dict[str, tuple[float, float]]:
    return {box.key: (box.x, box.y) for box in (*made.masters, *made.nodes, *made.cards, *made.pods)}


def test_what_did_not_change_does_not_move() -> None:
    cluster, places = filled(3, 6), Places()
    before = places_of(plan(look(cluster), places))
    del cluster.api.objects["pods"][0]
    cluster.add("pods", pod("web-7d4b9c5f6d-zzzzz", "worker-2", "starting"), pod("waits", None, "pending", ""))
    after = places_of(plan(look(cluster), places))
    assert {key: place for key, place in after.items() if key in before} == {
        key: place for key, place in before.items() if key in after
    }
    assert "pod/uid-waits" in after


def test_a_free_slot_is_used_again() -> None:
    places = Places()
    assert places.arrange("node/a", ["x", "y", "z"], 6) == {"x": 0, "y": 1, "z": 2}
    assert places.arrange("node/a", ["y", "z"], 6) == {"y": 1, "z": 2}
    assert places.arrange("node/a", ["new", "y", "z"], 6) == {"y": 1, "z": 2, "new": 0}


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize(("workers", "pods"), [(0, 0), (1, 3), (2, 9), (3, 20), (4, 8), (7, 30), (40, 100), (200, 400)])
def test_nothing_overlaps_and_nothing_is_cut_off(width: int, workers: int, pods: int) -> None:
    cluster = filled(workers, pods) if workers else FakeCluster(0)
    cluster.add("deployments", deployment("web", 3, 3))
    cluster.add("services", service("shop")[0])
    made = plan(look(cluster), Places(), width)
    frames = [made.client, *made.masters, *made.nodes, *made.cards]
    for one, other in combinations(frames, 2):
        assert apart(one, other), (one, other)
    for one, other in combinations([*made.pods, *made.groups], 2):
        assert apart(one, other), (one, other)
    for box in (*frames, *made.pods, *made.groups):
        assert box.x >= 0
        assert box.x + box.width <= made.width
        assert box.y + box.height <= made.height
    for box in (*made.pods, *made.groups):
        assert any(within(box, frame) for frame in (*made.masters, *made.nodes)), box


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def within(box: Box, frame: Box) -> bool:
    return (
        frame.x <= box.x
        and box.x + box.width <= frame.x + frame.width
        and frame.y <= box.y
        and box.y + box.height <= frame.y + frame.height
    )


def test_many_pods_on_a_node_collapse_into_counts() -> None:
    cluster = filled(1, 60)
    cluster.add("pods", pod("api-66f8b4d9c7-aaaaa", "worker-1", "failing", "api-66f8b4d9c7"))
    made = plan(look(cluster), Places())
    assert made.pods == []
    assert [(box.seen.family, box.seen.state, box.seen.number) for box in made.groups] == [
        ("web", "ready", 60),
        ("api", "failing", 1),
    ]


def test_a_request_goes_along_the_network() -> None:
    made = plan(look(filled(3, 3)), Places())
    way = made.route(["client", "worker-1", "worker-3", "pod/uid-web-7d4b9c5f6d-00002"])
    assert way[0] == made.centres["client"]
    assert way[-1] == made.centres["pod/uid-web-7d4b9c5f6d-00002"]
    assert made.drops["worker-1"][:2] in way
    assert made.drops["worker-3"][:2] in way
    assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(way[:-1]))


def test_a_stop_that_is_not_drawn_is_left_out() -> None:
    assert plan(look(filled(1, 1)), Places()).route(["client", "pod/gone"]) == []

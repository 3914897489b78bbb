from typing import Any

import pytest
from shop import shop

from kubelab.view.director import Director


def states(film: dict[str, Any], frame: int = -1) -> dict[str, tuple[float, float]]:
    pieces = film["frames"][frame]["pieces"]
    return {key: (x, y) for key, (_, x, y, _) in pieces.items() if key.startswith("pod/")}


def test_the_film_runs_ahead_and_the_cluster_follows_what_is_watched() -> None:
    cluster = shop()
    director = Director(cluster)
    film = director.more(30.0, speed=20)
    assert (film["mode"], film["from"], film["to"]) == ("append", 30.0, 150.0)
    assert cluster.now == 30.0
    director.more(100.0, speed=20)
    assert cluster.now == 100.0


def test_the_cluster_does_what_the_film_showed() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    film = director.more(30.0, speed=60)
    director.follow(film["to"])
    assert states(director.now()) == states(film)


def test_an_action_happens_at_the_moment_that_is_watched() -> None:
    cluster = shop()
    director = Director(cluster)
    director.more(30.0, speed=20)
    film, _ = director.act(47.5, cluster.kill, "worker-2")
    assert cluster.now == 47.5
    assert (film["mode"], film["from"], len(film["frames"])) == ("cut", 47.5, 1)
    assert film["frames"][0]["told"] == [(47.5, "worker-2 loses its power")]
    assert [entry.time for entry in cluster.journal if entry.actor == "fault"] == [47.5]


def test_killing_a_node_brings_its_pods_back_elsewhere_on_film() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    told = [line for _ in range(2) for frame in director.more(30.0, speed=60)["frames"] for line in frame["told"]]
    sentences = [words for _, words in told]
    assert "the API takes worker-2 for NotReady" in sentences
    assert any(words.endswith("is evicted from its node") for words in sentences)
    late = next(time for time, words in told if words == "the API takes worker-2 for NotReady")
    evicted = next(time for time, words in told if words.endswith("is evicted from its node"))
    assert 50 <= late - 30.0 <= 60
    assert evicted - late == pytest.approx(300, abs=10)


def test_pods_keep_their_places_through_an_action() -> None:
    cluster = shop()
    director = Director(cluster)
    before = states(director.now())
    director.more(30.0, speed=60)
    film, _ = director.act(40.0, cluster.kill, "worker-2")
    assert states(film) == before


def test_what_a_cell_does_is_noticed() -> None:
    cluster = shop()
    director = Director(cluster)
    director.more(30.0, speed=5)
    cluster.kill("worker-1")
    assert director.changed()
    film = director.more(45.0, speed=5)
    assert (film["mode"], film["from"]) == ("cut", 30.0)
    assert not director.changed()


def test_a_step_ends_where_something_looks_different() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    film = director.step(30.0)
    assert film["frames"][0]["told"] == [(film["to"], "the API takes worker-2 for NotReady")]


def test_a_refused_action_leaves_the_film_as_it_was() -> None:
    cluster = shop()
    director = Director(cluster)
    film = director.more(30.0, speed=5)
    with pytest.raises(ValueError, match="worker-9"):
        director.act(30.0, cluster.kill, "worker-9")
    assert director.more(30.0, speed=5)["from"] == film["to"]


def test_another_story_begins_at_a_moment_of_the_past() -> None:
    cluster = shop()
    director = Director(cluster)
    director.more(30.0, speed=20)
    director.act(100.0, cluster.kill, "worker-2")
    director.fork(60.0)
    assert director.cluster is not cluster
    assert director.cluster.now == 60.0
    assert director.cluster.machines["worker-2"].powered
    assert not cluster.machines["worker-2"].powered


def test_starting_again_is_a_fork_of_the_beginning() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    film = director.reset()
    assert (film["mode"], film["from"]) == ("clear", 30.0)
    assert director.cluster.machines["worker-2"].powered


def test_requests_are_dots_along_their_way_and_lost_ones_are_told_apart() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.traffic, "http://shop", 5)
    film = director.more(30.0, speed=5)
    assert {answered for _, _, answered in film["dots"]} == {True}
    client = director.camera.plan.centres["client"]
    assert all(points[0] == client for _, points, _ in film["dots"])
    director.act(35.0, cluster.kill, "worker-2")
    film = director.more(35.0, speed=5)
    assert {answered for _, _, answered in film["dots"]} == {True, False}


def test_frames_are_only_where_something_looks_different() -> None:
    director = Director(shop())
    assert len(director.more(30.0, speed=60)["frames"]) == 0

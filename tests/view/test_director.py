import json
from typing import Any

import pytest
from shop import shop

from kubelab.view.director import Director
from kubelab.view.rewind import moments
from kubelab.view.scene import look


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
    assert film["frames"][0]["told"][-1] == (47.5, "worker-2 loses its power")
    assert [entry.time for entry in cluster.journal if entry.actor == "fault"] == [47.5]


def test_killing_a_node_brings_its_pods_back_elsewhere_on_film() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    frames = [frame for _ in range(2) for frame in director.more(30.0, speed=60)["frames"]]
    told = list(dict.fromkeys(line for frame in frames for line in frame["told"]))
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


def test_a_step_ends_where_there_is_something_to_tell() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    film, said = director.step(30.0)
    assert film["frames"][-1]["told"][-1] == (film["to"], "the API takes worker-2 for NotReady")
    assert said == ""


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
    assert (film["mode"], film["to"]) == ("clear", 30.0)
    assert director.cluster.machines["worker-2"].powered


def test_requests_are_dots_along_their_way_and_lost_ones_are_told_apart() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.traffic, "http://shop", 5)
    film = director.more(30.0, speed=5)
    assert {dot[2] for dot in film["dots"]} == {True}
    sender = director.camera.plan.centres["worker-1"]  # whoever is nobody's pod asks from the first worker
    assert all(dot[1][0] == sender for dot in film["dots"])
    director.act(35.0, cluster.kill, "worker-2")
    film = director.more(35.0, speed=5)
    assert {(answered, words) for _, _, answered, _, words, _ in film["dots"]} == {
        (True, ""),
        (False, "worker-2 does not answer"),
    }


def test_requests_that_go_the_same_way_at_once_are_one_dot() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.traffic, "http://shop", 1000)
    film = director.more(30.0, speed=1)
    assert sum(count for *_, count, _, _ in film["dots"]) == pytest.approx(6000, abs=1000)
    assert len(film["dots"]) <= 3 * 7


def test_requests_of_a_load_are_no_steps_but_can_be_looked_back_at() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.traffic, "http://shop", 5)
    director.act(30.0, cluster.kill, "worker-2")
    film, _ = director.step(30.0)
    assert words(film)[-1] == "the API takes worker-2 for NotReady"
    assert 80 <= film["to"] <= 90
    assert sum(count for _, _, _, count, *_ in film["dots"]) > 200


def test_where_nothing_is_to_come_a_step_says_so_and_time_stays() -> None:
    cluster = shop()
    director = Director(cluster)
    for _ in range(2):
        film, said = director.step(30.0)
        assert (film["to"], cluster.now) == (30.0, 30.0)
        assert said.startswith("nothing more happens by itself")


def test_steps_lead_through_all_of_a_failover_and_never_twice_to_the_same() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    told, said = [], ""
    while not said:
        film, said = director.step(cluster.now)
        told.append((film["to"], words(film)[-1]))
    assert len(told) < 12
    assert told[:-1] == list(dict.fromkeys(told[:-1]))
    assert [held for _, held in told if held.endswith("is evicted from its node")]


def test_the_view_opens_with_the_past_of_its_cluster() -> None:
    cluster = shop()
    cluster.traffic("http://shop", 5)
    cluster.kill("worker-2")
    cluster.run(100)
    film = Director(cluster).opening
    assert (film["mode"], film["frames"][0]["t"], film["to"]) == ("clear", 0.0, 130.0)
    assert "the API takes worker-2 for NotReady" in words(film)
    assert len(film["frames"]) > 5
    assert sum(count for _, _, answered, count, *_ in film["dots"] if not answered) > 50
    before = [frame for frame in film["frames"] if frame["t"] < 30][-1]
    assert {key for key in before["pieces"] if key.startswith("pod/")} == {
        f"pod/{pod.uid}" for pod in look(shop()).pods
    }


def test_of_a_compacted_past_the_view_shows_what_is_left() -> None:
    cluster = shop()
    cluster.etcd.compact(cluster.etcd.revision)
    cluster.run(60)
    cluster.kubectl("scale deployment web --replicas=4")
    cluster.run(10)
    film = Director(cluster).opening
    assert film["to"] == 100.0
    assert film["frames"][0]["t"] > 0


def test_no_other_story_begins_before_the_view_and_that_is_said() -> None:
    cluster = shop()
    director = Director(cluster)
    assert director.opened == 30.0
    with pytest.raises(ValueError, match="The view was opened at t = 30"):
        director.fork(10.0)
    assert director.cluster is cluster
    assert director.fork(30.0)["to"] == 30.0


def test_frames_are_only_where_something_looks_different() -> None:
    director = Director(shop())
    assert len(director.more(30.0, speed=60)["frames"]) == 0


def words(film: dict[str, Any]) -> list[str]:
    return [sentence for _, sentence in film["frames"][-1]["told"]]


def test_the_story_keeps_what_came_before_and_what_the_user_did() -> None:
    cluster = shop()
    director = Director(cluster)
    pod = cluster.api.list("pods", "default")[0].metadata.name
    director.act(30.0, cluster.kubectl, "cordon worker-1")
    director.act(30.0, cluster.kubectl, "scale deployment web --replicas=4")
    director.act(30.0, cluster.api.delete, "pods", pod, "default")
    film, _ = director.act(30.0, cluster.kill, "worker-2")
    wanted = [
        "worker-1 is cordoned: no new pods go there",
        "Deployment web is to have 4 replicas",
        f"kubectl deletes Pod {pod}",
        "worker-2 loses its power",
    ]
    assert words(film)[-4:] == wanted
    assert words(director.frame_for(440))[-4:] == wanted
    film, _ = director.act(30.0, cluster.kubectl, f"describe pod {pod}")
    assert words(film)[-4:] == wanted
    film, _ = director.act(30.5, cluster.kubectl, "uncordon worker-1")
    assert words(film)[-1] == "worker-1 is cordoned no more"
    assert [time for time, _ in film["frames"][-1]["told"]] == sorted(t for t, _ in film["frames"][-1]["told"])


def test_a_cancelled_eviction_is_not_told_as_one() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    cluster.run(100)
    director.caught_up()
    director.act(130.0, cluster.revive, "worker-2")
    cluster.run(60)
    told = [line for frame in director.caught_up()["frames"] for _, line in frame["told"]]
    assert any(line.endswith("will not be evicted from its node after all") for line in told)
    assert not any(line.endswith("is evicted from its node") for line in told)


def test_time_that_a_cell_let_pass_is_filmed_from_the_past() -> None:
    cluster = shop()
    director = Director(cluster)
    cluster.kill("worker-2")
    cluster.run(400)
    film = director.caught_up()
    assert (film["mode"], film["from"], film["to"]) == ("cut", 30.0, 430.0)
    times = [frame["t"] for frame in film["frames"]]
    assert times == sorted(set(times))
    assert 3 < len(times) <= 61
    assert times[0] == 30.0
    assert film["frames"][0]["told"][-1] == (30.0, "worker-2 loses its power")
    assert 80 <= times[1] <= 90
    assert "the API takes worker-2 for NotReady" in [line for _, line in film["frames"][1]["told"]]
    controls = json.loads(film["strings"][film["frames"][0]["controls"]])
    assert ["worker-2", "off", False] in controls["nodes"]
    assert not any(frame["sampled"] for frame in film["frames"])


def test_a_filmed_past_shows_what_was_seen_at_that_instant() -> None:
    cluster, twin = shop(), shop()
    director = Director(cluster)
    for one in (cluster, twin):
        one.kill("worker-2")
    cluster.run(400)
    for frame in director.caught_up()["frames"]:
        twin.run(until=frame["t"])
        seen = {f"pod/{pod.uid}": pod.state for pod in look(twin).pods}
        assert {key for key in frame["pieces"] if key.startswith("pod/")} == set(seen)


def test_of_many_instants_some_are_filmed_and_say_so() -> None:
    cluster = shop()
    told = len(cluster.journal)
    for number in range(100):
        cluster.api.patch("deployments", "web", {"spec": {"replicas": 3 + number % 2}}, "default", patch_type="merge")
        cluster.run(5)
    found = moments(cluster, told)
    assert len(found) == 60
    assert all(held.sampled for held in found)
    assert found[-1].time > 480


def test_another_story_does_not_skip_what_a_cell_did() -> None:
    cluster = shop()
    director = Director(cluster)
    cluster.kill("worker-2")
    cluster.run(100)
    director.caught_up()
    film = director.fork(90.0)
    assert director.cluster.now == film["to"] == 30.0
    assert words(film)[-1].startswith("this view now shows a fork: lab.cluster")
    assert "before what a cell did" in words(film)[-1]


def test_a_machine_that_boots_is_seen_to_boot() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    director.act(40.0, cluster.revive, "worker-2")
    assert power(director) == "booting"
    film, said = director.step(40.0)
    assert film["to"] == 45.0
    assert said == "worker-2 has booted"
    assert power(director) == "up"


def test_traffic_of_the_past_is_seen_in_the_past() -> None:
    cluster = shop()
    director = Director(cluster)
    load = cluster.traffic("http://shop", 5)
    cluster.kill("worker-2")
    cluster.run(100)
    load.stop()
    cluster.run(400)
    shown = [
        [load["url"] for load in json.loads(film["strings"][frame["loads"]])]
        for film in [director.caught_up()]
        for frame in film["frames"]
    ]
    assert shown[1] == ["http://shop"]
    assert shown[-1] == []


def test_another_story_remembers_what_came_before_it() -> None:
    cluster = shop()
    director = Director(cluster)
    director.act(30.0, cluster.kill, "worker-2")
    director.act(40.0, cluster.kubectl, "cordon worker-1")
    film = director.fork(35.0)
    assert words(film)[-2] == "worker-2 loses its power"


def power(director: Director) -> str:
    return next(held.power for held in director.camera.scene.machines if held.name == "worker-2")

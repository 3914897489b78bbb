from time import perf_counter
from xml.etree import ElementTree

import pytest
from fake_cluster import FakeCluster, deployment, node, pod, replica_set, service

from kubelab import language
from kubelab.view.layout import NARROW, WIDE, plan
from kubelab.view.places import Places
from kubelab.view.scene import look
from kubelab.view.stage import describe, picture, pieces

SVG = "{http://www.w3.org/2000/svg}"


def everything() -> FakeCluster:
    cluster = FakeCluster()
    for state in ("ready", "starting", "not-ready", "failing", "terminating", "succeeded", "failed"):
        cluster.add("pods", pod(f"web-7d4b9c5f6d-{state[:5]}", "worker-1", state))
    cluster.add("pods", pod("<script>", None, "pending", ""), pod("web-7d4b9c5f6d-x2x7k", "worker-2"))
    cluster.add("deployments", deployment("web", 5, 4))
    cluster.add("replicasets", replica_set("web-7d4b9c5f6d", 4, 3, "web"))
    shop, endpoints = service("shop", "web-7d4b9c5f6d-ready")
    cluster.add("services", shop)
    cluster.add("endpointslices", endpoints)
    cluster.api.objects["nodes"][0] = node("worker-1", unschedulable=True)
    cluster.machines["worker-2"].powered = False
    cluster.machines["worker-3"].connected = False
    cluster.machines["master"].processes["kube-scheduler"].running = False
    return cluster


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("chosen", ["es", "en"])
def test_the_picture_is_well_formed_and_says_what_it_shows(chosen: str, width: int) -> None:
    language.use(chosen)
    scene = look(everything())
    drawn = ElementTree.fromstring(picture(scene, plan(scene, Places(), width)))
    assert drawn.get("role") == "img"
    assert drawn.get("aria-label") == describe(scene)
    said = " ".join(text.text or "" for text in drawn.iter(f"{SVG}text"))
    assert ("sin red" in said) == (chosen == "es")
    assert ("no network" in said) == (chosen == "en")
    assert "✗ kube-scheduler" in said
    assert "API: Ready" in said  # of a node without power: the API does not know yet


def test_every_pod_has_a_title_that_tells_its_name_and_status() -> None:
    scene = look(everything())
    drawn = ElementTree.fromstring(picture(scene, plan(scene, Places())))
    titles = [title.text or "" for title in drawn.iter(f"{SVG}title")]
    assert "web-7d4b9c5f6d-faili: CrashLoopBackOff" in titles
    assert any(title.startswith("web-7d4b9c5f6d-x2x7k: Running says the API") for title in titles)


def test_names_cannot_smuggle_markup_in() -> None:
    scene = look(everything())
    assert "<script>" not in picture(scene, plan(scene, Places()))


def test_keys_stay_the_same_from_scene_to_scene() -> None:
    cluster = everything()
    keys = [piece.key for piece in pieces(look(cluster), plan(look(cluster), Places()))]
    assert len(set(keys)) == len(keys)
    cluster.clock.now = 99.0
    assert [piece.key for piece in pieces(look(cluster), plan(look(cluster), Places()))] == keys


def test_the_same_scene_gives_the_same_bytes() -> None:
    one, other = (picture(scene, plan(scene, Places())) for scene in (look(everything()), look(everything())))
    assert one == other


def test_the_sentence_is_short_enough_for_a_screen_reader() -> None:
    assert describe(look(everything())) == (
        "3 nodes (worker-2, worker-3 out of reach), 9 pods: 1 ready, 1 starting, 1 not ready, t=0 s"
    )


def test_a_thousand_pods_are_drawn_at_once() -> None:
    cluster = FakeCluster(100)
    for number in range(1067):
        cluster.add("pods", pod(f"web-7d4b9c5f6d-{number:05}", f"worker-{number % 100 + 1}"))
    began = perf_counter()
    scene = look(cluster)
    drawn = picture(scene, plan(scene, Places()))
    assert perf_counter() - began < 2  # some milliseconds, on a machine that has nothing else to do
    assert len(drawn) < 100_000

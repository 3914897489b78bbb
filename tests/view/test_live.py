import json
import threading
from base64 import b64decode
from typing import Any

import pytest
from shop import BAD, SHOP, shop

from kubelab import language
from kubelab.arguments import ArgumentError
from kubelab.view.labels import LABELS, labels
from kubelab.view.live import SCRIPTS, Lab


@pytest.fixture
def lab() -> Any:
    view = Lab(shop(), manifest=SHOP)
    yield view
    view.close()


def pod_on(lab: Lab, node: str) -> str:
    return next(f"pod/{held.uid}" for held in lab.director.camera.scene.pods if held.node == node)


def test_its_name_is_short_and_in_the_language(lab: Lab) -> None:
    assert repr(lab) == "Lab: 3 nodes, 3 pods Running, t=30 s"
    language.use("es")
    assert repr(lab) == "Lab: 3 nodos, 3 pods Running, t=30 s"


def test_every_button_has_a_label_in_both_languages() -> None:
    assert all(set(words) == {"es", "en"} and all(words.values()) for words in LABELS.values())


def test_every_label_that_the_script_asks_for_is_there() -> None:
    import re

    asked = set(re.findall(r"labels\.(\w+)", str(Lab._esm)))
    assert asked <= set(labels())


def test_a_node_is_killed_and_its_pods_move(lab: Lab) -> None:
    assert lab.do("kill", node="worker-2")["text"] == "worker-2 has no power"
    lab.do("more", speed=60.0)
    lab.do("more", speed=60.0, at=390.0)
    nodes = {held.node for held in lab.director.camera.scene.pods if held.state == "ready"}
    assert nodes == {"worker-1", "worker-3"}
    assert lab.do("revive", node="worker-2")["ok"]


def test_messages_of_the_page_do_what_buttons_do(lab: Lab) -> None:
    lab._heard(lab, {"do": "scale", "at": 42.0, "deployment": "default/web", "replicas": 5}, [])
    assert lab.cluster.now == 42.0
    assert lab.reply["text"] == "deployment.apps/web scaled"
    assert lab.cluster.api.get("deployments", "web").spec.replicas == 5


def test_a_bad_manifest_is_refused_at_its_line_and_changes_nothing(lab: Lab) -> None:
    revision = lab.cluster.etcd.revision
    reply = lab.do("apply", text=BAD)
    assert (reply["ok"], reply["line"]) == (False, 6)
    assert "containrs" in reply["text"]
    assert "containers" in reply["hint"]
    assert lab.reply == reply
    assert lab.cluster.etcd.revision == revision


def test_a_good_manifest_is_applied(lab: Lab) -> None:
    reply = lab.do("apply", text=SHOP.replace("replicas: 3", "replicas: 4"))
    assert reply["text"] == "deployment.apps/web configured\nservice/shop unchanged"


@pytest.mark.parametrize("text", ["", "\t", "]", "a: &a [*a]", "kind: Pod"])
def test_rubbish_in_the_editor_is_refused_kindly(lab: Lab, text: str) -> None:
    reply = lab.do("apply", text=text)
    assert not reply["ok"]
    assert reply["text"]


def test_a_pod_is_described_and_deleted(lab: Lab) -> None:
    pod = pod_on(lab, "worker-1")
    assert "Node:" in lab.do("describe", pod=pod)["text"]
    assert lab.do("delete", pod=pod)["ok"]
    lab.do("more", speed=60.0)
    lab.do("refresh", at=lab.film["to"])
    assert pod not in lab.film["frames"][-1]["pieces"]
    assert not lab.do("delete", pod=pod)["ok"]


def test_a_node_is_cordoned_and_uncordoned(lab: Lab) -> None:
    for what, cordoned in (("cordon", True), ("uncordon", False)):
        assert lab.do(what, node="worker-1")["ok"]
        assert bool(lab.cluster.api.get("nodes", "worker-1", None).spec.unschedulable) is cordoned


def test_traffic_is_switched_on_and_off(lab: Lab) -> None:
    lab.do("traffic", service="default/shop", on=True)
    loads = json.loads(lab.film["strings"][lab.film["frames"][-1]["loads"]])
    assert [load["url"] for load in loads] == ["http://shop"]
    lab.do("more", speed=5.0)
    lab.do("traffic", service="default/shop", on=False, at=lab.film["to"])
    assert [load.running for load in lab.cluster.loads] == [False]
    assert lab.cluster.loads[0].answered == lab.cluster.loads[0].sent > 100


@pytest.mark.parametrize("wish", [{"what": "explode"}, {"what": "kill", "node": "worker-9"}])
def test_a_wish_that_makes_no_sense_is_answered(lab: Lab, wish: dict[str, Any]) -> None:
    reply = lab.do(**wish)
    assert not reply["ok"]
    assert reply["text"]


def test_the_picture_is_there_without_a_widget(lab: Lab) -> None:
    data, _ = lab._repr_mimebundle_()
    assert data["text/plain"] == repr(lab)
    assert 'alt="3 nodes, 3 pods: 3 ready, t=30 s"' in data["text/html"]
    encoded = data["text/html"].partition("base64,")[2].partition('"')[0]
    assert b64decode(encoded).decode() == lab.svg


def test_the_static_picture_is_the_same_in_two_runs() -> None:
    one, other = Lab(shop()), Lab(shop())
    assert one.svg == other.svg
    one.close()
    other.close()


def test_a_narrow_page_gets_a_narrow_picture(lab: Lab) -> None:
    lab.do("resize", width=400)
    assert lab.film["frames"][0]["size"][0] == 440
    assert 'viewBox="0 0 440 ' in lab.svg


def test_messages_from_another_thread_take_turns(lab: Lab) -> None:
    wishes = [("scale", {"deployment": "default/web", "replicas": number}) for number in range(1, 7)]
    threads = [threading.Thread(target=lab.do, args=(what,), kwargs=options) for what, options in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    scaled = [entry for entry in lab.cluster.journal if entry.actor == "kubectl" and entry.verb.startswith("patch")]
    assert len(scaled) == 6


def test_the_script_asks_nothing_of_other_machines() -> None:
    code = str(Lab._esm)
    assert len(SCRIPTS) == 6
    assert "import " not in code.replace("// ", "")
    assert not [word for word in ("http://", "https://") if word in code.replace("http://www.w3.org/2000/svg", "")]


def test_even_a_stopped_api_server_is_shown(lab: Lab) -> None:
    lab.cluster.stop("kube-apiserver")
    lab.do("refresh")
    assert "the API does not answer" in lab.svg
    assert len([key for key in lab.film["frames"][-1]["pieces"] if key.startswith("pod/")]) == 3
    reply = lab.do("scale", deployment="default/web", replicas=1)
    assert not reply["ok"]


@pytest.mark.parametrize("what", ["fork", "reset"])
def test_leaving_the_notebooks_cluster_is_said(lab: Lab, what: str) -> None:
    mine = lab.cluster
    reply = lab.do(what)
    assert lab.cluster is not mine
    assert "lab.cluster" in reply["text"]
    assert lab.reply == reply
    assert lab.film["frames"][-1]["told"][-1][1] == reply["text"]


def test_traffic_is_part_of_the_story(lab: Lab) -> None:
    lab.do("traffic", service="default/shop", on=True)
    lab.do("traffic", service="default/shop", on=False)
    assert [line for _, line in lab.film["frames"][-1]["told"]][-2:] == [
        "traffic to http://shop begins",
        "traffic to http://shop ends",
    ]


def test_the_example_can_be_applied(lab: Lab) -> None:
    assert lab.do("apply", text=labels()["manifestExample"])["ok"]


def test_decimals_have_a_comma_in_spanish(lab: Lab) -> None:
    lab.cluster.run(0.5)
    lab.do("refresh")
    assert repr(lab).endswith("t=30.5 s")
    language.use("es")
    assert repr(lab).endswith("t=30,5 s")


@pytest.mark.parametrize(
    ("args", "en", "es"),
    [
        ((), "Lab: cluster is missing", "Lab: falta cluster"),
        (("x",), "Lab: cluster is a Cluster, not 'x'", "Lab: cluster es un Cluster, no 'x'"),
        ((shop(), 3), "Lab: manifest is a text, not 3", "Lab: manifest es un texto, no 3"),
    ],
)
def test_a_view_of_anything_but_a_cluster_is_refused_in_a_sentence(args: Any, en: str, es: str) -> None:
    for spoken, sentence in (("en", en), ("es", es)):
        language.use(spoken)
        with pytest.raises(ArgumentError) as refused:
            Lab(*args)
        assert str(refused.value) == sentence


def test_a_pod_may_be_called_by_its_name_alone(lab: Lab) -> None:
    name = lab.cluster.api.list("pods", "default")[0].metadata.name
    for called in (name, f"default/{name}"):
        assert lab.do("describe", pod=called)["text"].startswith(f"Name:             {name}")


def test_a_pod_that_is_not_there_is_named(lab: Lab) -> None:
    assert lab.do("describe", pod="nope")["text"] == "there is no pod nope"
    assert lab.do("describe", pod="pod/0-0")["text"] == "that pod is gone"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"what": "kill"}, 'lab.do("kill"): node is missing'),
        ({"what": "kill", "nod": "worker-1"}, 'lab.do("kill") has no nod: is it node?'),
        (
            {"what": "scale", "deployment": "web", "replicas": "x"},
            "lab.do(\"scale\"): replicas is a whole number, not 'x'",
        ),
        ({"what": "step", "node": "x"}, 'lab.do("step") has no node: it has nothing'),
        ({"what": "pause", "at": "x"}, "lab.do(\"pause\"): at is a number, not 'x'"),
    ],
)
def test_options_that_do_not_fit_are_told_in_one_sentence(lab: Lab, wish: dict[str, Any], sentence: str) -> None:
    reply = lab.do(**wish)
    assert (reply["ok"], reply["text"]) == (False, sentence)


def test_a_step_without_anything_ahead_says_so_in_the_view(lab: Lab) -> None:
    lab.do("step")
    assert lab.reply["text"].startswith("nothing more happens by itself")
    assert lab.cluster.now == 30.0


def test_another_story_from_before_the_view_is_refused(lab: Lab) -> None:
    mine = lab.cluster
    assert lab.opened == 30.0
    reply = lab.do("fork", moment=10.0)
    assert (reply["ok"], lab.cluster is mine) == (False, True)
    assert "opened at t = 30.0 s" in reply["text"]


def test_who_has_no_idea_of_a_manifest_is_told_what_it_has(lab: Lab) -> None:
    assert "a manifest has `apiVersion`" in lab.do("apply", text="hola")["hint"]
    language.use("es")
    assert "un manifiesto tiene `apiVersion`" in lab.do("apply", text="hola")["hint"]
    assert "un manifiesto tiene" not in (lab.do("apply", text="kind: Pod")["hint"] or "")

"""The live view's traffic buttons: where requests go, and what is said of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from traffic_shop import traffic_shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.network.sentences import Sentence
from kubelab.view.live import Lab
from kubelab.view.losses import loss_words
from kubelab.view.requests_seen import requests_since
from kubelab.view.scene import look
from kubelab.view.targets import sources, targets


@pytest.fixture
def lab() -> Iterator[Lab]:
    view = Lab(traffic_shop())
    yield view
    view.close()


def doors(cluster: Cluster) -> dict[str, str]:
    return {held.key: held.url for held in targets(look(cluster))}


def test_every_door_of_a_service_can_be_chosen(lab: Lab) -> None:
    found = doors(lab.cluster)
    port = lab.cluster.get("services", "front").spec.ports[0].nodePort
    assert found["default/shop"] == "http://shop"
    assert found["default/front:worker-2"] == f"http://worker-2:{port}"
    assert found["ingress/default/door/shop.example.com/old"] == "http://shop.example.com/old"
    assert "pod/default/front-proxy" in [source for source, _ in sources(look(lab.cluster))]


def test_one_request_tells_its_hops_and_where_the_dot_is_at_each(lab: Lab) -> None:
    reply = lab.do("request", service="default/shop", source="pod/default/front-proxy")
    assert (reply["ok"], reply["answered"]) == (True, True)
    assert reply["hops"][0][1] == "Client"
    assert len(reply["heard"]) == len(reply["legs"])
    assert reply["heard"][-1] == len(reply["hops"]) - 1
    assert reply["heard"] == sorted(reply["heard"])
    assert reply["text"].startswith("200 from web-")


@pytest.mark.parametrize(
    ("service", "lost", "why"),
    [
        ("default/typo", "nobody listens on port 8081", "targetPort: 80"),
        ("default/empty", "empty has no endpoints", "app=web"),
        ("default/locked", "NetworkPolicy closed forbids it", "ingress rule"),
    ],
)
def test_a_lost_request_says_why_and_what_mends_it(lab: Lab, service: str, lost: str, why: str) -> None:
    reply = lab.do("request", service=service, source="pod/default/front-proxy")
    assert not reply["answered"]
    assert reply["lost"] == lost
    assert lost in reply["text"]
    assert why in reply["why"]
    assert reply["legs"]


def test_in_spanish_it_is_said_in_spanish(lab: Lab) -> None:
    language.use("es")
    reply = lab.do("request", service="default/empty", source="pod/default/front-proxy")
    assert reply["text"].startswith("sin respuesta tras ")
    assert reply["lost"] == "empty no tiene endpoints"


def test_a_reason_without_few_words_is_shown_without_the_systems_own() -> None:
    barred = Sentence("timed out", (Sentence("balancer-no-port", ("default/web", 81)),))
    assert loss_words(barred) == "the load balancer of default/web has no port 81"
    assert loss_words(Sentence("http", (503,))) == "error 503"
    assert loss_words(None) == ""


def test_a_link_has_one_name_from_both_its_ends() -> None:
    ways = ("worker-1", "worker-2"), ("worker-2", "worker-1")
    cut = [Sentence("timed out", (Sentence("link-cut", way),)) for way in ways]
    assert {loss_words(each) for each in cut} == {"link worker-1 – worker-2 is cut"}


def test_an_ingress_whose_name_nobody_knows_gets_one_and_it_is_told() -> None:
    cluster = Cluster(workers=3, seed=1, cloud=True)
    cluster.install("ingress-nginx")
    cluster.kubectl("create deployment web --image=nginx:1.27")
    cluster.kubectl("expose deployment web --port=80")
    cluster.kubectl("create ingress door --class=nginx --rule=shop.example.com/*=web:80")
    cluster.run(90)
    lab = Lab(cluster)
    reply = lab.do("request", service="ingress/default/door/shop.example.com/")
    assert reply["answered"], reply["text"]
    assert cluster.hosts["shop.example.com"].startswith("198.51.100.")
    assert any("shop.example.com" in line for _, line in lab.film["frames"][-1]["told"])
    lab.close()


def test_a_load_says_how_many_were_lost_and_why(lab: Lab) -> None:
    lab.do("traffic", service="default/typo", on=True, rate=20, source="pod/default/front-proxy")
    lab.do("pause", at=80.0)
    lab.do("refresh")
    card = next(load for load in lab.director.camera.scene.loads) if lab.director.camera.scene else None
    lab.do("step")
    assert card is not None
    scene = look(lab.cluster)
    assert scene.loads[0].lost > 100
    lab.do("traffic", service="http://typo", on=False)
    assert not any(load.running for load in lab.cluster.loads)


def test_each_message_of_a_page_is_confirmed(lab: Lab) -> None:
    lab._heard(lab, {"do": "pause", "at": 0.0, "message": ["page", 7]}, [])
    assert lab.heard == ["page", 7]
    lab._heard(lab, {"do": "kill", "node": "nobody", "message": ["page", 8]}, [])
    assert lab.heard == ["page", 8]


def test_a_picture_has_no_ids_that_another_on_the_page_could_have(lab: Lab) -> None:
    lab.do("kill", node="worker-2")
    assert 'class="hatch"' in lab.svg
    assert " id=" not in lab.svg
    assert "url(" not in lab.svg


def test_a_client_that_lost_patience_does_not_see_what_the_proxy_tries_next() -> None:
    cluster = Cluster(workers=3, seed=1, cloud=True)
    cluster.install("ingress-nginx")
    cluster.kubectl("create deployment web --image=nginx:1.27 --replicas=3")
    cluster.kubectl("expose deployment web --port=80")
    cluster.kubectl("create ingress door --class=nginx --rule=shop.example.com/*=web:80")
    cluster.run(90)
    pod = cluster.get("pods", namespace="ingress-nginx")[0]
    dead = next(name for name in cluster.workers if name != pod.spec.nodeName)
    cluster.kill(dead)
    cluster.hosts["shop.example.com"] = cluster.get("ingresses", "door").status.loadBalancer.ingress[0].ip
    lost = []
    for _ in range(40):
        cluster.request("http://shop.example.com/")
        lost += [held for held in requests_since(cluster.journal)[-1:] if "what is behind" in str(held.reason)]
    assert lost
    assert {held.stops(look(cluster))[-1] for held in lost} == {dead}


def test_a_pod_whose_node_is_dead_sends_nothing_and_that_is_said(lab: Lab) -> None:
    home = lab.cluster.get("pods", "front-proxy").spec.nodeName
    lab.do("kill", node=home)
    sent = len([entry for entry in lab.cluster.journal if entry.verb == "request"])
    for what, more in (("request", {}), ("traffic", {"on": True})):
        reply = lab.do(what, service="default/shop", source="pod/default/front-proxy", **more)
        assert not reply["ok"]
        assert reply["text"].startswith(f"pod front-proxy cannot send anything: {home} has no power")
    assert len([entry for entry in lab.cluster.journal if entry.verb == "request"]) == sent


def test_one_request_says_when_it_was(lab: Lab) -> None:
    lab.do("pause", at=100.0)
    assert lab.do("request", service="default/shop")["time"] == lab.cluster.now >= 100.0

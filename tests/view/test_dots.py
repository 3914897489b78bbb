"""Dots of the live view: they run where the packet ran."""

from __future__ import annotations

from traffic_shop import traffic_shop

from kubelab.cluster import Cluster
from kubelab.view.layout import Plan, plan
from kubelab.view.places import Places
from kubelab.view.requests_seen import RequestSeen, requests_since
from kubelab.view.scene import Scene, look


def seen(cluster: Cluster, url: str, source: str | None = None) -> tuple[RequestSeen, Scene, Plan]:
    cluster.request(url, source=source)
    scene = look(cluster)
    return requests_since(cluster.journal)[-1], scene, plan(scene, Places())


def stops(cluster: Cluster, url: str, source: str | None = None) -> list[str]:
    request, scene, _ = seen(cluster, url, source)
    return request.stops(scene)


def uid(cluster: Cluster, name: str) -> str:
    return f"pod/{cluster.get('pods', name).metadata.uid}"


def test_from_outside_through_a_node_port_on_another_node() -> None:
    cluster = traffic_shop()
    port = cluster.get("services", "front").spec.ports[0].nodePort
    home = cluster.get("pods", "front-proxy").spec.nodeName
    other = next(name for name in cluster.workers if name != home)
    for source in (None, "outside"):
        held = stops(cluster, f"http://{other}:{port}", source)
        assert held[:4] == ["client", other, home, uid(cluster, "front-proxy")]
        assert held[-1] in [f"pod/{pod.metadata.uid}" for pod in cluster.get("pods", selector="app=web")]


def test_a_route_has_a_point_for_every_leg_of_a_proxied_request() -> None:
    cluster = traffic_shop()
    port = cluster.get("services", "front").spec.ports[0].nodePort
    request, scene, made = seen(cluster, f"http://worker-2:{port}")
    points = made.route(request.stops(scene))
    assert points[0] == made.centres["client"]
    assert made.centres[uid(cluster, "front-proxy")] in points
    assert points[-1] == made.centres[request.stops(scene)[-1]]


def test_a_pod_is_known_by_its_name_with_and_without_namespace() -> None:
    cluster = traffic_shop()
    for source in ("pod/front-proxy", "pod/default/front-proxy"):
        assert stops(cluster, "http://shop", source)[0] == uid(cluster, "front-proxy")


def test_what_a_dead_machine_does_not_take_ends_there() -> None:
    cluster = traffic_shop()
    port = cluster.get("services", "front").spec.ports[0].nodePort
    cluster.kill("worker-3")
    assert stops(cluster, f"http://worker-3:{port}") == ["client", "worker-3"]
    assert stops(cluster, f"http://172.18.0.5:{port}") == ["client", "worker-3"]


def test_what_a_machine_without_network_does_not_let_out_ends_at_it() -> None:
    cluster = traffic_shop()
    pod = next(held for held in cluster.get("pods", selector="app=web") if held.spec.nodeName == "worker-3")
    other = next(held for held in cluster.get("pods", selector="app=web") if held.spec.nodeName == "worker-2")
    cluster.cut("worker-3")
    held = stops(cluster, f"http://{other.status.podIP}", f"pod/{pod.metadata.name}")
    assert held == [uid(cluster, pod.metadata.name), "worker-3"]


def test_what_is_lost_at_once_gets_as_far_as_the_line() -> None:
    cluster = traffic_shop()
    request, scene, made = seen(cluster, "http://198.51.100.77", "outside")
    assert not request.answered
    points = made.route(request.stops(scene), lost=True)
    assert points[0] == made.centres["client"]
    assert points[-1][0] == made.trunk
    assert not made.route(request.stops(scene))

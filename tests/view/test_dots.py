"""Dots of the live view: they run where the packet ran."""

from __future__ import annotations

from shop import SHOP
from traffic_shop import traffic_shop

from kubelab.cluster import Cluster
from kubelab.view.layout import plan
from kubelab.view.places import Places
from kubelab.view.requests_seen import RequestSeen, requests_since, together
from kubelab.view.routes import Plan
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
    assert request.astray
    points = made.route(request.stops(scene), request.astray)
    assert points[0] == made.centres["client"]
    assert points[-1][0] == made.trunk


def test_what_a_rule_refuses_ends_on_the_senders_node() -> None:
    cluster = traffic_shop()
    request, scene, made = seen(cluster, "http://empty", "pod/front-proxy")
    home = cluster.get("pods", "front-proxy").spec.nodeName
    assert request.stops(scene) == [uid(cluster, "front-proxy"), home]
    assert made.route(request.stops(scene), request.astray)[-1] == made.centres[home]
    assert request.words == "empty has no endpoints"


def test_what_a_policy_forbids_ends_where_the_policy_is_kept() -> None:
    cluster = traffic_shop()
    request, scene, _ = seen(cluster, "http://locked", "pod/front-proxy")
    assert request.stops(scene)[-1] == cluster.get("pods", "locked").spec.nodeName
    assert request.words == "NetworkPolicy closed forbids it"


def test_what_a_cut_link_loses_ends_in_its_middle() -> None:
    cluster = traffic_shop()
    pods = {held.spec.nodeName: held for held in cluster.get("pods", selector="app=web")}
    cluster.cut("worker-1", "worker-2")
    source = f"pod/{pods['worker-1'].metadata.name}"
    request, scene, made = seen(cluster, f"http://{pods['worker-2'].status.podIP}", source)
    assert request.stops(scene)[-1] == "link/worker-1/worker-2"
    (left, line, _), (right, _, _) = made.drops["worker-1"], made.drops["worker-2"]
    assert made.route(request.stops(scene))[-1] == ((left + right) / 2, line)
    assert request.words == "link worker-1 – worker-2 is cut"
    assert [tuple(link) for link in scene.links] == [("worker-1", "worker-2", "cut")]


def test_a_load_balancer_is_a_stop_of_its_own() -> None:
    cluster = Cluster(workers=3, seed=1, cloud=True)
    cluster.apply(SHOP)
    cluster.kubectl("""patch service shop -p '{"spec": {"type": "LoadBalancer"}}'""")
    cluster.run(60)
    address = cluster.get("services", "shop").status.loadBalancer.ingress[0].ip
    request, scene, made = seen(cluster, f"http://{address}")
    held = request.stops(scene)
    entered = next(place for kind, place in request.path if kind == "node")
    assert held[:3] == ["client", "balancer/default/shop", entered]
    assert made.balancer is not None
    assert made.centres["balancer/default/shop"] in made.route(held)
    cluster.kill(entered)
    lost = [seen(cluster, f"http://{address}")[0] for _ in range(12)]
    ends = [one.stops(scene) for one in lost if not one.answered]
    assert ["client", "balancer/default/shop", entered] in ends


def test_alike_requests_travel_together_the_lost_ones_first() -> None:
    cluster = traffic_shop()
    for url in ("http://shop",) * 6 + ("http://typo",):
        cluster.request(url, source="pod/front-proxy")
    held = together(requests_since(cluster.journal), 3)
    assert [one.answered for one in held] == [False, True, True]
    assert sum(one.count for one in together(requests_since(cluster.journal), 99)) == len(
        requests_since(cluster.journal)
    )

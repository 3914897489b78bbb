"""Journeys as they are read from real responses, and the exchange of packets that they are."""

from __future__ import annotations

from typing import Any

import pytest
from shop import SHOP
from traffic_shop import traffic_shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.exchange import Note, Sent, exchange
from kubelab.view.journey import BALANCER, DNS, OUTSIDE, journey, milliseconds


@pytest.fixture(scope="module")
def whole() -> Cluster:
    return traffic_shop()


def node_port(cluster: Cluster, name: str) -> int:
    return int(cluster.get("services", name).spec.ports[0].nodePort)


def far(cluster: Cluster, node: str) -> str:
    """The address of a shop's pod on that node."""
    pods = cluster.get("pods", selector="app=web")
    return str(next(pod.status.podIP for pod in pods if pod.spec.nodeName == node))


def test_stations_are_numbered_and_know_their_machines(whole: Cluster) -> None:
    told = journey(whole.request("http://shop"))
    assert [station.number for station in told.stations] == list(range(1, len(told.stations) + 1))
    assert told.stations[0].machine == "worker-1"
    assert told.stations[1].machine == DNS
    assert told.stations[-1].kind == "container"
    assert told.stations[-1].pod.startswith("default/web-")
    assert told.ok
    assert not told.lost_at


def test_a_rule_knows_the_service_s_address_and_the_pod_s(whole: Cluster) -> None:
    told = journey(whole.request("http://shop"))
    rule = next(station for station in told.stations if station.kind == "rule")
    assert rule.came[1] == f"{whole.get('services', 'shop').spec.clusterIP}:80"
    assert rule.leaves[1].startswith("10.244.")


def test_a_pod_is_on_the_machine_that_the_tunnel_led_to(whole: Cluster) -> None:
    told = journey(whole.request(f"http://{far(whole, 'worker-3')}"))
    tunnel, pod = (next(held for held in told.stations if held.kind == kind) for kind in ("tunnel", "pod"))
    assert (tunnel.machine, tunnel.target, pod.machine) == ("worker-1", "worker-3", "worker-3")


def test_a_proxy_opens_a_connection_of_its_own(whole: Cluster) -> None:
    told = journey(whole.request(f"http://worker-1:{node_port(whole, 'front')}"))
    proxy = next(station for station in told.stations if station.kind == "proxy")
    after = told.stations[proxy.number :]
    assert {station.connection for station in told.stations[: proxy.number]} == {0}
    assert {station.connection for station in after} == {1}
    assert after[0].leaves[0].startswith(far_of(whole, "front-proxy"))


def far_of(cluster: Cluster, name: str) -> str:
    return str(cluster.get("pods", name).status.podIP)


@pytest.mark.parametrize(
    ("url", "where"),
    [("http://nope", DNS), ("http://empty", "worker-1"), ("http://locked", None), ("http://typo", None)],
)
def test_what_is_lost_is_lost_at_its_last_station(whole: Cluster, url: str, where: str | None) -> None:
    told = journey(whole.request(url))
    assert not told.ok
    assert told.lost_at == (where or told.stations[-1].machine)
    assert told.end == told.error


def test_a_dead_machine_is_where_it_is_lost() -> None:
    cluster = traffic_shop()
    address, port = far(cluster, "worker-3"), node_port(cluster, "front")
    cluster.kill("worker-3")
    assert journey(cluster.request(f"http://{address}")).lost_at == "worker-3"
    told = journey(cluster.request(f"http://worker-3:{port}"))
    assert [station.machine for station in told.stations] == [OUTSIDE]
    assert told.lost_at == "worker-3"


def test_a_cut_link_is_where_it_is_lost() -> None:
    cluster = traffic_shop()
    cluster.faults.cut("worker-1", "worker-2")
    assert journey(cluster.request(f"http://{far(cluster, 'worker-2')}")).lost_at == "link"


def test_a_load_balancer_is_a_station_outside() -> None:
    hops = (("client", OUTSIDE), ("balancer", "default/shop"), ("node", "worker-2"))
    assert [station.machine for station in journey(made_of(hops)).stations] == [OUTSIDE, BALANCER, "worker-2"]


def made_of(hops: tuple[tuple[str, str], ...]) -> Any:
    from kubelab.network.response import Hop, Response

    walked = tuple(Hop(kind, place, "", 0.0, "203.0.113.1:1", "198.51.100.1:80") for kind, place in hops)
    return Response("http://198.51.100.1", 200, "", "", walked, 0.001, "", "")


def test_a_load_balancer_translates_and_translates_back() -> None:
    cluster = Cluster(workers=2, seed=1, cloud=True)
    cluster.apply(
        SHOP.replace("spec:\n  selector: {app: web}\n", "spec:\n  type: LoadBalancer\n  selector: {app: web}\n")
    )
    cluster.run(60)
    address = cluster.get("services", "shop").status.loadBalancer.ingress[0].ip
    rows = rows_of(cluster, f"http://{address}")
    words = [row.words for row in rows if isinstance(row, Note)]
    assert any(word.startswith(f"DNAT {address}:80 → 172.18.0.") for word in words)
    assert any(word.startswith("undo DNAT: 172.18.0.") and word.endswith(f"→ {address}:80") for word in words)
    assert rows[-1].back  # type: ignore[union-attr]
    assert journey(cluster.request(f"http://{address}:81")).lost_at == BALANCER


def test_times_are_short() -> None:
    assert [milliseconds(seconds) for seconds in (0.0, 0.0015, 0.0013000000000000002, 1.0, 5.0044)] == [
        "0 ms",
        "1.5 ms",
        "1.3 ms",
        "1 s",
        "5.004 s",
    ]
    language.use("es")
    assert milliseconds(0.0005) == "0,5 ms"


# -- the exchange


def rows_of(cluster: Cluster, url: str, **options: Any) -> list[Sent | Note]:
    return exchange(cluster, journey(cluster.request(url, **options)))[1]


def test_the_answer_comes_back_from_the_address_that_was_asked(whole: Cluster) -> None:
    for url in ("http://shop", f"http://172.18.0.4:{node_port(whole, 'front')}"):
        sent = [row for row in rows_of(whole, url) if isinstance(row, Sent) and row.below]
        there, back = sent[0], sent[-1]
        assert back.back
        assert not there.back
        assert (back.above, back.below) == (there.below, there.above)


def test_each_translation_is_undone_on_the_way_back(whole: Cluster) -> None:
    words = [
        row.words for row in rows_of(whole, f"http://worker-2:{node_port(whole, 'front')}") if isinstance(row, Note)
    ]
    done = [word for word in words if word.startswith(("DNAT", "SNAT"))]
    undone = [word for word in words if word.startswith("undo")]
    assert len(done) == len(undone) == 3  # two at the node, one for what the proxy asks


def test_what_a_station_has_changed_is_marked_in_the_next_packet(whole: Cluster) -> None:
    rows = rows_of(whole, f"http://worker-2:{node_port(whole, 'front')}")
    at = next(index for index, row in enumerate(rows) if isinstance(row, Note) and row.words.startswith("SNAT"))
    after = next(row for row in rows[at:] if isinstance(row, Sent))
    assert after.source_new
    assert after.target_new


def test_a_packet_in_a_tunnel_is_within_another(whole: Cluster) -> None:
    rows = rows_of(whole, f"http://{far(whole, 'worker-3')}")
    assert "UDP 172.18.0.3 → 172.18.0.5:8472 [ … ]" in [row.words for row in rows if isinstance(row, Note)]


def test_silence_brings_nothing_back_and_a_refusal_does() -> None:
    cluster = traffic_shop()
    refused = [row for row in rows_of(cluster, "http://empty") if isinstance(row, Sent)]
    assert refused[-1].back
    address = far(cluster, "worker-3")
    cluster.kill("worker-3")
    silent = [row for row in rows_of(cluster, f"http://{address}") if isinstance(row, Sent)]
    assert not any(row.back for row in silent)
    assert silent[-1].lost
    assert not silent[-1].end

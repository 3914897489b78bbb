"""When things happened, as the figure of a packet says it: only what is known, and at its place."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.figure import Figure
from traffic_shop import traffic_shop

from kubelab.cluster import Cluster
from kubelab.network.links import RETRANSMISSION
from kubelab.view.exchange import Note, Sent, exchange
from kubelab.view.journey import journey


@pytest.fixture(scope="module")
def whole() -> Cluster:
    return traffic_shop()


def rows_of(cluster: Cluster, response: Any) -> list[Sent | Note]:
    return exchange(cluster, journey(response))[1]


def far(cluster: Cluster, node: str) -> str:
    pods = cluster.get("pods", selector="app=web")
    return str(next(pod.status.podIP for pod in pods if pod.spec.nodeName == node))


def front(cluster: Cluster) -> str:
    return f"http://worker-2:{cluster.get('services', 'front').spec.ports[0].nodePort}"


def written(cluster: Cluster, response: Any) -> list[str]:
    """The words of the figure."""
    ax = Figure().add_subplot()
    cluster.draw.packet(response, ax=ax)
    return [text.get_text() for text in ax.texts]


def test_a_slow_way_back_costs_as_much_as_the_way_there() -> None:
    cluster = traffic_shop()
    cluster.slow("worker-1", "worker-3", 0.2)
    response = cluster.request(f"http://{far(cluster, 'worker-3')}")
    rows = rows_of(cluster, response)
    (container,) = (row.time for row in rows if isinstance(row, Note) and row.words.startswith("GET"))
    left, crossed, arrived = (row.time for row in rows if isinstance(row, Sent) and row.back)
    assert container is not None
    assert left is not None
    assert left - container < 0.01  # the program's own time
    assert arrived == crossed == response.latency
    assert arrived - left == pytest.approx(0.2005)


def test_the_way_there_says_when_the_connection_stood(whole: Cluster) -> None:
    response = whole.request(f"http://{far(whole, 'worker-3')}")
    (stood,) = (row for row in rows_of(whole, response) if isinstance(row, Note) and row.words.startswith("TCP"))
    assert (stood.at, stood.time) == ("client", response.connect)


def test_times_never_run_backwards(whole: Cluster) -> None:
    for url in ("http://shop", "http://typo", "http://empty", front(whole), "https://10.96.0.1/healthz"):
        response = whole.request(url)
        times = [row.time for row in rows_of(whole, response) if row.time is not None]
        assert times == sorted(times), url
        assert times[-1] == response.latency, url


def test_a_proxy_has_its_answer_one_way_before_the_client_has_it(whole: Cluster) -> None:
    response = whole.request(front(whole))
    rows = rows_of(whole, response)
    pod = f"default/{whole.get('pods', 'front-proxy').metadata.name}"
    *_, home = (row.time for row in rows if isinstance(row, Sent) and row.back and row.end == pod)
    told = journey(response)
    there = next(station.time for station in told.stations if station.pod == pod)
    assert home == pytest.approx(response.latency - there)  # nobody had been asked for a name


def test_a_question_is_asked_before_it_is_answered(whole: Cluster) -> None:
    response = whole.request("http://shop")
    question, answer = rows_of(whole, response)[:2]
    assert (question.time, answer.time) == (0.0, response.lookup)


def test_what_may_have_been_sent_twice_has_no_time_on_its_way_back(whole: Cluster) -> None:
    import msgspec

    response = whole.request(f"http://{far(whole, 'worker-3')}")
    late = msgspec.structs.replace(response, latency=response.latency + RETRANSMISSION)
    back = [row.time for row in rows_of(whole, late) if isinstance(row, Sent) and row.back]
    assert back == [None, None, late.latency]


def test_nobody_is_asked_for_localhost_and_nothing_is_translated(whole: Cluster) -> None:
    pod = whole.get("pods", selector="app=web")[0].metadata.name
    response = whole.request("http://localhost", source=f"pod/{pod}")
    parts, rows = exchange(whole, journey(response))
    assert "DNS" not in [part.title for part in parts]
    assert isinstance(rows[0], Note)
    assert rows[0].words == "/etc/hosts: localhost → 127.0.0.1"
    assert not any(row.source_new or row.target_new for row in rows if isinstance(row, Sent))
    assert "address translated here" not in written(whole, response)


def test_only_what_a_station_has_translated_is_coloured(whole: Cluster) -> None:
    response = whole.request(front(whole))
    rows = rows_of(whole, response)
    assert not rows[0].source_new and not rows[0].target_new  # type: ignore[union-attr] # noqa: PT018
    for index, row in enumerate(rows):
        if isinstance(row, Sent) and (row.source_new or row.target_new):
            before = rows[index - 1]
            assert isinstance(before, Note)
            assert "NAT" in before.words
    assert "address translated here" in written(whole, response)


def test_a_proxy_that_tries_another_way_is_still_the_same_one(whole: Cluster) -> None:
    from kubelab.network.response import Hop, Response

    hops = (
        ("client", "outside", 0.0), ("node", "worker-1", 0.001), ("pod", "ns/door", 0.001), ("proxy", "ns/door", 0.003),
        ("tunnel", "worker-1 → worker-2", 0.003), ("proxy", "ns/door", 1.0), ("tunnel", "worker-1 → worker-3", 1.0),
        ("pod", "ns/web", 1.001), ("container", "ns/web/web", 1.003),
    )  # fmt: skip
    walked = tuple(Hop(kind, place, "port 1", time, "10.0.0.1:1", "10.0.0.2:80") for kind, place, time in hops)
    response = Response("http://198.51.100.1", 200, "", "", walked, 1.006, "web", "worker-3")
    told = journey(response)
    assert [station.connection for station in told.stations] == [0, 0, 0, 0, 1, 0, 2, 2, 2]
    rows = exchange(whole, told)[1]
    assert not any(row.back for row in rows if isinstance(row, Sent) and "worker-2" in row.start + row.end)

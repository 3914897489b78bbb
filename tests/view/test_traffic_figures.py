"""What holds for every figure of traffic: path, packet, shares, services, rules."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from traffic_shop import traffic_shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.picture import Picture

URLS = {
    "answered": "http://shop",
    "proxied": "http://worker-2:{front}",
    "nobody": "http://empty",
    "walled": "http://locked",
    "wrong port": "http://typo",
    "no name": "http://nope",
    "the api": "https://10.96.0.1/healthz",
}
OTHERS = ("shares", "services", "one service", "rules", "rules of nothing")


@pytest.fixture(scope="module")
def story() -> Cluster:
    """Traffic while a node dies."""
    cluster = traffic_shop()
    cluster.traffic("http://shop", rate=20)
    cluster.run(10)
    cluster.kill("worker-3")
    return cluster.run(40)


def options(cluster: Cluster, what: str) -> tuple[str, tuple[Any, ...]]:
    if what in OTHERS:
        return {
            "shares": ("shares", ()),
            "services": ("services", ()),
            "one service": ("services", ("typo",)),
            "rules": ("rules", ("worker-1", "front")),
            "rules of nothing": ("rules", ("worker-1", "empty")),
        }[what]
    figure, _, kind = what.partition(" of ")
    port = cluster.get("services", "front").spec.ports[0].nodePort
    url = URLS[kind].format(front=port)
    return figure, (cluster.fork().request(url),)


EVERY = [*(f"{figure} of {kind}" for figure in ("path", "packet") for kind in URLS), *OTHERS]


@pytest.mark.parametrize("what", EVERY)
@pytest.mark.parametrize("chosen", ["es", "en"])
def test_no_text_lies_on_another_and_none_is_cut_off(story: Cluster, what: str, chosen: str) -> None:
    language.use(chosen)
    name, given = options(story, what)
    picture = getattr(story.draw, name)(*given)
    assert isinstance(picture, Picture)
    assert len(repr(picture)) <= 110
    assert "\n" not in repr(picture)
    assert picture.alt.startswith(repr(picture).rstrip("…"))
    canvas = FigureCanvasAgg(picture.figure)
    canvas.draw()  # warnings are errors: a missing glyph is one
    renderer, box = canvas.get_renderer(), picture.figure.bbox
    texts = [(text.get_text(), text.get_window_extent(renderer)) for text in picture.figure.axes[0].texts]
    for (one, here), (other, there) in combinations(texts, 2):
        assert not (one and other and here.padded(-2).overlaps(there.padded(-2))), (one, other)
    for words, extent in texts:
        assert extent.x0 >= -1, words
        assert extent.x1 <= box.width + 1, words


@pytest.mark.parametrize("what", ["path of answered", "packet of proxied", *OTHERS])
def test_axes_in_axes_out(story: Cluster, what: str) -> None:
    name, given = options(story, what)
    ax = Figure().add_subplot()
    assert getattr(story.draw, name)(*given, ax=ax) is ax


@pytest.mark.parametrize("what", ["path of answered", "packet of proxied", *OTHERS])
def test_the_same_gives_the_same_picture(story: Cluster, what: str) -> None:
    name, given = options(story, what)
    draw = getattr(story.draw, name)
    assert draw(*given).png() == draw(*given).png()


def test_the_figures_are_named_where_one_looks_for_them(story: Cluster) -> None:
    for name in ("path", "packet", "shares", "services", "rules"):
        assert name in repr(story.draw)


def test_the_path_is_red_where_it_was_lost(story: Cluster) -> None:
    ax = Figure().add_subplot()
    story.draw.path(story.fork().request("http://empty"), ax=ax)
    crosses = [line for line in ax.lines if line.get_marker() == "X"]
    assert len(crosses) == 1
    ax = Figure().add_subplot()
    story.draw.path(story.fork().request("https://10.96.0.1/healthz"), ax=ax)
    assert not [line for line in ax.lines if line.get_marker() == "X"]


def test_a_path_tells_its_stations_in_order(story: Cluster) -> None:
    picture = story.draw.path(story.fork().request("http://empty"))
    assert repr(picture).startswith("Path of http://empty: 3 stations, 1 ms; connection refused: service default/empty")
    assert "; 2. 1 ms DNS: empty.default.svc.cluster.local → 10." in picture.alt


def test_many_nodes_and_pods_are_counted() -> None:
    cluster = Cluster(workers=30, seed=1)
    cluster.kubectl("create deployment web --image=nginx:1.27 --replicas=90")
    cluster.kubectl("expose deployment web --port=80")
    cluster.run(60)
    picture = cluster.draw.path(cluster.request("http://web"))
    words = [text.get_text() for text in picture.figure.axes[0].get_legend().get_texts()]
    assert "… and 27 more nodes" in words
    assert picture.figure.get_size_inches()[0] < 12
    assert "×90" in [text.get_text() for text in cluster.draw.services("web").figure.axes[0].texts]
    rules = cluster.draw.rules("worker-1", "web")
    assert repr(rules).endswith("90 endpoints")
    assert rules.figure.get_size_inches()[1] < 6

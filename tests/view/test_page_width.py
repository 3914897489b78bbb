"""Every figure on a page some 900 pixels wide: nothing overlaps, nothing is cut off, every letter can be read."""

from __future__ import annotations

from itertools import combinations
from math import dist
from typing import Any

import matplotlib as mpl
import pytest
from crowded import HOST, LONG, crowded
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from shop import shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw.route_map import CLEAR, route_map
from kubelab.view.journey import journey
from kubelab.view.picture import SETTINGS, Picture

PAGE, LEAST = 900, 9  # pixels: of the page, and of letters on it
LONG_WAY = f"http://{HOST}/recommendations/v2/of/a/very/long/way?customer=1234567890"
URLS = (LONG_WAY, f"http://{LONG}:8080", f"http://{LONG}:9443", "http://nobody")
PLAIN = ("architecture", "placement", "timeline", "sequence", "owners", "services", "traffic", "availability", "shares")
FIGURES: list[tuple[str, tuple[Any, ...]]] = [
    *((name, ()) for name in PLAIN),
    *(("services", (name,)) for name in ("checkout", LONG, "checkout-headless", "database", "nobody")),
    *(("rules", ("worker-1", name)) for name in ("checkout", LONG, "nobody")),
    *((name, (url,)) for name in ("path", "packet") for url in URLS),
]
EVERY = [*(("en", *each) for each in FIGURES), *(("es", *each) for each in FIGURES[::2])]


@pytest.fixture(scope="module")
def story() -> Cluster:
    """A load, a dead node and a rollout half done."""
    cluster = crowded()
    cluster.traffic(f"http://{LONG}:8080", rate=50)
    cluster.run(10)
    cluster.kill("worker-2")
    cluster.run(70)
    cluster.kubectl("set image deployment/checkout web=nginx:1.28")
    return cluster.run(3)


def drawn(cluster: Cluster, name: str, given: tuple[Any, ...]) -> Picture:
    if name in ("path", "packet"):
        given = (cluster.fork().request(*given),)
    picture: Picture = getattr(cluster.draw, name)(*given)
    return picture


def measured(picture: Picture) -> tuple[Any, list[tuple[Text, Any]]]:
    """The renderer, and every text with the room that it takes."""
    canvas = FigureCanvasAgg(picture.figure)
    with mpl.rc_context(SETTINGS):
        canvas.draw()
        renderer = canvas.get_renderer()
        shown = [text for text in picture.figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
        hidden = [id(text) for text in unseen(picture.figure.axes[0])]
        return renderer, [(text, text.get_window_extent(renderer)) for text in shown if id(text) not in hidden]


def unseen(ax: Any) -> list[Text]:
    """The labels of ticks that are not drawn."""
    (low, high), ticks = ax.get_xlim(), [*ax.get_xticklabels(), *ax.get_yticklabels()]
    beyond = [tick for tick in ax.get_xticklabels() if not low <= tick.get_position()[0] <= high]
    return beyond if ax.axison else [*ticks, ax.xaxis.label, ax.yaxis.label]


def faults(picture: Picture) -> list[str]:
    """What lies on something else, or beyond the sheet."""
    renderer, texts = measured(picture)
    found = [
        f"{one.get_text()!r} on {other.get_text()!r}"
        for (one, here), (other, there) in combinations(texts, 2)
        if here.padded(-1.5).overlaps(there.padded(-1.5))
    ]
    sheet = picture.figure.bbox.padded(1)
    boxes = [(box, box.get_window_extent(renderer)) for box in picture.figure.findobj(FancyBboxPatch)]
    for text, room in texts:
        if not (sheet.contains(room.x0, room.y0) and sheet.contains(room.x1, room.y1)):
            found.append(f"{text.get_text()!r} beyond the sheet")
        under = [box for _, box in boxes if box.overlaps(room.padded(-1.5))]  # the last one is on top
        if under and not (
            under[-1].padded(1.5).contains(room.x0, room.y0) and under[-1].padded(1.5).contains(room.x1, room.y1)
        ):
            found.append(f"{text.get_text()!r} over the edge of a box")
    return found


@pytest.mark.parametrize(("chosen", "name", "given"), EVERY)
def test_nothing_overlaps_nothing_is_cut_off_and_every_letter_can_be_read(
    story: Cluster, chosen: str, name: str, given: tuple[Any, ...]
) -> None:
    language.use(chosen)
    picture = drawn(story, name, given)
    assert not faults(picture)
    shown = min(PAGE / picture.width, 1.0) * 100 / 72  # pixels to a point
    small = [text.get_text() for text, _ in measured(picture)[1] if text.get_fontsize() * shown < LEAST]
    assert not [words for words in small if len(words) > 1]
    assert picture.narrowest <= PAGE


def test_names_keep_the_end_that_tells_pods_apart(story: Cluster) -> None:
    suffixes = [pod.metadata.name.rpartition("-")[2] for pod in story.get("pods", selector=f"app={LONG}")]
    for name, given in (("owners", ()), ("services", (LONG,)), ("placement", ()), ("timeline", ())):
        words = " ".join(text.get_text() for text, _ in measured(drawn(story, name, given))[1])
        assert all(suffix in words for suffix in suffixes), name


def test_the_numbers_of_two_tunnels_lie_apart_even_there_and_back() -> None:
    whole, ways = crowded(), []
    for _ in range(16):
        told = journey(whole.request(f"http://{HOST}"))
        stations = route_map(whole, told).stations
        assert all(dist(one, other) >= CLEAR - 2 for (one, _), (other, _) in combinations(stations, 2))
        ways.append([(station.machine, station.target) for _, station in stations if station.kind == "tunnel"])
    assert any(len(way) == 2 and way[0] == way[1][::-1] for way in ways)


def test_the_lesson_s_figures_abbreviate_nothing() -> None:
    cluster = shop()
    for name, given in (("rules", ("worker-1", "shop")), ("services", ("shop",)), ("owners", ())):
        assert not [text.get_text() for text, _ in measured(drawn(cluster, name, given))[1] if "…" in text.get_text()]


def test_a_figure_is_a_card_that_shrinks_only_while_it_can_be_read(story: Cluster) -> None:
    picture = story.draw.services()
    html = picture._repr_html_()
    assert "overflow-x:auto" in html
    assert "background:#fff" in html
    assert f'width="{picture.width}"' in html
    assert f"min-width:{picture.narrowest}px" in html
    assert picture.narrowest < picture.width

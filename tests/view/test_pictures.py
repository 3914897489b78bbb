import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fake_cluster import FakeCluster, pod
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from shop import shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw import Draw
from kubelab.view.draw.availability import cut_at
from kubelab.view.history import faults, spans
from kubelab.view.picture import Picture

FIGURES = ("architecture", "placement", "traffic", "timeline", "availability", "sequence", "owners")


@pytest.fixture(scope="module")
def story() -> Cluster:
    """A node dies under traffic, and comes back."""
    cluster = shop()
    cluster.traffic("http://shop", rate=2)
    cluster.run(10)
    cluster.kill("worker-2")
    cluster.run(400)
    cluster.revive("worker-2")
    return cluster.run(60)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("chosen", ["es", "en"])
def test_every_figure_is_a_picture_with_an_alternative_text(story: Cluster, name: str, chosen: str) -> None:
    language.use(chosen)
    picture = getattr(story.draw, name)()
    assert isinstance(picture, Picture)
    assert len(repr(picture)) <= 110
    assert "\n" not in repr(picture)
    html = picture._repr_html_()
    assert html.startswith("<figure")
    assert "alt=" in html
    assert "data:image/png;base64," in html


@pytest.mark.parametrize("name", FIGURES)
def test_with_axes_given_the_same_axes_are_the_answer(story: Cluster, name: str) -> None:
    ax = Figure().add_subplot()
    assert getattr(story.draw, name)(ax=ax) is ax


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_off_and_every_glyph_is_in_the_font(story: Cluster, name: str) -> None:
    picture = getattr(story.draw, name)()
    picture.png()  # warnings are errors: a missing glyph is one
    figure = picture.figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(canvas.get_renderer()), figure.get_size_inches()
    assert drawn.x0 >= -0.02
    assert drawn.y0 >= -0.02
    assert drawn.x1 <= width + 0.02
    assert drawn.y1 <= height + 0.02


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_nothing_is_still_a_figure(name: str) -> None:
    assert getattr(Cluster(workers=0).draw, name)().png().startswith(b"\x89PNG")


def test_the_same_cluster_gives_the_same_picture() -> None:
    assert shop().draw.placement().png() == shop().draw.placement().png()


def test_summaries_tell_the_story(story: Cluster) -> None:
    assert repr(story.draw.timeline()).startswith("Timeline up to t=500 s: 3 nodes, 4 pods; worker-2 is killed")
    assert repr(story.draw.architecture()) == "Architecture: 1 master, 3 workers, all running"
    assert repr(story.draw.availability()).startswith("Availability: ")
    language.use("es")
    assert repr(story.draw.placement()) == "Ubicación: 3 nodos, 3 pods: 3 listos, t=500 s"


def test_a_picture_is_saved(story: Cluster, tmp_path: Path) -> None:
    for ending, magic in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        path = tmp_path / f"placement.{ending}"
        story.draw.placement().save(path)
        assert path.read_bytes().startswith(magic)


def test_the_timeline_knows_when_the_api_noticed(story: Cluster) -> None:
    held = spans(story, "nodes", _ready)["worker-2"]
    killed = faults(story)[0].time
    assert [span.state for span in held] == ["Ready", "NotReady", "Ready"]
    assert 50 <= held[1].start - killed <= 60


def test_spans_follow_each_other_without_gap(story: Cluster) -> None:
    for lane in spans(story, "pods", _phase).values():
        assert all(one.end == other.start for one, other in pairwise(lane))


def _ready(node: Any) -> str:
    held = next((held for held in node.status.conditions or () if held.type == "Ready"), None)
    return "Ready" if held and held.status == "True" else "NotReady"


def _phase(pod: Any) -> str:
    return str(pod.status.phase)


def test_many_nodes_become_tiles() -> None:
    cluster = FakeCluster(30)
    for number in range(90):
        cluster.add("pods", pod(f"web-7d4b9c5f6d-{number:05}", f"worker-{number % 30 + 1}"))
    picture = Draw(cluster).placement()  # type: ignore[arg-type]
    assert repr(picture) == "Placement: 30 nodes, 90 pods: 90 ready, t=0 s"
    assert picture.png()


def test_drawing_libraries_are_not_imported_before_something_is_drawn() -> None:
    code = "import sys, kubelab as kl; kl.Cluster(workers=1).draw; print([n for n in DRAWING if n in sys.modules])"
    code = code.replace("DRAWING", "('matplotlib', 'networkx', 'anywidget')")
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_no_interval_goes_over_a_fault() -> None:
    edges = cut_at(0.0, 100.0, [33.3, 33.3, 70.0, 200.0], 10)
    assert {0.0, 33.3, 70.0, 100.0} <= set(edges)
    assert edges == sorted(set(edges))
    assert 9 <= len(edges) - 1 <= 12


def test_nothing_is_lost_before_the_fault(story: Cluster) -> None:
    ax = Figure().add_subplot()
    story.draw.availability(ax=ax)
    killed = faults(story)[0].time
    lost = [bar.get_x() for bar in ax.patches if bar.get_y() > 0 or bar.get_hatch()]
    assert lost
    assert min(lost) >= killed


def test_the_legend_names_the_black_bar(story: Cluster) -> None:
    ax = Figure().add_subplot()
    story.draw.timeline(ax=ax)
    assert "▬ machine without power" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_figure_of_no_traffic_says_so() -> None:
    for name in ("traffic", "availability"):
        ax = Figure().add_subplot()
        getattr(shop().draw, name)(ax=ax)
        assert any("No traffic yet" in text.get_text() for text in ax.texts)
    assert repr(shop().draw.traffic()) == "Traffic: nobody has sent requests"


def test_few_colours_are_enough_and_none_of_an_area_is_another(story: Cluster) -> None:
    from io import BytesIO

    from PIL import Image

    from kubelab.view.colours import GREEN, VERMILLION

    drawn = Image.open(BytesIO(story.draw.timeline().png())).convert("RGB")
    there = {colour: number for number, colour in drawn.getcolors(drawn.width * drawn.height) or []}
    assert len(there) <= 96
    assert max(there, key=there.__getitem__) == (255, 255, 255)
    for wanted in (GREEN, VERMILLION):  # of all that is ready, and of a badge
        parts = [int(wanted[at : at + 2], 16) for at in (1, 3, 5)]
        near = min(max(abs(one - other) for one, other in zip(colour, parts, strict=True)) for colour in there)
        assert near <= 8, wanted

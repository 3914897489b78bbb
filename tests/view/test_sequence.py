from itertools import combinations
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from shop import SHOP, shop

from kubelab import language
from kubelab.cluster import Cluster
from kubelab.view.draw.sequence import MOST_ROWS
from kubelab.view.messages import API_SERVER, story
from kubelab.view.picture import Picture

DEPLOYMENT = "deployments/default/web"


@pytest.fixture(scope="module")
def applied() -> Cluster:
    return shop()


@pytest.fixture(scope="module")
def rolled() -> Cluster:
    """A rollout, then a Service, then a node that dies with its pods."""
    cluster = shop()
    cluster.kubectl("set image deployment/web web=nginx:1.28")
    cluster.settle()
    cluster.kubectl("expose deployment web --name=late --port=80")
    cluster.settle()
    cluster.kill("worker-1")
    return cluster.run(500)


def texts(picture: Picture) -> list[str]:
    ax = picture.figure.axes[0]
    return [text.get_text() for text in ax.texts if text.get_text()] + [ax.get_title(loc="left")]


def sentences(cluster: Cluster, **options: Any) -> list[str]:
    told = story(cluster.journal, **options)
    assert told is not None
    return [step.sentence for step in told.steps]


def test_a_deployment_sets_everybody_to_work_one_after_the_other(applied: Cluster) -> None:
    told = sentences(applied)
    [slices] = applied.api.list("endpointslices", selector="kubernetes.io/service-name=shop")
    wanted = (
        "kubectl → kube-apiserver: create deployments/web",
        "kube-apiserver ⇢ deployment-controller: deployments (new template)",
        "kube-apiserver ⇢ replicaset-controller: replicasets (has 0, wants 3)",
        "replicaset-controller → kube-apiserver: create pods ×3",
        "kube-apiserver ⇢ kube-scheduler: pods ×3 (picks a node ×3)",
        "kube-scheduler → kube-apiserver: bind pods ×3",
        "kube-apiserver ⇢ kubelet: pods ×3",
        "kubelet → kube-apiserver: update pods/status ×3",
        "endpointslice-controller → kube-apiserver: update endpointslices/" + slices.metadata.name,
        "kube-apiserver ⇢ kube-proxy: endpointslices (sets its rules)",
    )
    places = [told.index(sentence) for sentence in wanted]
    assert places == sorted(places)
    assert places[0] == 0


def test_every_arrow_leads_to_the_api_server_or_away_from_it(rolled: Cluster) -> None:
    for sentence in sentences(rolled, about=DEPLOYMENT):
        before = sentence.partition(": ")[0]
        assert API_SERVER in before or "→" not in before


def test_events_are_counted_and_not_drawn(applied: Cluster) -> None:
    told = story(applied.journal)
    assert told is not None
    later = applied.journal.since(told.root.number)
    made = [entry for entry in later if entry.verb == "create" and entry.object.startswith("events/")]
    assert told.events == len(made)
    assert not any("events" in sentence for sentence in sentences(applied))
    assert any(f"{told.events} Events" in text for text in texts(applied.draw.sequence()))


def test_writes_show_the_revisions_that_they_made(applied: Cluster) -> None:
    told = story(applied.journal)
    assert told is not None
    assert told.steps[0].revisions == str(told.root.revision)
    assert set(filter(None, (step.revisions for step in told.steps[:MOST_ROWS]))) <= set(texts(applied.draw.sequence()))


def test_by_default_it_is_what_led_to_pods_last(rolled: Cluster) -> None:
    title = texts(rolled.draw.sequence())[-1]
    assert title.startswith("What kubectl patch deployments/web set off (t=")


def test_about_chooses_the_object_as_kubectl_names_it(rolled: Cluster) -> None:
    told = sentences(rolled, about="svc/late")
    assert told[0] == "kubectl → kube-apiserver: create services/late"
    assert told == sentences(rolled, about="services/default/late")


def test_a_fault_has_its_consequences_too(rolled: Cluster) -> None:
    told = sentences(rolled, about="nodes/worker-1")
    assert told[0] == "fault: kill worker-1"
    assert told[1] == "node-lifecycle-controller → kube-apiserver: update nodes/worker-1/status"
    assert any(sentence.startswith("taint-eviction-controller → kube-apiserver: delete pods") for sentence in told)
    assert not any("lease" in sentence for sentence in told)


def test_what_nobody_wrote_by_hand_begins_with_its_creation(applied: Cluster) -> None:
    name = applied.get("pods")[0].metadata.name
    assert sentences(applied, about=f"pod/{name}")[0] == f"replicaset-controller → kube-apiserver: create pods/{name}"


def test_a_long_story_is_cut_and_goes_on_where_the_figure_says(rolled: Cluster) -> None:
    told = story(rolled.journal, about=DEPLOYMENT)
    assert told is not None
    assert len(told.steps) > MOST_ROWS
    foot = texts(rolled.draw.sequence(about=DEPLOYMENT))[-2]
    assert f"{len(told.steps) - MOST_ROWS} more steps: sequence(since=" in foot
    since = float(foot.partition("since=")[2].partition(",")[0])
    rest = story(rolled.journal, since, DEPLOYMENT)
    assert rest is not None
    assert rest.root is told.root
    assert rest.steps[-1] == told.steps[-1]
    assert told.steps[MOST_ROWS] in rest.steps
    assert all(step.start >= since for step in rest.steps)


def test_many_pods_make_no_more_rows() -> None:
    cluster = Cluster(workers=8)
    cluster.apply(SHOP.replace("replicas: 3", "replicas: 40"))
    cluster.settle()
    told = sentences(cluster)
    assert "replicaset-controller → kube-apiserver: create pods ×40" in told
    assert "kube-scheduler → kube-apiserver: bind pods ×40" in told
    assert "on 8 nodes" in texts(cluster.draw.sequence())


def test_a_pod_that_fits_nowhere_says_so() -> None:
    cluster = Cluster(workers=0)
    cluster.kubectl("run lonely --image=nginx:1.27")
    cluster.settle()
    assert "no node fits" in texts(cluster.draw.sequence())


def test_with_nothing_to_tell_the_figure_says_so(applied: Cluster) -> None:
    quiet = Cluster(workers=1)
    assert "Nobody has written anything with kubectl yet" in texts(quiet.draw.sequence())
    assert repr(applied.draw.sequence(about="deploy/wbe")) == (
        "The journal says nothing about deploy/wbe; did you mean deployments/web?"
    )
    language.use("es")
    assert repr(quiet.draw.sequence()) == "Nadie ha escrito nada con kubectl todavía"


@pytest.mark.parametrize(
    ("chosen", "beginning", "legend"),
    [
        ("es", "Secuencia de kubectl create deployments/web: ", "aviso del watch"),
        ("en", "Sequence of kubectl create deployments/web: ", "watch notification"),
    ],
)
def test_the_picture_says_itself_in_both_languages(applied: Cluster, chosen: str, beginning: str, legend: str) -> None:
    language.use(chosen)
    picture = applied.draw.sequence()
    assert isinstance(picture, Picture)
    assert repr(picture).startswith(beginning)
    assert "\n" not in repr(picture)
    assert picture.alt.startswith(f"{picture!r}. kubectl → kube-apiserver: create deployments/web; ")
    assert legend in texts(picture)
    assert 'alt="' in picture._repr_html_()


@pytest.mark.parametrize("chosen", ["es", "en"])
@pytest.mark.parametrize("about", [DEPLOYMENT, "services/default/late", "nodes/worker-1"])
def test_no_text_lies_on_another_and_none_is_cut_off(rolled: Cluster, chosen: str, about: str) -> None:
    language.use(chosen)
    figure = rolled.draw.sequence(about=about).figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, (width, height) = canvas.get_renderer(), figure.bbox.size
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts if text.get_text()]
    for (one, here), (other, there) in combinations(boxes, 2):
        assert not here.padded(-2).overlaps(there.padded(-2)), (one, other)
    for words, box in boxes:
        assert box.x0 >= 0, words
        assert box.x1 <= width, words
        assert box.y0 >= 0, words
        assert box.y1 <= height, words


def test_given_axes_are_drawn_on(applied: Cluster) -> None:
    ax = Figure().add_subplot()
    assert applied.draw.sequence(ax=ax) is ax


def test_a_fork_tells_the_same_story(applied: Cluster) -> None:
    assert applied.fork().draw.sequence().png() == applied.draw.sequence().png()


def test_deletes_one_after_the_other_are_one_row() -> None:
    cluster = shop()
    cluster.kubectl("delete deployment web")
    cluster.settle()
    assert "garbage-collector-controller → kube-apiserver: delete pods ×3" in sentences(cluster)

"""Figures of what is not there say so; and loads are not mixed with what was asked by hand."""

import pytest
from matplotlib.figure import Figure

import kubelab as kl
from kubelab.view.requests_seen import of_loads


@pytest.fixture(scope="module")
def lived():
    kl.language.use("en")
    cluster = kl.Cluster(workers=2, seed=1)
    for line in (
        "create deploy shop --image=nginx",
        "expose deploy shop --port=80",
        "create service externalname other --external-name=example.org",
        "create service clusterip bare --clusterip=None --tcp=80",
    ):
        cluster.kubectl(line)
    return cluster.run(60)


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


def texts(ax):
    return [held.get_text() for held in ax.texts]


@pytest.mark.parametrize(("service", "word"), [("other", "example.org"), ("bare", "headless")])
def test_a_service_without_an_address_has_no_rules_and_says_why(lived, spoken, service, word):
    told = lived.draw.rules("worker-1", service, ax=Figure().subplots())
    assert any(word in line for line in texts(told))
    assert f"default/{service}" in told.get_title(loc="left")
    assert word in lived.draw.rules("worker-1", service)._repr_html_()


@pytest.mark.parametrize("broken", [False, True])
def test_a_timeline_of_the_future(lived, spoken, broken):
    cluster = lived.fork()
    if broken:
        cluster.kill("worker-1")
        cluster.run(60)
    ax = Figure().subplots()
    cluster.draw.timeline(ax=ax, since=9999)
    (said,) = [line for line in texts(ax) if " t=" in line]
    assert f"{cluster.now:.4g}"[:2] in said


def test_a_sequence_about_a_bare_name(lived):
    kl.language.use("en")
    assert repr(lived.draw.sequence(about="shop")).startswith("Sequence of kubectl create deployments/shop")
    assert repr(lived.draw.sequence(about="deploy/shop")) == repr(lived.draw.sequence(about="shop"))
    assert repr(lived.draw.sequence(about="shp")).endswith("did you mean deployments/shop?")


def test_a_sequence_since_a_moment_after_which_nobody_wrote(lived, spoken):
    assert "kubectl" in repr(lived.draw.sequence(since=50))
    assert "t=50 s" in repr(lived.draw.sequence(since=50))
    assert "t=50 s" in repr(lived.draw.sequence(since=50, about="shop"))


@pytest.mark.parametrize("figure", ["availability", "traffic"])
def test_what_was_asked_by_hand_is_no_part_of_a_load(lived, spoken, figure):
    cluster = lived.fork()
    cluster.request("http://nobody")
    by_hand = repr(getattr(cluster.draw, figure)())
    assert " 1 " in by_hand
    cluster.traffic("http://shop", rate=10)
    cluster.run(5)
    cluster.request("http://nobody")
    cluster.run(5)
    assert all(request.answered for request in of_loads(cluster.journal))
    assert sum(request.count for request in of_loads(cluster.journal)) >= 100
    assert len(of_loads(cluster.journal, since=cluster.now + 1)) == 0

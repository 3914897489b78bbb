"""What `cluster.draw` offers, and what it says to what it cannot draw."""

from __future__ import annotations

import pytest
from shop import shop

from kubelab import language
from kubelab.arguments import ArgumentError
from kubelab.cluster import Cluster
from kubelab.view.draw import FIGURES


@pytest.fixture(scope="module")
def whole() -> Cluster:
    cluster = shop()
    cluster.traffic("http://shop", rate=5)
    return cluster.run(2)


def test_it_shows_figures_only(whole: Cluster) -> None:
    assert dir(whole.draw) == sorted(FIGURES)
    assert not hasattr(whole.draw, "cluster")


@pytest.mark.parametrize("figure", ["path", "packet"])
@pytest.mark.parametrize("given", ["http://shop", None, 200])
def test_what_is_no_answer_is_refused_with_what_to_write(whole: Cluster, figure: str, given: object) -> None:
    with pytest.raises(ArgumentError) as refused:
        getattr(whole.draw, figure)(given)
    assert str(refused.value) == (
        f"cluster.draw.{figure}: response is the answer of a request, not {given!r}: "
        f'cluster.draw.{figure}(cluster.request("http://shop"))'
    )


def test_a_load_is_sent_to_its_own_figure(whole: Cluster) -> None:
    with pytest.raises(ArgumentError, match=r"of one load, cluster\.draw\.shares\(load\)$"):
        whole.draw.traffic(whole.loads[0])  # type: ignore[arg-type]


def test_it_is_refused_in_the_learner_s_language(whole: Cluster) -> None:
    language.use("es")
    with pytest.raises(ArgumentError, match=r"load es lo que devuelve cluster\.traffic, no 'x'"):
        whole.draw.shares("x")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="response es la respuesta de una petición, no None"):
        whole.draw.path(None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="falta service"):
        whole.draw.rules("worker-1")  # type: ignore[call-arg]

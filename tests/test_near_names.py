import copy
import pickle

import pytest

import kubelab as kl
from kubelab.near_names import NearNames


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.fixture(scope="module")
def cluster():
    return kl.Cluster(workers=1, seed=1)


def test_a_misspelt_name_is_answered_with_the_nearest(cluster, spoken):
    meant = "¿querías decir {}?" if spoken == "es" else "did you mean {}?"
    for thing, wrong, right in (
        (cluster, "kil", "kill"),
        (cluster.faults, "kil", "kill"),
        (cluster.draw, "placment", "placement"),
    ):
        with pytest.raises(AttributeError) as refused:
            getattr(thing, wrong)
        assert str(refused.value).endswith(meant.format(right))


def test_a_name_that_is_like_no_other_is_only_refused(cluster, spoken):
    with pytest.raises(AttributeError) as refused:
        _ = cluster.zzzzzz
    assert str(refused.value) == ("Cluster no tiene zzzzzz" if spoken == "es" else "Cluster has no zzzzzz")


def test_whoever_asks_whether_there_is_a_name_gets_an_answer(cluster):
    assert not hasattr(cluster, "kil")
    assert getattr(cluster, "_repr_html_", None) is None
    assert getattr(cluster, "_ipython_canary_method_should_not_exist_", None) is None


def test_copies_of_a_cluster_know_it_too(cluster):
    for twin in (copy.copy(cluster), cluster.fork()):
        assert twin.now == cluster.now
        with pytest.raises(AttributeError, match="kill"):
            _ = twin.faults.kil
    assert pickle.loads(pickle.dumps(NearNames())) is not None

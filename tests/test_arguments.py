"""What may be given to kubelab: one sentence in the learner's language, and nothing has changed."""

import pytest

import kubelab as kl
from kubelab.arguments import ArgumentError, checked


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.fixture(scope="module")
def cluster():
    return kl.Cluster(workers=2, seed=1).settle()


def seen(cluster):
    return cluster.now, cluster.etcd.revision, len(cluster.journal), len(cluster.loads), cluster.rng.getstate()


WRONG = {
    "kill": ((3,), {}),
    "revive": ((None,), {}),
    "cut": (("worker-1", 2), {}),
    "slow": (("worker-1", "worker-2", "much"), {}),
    "lose": (("worker-1", "worker-2", None), {}),
    "heal": ((3,), {}),
    "stop": ((None,), {}),
    "start": (("kubelet", 3), {}),
    "request": ((None,), {}),
    "traffic": (("http://shop",), {"rate": "mucho"}),
    "run": (("x",), {}),
    "settle": (("x",), {}),
    "step": ((3,), {}),
    "fork": ((3,), {}),
    "apply": ((None,), {}),
    "install": ((3,), {}),
    "get": ((3,), {}),
    "kubectl": ((3,), {}),
    "why": ((None,), {}),
    "rules": ((3,), {}),
    "at": (("x",), {}),
    "add_worker": ((3,), {}),
    "serve": ((), {"port": "x"}),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_method_refuses_what_is_of_another_kind(cluster, spoken, name):
    args, options = WRONG[name]
    before = seen(cluster)
    with pytest.raises(ArgumentError) as refused:
        getattr(cluster, name)(*args, **options)
    assert "\n" not in str(refused.value)
    assert refused.value._render_traceback_() == [str(refused.value)]
    assert seen(cluster) == before


@pytest.mark.parametrize("name", [name for name in WRONG if name not in ("step", "fork", "settle", "apply")])
def test_every_method_refuses_what_it_does_not_know(cluster, spoken, name):
    args = {"request": ("http://shop",), "traffic": ("http://shop", 1)}.get(name, ())
    before = seen(cluster)
    with pytest.raises(ArgumentError, match="no tiene bogus" if spoken == "es" else "has no bogus"):
        getattr(cluster, name)(*args, bogus=1)
    assert seen(cluster) == before


def test_every_public_method_is_among_those_that_are_tried_here():
    public = [name for name in dir(kl.Cluster) if not name.startswith("_") and callable(getattr(kl.Cluster, name))]
    assert sorted(public) == sorted(WRONG)


def test_the_sentences_name_the_argument_and_what_it_is(cluster, spoken):
    with pytest.raises(ArgumentError) as refused:
        cluster.kill(3)
    es, en = "cluster.kill: node es un texto, no 3", "cluster.kill: node is a text, not 3"
    assert str(refused.value) == (es if spoken == "es" else en)


@pytest.mark.parametrize(
    ("options", "es", "en"),
    [
        ({"workers": "tres"}, "workers es un número entero", "workers is a whole number"),
        ({"workers": True}, "workers es un número entero", "workers is a whole number"),
        ({"workerz": 3}, "no tiene workerz: ¿será workers?", "has no workerz: is it workers?"),
        ({"unknown": 3}, "tiene workers, masters, seed", "it has workers, masters, seed"),
        ({"size": "big"}, "size es un WorkerSize", "size is a WorkerSize"),
        ({"start": "2026"}, 'start es un datetime o "now"', 'start is a datetime or "now"'),
        ({"rbac": "yes"}, "rbac es True o False", "rbac is True or False"),
    ],
)
def test_a_cluster_is_not_made_of_anything(spoken, options, es, en):
    with pytest.raises(ArgumentError, match="Cluster") as refused:
        kl.Cluster(**options)
    assert (es if spoken == "es" else en) in str(refused.value)


@pytest.mark.parametrize("options", [{"cpu": "lots"}, {"memory": "8 gigas"}])
def test_a_worker_has_quantities(spoken, options):
    with pytest.raises(ValueError, match='"8Gi"'):
        kl.WorkerSize(**options)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda cluster: cluster.run(float("inf")), "instante|instant"),
        (lambda cluster: cluster.run(float("nan")), "nan"),
        (lambda cluster: cluster.request("http://shop", timeout=0), "timeout"),
        (lambda cluster: cluster.traffic("http://shop", 1, timeout=-1), "timeout"),
        (lambda cluster: cluster.request("http://shop", tiemout=1), "timeout"),
        (lambda cluster: cluster.request("http://shop", headers="x"), "headers"),
        (lambda cluster: cluster.add_worker("Not a name!"), "Not a name!"),
        (lambda cluster: cluster.serve(port=99999), "65535"),
        (lambda cluster: cluster.apply([1]), "manifiesto|manifest"),
    ],
)
def test_values_that_make_no_sense_are_refused(cluster, spoken, call, match):
    before = seen(cluster)
    with pytest.raises((TypeError, ValueError), match=match):
        call(cluster)
    assert seen(cluster) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda: kl.check("02/1", None),
        lambda: kl.check("02/1", 3),
        lambda: kl.check("02/1", lambda: 3),
        lambda: kl.check("02/1", [1, 2]),
        lambda: kl.check("02/1", b"x"),
        lambda: kl.check("02/1"),
        lambda: kl.check(3, "x"),
        lambda: kl.hint(3),
        lambda: kl.hint(),
        lambda: kl.predict(3),
        lambda: kl.predict("01/one-replica", 3),
        lambda: kl.predict("Which?", options="abc"),
        lambda: kl.Exercise(3),
        lambda: kl.Timings(bogus=1),
        lambda: kl.Timings(node_monitor_period="x"),
        lambda: kl.WorkerSize(bogus=1),
    ],
)
def test_what_lessons_call_is_as_strict(spoken, call):
    with pytest.raises(ArgumentError) as refused:
        call()
    assert "\n" not in str(refused.value)


def test_a_language_that_is_not_spoken(spoken):
    with pytest.raises(ValueError, match="no 'fr'" if spoken == "es" else "not 'fr'"):
        kl.language.use("fr")


def test_numbers_of_other_libraries_are_numbers(cluster):
    numpy = pytest.importorskip("numpy")
    assert len(kl.Cluster(workers=numpy.int64(1)).workers) == 1


def test_lists_of_arguments_are_left_alone():
    @checked("f")
    def f(*things, end="x"):
        return things

    assert f(1, "a") == (1, "a")
    with pytest.raises(ArgumentError, match="f"):
        f(1, begin="x")


def test_a_cluster_can_begin_now():
    today = kl.Cluster(workers=0, start="now").clock.date
    from datetime import UTC, datetime

    assert abs((datetime.now(UTC) - today).total_seconds()) < 60

import json
import pickle

import msgspec
import pytest

import kubelab as kl

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", ports: [{containerPort: 80}]}
"""


@pytest.fixture
def cluster():
    made = kl.Cluster(workers=3, seed=1)
    made.apply(WEB)
    return made.settle()


def nodes_of(cluster):
    return {pod.metadata.name: pod.spec.nodeName for pod in cluster.api.list("pods")}


def everything(cluster):
    return [(held.key, held.mod_revision, msgspec.json.encode(held.value)) for held in cluster.etcd.range("")]


def test_a_fork_begins_as_its_original_and_goes_its_own_way(cluster):
    twin = cluster.fork()
    assert everything(twin) == everything(cluster)
    assert twin.journal.digest() == cluster.journal.digest()
    before = everything(cluster)
    twin.kill("worker-1").run(400)
    assert everything(cluster) == before
    assert "worker-1" not in [
        twin.api.get("pods", n).spec.nodeName
        for n in nodes_of(twin)
        if twin.api.get("pods", n).metadata.deletionTimestamp is None
    ]


def test_a_fork_that_does_the_same_tells_the_same_story(cluster):
    twin = cluster.fork()
    for one in (cluster, twin):
        one.kill("worker-2").run(500)
        one.revive("worker-2").settle()
    assert twin.journal.digest() == cluster.journal.digest()
    assert everything(twin) == everything(cluster)


def test_a_fork_shares_the_objects(cluster):
    twin = cluster.fork()
    assert all(
        mine.value is theirs.value for mine, theirs in zip(cluster.etcd.range(""), twin.etcd.range(""), strict=True)
    )


def test_a_fork_can_be_made_in_the_middle_of_things():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(WEB)
    cluster.run(0.05)
    twin = cluster.fork()
    cluster.settle()
    twin.settle()
    assert twin.journal.digest() == cluster.journal.digest()


def test_the_past_stays_as_it_was(cluster):
    revision = cluster.etcd.revision
    placed = nodes_of(cluster)
    cluster.api.delete("deployments", "web")
    cluster.settle()
    assert cluster.get("pods") == []
    past = cluster.at(revision)
    assert {pod.metadata.name: pod.spec.nodeName for pod in past.get("pods")} == placed
    with pytest.raises(kl.ApiError, match="the past cannot be changed"):
        past.api.delete("pods", next(iter(placed)))
    with pytest.raises(ValueError, match="there is no revision"):
        cluster.at(10**9)


def test_no_value_changes_once_it_is_stored(cluster):
    held = [(held, msgspec.json.encode(held)) for held in cluster.etcd.values()]
    cluster.kill("worker-3").run(400)
    cluster.revive("worker-3")
    cluster.api.patch("deployments", "web", {"spec": {"replicas": 6}})
    cluster.settle()
    assert all(msgspec.json.encode(value) == encoded for value, encoded in held)


def test_a_refused_manifest_changes_nothing(cluster):
    before = (everything(cluster), cluster.journal.digest(), cluster.rng.getstate(), cluster.now)
    good_and_bad = (
        WEB.replace("replicas: 3", "replicas: 9")
        + "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  container: []\n"
    )
    with pytest.raises(kl.ApiError) as caught:
        cluster.apply(good_and_bad)
    assert caught.value.line == 18
    assert "containers" in (caught.value.hint or "")
    assert (everything(cluster), cluster.journal.digest(), cluster.rng.getstate(), cluster.now) == before


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
)
RUBBISH = {
    "binary": b"\x00\xff\x13\x37" * 50,
    "syntax": "a: [1, 2\n",
    "tab": "\tapiVersion: v1\nkind: Pod\n",
    "no apiVersion": "kind: Pod\nmetadata: {}\n",
    "a list": "- 1\n- 2\n",
    "no mapping": "just words\nand more\n",
    "bomb": BOMB,
    "50 MB": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  a: " + "x" * (50 * 1024 * 1024),
    "deep": "[" * 100_000 + "\n",
}


@pytest.mark.parametrize("text", RUBBISH.values(), ids=RUBBISH.keys())
def test_rubbish_gets_a_clear_error_and_changes_nothing(cluster, text):
    before = (everything(cluster), cluster.journal.digest(), cluster.rng.getstate())
    with pytest.raises(kl.ApiError) as caught:
        cluster.apply(text)
    assert 400 <= caught.value.code < 500
    assert len(str(caught.value)) < 500
    assert (everything(cluster), cluster.journal.digest(), cluster.rng.getstate()) == before


def test_time_only_goes_forward_and_run_says_how(cluster):
    now = cluster.now
    assert cluster.run(30).now == now + 30
    with pytest.raises(ValueError, match="only goes forward"):
        cluster.run(-1)
    with pytest.raises(ValueError, match="say how long"):
        cluster.run()
    with pytest.raises(TimeoutError):
        cluster.run(until=_never, limit=10)
    cluster.api.delete("pods", next(iter(nodes_of(cluster))))
    cluster.run(until=_three_running)


def _never(cluster):
    return False


def _three_running(cluster):
    return (
        sum(
            1
            for pod in cluster.api.list("pods")
            if pod.status.phase == "Running" and pod.metadata.deletionTimestamp is None
        )
        == 3
    )


def test_to_dict_is_the_plain_json_form(cluster):
    plain = kl.to_dict(cluster.api.get("deployments", "web"))
    assert plain["apiVersion"] == "apps/v1"
    assert json.loads(json.dumps(plain)) == plain


def test_errors_survive_pickling(cluster):
    with pytest.raises(kl.ApiError) as caught:
        cluster.api.get("pods", "nobody")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, again.message, again.kind) == (404, 'pods "nobody" not found', "pods")


def test_bad_clusters_are_refused():
    with pytest.raises(ValueError, match="-1 workers"):
        kl.Cluster(workers=-1)
    with pytest.raises(ValueError, match="one master"):
        kl.Cluster(masters=0)
    cluster = kl.Cluster(workers=1)
    with pytest.raises(ValueError, match="worker-9"):
        cluster.kill("worker-9")
    with pytest.raises(ValueError, match="worker-1"):
        cluster.add_worker("worker-1")

"""What the network says is kept in no language, and becomes words when somebody reads it."""

import string

import pytest

import kubelab as kl
from kubelab import language
from kubelab.network.loss_words import BRIEF, LOSSES
from kubelab.network.sentences import SENTENCES, Sentence

SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: web, image: "nginx:1.27"}]}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: empty}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
"""
LOCKED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: locked}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""


@pytest.fixture(autouse=True)
def english_again():
    language.use("en")
    yield
    language.use("en")


def with_(cluster, text):
    cluster.apply(text)
    return cluster.settle()


@pytest.fixture(scope="module")
def shop():
    return with_(kl.Cluster(workers=3, seed=1), SHOP)


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("name", SENTENCES)
def test_both_languages_tell_the_same_facts(name):
    assert placeholders(SENTENCES[name]["es"]) == placeholders(SENTENCES[name]["en"])


@pytest.mark.parametrize("name", BRIEF)
def test_the_few_words_tell_nothing_that_the_sentence_does_not(name):
    for words in BRIEF[name].values():
        assert placeholders(words) <= placeholders(LOSSES[name]["en"])


FAILURES = {
    "http://shop": "connection refused: nadie escucha en el puerto 8080 del pod default/shop-",
    "http://10.244.3.77": "timed out: ningún pod de worker-3 tiene la dirección 10.244.3.77",
    "http://worker-1:31999": "connection refused: nadie escucha en el puerto 31999 de worker-1",
    "http://nope": "could not resolve host nope: NXDOMAIN",
    "http://empty": "connection refused: service default/empty no tiene endpoints listos",
    "http://shop:81": "timed out: service default/shop no tiene el puerto 81",
}


@pytest.mark.parametrize(("url", "words"), FAILURES.items())
def test_a_failure_is_said_in_the_language_of_whoever_reads_it(shop, url, words):
    answer = shop.request(url)
    english = answer.error
    language.use("es")
    assert answer.error.startswith(words)
    assert str(answer) == f"Respuesta: ninguna tras {answer.latency * 1000:.1f} ms: {answer.error}".replace(".", ",", 1)
    language.use("en")
    assert answer.error == english
    assert shop.journal[len(shop.journal)].detail["error"] == english


def test_the_journal_does_not_depend_on_the_language():
    digests = []
    for spoken in language.LANGUAGES:
        language.use(spoken)
        cluster = with_(kl.Cluster(workers=3, seed=1), SHOP)
        for url in FAILURES:
            cluster.request(url)
        load = cluster.traffic("http://shop", rate=200)
        cluster.kill("worker-2").run(3)
        load.stop()
        with_(cluster, LOCKED).request("http://10.244.1.2", "worker-3")
        digests.append(cluster.journal.digest())
    assert digests[0] == digests[1]


def test_a_load_made_in_one_language_tells_its_errors_in_another(shop):
    load = shop.fork().traffic("http://empty", rate=20)
    load.cluster.run(1)
    load.stop()
    assert load.errors() == {"connection refused: service default/empty has no ready endpoints": load.sent}
    language.use("es")
    assert load.errors() == {"connection refused: service default/empty no tiene endpoints listos": load.sent}
    assert load.samples[0].error == next(iter(load.errors()))


def test_a_load_whose_pod_is_gone_says_so_in_the_language_of_whoever_reads_it(shop):
    cluster = shop.fork()
    pod = cluster.get("pods", selector="app=shop")[0].metadata.name
    load = cluster.traffic("http://empty", rate=20, source=f"pod/{pod}")
    cluster.kubectl("delete deployment shop")
    cluster.run(60)
    load.stop()
    assert f"no pod '{pod}' runs in namespace 'default': there is none" in load.errors()
    assert f"pod {pod} does not run any more" in [reason.brief for reason in load.reasons()]
    language.use("es")
    assert f"ningún pod '{pod}' se ejecuta en el namespace 'default': hay ninguno" in load.errors()


def test_hops_are_said_in_the_language_too(shop):
    answer = shop.request("http://worker-1:31999"), shop.request("http://shop")
    language.use("es")
    assert answer[0].hop("node").detail == "puerto 31999"
    assert answer[1].hop("client").detail == "en la red de pods"
    assert "detail='en la red de pods'" in repr(answer[1].hop("client"))


def test_a_request_that_a_policy_stops_is_told_in_both_languages(shop):
    cluster = with_(shop.fork(), LOCKED)
    pod = cluster.get("pods", selector="app=shop")[0]
    answer = cluster.request(f"http://{pod.status.podIP}", "worker-3")
    language.use("es")
    assert f"ninguna regla deja que 172.18.0.5 llegue al pod default/{pod.metadata.name} por el puerto 80 (TCP)" in (
        answer.error
    )
    assert f"llegue al pod default/{pod.metadata.name} por el puerto 80" in cluster.why(answer).reason


@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_in_one_line_the_important_words_are_whole(shop, spoken):
    language.use(spoken)
    cluster = with_(shop.fork(), LOCKED)
    cut = [*(shop.request(url) for url in FAILURES), cluster.request("http://10.244.1.2", "worker-3")]
    for answer in cut:
        assert len(repr(answer)) <= 110
        assert "\n" not in repr(answer)
        assert not repr(answer).endswith("…")
    assert repr(cut[0]).endswith(cut[0].pod[-5:])
    assert "NetworkPolicy locked" in repr(cut[-1])
    assert "timed out: " in repr(cut[-1])


def test_numbers_are_written_as_the_language_writes_them():
    slow = Sentence("slow-pod", ("web", 2.5))
    assert (slow.said("es"), slow.said("en")) == (
        "el pod web necesita 2,5 s para contestar",
        "pod web needs 2.5 s to answer",
    )


def test_figures_of_a_load_that_make_no_sense_are_refused_in_both_languages(shop):
    load = shop.fork().traffic("http://empty", rate=20)
    language.use("es")
    with pytest.raises(ValueError, match="una parte es más de 0"):
        load.latency(2)
    with pytest.raises(ValueError, match="un intervalo dura"):
        load.availability(0)

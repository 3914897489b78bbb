import pytest

import kubelab as kl
from kubelab import language
from kubelab.clients.why import Why


def pod(name, **spec):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}], **spec},
    }


@pytest.fixture
def cluster():
    language.use("en")
    return kl.Cluster(workers=3, seed=1)


def test_a_pod_that_was_placed_has_scores_and_a_winner(cluster):
    cluster.apply(pod("a"))
    cluster.settle()
    why = cluster.why("pod/a")
    assert why.node == cluster.api.get("pods", "a").spec.nodeName
    assert list(why.scores) == ["worker-1", "worker-2", "worker-3"]
    assert why.rejections == {}
    assert why.decision.finals[why.node] == max(sum(scores.values()) for scores in why.scores.values())


def test_a_pod_that_fits_nowhere_says_who_refused_it_and_what_would_help(cluster):
    cluster.apply(pod("a", nodeSelector={"disk": "ssd"}))
    cluster.settle()
    why = cluster.why("pod/a")
    assert why.node is None
    assert set(why.rejections) == {"worker-1", "worker-2", "worker-3"}
    assert {plugin for plugin, _ in why.rejections.values()} == {"NodeAffinity"}
    assert why.message.startswith("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.")
    assert why.turning_points
    assert "fits on no node" in repr(why)


def test_the_chain_leads_from_what_was_typed_to_the_decision(cluster):
    cluster.apply(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
                },
            },
        }
    )
    cluster.settle()
    (held,) = cluster.api.list("pods")
    chain = cluster.why(held.metadata.name).chain
    assert [(entry.actor, entry.verb, entry.object.split("/")[0]) for entry in chain] == [
        ("kubectl", "create", "deployments"),
        ("deployment-controller", "reconcile", "deployments"),
        ("deployment-controller", "create", "replicasets"),
        ("replicaset-controller", "reconcile", "replicasets"),
        ("replicaset-controller", "create", "pods"),
        ("kube-scheduler", "schedule", "pods"),
    ]


@pytest.mark.parametrize("spoken", ["es", "en"])
def test_it_reads_in_both_languages(cluster, spoken):
    language.use(spoken)
    try:
        cluster.apply(pod("a"), pod("b", nodeSelector={"disk": "ssd"}))
        cluster.settle()
        for name in ("a", "b"):
            why: Why = cluster.why(name)
            assert len(repr(why)) <= 110
            assert "\n" not in repr(why)
            assert why._repr_html_().count("<table>") == 1
            assert str(why).startswith(repr(why))
    finally:
        language.use("en")


def test_nobody_knows_of_a_pod_that_was_never_scheduled(cluster):
    why = cluster.why("pod/nobody")
    assert (why.object, why.reason) == ("pods/default/nobody", "does not exist")

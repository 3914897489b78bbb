"""What a Secret holds shows only where somebody asks for it."""

from __future__ import annotations

import base64

import kubelab as kl

WORD = "swordfish"
ENCODED = base64.b64encode(WORD.encode()).decode()
MANIFEST = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vault"}, "stringData": {"password": WORD}}


def told(cluster: kl.Cluster) -> str:
    texts = [repr(entry) for entry in cluster.journal]
    texts += [repr(cluster.get("secrets")), repr(cluster.get("secrets", "vault")), repr(cluster)]
    texts += [cluster.kubectl("get secrets -o wide"), cluster.kubectl("describe secret vault")]
    return "\n".join(str(text) for text in texts)


def test_neither_journal_nor_reprs_tell_it():
    cluster = kl.Cluster(workers=1)
    applied = cluster.apply(MANIFEST)
    cluster.api.patch("secrets", "vault", {"stringData": {"second": WORD}})
    cluster.settle()
    text = told(cluster) + repr(applied) + repr(list(applied))
    assert WORD not in text
    assert ENCODED not in text
    assert "vault" in text


def test_the_live_view_does_not_show_it():
    cluster = kl.Cluster(workers=1)
    cluster.apply(MANIFEST)
    pod = {"image": "nginx", "name": "c", "envFrom": [{"secretRef": {"name": "vault"}}]}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [pod]}})
    cluster.run(5)
    lab = kl.Lab(cluster)
    state = repr(lab.get_state())
    assert WORD not in state
    assert ENCODED not in state


def test_who_asks_for_it_gets_it():
    cluster = kl.Cluster(workers=0)
    cluster.apply(MANIFEST)
    assert cluster.get("secrets", "vault").data == {"password": ENCODED}
    assert ENCODED in cluster.kubectl("get secret vault -o yaml")

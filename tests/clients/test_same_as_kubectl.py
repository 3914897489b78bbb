"""The same commands, given to the real kubectl and to kubelab's on the same cluster, print the same."""

import json

import kubectl_differences
import pytest
from kubectl_pair import Pair, cluster, lines_of, skip_without_kubectl, unlike

skip_without_kubectl()

NAMESPACED = (
    "pods deploy rs sts ds rc job cj hpa pdb svc endpointslices endpoints ing netpol cm secret sa pvc quota limits"
)
MORE = "role rolebinding leases controllerrevisions crontabs"
GLOBAL = "ingressclass pv sc pc runtimeclass clusterrole clusterrolebinding crd nodes ns"
KINDS = f"{NAMESPACED} {MORE} {GLOBAL}".split()
FORMS = ("get {}", "get {} -A -o wide", "get {} -o yaml", "get {} -o name", "describe {}")
TWO = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: two, labels: {app: two}}
spec:
  replicas: 1
  selector: {matchLabels: {app: two}}
  template: {metadata: {labels: {app: two}}, spec: {containers: [{name: two, image: nginx}]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
data: {a: b}
"""
FILES = {
    "two.yaml": TWO,
    "changed.yaml": TWO.replace("replicas: 1", "replicas: 3").replace("a: b", "a: c").replace("nginx", "nginx:1.28"),
    "typo.yaml": TWO.replace("replicas: 1", "replicaz: 1"),
    "deep-typo.yaml": TWO.replace("image: nginx", "imag: nginx"),
    "invalid.yaml": TWO.replace("name: two, image: nginx", "name: TWO, image: nginx"),
    "patch.json": '{"metadata":{"labels":{"pf":"1"}}}',
    "data/a.env": "A=1\nB=2\n",
    "data/x.txt": "hello\n",
    "kustomized/kustomization.yaml": "namePrefix: k-\nresources: [two.yaml]\ncommonLabels: {k: v}\n"
    "configMapGenerator: [{name: made, literals: [a=b]}]\n",
    "kustomized/two.yaml": TWO,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("manifests")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def lived():
    return cluster()


def check(found):
    reports = unlike(found, kubectl_differences)
    assert not reports, f"{len(reports)} of {len(found)}:\n\n" + "\n\n".join(reports)


def test_reading(lived, tmp_path):
    pair = Pair(lived, lived, tmp_path)
    try:
        lines = [form.format(kind) for kind in KINDS for form in FORMS] + lines_of("reading.txt")
        check(pair.read(lines))
    finally:
        pair.stop()


def test_changing(lived, files, tmp_path):
    served = lived.fork()
    pair = Pair(served, served.fork(), tmp_path, files)
    try:
        check(pair.change(lines_of("changing.txt")))
        assert _state(pair.served) == _state(pair.own)
        check(pair.change(lines_of("rolling.txt")))
    finally:
        pair.stop()


def test_the_kubeconfig(lived, tmp_path):
    served = lived.fork()
    pair = Pair(served, served.fork(), tmp_path)
    try:
        check(pair.change(lines_of("config.txt")))
    finally:
        pair.stop()


def _state(cluster):
    """Everything that stands in a cluster, with who has set which field; identities and dates are of each alone."""
    state = {}
    for kind in KINDS:
        if kind == "hpa":  # kubectl 1.32 writes it as an autoscaling/v1
            continue
        for item in json.loads(str(cluster.kubectl(f"get {kind} -A -o json --show-managed-fields")))["items"]:
            meta = item["metadata"]
            state[kind, meta.get("namespace"), meta["name"]] = _without_identity(item)
    return state


def _without_identity(value):
    if isinstance(value, dict):
        kept = ((key, held) for key, held in value.items() if key not in ("uid", "resourceVersion"))
        return {key: _without_identity(held) for key, held in kept}
    return [_without_identity(held) for held in value] if isinstance(value, list) else value

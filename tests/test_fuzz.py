"""Whatever is sent, the answer is an object or a refusal, and a refusal changes nothing."""

import copy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kubelab as kl
from kubelab.api.errors import ApiError
from kubelab.api.kinds import KINDS

GOOD = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"a": "b"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "web"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {
                        "name": "web",
                        "image": "nginx:1.27",
                        "ports": [{"containerPort": 80}],
                        "resources": {"requests": {"cpu": "100m"}},
                        "readinessProbe": {"httpGet": {"port": 80}},
                    }
                ],
                "volumes": [{"name": "v", "emptyDir": {}}],
            },
        },
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    (),
    ("metadata",),
    ("metadata", "name"),
    ("metadata", "labels"),
    ("spec",),
    ("spec", "replicas"),
    ("spec", "selector"),
    ("spec", "selector", "matchLabels"),
    ("spec", "strategy"),
    ("spec", "strategy", "rollingUpdate", "maxSurge"),
    ("spec", "template"),
    ("spec", "template", "metadata"),
    ("spec", "template", "spec"),
    ("spec", "template", "spec", "containers"),
    ("spec", "template", "spec", "containers", 0),
    ("spec", "template", "spec", "containers", 0, "ports"),
    ("spec", "template", "spec", "containers", 0, "resources", "requests"),
    ("spec", "template", "spec", "containers", 0, "resources", "requests", "cpu"),
    ("spec", "template", "spec", "containers", 0, "readinessProbe", "httpGet"),
    ("spec", "template", "spec", "volumes", 0),
]


@pytest.fixture(scope="module")
def cluster():
    made = kl.Cluster(workers=1, seed=1)
    made.apply(GOOD)
    return made.settle()


def state(cluster):
    held = [(one.key, one.mod_revision, msgspec.json.encode(one.value)) for one in cluster.etcd.range("")]
    return held, len(cluster.journal), cluster.rng.getstate()


def put(manifest, path, value):
    changed = copy.deepcopy(manifest)
    if not path:
        return value
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def send(cluster, call, *args, **options):
    """Send it; a refusal must have changed nothing."""
    before, refused = state(cluster), None
    try:
        call(*args, **options)
    except ApiError as error:
        refused = error
    if refused is not None:
        # a strategic patch that cannot be merged is a 500 in Kubernetes too
        unmergeable = "merge key" in refused.message or "list element types" in refused.message
        assert 400 <= refused.code < 500 or (refused.code == 500 and unmergeable)
        assert refused.message
        assert state(cluster) == before


@settings(max_examples=400, deadline=None, derandomize=True)
@given(path=st.sampled_from(PATHS), value=JSON, verb=st.sampled_from(["create", "apply", "update"]))
def test_any_manifest_gets_an_object_or_a_refusal(cluster, path, value, verb):
    fork = cluster.fork()
    send(fork, getattr(fork.api, verb), put(GOOD, path, value))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(kind=st.sampled_from(KINDS), body=JSON, spec=JSON)
def test_any_body_of_any_kind_gets_an_object_or_a_refusal(cluster, kind, body, spec):
    fork = cluster.fork()
    manifest = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": {"name": "x"}, "spec": spec}
    send(fork, fork.api.create, manifest)
    send(fork, fork.api.create, {**manifest, "metadata": body})


@settings(max_examples=300, deadline=None, derandomize=True)
@given(patch=JSON, type_=st.sampled_from(["strategic", "merge", "json"]), sub=st.sampled_from(["", "status", "scale"]))
def test_any_patch_gets_an_object_or_a_refusal(cluster, patch, type_, sub):
    fork = cluster.fork()
    send(fork, fork.api.patch, "deployments", "web", patch, patch_type=type_, subresource=sub)
    send(fork, fork.api.patch, "deployments", "web", {"spec": patch}, patch_type=type_, subresource=sub)
    send(
        fork,
        fork.api.patch,
        "deployments",
        "web",
        {"metadata": patch, "status": patch},
        patch_type=type_,
        subresource=sub,
    )

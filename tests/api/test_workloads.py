import json
from pathlib import Path

import pytest
from lightkube.models import core_v1

from kubelab.api.decoding import decode
from kubelab.api.defaults import workloads as filling
from kubelab.api.defaults.pod import pod_template as fill_in_template
from kubelab.api.kinds import find
from kubelab.api.schema import Run, struct_of
from kubelab.api.validation import workloads
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.pod import pod_template

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "oracle" / "admission"
FUNCTIONS = {
    "Deployment": (filling.deployment, workloads.deployment),
    "ReplicaSet": (filling.replicaset, workloads.replicaset),
}


def made(kind="Deployment", **spec):
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": template, **spec}
    manifest = {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": spec}
    obj, _ = decode(manifest, find(kind))
    FUNCTIONS[kind][0](obj)
    return obj


def faults(kind="Deployment", **spec):
    return [cause.field for cause in FUNCTIONS[kind][1](made(kind, **spec), None)]


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_a_plain_workload_is_right(kind):
    assert faults(kind) == []


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_the_selector_must_pick_the_templates_pods(kind):
    assert faults(kind, selector={"matchLabels": {"app": "shop"}}) == ["spec.template.metadata.labels"]
    assert faults(kind, selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]}) == []


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_there_is_a_selector_and_it_is_not_empty(kind):
    assert faults(kind, selector=None) == ["spec.selector", "spec.template.metadata.labels"]
    assert faults(kind, selector={}) == ["spec.selector"]


def test_a_broken_selector_is_named_twice():
    selector = {"matchExpressions": [{"key": "app", "operator": "Bogus", "values": ["web"]}]}
    assert faults(selector=selector) == ["spec.selector.matchExpressions[0].operator", "spec.selector"]


@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet"])
def test_a_selector_never_changes(kind):
    old = made(kind)
    new = made(kind, selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]})
    (cause,) = FUNCTIONS[kind][1](new, old)
    assert (cause.field, cause.message.endswith(": field is immutable")) == ("spec.selector", True)
    assert FUNCTIONS[kind][1](made(kind, replicas=3), old) == []


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"replicas": -1}, ["spec.replicas"]),
        ({"replicas": 0}, []),
        ({"minReadySeconds": -1}, ["spec.minReadySeconds"]),
        ({"revisionHistoryLimit": -1}, ["spec.revisionHistoryLimit"]),
        ({"progressDeadlineSeconds": 0}, ["spec.progressDeadlineSeconds"]),
        ({"minReadySeconds": 600}, ["spec.progressDeadlineSeconds"]),
        ({"minReadySeconds": 600, "progressDeadlineSeconds": 601}, []),
        ({"strategy": {"type": "Blue"}}, ["spec.strategy"]),
        ({"strategy": {"type": "Recreate"}}, []),
        ({"strategy": {"type": "Recreate", "rollingUpdate": {}}}, ["spec.strategy.rollingUpdate"]),
    ],
)
def test_numbers_and_strategies(spec, wrong):
    assert faults(**spec) == wrong


@pytest.mark.parametrize(
    ("unavailable", "surge", "wrong"),
    [
        (0, 1, []),
        (1, 0, []),
        ("100%", 0, []),
        (0, 0, ["maxUnavailable"]),
        ("0%", 0, ["maxUnavailable"]),
        ("101%", 0, ["maxUnavailable"]),
        (0, "150%", []),
        (-1, 0, ["maxUnavailable"]),
        (1, "1.5%", ["maxSurge"]),
        ("a few", 1, ["maxUnavailable"]),
    ],
)
def test_a_rolling_update_moves_and_stays_within_its_pods(unavailable, surge, wrong):
    strategy = {"rollingUpdate": {"maxUnavailable": unavailable, "maxSurge": surge}}
    assert faults(strategy=strategy) == [f"spec.strategy.rollingUpdate.{field}" for field in wrong]


def test_what_only_jobs_may_do():
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {
            "containers": [{"name": "web", "image": "nginx"}],
            "restartPolicy": "Never",
            "activeDeadlineSeconds": 5,
        },
    }
    assert faults(template=template) == ["spec.template.spec.restartPolicy", "spec.template.spec.activeDeadlineSeconds"]


def test_labels_of_a_template_are_labels():
    template = {"metadata": {"labels": {"app": "web", "a b": "c"}}, "spec": {"containers": []}}
    assert faults(template=template) == ["spec.template.labels", "spec.template.spec.containers"]


def test_an_unknown_strategy_is_shown_as_go_has_it():
    (cause,) = workloads.deployment(made(strategy={"type": "Blue", "rollingUpdate": {"maxSurge": 1}}), None)
    assert cause.message == (
        'Unsupported value: {"Type":"Blue","RollingUpdate":{"MaxUnavailable":0,"MaxSurge":1}}: '
        'supported values: "Recreate", "RollingUpdate"'
    )


@pytest.mark.parametrize(
    ("selector", "wrong"),
    [
        (None, []),
        ({}, []),
        ({"matchLabels": {"a": "b c"}}, ["s.matchLabels"]),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}, ["s.matchExpressions[0].values"]),
        ({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}, ["s.matchExpressions[0].values"]),
        (
            {"matchExpressions": [{"key": "/", "operator": "NotIn", "values": ["a b"]}]},
            ["s.matchExpressions[0].key", "s.matchExpressions[0].values[0]"],
        ),
    ],
)
def test_label_selectors(selector, wrong):
    assert list(dict.fromkeys(cause.field for cause in label_selector(selector, "s"))) == wrong


TEMPLATES = {"DaemonSet": "spec", "Job": "spec", "ReplicationController": "spec", "CronJob": "spec.jobTemplate.spec"}
"""Kinds that are not served here, but whose templates obey the same rules."""


def template_in(obj, kind):
    for step in f"{TEMPLATES[kind]}.template".split("."):
        obj = (obj or {}).get(step)
    return obj


def recorded_templates():
    for name in ("mutants", "kubernetes-examples", "container-solutions"):
        for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
            case = json.loads(line)
            kind = case["manifest"].get("kind")
            if kind in TEMPLATES and case["code"] != 400 and isinstance(template_in(case["manifest"], kind), dict):
                yield case, kind


@pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")
def test_templates_of_other_workloads_are_judged_as_recorded():
    cases = 0
    for case, kind in recorded_templates():
        path = f"{TEMPLATES[kind]}.template"
        template = struct_of(core_v1.PodTemplateSpec).decode(template_in(case["manifest"], kind), None, Run())
        fill_in_template(template)
        # what the workload itself asks of its template is not a matter of the template
        own = (f"{path}.metadata.labels", f"{path}.spec.restartPolicy")
        recorded = {field for field, _, _ in case.get("causes", ()) if field.startswith(path)} - {*own}
        found = {cause.field for cause in pod_template(template, path)} - {*own}
        assert found == recorded, case["manifest"]
        if case["code"] < 300:
            assert template["spec"] == template_in(case["object"], kind)["spec"]
        cases += 1
    assert cases > 50

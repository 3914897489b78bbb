import json

import pytest
from admitted import faults, new, refused, stored

from kubelab.api import kinds
from kubelab.api.errors import bad_request
from kubelab.api.manifest import parse
from kubelab.api.suggestions import locate
from kubelab.api.versions import in_version, said_in, shown_as

HPA = kinds.find("hpa")
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
PREFIX = "autoscaling.alpha.kubernetes.io"
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
QUEUE = {"metric": {"name": "queue"}, "target": {"type": "AverageValue", "averageValue": "5"}}
AVERAGE = {"type": "AverageValue", "averageValue": "5"}


def spec(**fields):
    return {"scaleTargetRef": TARGET, "maxReplicas": 5, **fields}


def test_an_autoscaler_is_filled_in():
    made = new("hpa", spec=spec())
    assert made["status"] == {"desiredReplicas": 0, "currentMetrics": None}
    assert made["spec"]["minReplicas"] == 1
    assert made["spec"]["metrics"][0]["resource"]["target"] == {"type": "Utilization", "averageUtilization": 80}
    assert "behavior" not in made["spec"]


def test_a_behavior_is_filled_in_where_there_is_one():
    behavior = new("hpa", spec=spec(behavior={"scaleDown": {"stabilizationWindowSeconds": 60}}))["spec"]["behavior"]
    assert behavior["scaleDown"]["policies"] == [{"type": "Percent", "value": 100, "periodSeconds": 15}]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert "stabilizationWindowSeconds" not in new("hpa", spec=spec(behavior={}))["spec"]["behavior"]["scaleDown"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"minReplicas": 0}, ["minReplicas", "metrics"]),
        ({"maxReplicas": 0}, ["maxReplicas"]),
        ({"minReplicas": 6}, ["maxReplicas"]),
        ({"scaleTargetRef": {**TARGET, "apiVersion": "v1"}}, ["scaleTargetRef.apiVersion"]),
        ({"scaleTargetRef": {**TARGET, "apiVersion": "a/b/c"}}, ["scaleTargetRef.apiVersion"]),
        ({"scaleTargetRef": {"apiVersion": "v1", "kind": "ReplicationController", "name": "web"}}, []),
        ({"scaleTargetRef": {**TARGET, "name": "a/b"}}, ["scaleTargetRef.name"]),
        ({"scaleTargetRef": {"apiVersion": "apps/v1"}}, ["scaleTargetRef.kind", "scaleTargetRef.name"]),
    ],
)
def test_bounds_and_targets(fields, wrong):
    assert faults("hpa", spec=spec(**fields)) == [f"spec.{field}" for field in wrong]


@pytest.mark.parametrize(
    ("metric", "wrong"),
    [
        (CPU, []),
        ({}, [".type"]),
        ({"type": "Weather"}, [".type"]),
        ({"type": "Pods"}, [".pods"]),
        ({"type": "Pods", "pods": QUEUE}, []),
        ({**CPU, "pods": QUEUE}, [".pods"]),
        ({"type": "Pods", "pods": {"metric": {}, "target": AVERAGE}}, [".pods.metric.name"]),
        ({"type": "Pods", "pods": {**QUEUE, "target": {"type": "Value", "value": "-1"}}}, [
            ".pods.target.value",
            ".pods.target.averageValue",
        ]),
        ({"type": "Resource", "resource": {"name": "", "target": {"type": "Most"}}}, [
            ".resource.name",
            ".resource.target.type",
            ".resource.target.averageUtilization",
        ]),
        ({"type": "Resource", "resource": {"name": "cpu", "target": {**AVERAGE, "averageUtilization": 0}}}, [
            ".resource.target.averageUtilization",
            ".resource.target.averageValue",
        ]),
        ({"type": "ContainerResource", "containerResource": {"name": "gold", "container": "A", "target": AVERAGE}}, [
            ".containerResource.name",
            ".containerResource.container",
        ]),
        ({"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value"}}}, [
            ".external.target.averageValue",
        ]),
        ({"type": "External", "external": {"metric": {"name": "q"}, "target": {**AVERAGE, "value": "1"}}}, [
            ".external.target.value",
        ]),
        ({"type": "Object", "object": {**QUEUE, "describedObject": {"kind": "Service", "name": "web"}}}, []),
        ({"type": "Object", "object": {**QUEUE, "describedObject": {"kind": "Service"}}}, [
            ".object.describedObject.name",
        ]),
    ],
)  # fmt: skip
def test_metrics(metric, wrong):
    assert faults("hpa", spec=spec(metrics=[metric])) == [f"spec.metrics[0]{field}" for field in wrong]


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ({"tolerance": "0.1"}, []),
        ({"tolerance": "-1"}, ["tolerance"]),
        ({"policies": []}, ["policies"]),
        ({"selectPolicy": "Some"}, ["selectPolicy"]),
        ({"stabilizationWindowSeconds": -1}, ["stabilizationWindowSeconds"]),
        ({"stabilizationWindowSeconds": 3601}, ["stabilizationWindowSeconds"]),
        ({"policies": [{"type": "Nodes", "value": 0, "periodSeconds": 1801}]}, [
            "policies[0].type",
            "policies[0].value",
            "policies[0].periodSeconds",
        ]),
    ],
)  # fmt: skip
def test_behavior(rules, wrong):
    assert faults("hpa", spec=spec(behavior={"scaleUp": rules})) == [f"spec.behavior.scaleUp.{each}" for each in wrong]


def test_an_old_target_may_keep_its_version():
    old = stored("hpa", spec=spec())
    old["spec"]["scaleTargetRef"] = {**TARGET, "apiVersion": "v1"}
    assert faults("hpa", old=old, spec=spec(scaleTargetRef={**TARGET, "apiVersion": "v1", "name": "shop"})) == []


def v1(annotations=None, **fields):
    meta = {"name": "web", "annotations": annotations or {}}
    return {"apiVersion": "autoscaling/v1", "meta": meta, "spec": spec(**fields)}


def test_version_1_is_stored_as_version_2():
    made = new("hpa", **v1(targetCPUUtilizationPercentage=60))
    assert (made["apiVersion"], made["spec"]["metrics"]) == ("autoscaling/v2", [CPU])
    assert new("hpa", **v1())["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 80
    assert faults("hpa", **v1(targetCPUUtilizationPercentage=-1)) == [
        "spec.metrics[0].resource.target.averageUtilization"
    ]


def test_version_1_carries_what_it_has_no_fields_for():
    pods = {"type": "Pods", "pods": {"metric": {"name": "queue"}, "target": AVERAGE}}
    made = new("hpa", spec=spec(metrics=[CPU, pods], behavior={}))
    old = shown_as(made, HPA, "autoscaling/v1")
    assert (old["apiVersion"], old["spec"]["targetCPUUtilizationPercentage"]) == ("autoscaling/v1", 60)
    annotations = old["metadata"]["annotations"]
    others = [{"type": "Pods", "pods": {"metricName": "queue", "targetAverageValue": "5"}}]
    assert json.loads(annotations[f"{PREFIX}/metrics"]) == others
    assert json.loads(annotations[f"{PREFIX}/behavior"])["ScaleUp"]["Policies"][0] == {
        "Type": "Pods",
        "Value": 4,
        "PeriodSeconds": 15,
    }
    again = new("hpa", apiVersion="autoscaling/v1", meta=old["metadata"], spec=old["spec"])
    assert again["spec"]["behavior"] == made["spec"]["behavior"]
    assert again["spec"]["metrics"] == [pods, CPU]
    assert "annotations" not in again["metadata"]


THREE = {"metric": {"name": "q"}, "target": {"type": "Value", "value": "3"}}
METRICS = [
    {"type": "Object", "object": {"describedObject": TARGET, **THREE}},
    {"type": "External", "external": THREE},
    {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "c", "target": AVERAGE}},
]


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_survive_the_way_there_and_back(metric):
    made = new("hpa", spec=spec(metrics=[metric]))
    old = shown_as(made, HPA, "autoscaling/v1")
    again = new("hpa", apiVersion="autoscaling/v1", meta=old["metadata"], spec=old["spec"])
    assert again["spec"]["metrics"] == [metric]


def test_the_status_survives_too():
    current = [
        {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 30, "averageValue": "1"}}}
    ]
    conditions = [{"type": "AbleToScale", "status": "True"}]
    made = new("hpa", spec=spec())
    made["status"] = {"desiredReplicas": 2, "currentReplicas": 1, "currentMetrics": current, "conditions": conditions}
    old = shown_as(made, HPA, "autoscaling/v1")
    assert old["status"] == {"currentReplicas": 1, "desiredReplicas": 2, "currentCPUUtilizationPercentage": 30}
    assert json.loads(old["metadata"]["annotations"][f"{PREFIX}/conditions"]) == conditions


@pytest.mark.parametrize("text", ["nonsense", "7", "[7]", '[{"type": "Pods", "pods": {"targetAverageValue": []}}]'])
def test_an_annotation_that_cannot_be_read_says_nothing(text):
    made = new("hpa", **v1({f"{PREFIX}/metrics": text, f"{PREFIX}/behavior": text}))
    assert [metric["type"] for metric in made["spec"]["metrics"]] == ["Resource"]


def test_the_round_trip_annotations_mean_nothing_in_version_2():
    made = new("hpa", meta={"annotations": {f"{PREFIX}/metrics": "[]", "mine": "1"}}, spec=spec())
    assert made["metadata"]["annotations"] == {"mine": "1"}


def test_a_version_has_its_own_words():
    assert faults_in_decoding("autoscaling/v2", targetCPUUtilizationPercentage=60)
    assert faults_in_decoding("autoscaling/v1", metrics=[CPU])
    assert said_in({"apiVersion": "autoscaling/v1"}, HPA) == "autoscaling/v1"
    assert said_in({}, HPA) == "autoscaling/v2"
    assert in_version(HPA, "autoscaling/v1").api_version == "autoscaling/v1"
    assert in_version(HPA, "autoscaling/v2") is HPA


def faults_in_decoding(version, **fields):
    error = refused("hpa", apiVersion=version, spec=spec(**fields))
    return error.code == 400 and "unknown field" in error.message


EVENT = kinds.find("event")
HAPPENED = {
    "eventTime": "2026-01-01T00:00:00.000000Z",
    "reportingController": "example.com/robot",
    "reportingInstance": "robot-1",
    "action": "Greeting",
    "reason": "Greeted",
    "regarding": {"kind": "Pod", "namespace": "default", "name": "web"},
    "note": "hello",
    "type": "Normal",
}


def event_faults(**fields):
    return faults("event", apiVersion="events.k8s.io/v1", **{**HAPPENED, **fields})


def test_an_event_of_the_newer_group_is_stored_under_the_older_names():
    made = new("event", apiVersion="events.k8s.io/v1", **HAPPENED)
    assert (made["apiVersion"], made["message"], made["involvedObject"]["name"]) == ("v1", "hello", "web")
    assert made["reportingComponent"] == "example.com/robot"
    shown = shown_as(made, EVENT, "events.k8s.io/v1")
    assert {field: shown[field] for field in HAPPENED} == HAPPENED
    assert (shown["deprecatedSource"], shown["deprecatedLastTimestamp"]) == ({}, None)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, []),
        ({"type": "Odd"}, ["type"]),
        ({"action": ""}, ["action"]),
        ({"deprecatedCount": 3}, ["count"]),
        ({"series": {"count": 1}}, ["series.count", "series.lastObservedTime"]),
        ({"eventTime": None}, ["eventTime"]),
    ],
)
def test_an_event_of_the_newer_group_is_a_whole_one(fields, wrong):
    assert event_faults(**fields) == wrong


def test_only_the_series_of_an_event_changes():
    old = stored("event", apiVersion="events.k8s.io/v1", **HAPPENED)
    series = {"count": 2, "lastObservedTime": "2026-01-01T00:00:01.000000Z"}
    assert event_faults(old=old, series=series) == []
    assert event_faults(old=old, note="goodbye", reportingInstance="robot-2") == ["message", "reportingInstance"]


def test_a_hint_speaks_the_version_of_the_manifest():
    text = "apiVersion: autoscaling/{}\nkind: HorizontalPodAutoscaler\nspec:\n  targetCPUUtilisationPercentage: 5\n"
    for version, hinted in (("v1", True), ("v2", False)):
        (manifest,) = parse(text.format(version))
        error = bad_request('strict decoding error: unknown field "spec.targetCPUUtilisationPercentage"')
        locate(error, manifest, HPA)
        assert (error.line, "targetCPUUtilizationPercentage" in (error.hint or "")) == (4, hinted)

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kubelab.api.kinds import find
from kubelab.api.tables import table

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
TEMPLATE = {"spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]}}
SELECTOR = {"matchLabels": {"app": "web"}}


def ago(seconds):
    return (NOW - timedelta(seconds=seconds)).isoformat()


def row(word, meta=None, wide=True, **fields):
    kind = find(word)
    manifest = {"metadata": {"name": "web", "creationTimestamp": ago(6), **(meta or {})}, **fields}
    return table(kind, [msgspec.convert(manifest, kind.model)], NOW, wide=wide)[1][0]


def test_a_stateful_set():
    spec = {"replicas": 3, "selector": SELECTOR, "template": TEMPLATE}
    cells = row("sts", spec=spec, status={"replicas": 2, "readyReplicas": 1})
    assert cells == ["web", "1/3", "6s", "a,b", "x,y"]


def test_a_daemon_set():
    template = {**TEMPLATE, "spec": {**TEMPLATE["spec"], "nodeSelector": {"disk": "ssd"}}}
    status = {"desiredNumberScheduled": 3, "currentNumberScheduled": 2, "numberReady": 1, "numberMisscheduled": 0}
    status |= {"updatedNumberScheduled": 2, "numberAvailable": 1}
    cells = row("ds", spec={"selector": SELECTOR, "template": template}, status=status)
    assert cells == ["web", 3, 2, 1, 2, 1, "disk=ssd", "6s", "a,b", "x,y", "app=web"]


def test_a_replication_controller():
    spec = {"replicas": 3, "selector": {"app": "web"}, "template": TEMPLATE}
    cells = row("rc", spec=spec, status={"replicas": 2, "readyReplicas": 1})
    assert cells == ["web", 3, 2, 1, "6s", "a,b", "x,y", "app=web"]


@pytest.mark.parametrize(
    ("spec", "status", "meta", "wanted"),
    [
        ({"completions": 2}, {"succeeded": 1, "startTime": ago(5)}, {}, ["Running", "1/2", "5s"]),
        ({}, {}, {}, ["Running", "0/1", ""]),
        ({"parallelism": 20}, {"succeeded": 1}, {}, ["Running", "1/1 of 20", ""]),
        (
            {"completions": 2},
            {
                "succeeded": 2,
                "startTime": ago(7200),
                "completionTime": ago(3600),
                "conditions": [{"type": "Complete", "status": "True"}],
            },
            {},
            ["Complete", "2/2", "60m"],
        ),
        ({}, {"conditions": [{"type": "Failed", "status": "True"}]}, {}, ["Failed", "0/1", ""]),
        ({}, {"conditions": [{"type": "Suspended", "status": "True"}]}, {}, ["Suspended", "0/1", ""]),
        ({}, {"conditions": [{"type": "FailureTarget", "status": "True"}]}, {}, ["FailureTarget", "0/1", ""]),
        (
            {},
            {"conditions": [{"type": "Suspended", "status": "True"}]},
            {"deletionTimestamp": ago(1)},
            ["Terminating", "0/1", ""],
        ),
    ],
)
def test_a_job(spec, status, meta, wanted):
    cells = row("job", meta, spec={"template": TEMPLATE, "selector": SELECTOR, **spec}, status=status)
    assert cells == ["web", *wanted, "6s", "a,b", "x,y", "app=web"]


def test_a_cron_job():
    spec = {"schedule": "0/5 * * * ?", "suspend": False, "jobTemplate": {"spec": {"template": TEMPLATE}}}
    assert row("cj", wide=False, spec=spec, status={}) == ["web", "0/5 * * * ?", "<none>", "False", 0, "<none>", "6s"]
    status = {"lastScheduleTime": ago(30), "active": [{"name": "a"}, {"name": "b"}]}
    cells = row("cj", spec={**spec, "timeZone": "UTC"}, status=status)
    assert cells == ["web", "0/5 * * * ?", "UTC", "False", 2, "30s", "6s", "a,b", "x,y", "<none>"]


def test_a_controller_revision():
    assert row("controllerrevision", revision=2) == ["web", "<none>", 2, "6s"]
    owner = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "log", "uid": "1", "controller": True}
    assert row("controllerrevision", {"ownerReferences": [owner]}, revision=1)[1] == "daemonset.apps/log"


AVERAGE = {"type": "AverageValue", "averageValue": "100m"}


def resource(name="cpu", **target):
    return {"type": "Resource", "resource": {"name": name, "target": {"type": "Utilization", **target}}}


def current(**amounts):
    return {"type": "Resource", "resource": {"name": "cpu", "current": amounts}}


def metric(kind, field, target, **more):
    return {"type": kind, field: {"metric": {"name": "m"}, "target": target, **more}}


@pytest.mark.parametrize(
    ("specs", "statuses", "wanted"),
    [
        ([], [], "<none>"),
        ([resource(averageUtilization=80)], [], "cpu: <unknown>/80%"),
        ([resource(averageUtilization=80)], [current(averageUtilization=50, averageValue="1")], "cpu: 50%/80%"),
        ([resource(averageValue="100m")], [current(averageValue="50m")], "cpu: 50m/100m"),
        ([metric("Pods", "pods", AVERAGE)], [], "<unknown>/100m"),
        ([metric("External", "external", AVERAGE)], [], "<unknown>/100m (avg)"),
        ([metric("External", "external", {"type": "Value", "value": "5"})], [], "<unknown>/5"),
        (
            [metric("Object", "object", AVERAGE, describedObject={"kind": "Service", "name": "s"})],
            [
                {
                    "type": "Object",
                    "object": {
                        "metric": {"name": "m"},
                        "describedObject": {"kind": "Service", "name": "s"},
                        "current": {"averageValue": "50m"},
                    },
                }
            ],
            "50m/100m (avg)",
        ),
        (
            [resource(averageUtilization=80), resource("memory", averageValue="1Gi"), resource(averageUtilization=1)],
            [],
            "cpu: <unknown>/80%, memory: <unknown>/1Gi + 1 more...",
        ),
    ],
)
def test_an_autoscaler(specs, statuses, wanted):
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 10}
    status = {"currentReplicas": 4, "desiredReplicas": 5, "currentMetrics": statuses}
    cells = row("hpa", spec={**spec, "metrics": specs}, status=status)
    assert cells == ["web", "Deployment/web", wanted, "2", 10, 4, "6s"]


def test_budgets_and_classes():
    assert row("pdb", spec={"minAvailable": "50%"}, status={"disruptionsAllowed": 2}) == ["web", "50%", "N/A", 2, "6s"]
    assert row("pdb", spec={"maxUnavailable": 0}, status={}) == ["web", "N/A", "0", 0, "6s"]
    assert row("pc", value=5, globalDefault=True, preemptionPolicy="Never") == ["web", 5, "true", "6s", "Never"]
    assert row("runtimeclass", handler="runsc") == ["web", "runsc", "6s"]

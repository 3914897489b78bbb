import pytest
from admitted import faults, new, refused, stored


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"minAvailable": 1}, []),
        ({"maxUnavailable": "50%"}, []),
        ({"minAvailable": 1, "maxUnavailable": 1}, ["spec"]),
        ({"minAvailable": -1}, ["spec.minAvailable"]),
        ({"minAvailable": "2x"}, ["spec.minAvailable"]),
        ({"maxUnavailable": "101%"}, ["spec.maxUnavailable"]),
        ({"unhealthyPodEvictionPolicy": "Never"}, ["spec.unhealthyPodEvictionPolicy"]),
        ({"selector": {"matchLabels": {"a": "b c"}}}, ["spec.selector.matchLabels"]),
    ],
)
def test_what_a_budget_may_be(spec, wrong):
    assert faults("pdb", spec=spec) == wrong


def test_a_budget_may_be_called_almost_anything_and_may_change():
    assert faults("pdb", meta={"name": "Web Shop"}, spec={}) == []
    assert faults("pdb", meta={"name": "web/shop"}, spec={}) == ["metadata.name"]
    old = stored("pdb", spec={"minAvailable": 1})
    assert old["status"] == {"disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0}
    assert faults("pdb", old=old, spec={"maxUnavailable": 1}) == []


@pytest.mark.parametrize(
    ("name", "fields", "wrong"),
    [
        ("urgent", {"value": 10**9}, []),
        ("urgent", {"value": 10**9 + 1}, ["value"]),
        ("system-mine", {"value": 1}, ["metadata.name"]),
        ("system-node-critical", {"value": 1}, ["metadata.name"]),
        ("system-node-critical", {"value": 2_000_001_000}, []),
        ("system-node-critical", {"value": 2_000_001_000, "globalDefault": True}, ["metadata.name"]),
        ("urgent", {"preemptionPolicy": "Sometimes"}, ["preemptionPolicy"]),
        ("urgent", {"preemptionPolicy": ""}, ["preemptionPolicy"]),
    ],
)
def test_what_a_priority_class_may_be(name, fields, wrong):
    assert faults("priorityclass", meta={"name": name}, **fields) == wrong


def test_the_value_of_a_priority_class_never_changes():
    old = stored("priorityclass", value=5)
    assert (old["preemptionPolicy"], new("priorityclass")["value"]) == ("PreemptLowerPriority", 0)
    assert faults("priorityclass", old=old, value=5, description="new") == []
    error = refused("priorityclass", old=old, value=6)
    assert error.message.endswith("value: Forbidden: may not be changed in an update.")
    assert faults("priorityclass", old=old, value=5, preemptionPolicy="Never") == ["preemptionPolicy"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"handler": "runsc"}, []),
        ({}, ["handler"]),
        ({"handler": "Run.sc"}, ["handler"]),
        ({"handler": "runsc", "overhead": {"podFixed": {"gold": "1"}}}, ["overhead.limits[gold]"]),
        ({"handler": "runsc", "scheduling": {"nodeSelector": {"a": "b c"}}}, ["scheduling.nodeSelector"]),
        ({"handler": "runsc", "scheduling": {"tolerations": [{}]}}, ["scheduling.tolerations[0].operator"]),
    ],
)
def test_what_a_runtime_class_may_be(fields, wrong):
    assert faults("runtimeclass", **fields) == wrong


def test_the_handler_of_a_runtime_class_never_changes():
    old = stored("runtimeclass", handler="runsc", overhead={"podFixed": {"cpu": "0.0001"}})
    assert old["overhead"] == {"podFixed": {"cpu": "1m"}}
    assert faults("runtimeclass", old=old, handler="runc") == ["handler"]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_pods import faults, made

from kubelab.api.errors import ApiError
from kubelab.api.validation.pod import pod


def test_a_plain_pod_is_right():
    assert faults() == []


def test_a_pod_needs_a_container():
    (cause,) = pod(made(containers=[]))
    assert str(cause) == "spec.containers: Required value"


def test_all_that_is_wrong_is_named_at_once():
    assert faults(containers=[{"name": "", "image": ""}], restartPolicy="Sometimes", dnsPolicy="Mine") == [
        "containers[0].name",
        "containers[0].image",
        "restartPolicy",
        "dnsPolicy",
    ]


@pytest.mark.parametrize(
    ("toleration", "wrong"),
    [
        ({"operator": "Exists"}, []),
        ({"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}, []),
        ({}, ["tolerations[0].operator"]),
        ({"key": "a", "operator": "Exists", "value": "b"}, ["tolerations[0].operator"]),
        ({"key": "a", "operator": "Like"}, ["tolerations[0].operator"]),
        ({"key": "a", "operator": "Gt", "value": "1"}, ["tolerations[0].operator"]),
        ({"key": "a b", "operator": "Exists"}, ["tolerations[0].key"]),
        ({"key": "a", "effect": "Never"}, ["tolerations[0].effect"]),
        ({"key": "a", "effect": "NoSchedule", "tolerationSeconds": 1}, ["tolerations[0].effect"]),
    ],
)
def test_tolerations(toleration, wrong):
    assert faults(tolerations=[toleration]) == wrong


SPREAD = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, []),
        ({"maxSkew": 0}, ["maxSkew"]),
        ({"topologyKey": ""}, ["topologyKey"]),
        ({"whenUnsatisfiable": "Maybe"}, ["whenUnsatisfiable"]),
        ({"minDomains": 0}, ["minDomains"]),
        ({"minDomains": 2, "whenUnsatisfiable": "ScheduleAnyway"}, ["minDomains"]),
        ({"nodeTaintsPolicy": "Forget"}, ["nodeTaintsPolicy"]),
        ({"matchLabelKeys": ["app"]}, ["matchLabelKeys"]),
        (
            {"labelSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}},
            ["labelSelector.matchExpressions[0].values"],
        ),
    ],
)
def test_spreading(change, wrong):
    found = faults(topologySpreadConstraints=[{**SPREAD, **change}])
    assert [field.removeprefix("topologySpreadConstraints[0].") for field in found] == wrong


def test_one_constraint_of_a_kind():
    assert faults(topologySpreadConstraints=[SPREAD, SPREAD]) == [
        "topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}"
    ]


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


@pytest.mark.parametrize(
    ("affinity", "wrong"),
    [
        ({"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": []}}}, [f"nodeAffinity.{REQUIRED}.nodeSelectorTerms"]),
        ({"nodeAffinity": {PREFERRED: [{"weight": 0, "preference": {}}]}}, [f"nodeAffinity.{PREFERRED}[0].weight"]),
        ({"podAffinity": {REQUIRED: [{"topologyKey": ""}]}}, [f"podAffinity.{REQUIRED}[0].topologyKey"]),
        (
            {"podAntiAffinity": {PREFERRED: [{"weight": 101, "podAffinityTerm": {"topologyKey": "zone"}}]}},
            [f"podAntiAffinity.{PREFERRED}[0].weight"],
        ),
        (
            {"podAffinity": {REQUIRED: [{"topologyKey": "z", "labelSelector": {"matchLabels": {"a b": "c"}}}]}},
            [f"podAffinity.{REQUIRED}[0].labelSelector.matchLabels"],
        ),
    ],
)
def test_affinity(affinity, wrong):
    assert faults(affinity=affinity) == [f"affinity.{field}" for field in wrong]


@pytest.mark.parametrize(
    ("requirement", "wrong"),
    [
        ({"key": "disk", "operator": "In", "values": ["ssd"]}, []),
        ({"key": "disk", "operator": "In"}, ["values"]),
        ({"key": "disk", "operator": "Exists", "values": ["ssd"]}, ["values"]),
        ({"key": "disk", "operator": "Gt", "values": ["1", "2"]}, ["values"]),
        ({"key": "disk", "operator": "Like", "values": ["ssd"]}, ["operator"]),
        ({"key": "a b", "operator": "In", "values": ["c d"]}, ["key", "values[0]"]),
    ],
)
def test_requirements_on_nodes(requirement, wrong):
    affinity = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [requirement]}]}}}
    path = f"affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0].matchExpressions[0]."
    assert [field.removeprefix(path) for field in faults(affinity=affinity)] == wrong


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"activeDeadlineSeconds": 0}, ["activeDeadlineSeconds"]),
        ({"hostname": "Web"}, ["hostname"]),
        ({"hostnameOverride": "a", "setHostnameAsFQDN": True}, ["hostnameOverride"]),
        ({"nodeName": "Node 1"}, ["nodeName"]),
        ({"nodeSelector": {"disk": "a b"}}, ["nodeSelector"]),
        ({"preemptionPolicy": "Always"}, ["preemptionPolicy"]),
        ({"priorityClassName": "High"}, ["priorityClassName"]),
        ({"dnsPolicy": "None"}, ["dnsConfig"]),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.2.3"]}}, ["dnsConfig.nameservers[0]"]),
        (
            {"hostAliases": [{"ip": "1.2.3.400", "hostnames": ["A"]}]},
            ["hostAliases[0].ip", "hostAliases[0].hostnames[0]"],
        ),
        ({"readinessGates": [{"conditionType": "a b"}]}, ["readinessGates[0].conditionType"]),
        ({"schedulingGates": [{"name": "a"}, {"name": "a"}]}, ["schedulingGates[1]"]),
        ({"schedulingGates": [{"name": "a"}], "nodeName": "n"}, ["nodeName"]),
        ({"ephemeralContainers": [{"name": "e", "image": "i"}]}, ["ephemeralContainers"]),
        (
            {"securityContext": {"runAsUser": -1, "sysctls": [{"name": "A", "value": ""}]}},
            ["securityContext.runAsUser", "securityContext.sysctls[0].name"],
        ),
        (
            {"securityContext": {"seccompProfile": {"type": "Localhost"}}},
            ["securityContext.seccompProfile.localhostProfile"],
        ),
        ({"hostPID": True, "shareProcessNamespace": True}, ["securityContext.shareProcessNamespace"]),
        ({"hostUsers": False, "hostIPC": True}, ["HostIPC"]),
        ({"os": {"name": "plan9"}}, ["os"]),
        ({"os": {"name": "windows"}, "securityContext": {"fsGroup": 1}}, ["securityContext.fsGroup"]),
        ({"overhead": {"disk": "1"}}, ["overhead.limits[disk]"]),
        ({"resourceClaims": [{"name": "gpu"}]}, ["resourceClaims[0]"]),
    ],
)
def test_the_rest_of_a_spec(spec, wrong):
    assert faults(**spec) == wrong


def test_annotations_that_mean_something():
    cost = "controller.kubernetes.io/pod-deletion-cost"
    assert faults({"annotations": {cost: "-5"}}) == []
    assert faults({"annotations": {cost: "05"}}) == [f"metadata.annotations[{cost}]"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
FIELDS = ["affinity", "containers", "dnsConfig", "hostAliases", "securityContext", "tolerations", "volumes", "os"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_whatever_decodes_is_judged_and_never_breaks_the_judge(spec):
    try:
        obj = made(**spec)
    except ApiError:
        return
    assert all(cause.field and cause.message for cause in pod(obj))

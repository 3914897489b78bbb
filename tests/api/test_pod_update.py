import copy

from judged_pods import made

from kubelab.api.validation.pod import pod

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def update(change, **spec):
    old = made(**spec)
    new = copy.deepcopy(old)
    change(new["spec"])
    return [str(cause) for cause in pod(new, old)]


def test_an_update_may_change_images_deadlines_and_add_tolerations():
    def change(spec):
        spec["containers"][0]["image"] = "nginx:2"
        spec["activeDeadlineSeconds"] = 5
        spec["tolerations"] = [{"key": "a", "operator": "Exists"}]

    assert update(change) == []


def test_an_update_may_change_nothing_else():
    def change(spec):
        spec["hostname"] = "other"

    (text,) = update(change)
    assert text.startswith("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,")
    assert '+ hostname: "other"' in text


def test_an_update_may_not_add_a_container():
    def change(spec):
        spec["containers"].append({**spec["containers"][0], "name": "two"})

    assert update(change) == ["spec.containers: Forbidden: pod updates may not add or remove containers"]


def test_an_update_keeps_tolerations():
    def change(spec):
        spec["tolerations"] = [{"key": "b", "operator": "Exists"}]

    (text,) = update(change, tolerations=[{"key": "a", "operator": "Exists"}])
    assert text.startswith("spec.tolerations: Forbidden: existing toleration can not be modified")


def test_a_deadline_only_comes_nearer():
    def change(spec):
        spec["activeDeadlineSeconds"] = 11

    assert update(change, activeDeadlineSeconds=10) == [
        "spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value"
    ]


def test_a_gated_pod_may_be_told_fewer_nodes():
    def narrow(spec):
        spec["nodeSelector"] = {"disk": "ssd", "zone": "a"}
        spec["affinity"] = {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{}]}}}

    def widen(spec):
        spec["nodeSelector"] = {}

    gates = [{"name": "example.com/wait"}]
    assert update(narrow, schedulingGates=gates, nodeSelector={"disk": "ssd"}) == []
    (text,) = update(widen, schedulingGates=gates, nodeSelector={"disk": "ssd"})
    assert text.startswith("spec.nodeSelector: Invalid value")
    (text,) = update(narrow, nodeSelector={"disk": "ssd"})
    assert text.startswith("spec: Forbidden")


def test_gates_are_only_taken_away():
    def change(spec):
        spec["schedulingGates"] = [{"name": "b"}]

    (text,) = update(change, schedulingGates=[{"name": "a"}])
    assert text.startswith("spec.schedulingGates[0].name: Forbidden: only deletion is allowed")

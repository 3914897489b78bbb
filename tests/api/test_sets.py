import pytest
from admitted import LABELS, faults, new, refused, stored, template

SELECTOR = {"matchLabels": LABELS}
CLAIM = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}


def spec(**fields):
    return {"selector": SELECTOR, "serviceName": "web", "template": template(), **fields}


def claim(name="data"):
    return {"metadata": {"name": name}, **CLAIM}


def mounting(name="data"):
    containers = [{"name": "web", "image": "nginx", "volumeMounts": [{"name": name, "mountPath": "/data"}]}]
    return {"metadata": {"labels": LABELS}, "spec": {"containers": containers}}


def test_a_stateful_set_is_filled_in():
    made = new("statefulset", spec=spec(volumeClaimTemplates=[claim()]))
    assert made["status"] == {"replicas": 0, "availableReplicas": 0}
    filled = made["spec"]
    assert (filled["replicas"], filled["revisionHistoryLimit"]) == (1, 10)
    assert filled["podManagementPolicy"] == "OrderedReady"
    assert filled["updateStrategy"] == {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}
    assert filled["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    (held,) = filled["volumeClaimTemplates"]
    assert (held["apiVersion"], held["kind"]) == ("v1", "PersistentVolumeClaim")
    assert (held["status"], held["spec"]["volumeMode"]) == ({"phase": "Pending"}, "Filesystem")


def test_the_claims_of_a_stateful_set_are_volumes_of_its_pods():
    assert faults("statefulset", spec=spec(template=mounting(), volumeClaimTemplates=[claim()])) == []
    assert faults("statefulset", spec=spec(template=mounting())) == [
        "spec.template.spec.containers[0].volumeMounts[0].name"
    ]


def test_a_claim_takes_the_place_of_a_volume_of_its_name():
    own = mounting()
    own["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]
    assert faults("statefulset", spec=spec(template=own, volumeClaimTemplates=[claim()])) == []


def test_a_claim_without_a_name_is_a_volume_without_one():
    assert faults("statefulset", spec=spec(volumeClaimTemplates=[CLAIM])) == [
        "spec.template.spec.volumes[0].persistentVolumeClaim.claimName",
        "spec.template.spec.volumes[0].name",
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"selector": None}, ["spec.selector", "spec.template.metadata.labels"]),
        ({"selector": {}}, ["spec.selector"]),
        ({"selector": {"matchLabels": {"app": "shop"}}}, ["spec.template.metadata.labels"]),
        ({"serviceName": ""}, []),
        ({"serviceName": "Not_a_label"}, ["spec.serviceName"]),
        ({"podManagementPolicy": "Random"}, ["spec.podManagementPolicy"]),
        ({"updateStrategy": {"type": "Recreate"}}, ["spec.updateStrategy"]),
        ({"updateStrategy": {"type": "OnDelete"}}, []),
        ({"updateStrategy": {"type": "OnDelete", "rollingUpdate": {}}}, ["spec.updateStrategy.rollingUpdate"]),
        (
            {"updateStrategy": {"rollingUpdate": {"partition": -1}}},
            ["spec.updateStrategy.rollingUpdate.partition"],
        ),
        ({"ordinals": {"start": -1}}, ["spec.ordinals.start"]),
        ({"minReadySeconds": -1, "replicas": -1}, ["spec.replicas", "spec.minReadySeconds"]),
        (
            {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Keep"}},
            ["spec.persistentVolumeClaimRetentionPolicy.whenScaled"],
        ),
        ({"volumeClaimTemplates": [{"metadata": {"name": "a"}}]}, [
            "spec.volumeClaimTemplates[0].spec.accessModes",
            "spec.volumeClaimTemplates[0].spec.resources[storage]",
        ]),
        ({"template": template("Never")}, ["spec.template.spec.restartPolicy"]),
        ({"template": template(activeDeadlineSeconds=5)}, ["spec.template.spec.activeDeadlineSeconds"]),
    ],
)  # fmt: skip
def test_what_a_stateful_set_may_not_be(fields, wrong):
    assert faults("statefulset", spec=spec(**fields)) == wrong


def test_a_stateful_sets_name_becomes_the_name_of_hosts():
    assert faults("statefulset", meta={"name": "web.shop"}, spec=spec()) == ["metadata.name"]
    assert faults("daemonset", meta={"name": "web.shop"}, spec={"selector": SELECTOR, "template": template()}) == []


def test_how_many_may_be_missing_is_behind_a_closed_gate():
    rolling = {"rollingUpdate": {"partition": 1, "maxUnavailable": 2}}
    made = new("statefulset", spec=spec(updateStrategy=rolling))
    assert made["spec"]["updateStrategy"]["rollingUpdate"] == {"partition": 1}


def test_most_of_a_stateful_set_never_changes():
    old = stored("statefulset", spec=spec())
    allowed = {"replicas": 5, "minReadySeconds": 3, "ordinals": {"start": 1}, "revisionHistoryLimit": 1}
    assert faults("statefulset", old=old, spec=spec(**allowed)) == []
    error = refused("statefulset", old=old, spec=spec(serviceName="other"))
    assert error.message == (
        'StatefulSet.apps "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than '
        "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
    )
    assert faults("statefulset", old=old, spec=spec(volumeClaimTemplates=[claim()])) == ["spec"]


def test_the_numbers_of_a_status_fit_together():
    old = stored("statefulset", spec=spec())
    status = {"replicas": 1, "readyReplicas": 2, "availableReplicas": 3}
    wrong = faults("statefulset", old=old, subresource="status", spec=old["spec"], status=status)
    assert wrong == ["status.readyReplicas", "status.availableReplicas"]
    status = {"replicas": 2, "readyReplicas": 2, "availableReplicas": 1}
    assert faults("statefulset", old=old, subresource="status", spec=old["spec"], status=status) == []


def daemon(**fields):
    return {"selector": SELECTOR, "template": template(), **fields}


def test_a_daemon_set_is_filled_in():
    made = new("daemonset", spec=daemon())
    assert made["metadata"]["annotations"] == {"deprecated.daemonset.template.generation": "1"}
    assert made["spec"]["updateStrategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0},
    }
    assert made["status"] == {
        "currentNumberScheduled": 0,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 0,
        "numberReady": 0,
    }


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"selector": None}, ["spec.template.metadata.labels"]),
        ({"selector": {}}, ["spec.selector"]),
        ({"updateStrategy": {"type": "OnDelete"}}, []),
        ({"updateStrategy": {"type": "Recreate"}}, ["spec.updateStrategy"]),
        (
            {"updateStrategy": {"rollingUpdate": {"maxSurge": 1}}},
            ["spec.updateStrategy.rollingUpdate.maxSurge"],
        ),
        ({"updateStrategy": {"rollingUpdate": {"maxSurge": "10%", "maxUnavailable": 0}}}, []),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
            ["spec.updateStrategy.rollingUpdate.maxUnavailable"],
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "200%"}}},
            ["spec.updateStrategy.rollingUpdate.maxUnavailable"],
        ),
        ({"template": template("OnFailure")}, ["spec.template.spec.restartPolicy"]),
    ],
)
def test_what_a_daemon_set_may_not_be(fields, wrong):
    assert faults("daemonset", spec=daemon(**fields)) == wrong


def test_a_daemon_set_counts_the_versions_of_its_template():
    old = stored("daemonset", spec=daemon())
    key = "deprecated.daemonset.template.generation"
    same = new("daemonset", old=old, meta={"annotations": {key: "7"}}, spec=daemon(minReadySeconds=3))
    assert same["metadata"]["annotations"][key] == "1"
    changed = new("daemonset", old=old, spec=daemon(template=template(hostNetwork=True)))
    assert changed["metadata"]["annotations"][key] == "2"
    assert refused("daemonset", meta={"annotations": {key: "first"}}, spec=daemon()).code == 400


def test_a_daemon_sets_selector_never_changes():
    old = stored("daemonset", spec=daemon())
    other = {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
    assert faults("daemonset", old=old, spec=daemon(selector=other)) == ["spec.selector"]


def test_a_replication_controller_concludes_from_its_template():
    made = new("rc", spec={"template": template()})
    assert (made["spec"]["selector"], made["metadata"]["labels"]) == (LABELS, LABELS)
    assert (made["spec"]["replicas"], made["status"]) == (1, {"replicas": 0})
    kept = new("rc", meta={"labels": {"mine": "1"}}, spec={"template": template(), "selector": LABELS})
    assert kept["metadata"]["labels"] == {"mine": "1"}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["spec.selector", "spec.template"]),
        ({"template": {"spec": template()["spec"]}}, ["spec.selector"]),
        ({"template": template(), "selector": {"app": "shop"}}, ["spec.template.metadata.labels"]),
        ({"template": template(), "replicas": -1}, ["spec.replicas"]),
        ({"template": template("Never")}, ["spec.template.spec.restartPolicy"]),
    ],
)
def test_what_a_replication_controller_may_not_be(fields, wrong):
    assert faults("rc", spec=fields) == wrong


def test_the_data_of_a_controller_revision_never_changes():
    old = stored("controllerrevision", data={"spec": {"a": [1]}}, revision=1)
    assert old["data"] == {"spec": {"a": [1]}}
    assert faults("controllerrevision", old=old, data=old["data"], revision=2) == []
    assert faults("controllerrevision", old=old, data={"spec": {}}, revision=2) == ["data"]
    assert faults("controllerrevision", revision=-1) == ["data", "revision"]

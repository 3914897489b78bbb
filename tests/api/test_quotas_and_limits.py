"""ResourceQuota and LimitRange: what they may say; what objects use of a quota."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from admitted import faults, new, refused, stored

from kubelab.api import quota
from kubelab.api.kinds import find
from kubelab.api.quota_scopes import in_scope
from kubelab.api.tables import table

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def limits(**item):
    return {"limits": [{"type": "Container", **item}]}


def obj(word, status=None, meta=None, **spec):
    return msgspec.convert(
        {"metadata": {"name": "x", **(meta or {})}, "spec": spec, "status": status or {}}, find(word).model
    )


def pod(*resources, status=None, meta=None, **spec):
    containers = [{"name": f"c{i}", "resources": each} for i, each in enumerate(resources)]
    return obj("pod", status={"phase": "Running", **(status or {})}, meta=meta, containers=containers, **spec)


def used(word, held):
    return quota.usage(find(word), held, NOW)


def test_a_container_gets_by_default_what_it_may_have_at_most():
    item = new("limits", spec=limits(max={"cpu": "2"}, min={"memory": "1Mi"}))["spec"]["limits"][0]
    assert (item["default"], item["defaultRequest"]) == ({"cpu": "2"}, {"cpu": "2", "memory": "1Mi"})


def test_a_limit_range_without_a_name_gets_one():
    made = new("limits", meta={"name": ""}, spec=limits(max={"cpu": "2"}))
    assert len(made["metadata"]["name"]) == 36


@pytest.mark.parametrize(
    ("item", "number"),
    [
        ({"min": {"cpu": "2"}, "max": {"cpu": "1"}, "default": {"cpu": "1"}, "defaultRequest": {"cpu": "1"}}, 3),
        ({"maxLimitRequestRatio": {"cpu": "500m"}}, 1),
        ({"min": {"cpu": "1"}, "max": {"cpu": "2"}, "maxLimitRequestRatio": {"cpu": "3"}}, 1),
        ({"type": "Pod", "default": {"cpu": "1"}}, 1),
        ({"type": "PersistentVolumeClaim", "max": {"cpu": "1"}}, 1),
        ({"type": "Thing"}, 1),
        ({"default": {"nvidia.com/gpu": "1"}, "defaultRequest": {"nvidia.com/gpu": "2"}}, 2),
    ],
)
def test_bounds_that_contradict_each_other_are_refused(item, number):
    error = refused("limits", spec={"limits": [{"type": "Container", **item}]})
    assert len(error.causes) == number


def test_a_ratio_beyond_what_the_bounds_allow_is_told_in_figures():
    error = refused("limits", spec=limits(min={"cpu": "1"}, max={"cpu": "2"}, maxLimitRequestRatio={"cpu": "3"}))
    assert "ratio 3 is greater than max/min = 2.000000" in error.message


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"hard": {"storage": "1"}}, ["spec.hard[storage]"]),
        ({"hard": {"pods": "1.5"}}, ["spec.hard[pods]"]),
        ({"hard": {"cpu": "-1"}}, ["spec.hard[cpu]"]),
        ({"hard": {"count/widgets.example.com": "1", "requests.nvidia.com/gpu": "2"}}, []),
        ({"hard": {"cpu": "1"}, "scopes": ["BestEffort"]}, ["spec.scopes"]),
        ({"scopes": ["Terminating", "NotTerminating"]}, ["spec.scopes"]),
        ({"scopes": ["Sometimes"]}, ["spec.scopes"]),
    ],
)
def test_a_quota_bounds_what_there_is_in_scopes_that_apply(spec, fields):
    assert faults("quota", spec=spec) == fields


def test_a_scope_selector_is_checked_word_by_word():
    wrong = {"scopeName": "BestEffort", "operator": "In", "values": []}
    path = "spec.scopeSelector.matchExpressions"
    assert faults("quota", spec={"scopeSelector": {"matchExpressions": [wrong]}}) == [
        f"{path}.operator",
        f"{path}.values",
    ]


def test_the_scopes_of_a_quota_stay():
    old = stored("quota", spec={"hard": {"pods": "1"}, "scopes": ["BestEffort"]})
    assert faults("quota", old=old, spec={"hard": {"pods": "2"}, "scopes": ["BestEffort"]}) == []
    assert faults("quota", old=old, spec={"hard": {"pods": "2"}}) == ["spec.scopes"]


def test_a_pod_uses_what_its_containers_ask_for_and_an_ended_one_only_its_place():
    held = pod(
        {"requests": {"cpu": "250m", "nvidia.com/gpu": "1"}, "limits": {"memory": "1Gi"}}, {"requests": {"cpu": "1"}}
    )
    assert used("pod", held) == {
        "count/pods": "1",
        "pods": "1",
        "cpu": "1250m",
        "requests.cpu": "1250m",
        "limits.memory": "1Gi",
        "requests.nvidia.com/gpu": "1",
    }
    assert used("pod", pod({}, status={"phase": "Succeeded"})) == {"count/pods": "1"}


def test_a_pod_that_should_be_gone_counts_no_longer():
    meta = {"deletionTimestamp": (NOW - timedelta(seconds=31)).isoformat(), "deletionGracePeriodSeconds": 30}
    assert used("pod", pod({}, meta=meta)) == {"count/pods": "1"}
    meta["deletionGracePeriodSeconds"] = 60
    assert "pods" in used("pod", pod({}, meta=meta))


def test_services_and_claims_use_more_than_their_number():
    balancer = obj("svc", type="LoadBalancer", ports=[{"port": 80}, {"port": 81}])
    assert used("svc", balancer) == {
        "count/services": "1",
        "services": "1",
        "services.nodeports": "2",
        "services.loadbalancers": "1",
    }
    claim = obj("pvc", storageClassName="gold", resources={"requests": {"storage": "1.5Gi"}})
    assert used("pvc", claim) == {
        "count/persistentvolumeclaims": "1",
        "persistentvolumeclaims": "1",
        "requests.storage": "1.5Gi",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
        "gold.storageclass.storage.k8s.io/requests.storage": "1.5Gi",
    }


def test_other_kinds_are_counted_by_name():
    assert quota.tracked(find("deploy"), ["count/deployments.apps", "deployments", "pods"]) == [
        "count/deployments.apps"
    ]
    assert quota.tracked(find("cm"), ["count/configmaps", "configmaps"]) == ["count/configmaps", "configmaps"]


def test_containers_that_do_not_say_what_is_bounded_are_named():
    held = pod({"requests": {"cpu": "1"}}, {})
    missing = quota.unspecified(find("pod"), held, ["requests.cpu", "limits.memory", "pods"])
    assert missing == "must specify limits.memory for: c0,c1; requests.cpu for: c1"


@pytest.mark.parametrize(
    ("spec", "inside"),
    [
        ({"scopes": ["Terminating"]}, True),
        ({"scopes": ["NotTerminating"]}, False),
        ({"scopes": ["NotBestEffort"]}, True),
        (
            {
                "scopeSelector": {
                    "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["a"]}]
                }
            },
            True,
        ),
        (
            {
                "scopeSelector": {
                    "matchExpressions": [{"scopeName": "PriorityClass", "operator": "NotIn", "values": ["a"]}]
                }
            },
            False,
        ),
        ({"scopes": ["CrossNamespacePodAffinity"]}, False),
        ({}, True),
    ],
)
def test_a_quota_counts_only_what_is_in_its_scopes(spec, inside):
    held = pod({}, status={"qosClass": "Burstable"}, activeDeadlineSeconds=5, priorityClassName="a")
    assert in_scope(find("pod"), held, obj("quota", **spec).spec) is inside


def test_scopes_of_pods_leave_other_kinds_out():
    assert not in_scope(find("svc"), obj("svc"), obj("quota", scopes=["Terminating"]).spec)


def test_a_quota_is_shown_with_what_is_used_of_it():
    held = obj("quota", status={"hard": {"pods": "2", "limits.cpu": "1"}, "used": {"pods": "1", "limits.cpu": "500m"}})
    held = msgspec.structs.replace(held, metadata=msgspec.structs.replace(held.metadata, creationTimestamp=NOW))
    columns, rows = table(find("quota"), [held], NOW)
    assert (columns, rows) == (["Name", "Request", "Limit", "Age"], [["x", "pods: 1/2", "limits.cpu: 500m/1", "0s"]])

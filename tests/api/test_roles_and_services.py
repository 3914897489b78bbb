"""What roles, their bindings and API services may say."""

from __future__ import annotations

from typing import Any

import pytest
from judged_kinds import changes, faults, made, row

ROLE = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
REF = {"kind": "Role", "name": "reader"}
GROUP = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("kind", "rule", "fields"),
    [
        ("role", {}, ["rules[0].verbs", "rules[0].apiGroups", "rules[0].resources"]),
        ("role", {"verbs": ["get"], "nonResourceURLs": ["/healthz"]}, ["rules[0].nonResourceURLs"]),
        ("clusterrole", {"verbs": ["get"], "nonResourceURLs": ["/healthz"]}, []),
        ("clusterrole", {**ROLE, "nonResourceURLs": ["/healthz"]}, ["rules[0].nonResourceURLs"]),
        ("clusterrole", ROLE, []),
    ],
)
def test_a_rule_says_what_may_be_done_to_what(kind: str, rule: dict[str, Any], fields: list[str]) -> None:
    assert [*faults(kind, rules=[rule])] == fields


def test_an_aggregated_role_says_of_which() -> None:
    assert [*faults("clusterrole", aggregationRule={})] == ["aggregationRule.clusterRoleSelectors"]
    selector = {"matchLabels": {"a b": "c"}}
    found = faults("clusterrole", aggregationRule={"clusterRoleSelectors": [selector]})
    assert [*found] == ["aggregationRule.clusterRoleSelectors[0].matchLabels"]


def test_roles_may_have_names_that_others_may_not() -> None:
    assert faults("role", "system:reader", rules=[ROLE]) == {}
    assert faults("role", "a/b", rules=[ROLE])["metadata.name"].endswith("may not contain '/'")
    assert [*row("role", made("role"))] == ["Name", "Created At"]


def test_a_binding_names_groups_that_are_not_said() -> None:
    subjects = [{"kind": "User", "name": "ana"}, {"kind": "ServiceAccount", "name": "robot", "namespace": "shop"}]
    obj = made("rolebinding", roleRef=REF, subjects=subjects)
    assert obj["roleRef"]["apiGroup"] == GROUP
    assert obj["subjects"] == [{**subjects[0], "apiGroup": GROUP}, subjects[1]]
    assert row("rolebinding", obj, wide=True) == {
        "Name": "one",
        "Role": "Role/reader",
        "Age": "60s",
        "Users": "ana",
        "Groups": "",
        "ServiceAccounts": "shop/robot",
    }


@pytest.mark.parametrize(
    ("kind", "content", "fields"),
    [
        ("rolebinding", {"roleRef": {"kind": "", "name": ""}}, ["roleRef.kind", "roleRef.name"]),
        ("rolebinding", {"roleRef": {**REF, "apiGroup": "x"}}, ["roleRef.apiGroup"]),
        ("clusterrolebinding", {"roleRef": REF}, ["roleRef.kind"]),
        ("rolebinding", {"roleRef": REF, "subjects": [{"kind": "Robot", "name": "a"}]}, ["subjects[0].kind"]),
        ("rolebinding", {"roleRef": REF, "subjects": [{"kind": "User", "name": ""}]}, ["subjects[0].name"]),
        (
            "rolebinding",
            {"roleRef": REF, "subjects": [{"kind": "Group", "name": "a", "apiGroup": "x"}]},
            ["subjects[0].apiGroup"],
        ),
        (
            "clusterrolebinding",
            {"roleRef": {**REF, "kind": "ClusterRole"}, "subjects": [{"kind": "ServiceAccount", "name": "A"}]},
            ["subjects[0].name", "subjects[0].namespace"],
        ),
    ],
)
def test_a_binding_is_refused_for(kind: str, content: dict[str, Any], fields: list[str]) -> None:
    assert [*faults(kind, **content)] == fields


@pytest.mark.parametrize("kind", ["rolebinding", "clusterrolebinding"])
def test_the_role_of_a_binding_never_changes(kind: str) -> None:
    old = made(kind, roleRef={"kind": "ClusterRole", "name": "reader"})
    new = {**old, "roleRef": {**old["roleRef"], "name": "writer"}}
    assert changes(kind, old, new)["roleRef"].endswith("cannot change roleRef")


def api_service(**spec: Any) -> dict[str, Any]:
    return {"group": "metrics.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10, **spec}


def test_an_api_service_is_asked_over_https() -> None:
    obj = made(
        "apiservice", "v1.metrics.example.com", spec=api_service(service={"name": "m", "namespace": "kube-system"})
    )
    assert (obj["spec"]["service"]["port"], obj["status"]) == (443, {})
    assert row("apiservice", obj) == {
        "Name": "v1.metrics.example.com",
        "Service": "kube-system/m",
        "Available": "Unknown",
        "Age": "60s",
    }
    assert row("apiservice", made("apiservice", "v1.metrics.example.com", spec=api_service()))["Available"] == "True"


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"version": "v2"}, ["metadata.name"]),
        ({"groupPriorityMinimum": 0, "versionPriority": 1001}, ["spec.groupPriorityMinimum", "spec.versionPriority"]),
        ({"insecureSkipTLSVerify": True}, ["spec.insecureSkipTLSVerify"]),
        ({"caBundle": "aGk="}, ["spec.caBundle"]),
        ({"service": {}}, ["spec.service.namespace", "spec.service.name"]),
        ({"service": {"name": "a", "namespace": "b", "port": 70000}}, ["spec.service.port"]),
    ],
)
def test_an_api_service_is_refused_for(spec: dict[str, Any], fields: list[str]) -> None:
    assert [*faults("apiservice", "v1.metrics.example.com", spec=api_service(**spec))] == fields

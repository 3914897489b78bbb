"""Roles, bindings, and what they allow."""

from __future__ import annotations

import msgspec
import pytest
from lightkube.models import rbac_v1

from kubelab.control_plane.api_server.authorization.attributes import ADMIN, Attributes, User
from kubelab.control_plane.api_server.authorization.default_roles import default_roles
from kubelab.control_plane.api_server.authorization.rbac import Rbac, allows, service_account_groups

MODELS = {
    "Role": rbac_v1.Role,
    "ClusterRole": rbac_v1.ClusterRole,
    "RoleBinding": rbac_v1.RoleBinding,
    "ClusterRoleBinding": rbac_v1.ClusterRoleBinding,
}


class Shelf:
    """Roles and bindings, as the API server would find them."""

    def __init__(self, *manifests: dict) -> None:
        self.objects = [msgspec.convert(each, MODELS[each["kind"]]) for each in (*default_roles(), *manifests)]

    def find(self, kind: str, namespace: str | None, name: str):
        for obj in self.objects:
            if (obj.kind, obj.metadata.namespace, obj.metadata.name) == (kind, namespace, name):
                return obj
        return None

    def listed(self, plural: str, namespace: str | None):
        return [
            each for each in self.objects if f"{each.kind.lower()}s" == plural and each.metadata.namespace == namespace
        ]

    @property
    def rbac(self) -> Rbac:
        return Rbac(self.find, self.listed)


def role(name: str, namespace: str = "default", **rule) -> dict:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": meta, "rules": [rule]}


def binding(to: str, subject: dict, role_kind: str = "Role", namespace: str | None = "default") -> dict:
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": f"{to}-binding", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": to},
        "subjects": [subject],
    }


JANE = {"kind": "User", "name": "jane", "apiGroup": "rbac.authorization.k8s.io"}
READ_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}


def test_nothing_is_allowed_that_no_rule_allows():
    allowed, reason = Shelf().rbac.decide(
        User("jane", ("system:authenticated",)), Attributes("get", "", "pods", "default")
    )
    assert (allowed, reason) == (False, "")


def test_a_role_counts_in_its_own_namespace_only():
    rbac = Shelf(role("reader", **READ_PODS), binding("reader", JANE)).rbac
    allowed, reason = rbac.decide(User("jane"), Attributes("list", "", "pods", "default"))
    assert allowed
    assert reason == 'RBAC: allowed by RoleBinding "reader-binding/default" of Role "reader" to User "jane"'
    assert not rbac.decide(User("jane"), Attributes("list", "", "pods", "other"))[0]
    assert not rbac.decide(User("jane"), Attributes("list", "", "pods"))[0]
    assert not rbac.decide(User("jane"), Attributes("delete", "", "pods", "default"))[0]


def test_a_cluster_role_bound_in_a_namespace_counts_there_only():
    rbac = Shelf(binding("view", JANE, "ClusterRole")).rbac
    assert rbac.decide(User("jane"), Attributes("list", "apps", "deployments", "default"))[0]
    assert not rbac.decide(User("jane"), Attributes("list", "apps", "deployments", "other"))[0]
    assert not rbac.decide(User("jane"), Attributes("get", "", "secrets", "default"))[0], "view does not show secrets"


def test_a_binding_to_a_role_that_is_not_there_is_told():
    allowed, reason = Shelf(binding("nope", JANE)).rbac.decide(User("jane"), Attributes("get", "", "pods", "default"))
    assert not allowed
    assert reason == 'RBAC: [role.rbac.authorization.k8s.io "nope" not found]'


def test_service_accounts_ask_by_their_own_name_and_groups():
    subject = {"kind": "ServiceAccount", "name": "robot", "namespace": "ci"}
    rbac = Shelf(role("reader", **READ_PODS), binding("reader", subject)).rbac
    robot = User("system:serviceaccount:ci:robot", service_account_groups("ci"))
    assert rbac.decide(robot, Attributes("get", "", "pods", "default", "web"))[0]
    everybody = {"kind": "Group", "name": "system:serviceaccounts:ci"}
    assert Shelf(role("reader", **READ_PODS), binding("reader", everybody)).rbac.decide(
        robot, Attributes("get", "", "pods", "default")
    )[0]


@pytest.mark.parametrize(
    ("rule", "wanted", "expected"),
    [
        (
            {"apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]},
            Attributes("patch", "apps", "deployments/scale"),
            True,
        ),
        ({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, Attributes("get", "", "pods/log"), False),
        ({"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}, Attributes("get", "", "pods/log"), True),
        (
            {"apiGroups": ["*"], "resources": ["*/scale"], "verbs": ["get"]},
            Attributes("get", "apps", "deployments/scale"),
            True,
        ),
        (
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["a"]},
            Attributes("get", "", "configmaps", "default", "b"),
            False,
        ),
        (
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"], "resourceNames": ["a"]},
            Attributes("list", "", "configmaps", "default"),
            False,
        ),
        ({"nonResourceURLs": ["/apis/*"], "verbs": ["get"]}, Attributes("get", path="/apis/apps/v1"), True),
        ({"nonResourceURLs": ["/apis"], "verbs": ["get"]}, Attributes("get", path="/apis/apps/v1"), False),
    ],
)
def test_a_rule_covers_what_it_names(rule, wanted, expected):
    assert allows(msgspec.convert(rule, rbac_v1.PolicyRule), wanted) is expected


def test_masters_may_do_everything_by_the_default_binding():
    assert Shelf().rbac.decide(ADMIN, Attributes("delete", "", "nodes", "", "worker-1"))[0]


def test_refusals_are_worded_as_the_api_server_words_them():
    jane = User("jane")
    assert Attributes("list", "", "pods", "default").refusal(jane).message == (
        'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"'
    )
    assert Attributes("get", "apps", "deployments/scale", "shop", "web").refusal(jane).message == (
        'deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments/scale" '
        'in API group "apps" in the namespace "shop"'
    )
    assert Attributes("get", path="/metrics").refusal(jane).message == (
        'forbidden: User "jane" cannot get path "/metrics"'
    )

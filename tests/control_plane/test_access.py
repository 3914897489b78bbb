"""Who may do what in a cluster with RBAC, asked and tried."""

from __future__ import annotations

import pytest

import kubelab as kl
from kubelab.client_go.client import Client
from kubelab.control_plane.api_server.authorization.attributes import User

GROUP = "rbac.authorization.k8s.io"
JANE = User("jane", ("system:authenticated",))


@pytest.fixture
def cluster() -> kl.Cluster:
    cluster = kl.Cluster(workers=1, rbac=True)
    cluster.api.create(
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "jane-views", "namespace": "default"},
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "view"},
            "subjects": [{"kind": "User", "name": "jane", "apiGroup": GROUP}],
        }
    )
    return cluster


def can(client: Client, verb: str, resource: str, group: str = "", namespace: str = "default") -> bool:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": verb, "resource": resource, "group": group, "namespace": namespace}},
    }
    return client.create(review).status.allowed


def test_the_answer_of_can_i_is_what_happens(cluster):
    jane = cluster.api.acting_as(JANE)
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}
    cluster.api.create(config)
    attempts = {
        ("list", "pods", "default"): lambda: jane.list("pods", "default"),
        ("list", "pods", "kube-system"): lambda: jane.list("pods", "kube-system"),
        ("get", "configmaps", "default"): lambda: jane.get("configmaps", "a"),
        ("list", "secrets", "default"): lambda: jane.list("secrets", "default"),
        ("create", "configmaps", "default"): lambda: jane.create({**config, "metadata": {"name": "b"}}),
        ("delete", "configmaps", "default"): lambda: jane.delete("configmaps", "a"),
        ("list", "nodes", ""): lambda: jane.list("nodes"),
    }
    answers = {}
    for (verb, resource, namespace), attempt in attempts.items():
        allowed = can(jane, verb, resource, namespace=namespace)
        answers[verb, resource, namespace] = allowed
        if allowed:
            attempt()
        else:
            with pytest.raises(kl.ApiError) as refused:
                attempt()
            assert refused.value.code == 403
            assert refused.value.message.startswith(f"{resource}")
    assert [key for key, allowed in answers.items() if allowed] == [
        ("list", "pods", "default"),
        ("get", "configmaps", "default"),
    ]


def test_what_is_refused_changes_nothing(cluster):
    before = cluster.journal.digest(), cluster.etcd.revision
    with pytest.raises(kl.ApiError, match='User "jane" cannot create resource "pods" in API group ""'):
        cluster.api.acting_as(JANE).create(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": []}}
        )
    assert (cluster.journal.digest(), cluster.etcd.revision) == before


def test_acting_as_somebody_else_is_itself_a_right(cluster):
    jane = cluster.api.acting_as(JANE)
    with pytest.raises(kl.ApiError, match='users "bob" is forbidden: User "jane" cannot impersonate resource "users"'):
        jane.acting_as(User("bob"))


def test_a_token_speaks_for_its_service_account_until_it_is_stale_or_the_account_gone(cluster):
    tokens = cluster.master.api_server.gate.tokens
    issued = cluster.api.create_token("default", request={"spec": {"expirationSeconds": 600}}).status
    user = tokens.user_of(issued.token)
    assert user.name == "system:serviceaccount:default:default"
    assert "system:serviceaccounts:default" in user.groups
    assert tokens.user_of(issued.token[:-2] + "xx") is None
    assert tokens.user_of("") is None
    assert tokens.user_of("a.b.c") is None
    cluster.run(601)
    assert tokens.user_of(issued.token) is None
    fresh = cluster.api.create_token("default").status.token
    cluster.api.delete("serviceaccounts", "default")
    cluster.settle()
    assert tokens.user_of(fresh) is None, "another account of the same name is not the same account"


def test_a_token_of_five_minutes_is_refused(cluster):
    with pytest.raises(kl.ApiError, match="may not specify a duration less than 10 minutes"):
        cluster.api.create_token("default", request={"spec": {"expirationSeconds": 300}})


def test_a_role_that_is_added_up_grows_with_its_parts(cluster):
    robot = cluster.api.acting_as(JANE)
    assert not can(robot, "get", "crontabs", "stable.example.com")
    cluster.api.create(
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "crons", "labels": {f"{GROUP}/aggregate-to-view": "true"}},
            "rules": [{"apiGroups": ["stable.example.com"], "resources": ["crontabs"], "verbs": ["get"]}],
        }
    )
    cluster.settle()
    assert can(robot, "get", "crontabs", "stable.example.com")


def test_without_rbac_everybody_may_do_everything():
    cluster = kl.Cluster(workers=0)
    jane = cluster.api.acting_as(JANE)
    assert can(jane, "delete", "nodes", namespace="")
    assert cluster.api.list("clusterroles") == []


def test_who_am_i(cluster):
    review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    info = cluster.api.acting_as(JANE).create(review).status.userInfo
    assert (info.username, info.groups) == ("jane", ["system:authenticated"])


def test_the_rules_of_oneself_are_those_of_the_bindings(cluster):
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": "default"},
    }
    status = cluster.api.acting_as(JANE).create(review).status
    assert any("pods" in (rule.resources or ()) and "list" in rule.verbs for rule in status.resourceRules)
    assert any("/api/*" in rule.nonResourceURLs for rule in status.nonResourceRules)

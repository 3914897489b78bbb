import pytest
from web import Web

import kubelab as kl

PODS = "/api/v1/namespaces/default/pods"
ROBOT = "system:serviceaccount:default:robot"


@pytest.fixture(scope="module")
def web():
    cluster = kl.Cluster(workers=1, seed=1, rbac=True)
    with cluster.serve(speed=100.0, environment=False) as server:
        web = Web(server)
        assert (
            web.ask("POST", "/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "robot"}}).code == 201
        )
        rules = [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "watch"]},
            {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get"]},
        ]
        group = "rbac.authorization.k8s.io"
        root = f"/apis/{group}/v1/namespaces/default"
        assert web.ask("POST", f"{root}/roles", {"metadata": {"name": "r"}, "rules": rules}).code == 201
        subject = {"kind": "ServiceAccount", "name": "robot", "namespace": "default"}
        reference = {"apiGroup": group, "kind": "Role", "name": "r"}
        binding = {"metadata": {"name": "r"}, "subjects": [subject], "roleRef": reference}
        assert web.ask("POST", f"{root}/rolebindings", binding).code == 201
        pod = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
        assert web.ask("POST", PODS, pod).code == 201
        yield web


@pytest.fixture(scope="module")
def token(web):
    reply = web.ask("POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", {})
    return reply.json["status"]["token"]


def test_a_role_opens_what_it_names(web, token):
    assert web.get(f"{PODS}/p", token=token).code == 200
    assert web.get(f"{PODS}?watch=1&timeoutSeconds=1&resourceVersion=1", token=token).code == 200


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", PODS, f'pods is forbidden: User "{ROBOT}" cannot list resource "pods" in API group ""'),
        ("DELETE", f"{PODS}/p", 'cannot delete resource "pods"'),
        ("GET", f"{PODS}/p/log", 'cannot get resource "pods/log"'),
        ("GET", f"{PODS}/p/exec?command=ls", 'cannot create resource "pods/exec"'),
        ("GET", "/api/v1/nodes", 'cannot list resource "nodes" in API group "" at the cluster scope'),
        ("GET", "/metrics", 'cannot get path "/metrics"'),
    ],
)
def test_nothing_else_is_open(web, token, method, path, words):
    reply = web.ask(method, path, token=token)
    assert (reply.code, reply.json["reason"]) == (403, "Forbidden")
    assert words in reply.json["message"]


def test_an_administrator_can_act_as_another_and_the_other_cannot(web, token):
    assert web.get(PODS, Impersonate_User=ROBOT).code == 403
    assert web.get(f"{PODS}/p", Impersonate_User=ROBOT).code == 200
    assert web.get(f"{PODS}/p", token=token, Impersonate_User="kubernetes-admin").code == 403


def test_a_forged_token_is_nobodys(web, token):
    head, body, _ = token.split(".")
    assert web.get(f"{PODS}/p", token=f"{head}.{body}.AAAA").code == 401
    assert web.get(f"{PODS}/p", token=f"{head}.{body}.").code == 401


def test_a_token_dies_with_its_account(web):
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    assert web.ask("POST", accounts, {"metadata": {"name": "brief"}}).code == 201
    token = web.ask("POST", f"{accounts}/brief/token", {}).json["status"]["token"]
    assert web.get("/api", token=token).code == 200
    web.ask("DELETE", f"{accounts}/brief")
    assert web.get("/api", token=token).code == 401

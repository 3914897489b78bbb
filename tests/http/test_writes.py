import json

import pytest

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
MERGE, STRATEGIC = "application/merge-patch+json", "application/strategic-merge-patch+json"
POD = {"spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}


def deployment(name, replicas=1):
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, **POD}
    return {
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def test_an_object_is_made_read_replaced_and_deleted(served):
    made = served.ask("POST", CONFIG_MAPS, {"metadata": {"name": "a"}, "data": {"k": "1"}})
    assert (made.code, made.json["kind"]) == (201, "ConfigMap")
    assert served.ask("POST", CONFIG_MAPS, {"metadata": {"name": "a"}}).json["reason"] == "AlreadyExists"
    changed = {**made.json, "data": {"k": "2"}}
    assert served.ask("PUT", f"{CONFIG_MAPS}/a", changed).json["data"] == {"k": "2"}
    stale = served.ask("PUT", f"{CONFIG_MAPS}/a", changed | {"data": {"k": "3"}})
    assert (stale.code, stale.json["reason"]) == (409, "Conflict")
    assert stale.json["details"] == {"name": "a", "kind": "configmaps"}
    gone = served.ask("DELETE", f"{CONFIG_MAPS}/a")
    assert (gone.code, gone.json["status"], gone.json["details"]["kind"]) == (200, "Success", "configmaps")
    again = served.ask("DELETE", f"{CONFIG_MAPS}/a")
    assert (again.code, again.json["details"]) == (404, {"name": "a", "kind": "configmaps"})


def test_yaml_is_read_too(served):
    reply = served.ask("POST", CONFIG_MAPS, "metadata: {name: why}\ndata: {k: 'on'}", sort="application/yaml")
    assert reply.json["data"] == {"k": "on"}


def test_each_patch_works_by_its_media_type(served):
    assert served.ask("POST", DEPLOYMENTS, deployment("p")).code == 201
    path = f"{DEPLOYMENTS}/p"
    images = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:1.28"}]}}}}
    found = served.ask("PATCH", path, images, sort=STRATEGIC).json
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.28"
    assert served.ask("PATCH", path, {"metadata": {"labels": {"x": "y"}}}, sort=MERGE).json["metadata"]["labels"]
    operations = [{"op": "replace", "path": "/spec/replicas", "value": 2}]
    assert served.ask("PATCH", path, operations, sort="application/json-patch+json").json["spec"]["replicas"] == 2
    unknown = served.ask("PATCH", path, {}, sort="text/x-diff")
    assert (unknown.code, unknown.json["reason"]) == (415, "UnsupportedMediaType")


def test_server_side_apply_makes_changes_and_conflicts(served):
    path = f"{CONFIG_MAPS}/ssa"
    body = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ssa}\ndata: {k: '1'}"
    apply = "application/apply-patch+yaml"
    assert served.ask("PATCH", f"{path}?fieldManager=a", body, sort=apply).code == 201
    assert served.ask("PATCH", f"{path}?fieldManager=a", body, sort=apply).code == 200
    other = body.replace("'1'", "'2'")
    refused = served.ask("PATCH", f"{path}?fieldManager=b", other, sort=apply)
    assert (refused.code, refused.json["details"]["causes"][0]["field"]) == (409, ".data.k")
    forced = served.ask("PATCH", f"{path}?fieldManager=b&force=true", other, sort=apply)
    assert (forced.code, forced.json["data"]) == (200, {"k": "2"})
    assert served.ask("PATCH", path, body, sort=apply).code == 422
    assert served.ask("PATCH", f"{path}?force=true", {}, sort=MERGE).code == 422


def test_unknown_fields_are_refused_warned_of_or_ignored(served):
    body = {"metadata": {"name": "f"}, "dada": {}}
    strict = served.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Strict&dryRun=All", body)
    assert (strict.code, strict.json["reason"]) == (400, "BadRequest")
    assert 'unknown field "dada"' in strict.json["message"]
    warned = served.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Warn&dryRun=All", body)
    assert (warned.code, warned.headers["Warning"]) == (201, '299 - "unknown field \\"dada\\""')
    ignored = served.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Ignore&dryRun=All", body)
    assert (ignored.code, ignored.headers["Warning"]) == (201, None)
    assert served.ask("POST", f"{CONFIG_MAPS}?fieldValidation=Perhaps", body).code == 422
    assert served.get(f"{CONFIG_MAPS}/f").code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", CONFIG_MAPS, {"kind": "Secret", "metadata": {"name": "x"}}, 400),
        ("POST", CONFIG_MAPS, {"apiVersion": "v2", "metadata": {"name": "x"}}, 400),
        ("POST", CONFIG_MAPS, {"apiVersion": {}, "metadata": {"name": "x"}}, 400),
        ("POST", CONFIG_MAPS, {"metadata": {"name": "x", "namespace": "other"}}, 400),
        ("POST", CONFIG_MAPS, [], 400),
        ("POST", CONFIG_MAPS, "", 400),
        ("POST", CONFIG_MAPS, "{", 400),
        ("POST", "/api/v1/namespaces/nosuch/configmaps", {"metadata": {"name": "x"}}, 404),
        ("POST", "/api/v1/configmaps", {"metadata": {"name": "x"}}, 405),
        ("POST", f"{CONFIG_MAPS}/x", {"metadata": {"name": "x"}}, 405),
        ("PUT", f"{CONFIG_MAPS}/x", {"metadata": {"name": "y"}}, 400),
        ("PUT", f"{CONFIG_MAPS}/x", {"metadata": {}}, 400),
        ("PUT", f"{CONFIG_MAPS}/x", {"metadata": {"name": "x", "namespace": "other"}}, 400),
        ("PUT", CONFIG_MAPS, {"metadata": {"name": "x"}}, 405),
        ("PATCH", f"{CONFIG_MAPS}/x", {}, 415),
        ("DELETE", "/api/v1/configmaps", None, 405),
        ("DELETE", f"{CONFIG_MAPS}/x", {"gracePeriodSeconds": "soon"}, 400),
        ("DELETE", f"{CONFIG_MAPS}/x?dryRun=Some", None, 422),
        ("DELETE", "/version", None, 405),
        ("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", None, 405),
        ("OPTIONS", CONFIG_MAPS, None, 405),
        ("POST", f"{DEPLOYMENTS}/x/scale", {}, 405),
        ("GET", f"{CONFIG_MAPS}/x/scale", None, 404),
    ],
)
def test_what_cannot_be_is_refused_by_a_status(served, method, path, body, code):
    reply = served.ask(method, path, body)
    assert reply.code == code, reply.body
    assert reply.is_status


def test_a_dry_run_changes_nothing(served):
    before = served.server.cluster.etcd.revision
    assert served.ask("POST", f"{CONFIG_MAPS}?dryRun=All", {"metadata": {"name": "dry"}}).code == 201
    assert served.get(f"{CONFIG_MAPS}/dry").code == 404
    assert served.server.cluster.etcd.revision == before


def test_a_pod_on_a_node_is_given_back_while_it_ends(served):
    assert served.ask("POST", "/api/v1/namespaces/default/pods", {"metadata": {"name": "one"}, **POD}).code == 201
    served.server.cluster.run(30)
    gone = served.ask("DELETE", "/api/v1/namespaces/default/pods/one", {"gracePeriodSeconds": 5})
    assert (gone.code, gone.json["kind"]) == (200, "Pod")
    assert gone.json["metadata"]["deletionGracePeriodSeconds"] == 5


def test_a_collection_is_deleted_by_its_labels(served):
    for name in ("d1", "d2"):
        served.ask("POST", CONFIG_MAPS, {"metadata": {"name": name, "labels": {"group": name}}})
    reply = served.ask("DELETE", f"{CONFIG_MAPS}?labelSelector=group=d1")
    assert (reply.code, [item["metadata"]["name"] for item in reply.json["items"]]) == (200, ["d1"])
    assert served.get(f"{CONFIG_MAPS}/d2").code == 200


def test_scale_status_and_eviction_have_doors_of_their_own(served):
    assert served.ask("POST", DEPLOYMENTS, deployment("s", 1)).code == 201
    path = f"{DEPLOYMENTS}/s"
    scale = served.get(f"{path}/scale").json
    assert (scale["kind"], scale["spec"]["replicas"]) == ("Scale", 1)
    scale["spec"]["replicas"] = 2
    assert served.ask("PUT", f"{path}/scale", scale).json["spec"]["replicas"] == 2
    assert served.ask("PATCH", f"{path}/scale", {"spec": {"replicas": 3}}, sort=MERGE).json["spec"]["replicas"] == 3
    assert served.get(f"{path}/status").json["spec"]["replicas"] == 3
    status = served.ask("PATCH", f"{path}/status", {"status": {"observedGeneration": 99}}, sort=MERGE)
    assert status.json["status"]["observedGeneration"] == 99
    served.server.cluster.run(30)
    pods = served.get("/api/v1/namespaces/default/pods?labelSelector=app=s").json["items"]
    name = pods[0]["metadata"]["name"]
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
    evicted = served.ask("POST", f"/api/v1/namespaces/default/pods/{name}/eviction", body)
    assert (evicted.code, evicted.json["status"]) == (201, "Success")


def test_tokens_reviews_and_namespaces_being_finalized(served):
    asked = {"spec": {"expirationSeconds": 600}}
    token = served.ask("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", asked).json["status"][
        "token"
    ]
    review = {"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    assert served.ask("POST", path, review, token=token).json["status"]["allowed"] is True
    who = served.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {}, token=token).json
    assert who["status"]["userInfo"]["username"] == "system:serviceaccount:default:default"
    assert served.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "zoo"}}).code == 201
    held = served.get("/api/v1/namespaces/zoo").json
    held["spec"]["finalizers"] = []
    assert served.ask("PUT", "/api/v1/namespaces/zoo/finalize", held).code == 200


def test_leases_are_made_by_an_update(served):
    body = {"metadata": {"name": "lock"}, "spec": {"renewTime": "2026-01-01T00:00:00.000000Z"}}
    made = served.ask("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/lock", body)
    assert made.code == 201
    assert made.json["spec"]["renewTime"] == "2026-01-01T00:00:00.000000Z"


def test_the_journal_names_the_program_that_asked(served):
    served.ask("POST", CONFIG_MAPS, {"metadata": {"name": "mine"}, "data": {"a": "b"}}, User_Agent="lens/5 (linux)")
    entry = [held for held in served.server.cluster.journal if held.object == "configmaps/default/mine"][-1]
    assert entry.actor == "lens"
    assert json.loads(served.get(f"{CONFIG_MAPS}/mine").body)["metadata"]["managedFields"][0]["manager"] == "lens"

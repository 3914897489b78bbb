import base64
import json

import pytest
import yaml

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"


@pytest.fixture(scope="module")
def web(served):
    for number in range(7):
        body = {"metadata": {"name": f"c{number}", "labels": {"even": str(number % 2 == 0)}}, "data": {"a": "b"}}
        assert served.ask("POST", "/api/v1/namespaces/default/configmaps", body).code == 201
    return served


CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def names(reply):
    return [item["metadata"]["name"] for item in reply.json["items"]]


def test_items_of_a_list_leave_their_kind_to_the_list(web):
    reply = web.get(CONFIG_MAPS)
    assert (reply.json["kind"], reply.json["apiVersion"]) == ("ConfigMapList", "v1")
    assert all("kind" not in item and "apiVersion" not in item for item in reply.json["items"])
    one = web.get(f"{CONFIG_MAPS}/c1").json
    assert (one["kind"], one["apiVersion"], one["data"]) == ("ConfigMap", "v1", {"a": "b"})


def test_nodes_pods_and_events_come_without_their_kind_too(web):
    for path in ("/api/v1/nodes", "/api/v1/events", "/apis/coordination.k8s.io/v1/leases"):
        assert all("kind" not in item for item in web.get(path).json["items"])


def test_a_list_in_pages_is_one_list_of_one_revision(web):
    whole = web.get(f"{CONFIG_MAPS}?labelSelector=even")
    first = web.get(f"{CONFIG_MAPS}?limit=3&labelSelector=even")
    meta = first.json["metadata"]
    assert "remainingItemCount" not in meta  # nobody counts what a selector chooses
    web.ask("POST", CONFIG_MAPS, {"metadata": {"name": "c55", "labels": {"even": "no"}}})
    web.ask("DELETE", f"{CONFIG_MAPS}/c6")
    second = web.get(f"{CONFIG_MAPS}?limit=9&labelSelector=even&continue={meta['continue']}")
    assert names(first) + names(second) == names(whole)
    assert second.json["metadata"]["resourceVersion"] == meta["resourceVersion"]
    assert "continue" not in second.json["metadata"]


def test_what_remains_is_counted_without_a_selector(web):
    meta = web.get("/api/v1/namespaces?limit=1").json["metadata"]
    assert meta["remainingItemCount"] == len(web.get("/api/v1/namespaces").json["items"]) - 1


def test_a_page_of_a_compacted_revision_is_gone_and_says_how_to_go_on(fresh):
    first = fresh.get("/api/v1/namespaces?limit=2").json
    cluster = fresh.server.cluster
    fresh.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "zoo"}})
    cluster.etcd.compact(cluster.etcd.revision)
    gone = fresh.get(f"/api/v1/namespaces?continue={first['metadata']['continue']}")
    assert (gone.code, gone.json["reason"]) == (410, "Expired")
    rest = fresh.get(f"/api/v1/namespaces?continue={gone.json['metadata']['continue']}")
    assert "zoo" in names(rest)
    assert not {item["metadata"]["name"] for item in first["items"]} & set(names(rest))


def test_revisions_are_exact_not_older_or_still_to_come(web):
    old = web.get(CONFIG_MAPS).json["metadata"]["resourceVersion"]
    web.ask("POST", CONFIG_MAPS, {"metadata": {"name": "later"}})
    exact = web.get(f"{CONFIG_MAPS}?resourceVersion={old}&resourceVersionMatch=Exact")
    assert "later" not in names(exact)
    assert exact.json["metadata"]["resourceVersion"] == old
    assert "later" in names(web.get(f"{CONFIG_MAPS}?resourceVersion={old}&resourceVersionMatch=NotOlderThan"))
    assert "later" in names(web.get(f"{CONFIG_MAPS}?resourceVersion=0"))
    future = web.get(f"{CONFIG_MAPS}?resourceVersion=99999999")
    assert (future.code, future.json["details"]["causes"][0]["reason"]) == (504, "ResourceVersionTooLarge")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=-1", 422),
        ("limit=x", 400),
        ("continue=abc", 400),
        ("resourceVersion=x", 400),
        ("resourceVersionMatch=Exact", 422),
        ("resourceVersion=5&resourceVersionMatch=Nearly", 422),
        ("sendInitialEvents=true", 422),
        ("labelSelector=a=b=c", 400),
        ("fieldSelector=spec.x=1", 400),
        (f"continue={base64.urlsafe_b64encode(json.dumps({'v': 'meta.k8s.io/v1', 'rv': 'x'}).encode()).decode()}", 400),
    ],
)
def test_wrong_options_are_refused(web, query, code):
    reply = web.get(f"{CONFIG_MAPS}?{query}")
    assert reply.code == code
    assert reply.is_status


def test_tables_have_the_columns_of_kubectl(web):
    table = web.get("/api/v1/nodes", accept=TABLE).json
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    shown = [column["name"] for column in table["columnDefinitions"] if column["priority"] == 0]
    assert shown == ["Name", "Status", "Roles", "Age", "Version"]
    row = table["rows"][0]
    assert row["cells"][:2] == ["worker-1", "Ready"]
    assert len(row["cells"]) == len(table["columnDefinitions"])
    assert row["object"]["kind"] == "PartialObjectMetadata"
    assert web.get("/api/v1/nodes?includeObject=Object", accept=TABLE).json["rows"][0]["object"]["kind"] == "Node"
    assert web.get("/api/v1/nodes?includeObject=None", accept=TABLE).json["rows"][0]["object"] is None
    assert web.get("/api/v1/nodes?includeObject=Half", accept=TABLE).code == 422


def test_metadata_alone_is_given_where_it_is_asked_for(web):
    listed = web.get("/api/v1/nodes", accept=PARTIAL).json
    assert listed["kind"] == "PartialObjectMetadataList"
    assert set(listed["items"][0]) == {"kind", "apiVersion", "metadata"}
    one = web.get("/api/v1/nodes/worker-1", accept=PARTIAL.replace("List", "")).json
    assert (one["kind"], one["metadata"]["name"]) == ("PartialObjectMetadata", "worker-1")


def test_yaml_is_given_where_it_is_asked_for(web):
    reply = web.get("/api/v1/namespaces/default", accept="application/yaml")
    assert reply.headers["Content-Type"] == "application/yaml"
    assert yaml.safe_load(reply.body)["metadata"]["name"] == "default"
    assert web.get("/api/v1/namespaces/default", accept="text/html").code == 406


def test_one_autoscaler_reads_in_both_versions(web):
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"},
        "maxReplicas": 3,
        "targetCPUUtilizationPercentage": 50,
    }
    path = "/apis/autoscaling/{}/namespaces/default/horizontalpodautoscalers"
    made = web.ask("POST", path.format("v1"), {"metadata": {"name": "h"}, "spec": spec})
    assert (made.code, made.json["apiVersion"]) == (201, "autoscaling/v1"), made.json
    later = web.get(f"{path.format('v2')}/h").json
    assert later["apiVersion"] == "autoscaling/v2"
    assert later["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] == 50


def test_health_and_version_are_open_to_all_and_nothing_else_is(web):
    for path in ("/healthz", "/livez", "/readyz?verbose", "/version", "/healthz/ping"):
        assert web.get(path, token="").code == 200
    for path in ("/", "/api", "/apis", "/openapi/v2", "/api/v1/nodes", "/nosuch", "/healthz2"):
        assert web.get(path, token="").code == 401

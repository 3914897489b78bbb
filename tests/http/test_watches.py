import copy
import time
from itertools import islice

import pytest

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def make(web, name, **labels):
    return web.ask("POST", CONFIG_MAPS, {"metadata": {"name": name, "labels": labels}, "data": {"a": "1"}}).json


def told(watch, number):
    return [(event["type"], event["object"]["metadata"].get("name")) for event in islice(watch, number)]


def newest(web):
    return web.get(CONFIG_MAPS).json["metadata"]["resourceVersion"]


def test_a_watch_from_a_revision_tells_everything_since_then(served):
    since = newest(served)
    make(served, "w1")
    served.ask("PATCH", f"{CONFIG_MAPS}/w1", {"data": {"b": "2"}}, sort="application/merge-patch+json")
    with served.watch(f"{CONFIG_MAPS}?watch=true&resourceVersion={since}") as watch:
        served.ask("DELETE", f"{CONFIG_MAPS}/w1")
        events = list(islice(watch, 3))
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    revisions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert revisions == sorted(set(revisions))
    assert events[2]["object"]["data"] == {"a": "1", "b": "2"}


def test_without_a_revision_what_is_there_comes_first(served):
    make(served, "w2")
    for query in ("watch=1", "watch=1&resourceVersion=0"):
        with served.watch(f"{CONFIG_MAPS}?{query}&fieldSelector=metadata.name=w2") as watch:
            assert told(watch, 1) == [("ADDED", "w2")]
            served.ask("PATCH", f"{CONFIG_MAPS}/w2", {"data": {query[-1]: "x"}}, sort="application/merge-patch+json")
            assert told(watch, 1) == [("MODIFIED", "w2")]


def test_an_object_that_stops_matching_is_deleted_to_who_watches(served):
    make(served, "w3", app="web")
    since = newest(served)
    with served.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={since}&labelSelector=app=web") as watch:
        for app in ("other", "web"):
            patch = {"metadata": {"labels": {"app": app}}}
            served.ask("PATCH", f"{CONFIG_MAPS}/w3", patch, sort="application/merge-patch+json")
        gone, back = islice(watch, 2)
    assert (gone["type"], gone["object"]["metadata"]["labels"]) == ("DELETED", {"app": "web"})  # as it last matched
    assert (back["type"], back["object"]["metadata"]["labels"]) == ("ADDED", {"app": "web"})
    assert int(gone["object"]["metadata"]["resourceVersion"]) > int(since)


def test_initial_events_end_with_a_bookmark(served):
    make(served, "w4", only="this")
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    with served.watch(f"{CONFIG_MAPS}?{query}&labelSelector=only=this") as watch:
        first, mark = islice(watch, 2)
    assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "w4")
    assert mark["type"] == "BOOKMARK"
    assert mark["object"]["kind"] == "ConfigMap"
    assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_watch_ends_when_its_time_is_up_with_a_last_bookmark(served):
    since = newest(served)
    began = time.monotonic()
    query = f"watch=1&resourceVersion={since}&timeoutSeconds=1&allowWatchBookmarks=true&labelSelector=no=such"
    with served.watch(f"{CONFIG_MAPS}?{query}") as watch:
        assert [event["type"] for event in watch] == ["BOOKMARK"]
    assert 0.5 < time.monotonic() - began < 5


def test_a_watch_from_a_compacted_revision_is_told_so(fresh):
    make(fresh, "old")
    make(fresh, "new")
    etcd = fresh.server.cluster.etcd
    etcd.compact(etcd.revision)
    with fresh.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion=1") as watch:
        (event,) = watch
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")


def test_a_table_names_its_columns_once(served):
    since = newest(served)
    make(served, "w5")
    make(served, "w6")
    with served.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={since}", accept=TABLE) as watch:
        first, second = islice(watch, 2)
    assert [column["name"] for column in first["object"]["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert second["object"]["columnDefinitions"] == []
    assert second["object"]["rows"][0]["cells"][:2] == ["w6", 1]


def test_the_old_form_and_one_object_can_be_watched(served):
    make(served, "w7")
    with served.watch("/api/v1/watch/namespaces/default/configmaps/w7") as watch:
        assert told(watch, 1) == [("ADDED", "w7")]
    with served.watch(f"{CONFIG_MAPS}/w7?watch=true") as watch:
        assert told(watch, 1) == [("ADDED", "w7")]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("resourceVersionMatch=Exact&resourceVersion=1", 422),
        ("sendInitialEvents=true", 422),
        ("resourceVersion=nine", 400),
        ("labelSelector=)(", 400),
        ("fieldSelector=data=1", 400),
    ],
)
def test_wrong_options_of_a_watch_are_refused(served, query, code):
    reply = served.get(f"{CONFIG_MAPS}?watch=1&{query}")
    assert reply.code == code
    assert reply.is_status


def test_who_hangs_up_is_told_no_more(fresh):
    hub = fresh.server.cluster.api_servers[0].hub
    watches = hub._watches["configmaps"]
    before = len(watches)
    with fresh.watch(f"{CONFIG_MAPS}?watch=1"):
        assert len(watches) == before + 1
    for _ in range(100):
        if len(watches) == before:
            break
        time.sleep(0.02)
    assert len(watches) == before


def test_watches_end_when_the_api_server_does(fresh):
    with fresh.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={newest(fresh)}") as watch:
        fresh.server.cluster.stop("kube-apiserver")
        assert list(watch) == []
    reply = fresh.get("/api/v1/nodes")
    assert (reply.code, reply.json["reason"]) == (503, "ServiceUnavailable")
    fresh.server.cluster.start("kube-apiserver")
    assert fresh.get("/api/v1/nodes").code == 200


def test_a_fork_of_a_served_cluster_is_deaf(fresh):
    cluster = fresh.server.cluster
    with fresh.watch(f"{CONFIG_MAPS}?watch=1&resourceVersion={newest(fresh)}") as watch:
        fork = cluster.fork()
        made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "in-the-fork"}}
        fork.api.create(made)
        again = copy.deepcopy(made)
        again["metadata"]["name"] = "here"
        cluster.api.create(again)
        assert told(watch, 1) == [("ADDED", "here")]
    fork.run(60)
    assert [held.metadata.name for held in fork.get("configmaps")][:1] == ["in-the-fork"]

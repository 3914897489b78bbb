import json
from datetime import timedelta
from pathlib import Path

import pytest
from lone_controllers import add_node, after, conditions, pod, post, run_pod, running, said, taints

import kubelab as kl
from kubelab.clock import EPOCH
from kubelab.control_plane.controller_manager.node_lifecycle import NodeLifecycleController
from kubelab.timings import Timings

RECORDINGS = Path(__file__).parents[3] / "shared" / "oracle" / "life"
UNREACHABLE = [("unreachable", "NoSchedule"), ("unreachable", "NoExecute")]


def renew(bare, node):
    """A kubelet's heartbeat, written one by one."""
    spec = {"holderIdentity": node, "renewTime": bare.clock.micro_date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    found = [lease.metadata.name for lease in bare.client.list("leases", "kube-node-lease")]
    if node in found:
        bare.client.patch("leases", node, {"spec": spec}, "kube-node-lease")
    else:
        meta = {"name": node, "namespace": "kube-node-lease"}
        bare.client.create({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": meta, "spec": spec})


def status_of(bare, node):
    return conditions(bare.client.get("nodes", node, None))


def test_a_node_that_falls_silent_becomes_unknown_after_the_grace_period(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, "worker-1")
    add_node(bare, "worker-2")
    bare.clock.run(49.9)
    post(bare, "worker-2", "True")
    bare.clock.run(54.9)
    assert status_of(bare, "worker-1")["Ready"] == "True"
    bare.clock.run(55.05)
    assert set(status_of(bare, "worker-1").values()) == {"Unknown"}
    assert set(status_of(bare, "worker-2").values()) == {"True", "False"}
    ready = bare.client.get("nodes", "worker-1", None).status.conditions[-1]
    assert (ready.reason, ready.message) == ("NodeStatusUnknown", "Kubelet stopped posting node status.")
    assert ready.lastHeartbeatTime == EPOCH
    assert ready.lastTransitionTime == EPOCH + timedelta(seconds=55)
    assert taints(bare, "worker-1") == UNREACHABLE[:1]
    bare.clock.run(55.2)
    assert taints(bare, "worker-1") == UNREACHABLE
    assert all(taint.timeAdded for taint in bare.client.get("nodes", "worker-1", None).spec.taints)


def test_the_pods_of_a_lost_node_are_not_ready_and_it_is_said(bare):
    running(bare, NodeLifecycleController)
    for name in ("worker-1", "worker-2"):
        add_node(bare, name)
    run_pod(bare, "web", "worker-1")
    bare.clock.run(54)
    post(bare, "worker-2", "True")
    bare.clock.run(56)
    assert conditions(bare.client.get("pods", "web")) == {"Ready": "False", "ContainersReady": "True"}
    assert ("NodeNotReady", "worker-1", "Node worker-1 status is now: NodeNotReady") in said(bare)
    assert ("NodeNotReady", "web", "Node is not ready") in said(bare)


def test_a_pod_that_comes_to_a_lost_node_is_not_ready_either(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, "worker-1", ready="False")
    run_pod(bare, "late", "worker-1")
    after(bare, 1)
    assert conditions(bare.client.get("pods", "late"))["Ready"] == "False"


def test_a_renewed_lease_keeps_a_node_ready_however_old_its_status(bare):
    running(bare, NodeLifecycleController)
    add_node(bare)
    for _ in range(12):
        renew(bare, "worker-1")
        after(bare, 10)
    assert status_of(bare, "worker-1")["Ready"] == "True"
    after(bare, 35)  # the last renewal was at 110, seen at 110, and lasts till 160
    assert bare.clock.now == 155
    assert status_of(bare, "worker-1")["Ready"] == "True"
    after(bare, 10)
    assert status_of(bare, "worker-1")["Ready"] == "Unknown"


def test_a_promised_lease_needs_no_look_at_all(bare):
    running(bare, NodeLifecycleController)
    add_node(bare)
    renew(bare, "worker-1")
    bare.client.keep_renewing("worker-1", "kube-node-lease")
    after(bare, 60)
    calls, revision = len(bare.clock._calls), bare.etcd.revision
    after(bare, 86400)
    assert (len(bare.clock._calls), bare.etcd.revision) == (calls, revision)
    bare.client.hang_up()
    after(bare, 60)
    assert status_of(bare, "worker-1")["Ready"] == "Unknown"


def test_a_node_that_never_posted_gets_a_longer_time(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, ready=None)
    bare.clock.run(59.9)
    assert status_of(bare, "worker-1") == {}
    bare.clock.run(61)
    held = bare.client.get("nodes", "worker-1", None).status.conditions
    assert {(each.status, each.reason) for each in held} == {("Unknown", "NodeStatusNeverUpdated")}
    assert [each.type for each in held] == ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"]


def test_a_node_that_is_back_loses_its_taints(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, "worker-1")
    add_node(bare, "worker-2")
    bare.clock.run(49)
    post(bare, "worker-2", "True")
    bare.clock.run(61)
    assert taints(bare, "worker-1") == UNREACHABLE
    post(bare, "worker-1", "True")
    after(bare, 0.1)
    assert taints(bare, "worker-1") == UNREACHABLE[1:]  # NoSchedule goes at once, NoExecute at the monitor's next look
    bare.clock.run(65.05)
    assert taints(bare, "worker-1") == []


def test_a_kubelet_that_is_not_ready_has_its_own_taints(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, "worker-1")
    add_node(bare, "worker-2")
    after(bare, 6)
    post(bare, "worker-1", "False")
    after(bare, 6)
    assert taints(bare, "worker-1") == [("not-ready", "NoSchedule"), ("not-ready", "NoExecute")]
    bare.clock.run(45)
    post(bare, "worker-2", "True")
    bare.clock.run(70)
    assert sorted(taints(bare, "worker-1")) == sorted(UNREACHABLE)


@pytest.mark.parametrize(
    ("type_", "key"),
    [("MemoryPressure", "memory-pressure"), ("DiskPressure", "disk-pressure"), ("PIDPressure", "pid-pressure")],
)
def test_pressure_becomes_a_taint(bare, type_, key):
    running(bare, NodeLifecycleController)
    add_node(bare)
    after(bare, 1)
    held = bare.client.get("nodes", "worker-1", None).status.conditions
    bare.client.patch(
        "nodes", "worker-1", {"status": {"conditions": [{"type": type_, "status": "True"}]}}, None, subresource="status"
    )
    after(bare, 1)
    assert taints(bare, "worker-1") == [(key, "NoSchedule")]
    assert len(held) == 4


def test_a_cordoned_node_is_tainted_until_it_is_uncordoned(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, taints=[{"key": "mine", "effect": "NoSchedule"}])
    bare.client.patch("nodes", "worker-1", {"spec": {"unschedulable": True}}, None)
    after(bare, 0.1)
    assert taints(bare, "worker-1") == [("mine", "NoSchedule"), ("unschedulable", "NoSchedule")]
    bare.client.patch("nodes", "worker-1", {"spec": {"unschedulable": None}}, None)
    after(bare, 0.1)
    assert taints(bare, "worker-1") == [("mine", "NoSchedule")]


def test_nodes_are_registered_and_removed_at_a_look(bare):
    running(bare, NodeLifecycleController)
    after(bare, 1)
    add_node(bare)
    after(bare, 3)
    assert said(bare) == []
    after(bare, 2)
    bare.client.delete("nodes", "worker-1", None)
    after(bare, 6)
    assert said(bare, "Node") == [
        ("RegisteredNode", "worker-1", "Node worker-1 event: Registered Node worker-1 in Controller"),
        ("RemovingNode", "worker-1", "Node worker-1 event: Removing Node worker-1 from Controller"),
    ]


def no_execute(bare, names):
    return [name for name in names if ("unreachable", "NoExecute") in taints(bare, name)]


def test_several_lost_nodes_are_evicted_one_every_ten_seconds(bare):
    names = [f"worker-{number}" for number in range(1, 8)]
    running(bare, NodeLifecycleController)
    for name in names:
        add_node(bare, name)
    bare.clock.run(45)
    for name in names[3:]:
        post(bare, name, "True")
    bare.clock.run(56)
    assert [name for name in names if status_of(bare, name)["Ready"] == "Unknown"] == names[:3]
    assert no_execute(bare, names) == names[:1]
    bare.clock.run(64.9)
    assert no_execute(bare, names) == names[:1]
    bare.clock.run(65.3)
    assert no_execute(bare, names) == names[:2]
    bare.clock.run(75.4)
    assert no_execute(bare, names) == names[:3]


def test_when_most_of_a_small_zone_is_lost_nobody_is_evicted(bare):
    names = [f"worker-{number}" for number in range(1, 6)]
    running(bare, NodeLifecycleController)
    for name in names:
        add_node(bare, name)
    bare.clock.run(45)
    for name in names[3:]:
        post(bare, name, "True")
    bare.clock.run(90)
    assert [status_of(bare, name)["Ready"] for name in names].count("Unknown") == 3
    assert no_execute(bare, names) == []
    for name in (names[0], *names[3:]):  # two of five are lost: that is not most of them
        post(bare, name, "True")
    bare.clock.run(120)
    assert no_execute(bare, names) == ["worker-2", "worker-3"]


def test_when_everything_is_lost_it_is_the_master_that_is_cut_off(bare):
    names = ["worker-1", "worker-2", "worker-3"]
    running(bare, NodeLifecycleController)
    for name in names:
        add_node(bare, name)
    bare.clock.run(20)
    post(bare, "worker-2", "True")
    bare.clock.run(40)
    post(bare, "worker-3", "True")
    bare.clock.run(59)
    assert no_execute(bare, names) == ["worker-1"]
    bare.clock.run(100)
    assert {status_of(bare, name)["Ready"] for name in names} == {"Unknown"}
    assert no_execute(bare, names) == []
    post(bare, "worker-1", "True")
    bare.clock.run(140)
    assert no_execute(bare, names) == ["worker-2", "worker-3"]


def test_a_zone_that_is_lost_is_evicted_while_others_are_not(bare):
    zones = {"worker-1": "a", "worker-2": "a", "worker-3": "b", "worker-4": "b"}
    running(bare, NodeLifecycleController)
    for name, zone in zones.items():
        add_node(bare, name, labels={"topology.kubernetes.io/zone": zone})
    bare.clock.run(45)
    for name in ("worker-3", "worker-4"):
        post(bare, name, "True")
    bare.clock.run(75)
    assert no_execute(bare, zones) == ["worker-1", "worker-2"]


@pytest.mark.parametrize("instant", [30.0, 54.9, 55.0, 55.003, 55.05, 55.1, 55.12, 58.0])
def test_a_restart_at_any_instant_leads_to_the_same(bare, instant):
    manager = running(bare, NodeLifecycleController)
    add_node(bare, "worker-1")
    add_node(bare, "worker-2")
    run_pod(bare, "web", "worker-1")
    renew(bare, "worker-2")
    bare.client.keep_renewing("worker-2", "kube-node-lease")
    bare.clock.run(instant)
    manager.stop()
    manager.start()
    bare.clock.run(instant + 70)
    assert taints(bare, "worker-1") == UNREACHABLE
    assert taints(bare, "worker-2") == []
    assert conditions(bare.client.get("pods", "web"))["Ready"] == "False"


def test_the_grace_period_can_be_shortened(bare):
    running(bare, NodeLifecycleController, timings=Timings(node_monitor_grace_period=20))
    add_node(bare)
    bare.clock.run(26)
    assert status_of(bare, "worker-1")["Ready"] == "Unknown"


def test_an_api_server_that_is_away_is_no_matter(bare):
    manager = running(bare, NodeLifecycleController)
    add_node(bare, "worker-1")
    add_node(bare, "worker-2")
    bare.clock.run(52)
    post(bare, "worker-2", "True")
    after(bare, 0.1)
    bare.server.stop()
    bare.clock.run(72)
    bare.server.start()
    manager.reconnected()
    bare.clock.run(77)
    assert status_of(bare, "worker-1")["Ready"] == "Unknown"
    assert taints(bare, "worker-1") == UNREACHABLE


def test_a_cluster_lives_through_the_death_of_a_node_as_a_real_one_did():
    path = RECORDINGS / "node-dies.json"
    if not path.exists():
        pytest.skip("no recordings here")
    recording = json.loads(path.read_text())
    cluster = kl.Cluster(workers=3, seed=1)
    start = len(cluster.journal)
    cluster.apply(recording["steps"][0]["yaml"])
    cluster.run(6)
    victim = cluster.api.list("pods")[0].spec.nodeName
    cluster.kill(victim)
    cluster.run(85)
    mine = [pod for pod in cluster.api.list("pods") if pod.spec.nodeName == victim]
    assert mine
    assert all(conditions(pod)["DisruptionTarget"] == "True" and pod.metadata.deletionTimestamp for pod in mine)
    cluster.revive(victim)
    cluster.run(25)
    assert node_story(cluster, victim, start) == recorded_node_story(recording, "worker-2")
    assert events_of(cluster) == recorded_events(recording)
    assert len(cluster.api.list("pods")) == 4


def node_story(cluster, name, start):
    """How the Node looked after each change: the Ready condition and the taints."""
    revisions = [
        entry.revision for entry in cluster.journal.since(start) if entry.object == f"nodes/{name}" and entry.revision
    ]
    nodes = [cluster.api.get("nodes", name, None, revision=revision) for revision in revisions]
    return [look for look, before in zip(map(looks, nodes), [None, *map(looks, nodes)], strict=False) if look != before]


def looks(node):
    return conditions(node)["Ready"], [[taint.key, taint.effect] for taint in node.spec.taints or ()]


def recorded_node_story(recording, name):
    trace = [entry for entry in recording["trace"] if entry["kind"] == "nodes" and entry["name"] == name]
    return [(entry["conditions"]["Ready"], entry["taints"]) for entry in trace]


def events_of(cluster):
    events = cluster.api.list("events")
    return {
        (event.reason, event.source.component, event.involvedObject.kind)
        for event in events
        if event.source and event.source.component in ("node-controller", "taint-eviction-controller")
    } - {("RegisteredNode", "node-controller", "Node")}


def recorded_events(recording):
    return {
        (entry["reason"], entry["from"], entry["about"].split("/")[0])
        for entry in recording["trace"]
        if entry["kind"] == "events" and entry["from"] in ("node-controller", "taint-eviction-controller")
    }


def test_a_pod_without_a_ready_condition_is_left_alone(bare):
    running(bare, NodeLifecycleController)
    add_node(bare, ready="False")
    bare.client.create(pod("new", node="worker-1"))
    after(bare, 1)
    assert conditions(bare.client.get("pods", "new")) == {}

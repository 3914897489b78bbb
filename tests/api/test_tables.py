import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kubelab.api.duration import human_duration, short_human_duration
from kubelab.api.kinds import KINDS, find
from kubelab.api.tables import PRINTERS, table

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LIFE = Path(__file__).parents[2] / ".." / "shared" / "oracle" / "life"


def rows(word, *manifests, wide=True):
    kind = find(word)
    created = NOW - timedelta(seconds=6)
    objects = [
        msgspec.convert(
            {
                **manifest,
                "metadata": {"name": "web", "creationTimestamp": created.isoformat(), **manifest.get("metadata", {})},
            },
            kind.model,
        )
        for manifest in manifests
    ]
    return table(kind, objects, NOW, wide=wide)[1]


def row(word, **manifest):
    return rows(word, manifest)[0]


def test_columns_are_those_that_a_real_cluster_printed():
    if not LIFE.exists():
        pytest.skip("no recordings here")
    compared = 0
    for recording in sorted(LIFE.glob("*.json")):
        for word, shown in json.loads(recording.read_text())["tables"].items():
            kind = find(word)
            if kind is None:
                continue
            assert table(kind, [], NOW)[0] == shown["columns"]
            assert table(kind, [], NOW, wide=True)[0] == shown["wide"]
            compared += 1
    assert compared > 10


def test_every_served_kind_has_a_table():
    for kind in KINDS:
        assert kind.name in PRINTERS


def test_a_running_pod():
    pod = {
        "spec": {"containers": [{"name": "c"}], "nodeName": "worker-1"},
        "status": {
            "phase": "Running",
            "podIPs": [{"ip": "10.1.0.7"}],
            "containerStatuses": [_status(ready=True, state={"running": {}})],
        },
    }
    assert row("pods", **pod) == ["web", "1/1", "Running", "0", "6s", "10.1.0.7", "worker-1", "<none>", "<none>"]
    assert rows("pods", pod, wide=False) == [["web", "1/1", "Running", "0", "6s"]]


def _status(**extra):
    return {"name": "c", "image": "i", "imageID": "", "ready": False, "restartCount": 0, **extra}


def _pod(phase="Pending", spec=None, metadata=None, **status):
    return {
        "metadata": metadata or {},
        "spec": {"containers": [{"name": "c"}], **(spec or {})},
        "status": {"phase": phase, **status},
    }


INIT = {"initContainers": [{"name": "i"}, {"name": "j"}]}
DELETED = {"deletionTimestamp": "2026-01-01T12:00:00Z"}


@pytest.mark.parametrize(
    ("pod", "ready", "status"),
    [
        (_pod(), "0/1", "Pending"),
        (
            _pod(containerStatuses=[_status(state={"waiting": {"reason": "ContainerCreating"}})]),
            "0/1",
            "ContainerCreating",
        ),
        (
            _pod("Running", containerStatuses=[_status(state={"waiting": {"reason": "CrashLoopBackOff"}})]),
            "0/1",
            "CrashLoopBackOff",
        ),
        (
            _pod(
                "Succeeded", containerStatuses=[_status(state={"terminated": {"exitCode": 0, "reason": "Completed"}})]
            ),
            "0/1",
            "Completed",
        ),
        (_pod("Failed", containerStatuses=[_status(state={"terminated": {"exitCode": 3}})]), "0/1", "ExitCode:3"),
        (
            _pod("Failed", containerStatuses=[_status(state={"terminated": {"exitCode": 137, "signal": 9}})]),
            "0/1",
            "Signal:9",
        ),
        (_pod("Failed", reason="Evicted"), "0/1", "Evicted"),
        (_pod("Running", metadata=DELETED), "0/1", "Terminating"),
        (_pod("Succeeded", metadata=DELETED), "0/1", "Succeeded"),
        (_pod("Running", metadata=DELETED, reason="NodeLost"), "0/1", "Unknown"),
        (_pod("Running", reason="NodeLost"), "0/1", "NodeLost"),
        (
            _pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]),
            "0/1",
            "SchedulingGated",
        ),
        (_pod(spec=INIT, initContainerStatuses=[_status(name="i", state={"running": {}})]), "0/1", "Init:0/2"),
        (
            _pod(
                spec=INIT,
                initContainerStatuses=[
                    _status(name="i", state={"terminated": {"exitCode": 0}}),
                    _status(name="j", state={"waiting": {"reason": "PodInitializing"}}),
                ],
            ),
            "0/1",
            "Init:1/2",
        ),
        (
            _pod(
                spec=INIT,
                initContainerStatuses=[_status(name="i", state={"terminated": {"exitCode": 1, "reason": "Error"}})],
            ),
            "0/1",
            "Init:Error",
        ),
        (
            _pod(
                spec=INIT, initContainerStatuses=[_status(name="i", state={"waiting": {"reason": "CrashLoopBackOff"}})]
            ),
            "0/1",
            "Init:CrashLoopBackOff",
        ),
    ],
)
def test_the_status_of_a_pod_in_one_word(pod, ready, status):
    assert row("pods", **pod)[1:3] == [ready, status]


def test_a_completed_container_beside_a_running_one_leaves_the_pod_not_ready():
    done = _status(name="a", state={"terminated": {"exitCode": 0, "reason": "Completed"}})
    running = _status(name="b", ready=True, state={"running": {}})
    spec = {"containers": [{"name": "a"}, {"name": "b"}]}
    assert row("pods", **_pod("Running", spec, containerStatuses=[done, running]))[1:3] == ["1/2", "NotReady"]
    ready = [{"type": "Ready", "status": "True"}]
    assert row("pods", **_pod("Running", spec, containerStatuses=[done, running], conditions=ready))[2] == "Running"


def test_restarts_say_how_long_ago_the_last_one_was():
    last = {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T11:59:50Z"}}
    status = _status(restartCount=2, lastState=last, ready=True, state={"running": {}})
    assert row("pods", **_pod("Running", containerStatuses=[status]))[3] == "2 (10s ago)"


def test_a_sidecar_counts_as_a_container():
    spec = {"initContainers": [{"name": "s", "restartPolicy": "Always"}]}
    sidecar = _status(name="s", started=True, ready=True, state={"running": {}})
    pod = _pod(
        "Running", spec, initContainerStatuses=[sidecar], containerStatuses=[_status(ready=True, state={"running": {}})]
    )
    assert row("pods", **pod)[1:3] == ["2/2", "Running"]


def test_readiness_gates_count_the_true_ones():
    spec = {"readinessGates": [{"conditionType": "a"}, {"conditionType": "b"}]}
    assert row("pods", **_pod(spec=spec, conditions=[{"type": "a", "status": "True"}]))[8] == "1/2"


TEMPLATE = {"metadata": {}, "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]}}
SELECTOR = {"matchLabels": {"b": "2", "a": "1"}}


def test_deployments_and_replica_sets():
    spec = {"replicas": 3, "selector": SELECTOR, "template": TEMPLATE}
    status = {"replicas": 3, "readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 1}
    assert row("deployments", spec=spec, status=status) == ["web", "2/3", 3, 1, "6s", "web", "nginx:1.27", "a=1,b=2"]
    status = {"replicas": 3, "readyReplicas": 2}
    assert row("replicasets", spec=spec, status=status) == ["web", 3, 3, 2, "6s", "web", "nginx:1.27", "a=1,b=2"]


@pytest.mark.parametrize(
    ("spec", "cells"),
    [
        (
            {
                "type": "ClusterIP",
                "clusterIP": "10.96.0.1",
                "clusterIPs": ["10.96.0.1"],
                "ports": [{"port": 443, "protocol": "TCP"}],
            },
            ["ClusterIP", "10.96.0.1", "<none>", "443/TCP", "6s", "<none>"],
        ),
        (
            {"type": "ClusterIP", "clusterIPs": ["None"], "selector": {"a": "b"}},
            ["ClusterIP", "None", "<none>", "<none>", "6s", "a=b"],
        ),
        (
            {
                "type": "NodePort",
                "clusterIPs": ["10.96.0.2"],
                "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}],
            },
            ["NodePort", "10.96.0.2", "<none>", "80:30080/TCP", "6s", "<none>"],
        ),
        (
            {"type": "LoadBalancer", "clusterIPs": ["10.96.0.3"]},
            ["LoadBalancer", "10.96.0.3", "<pending>", "<none>", "6s", "<none>"],
        ),
        ({"type": "ExternalName", "externalName": "a.b"}, ["ExternalName", "<none>", "a.b", "<none>", "6s", "<none>"]),
    ],
)
def test_services(spec, cells):
    assert row("services", spec=spec)[1:] == cells


def test_a_load_balancer_with_many_addresses_is_cut_unless_wide():
    ingress = [{"ip": "203.0.113.10"}, {"ip": "203.0.113.11"}]
    service = {
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.3"]},
        "status": {"loadBalancer": {"ingress": ingress}},
    }
    assert rows("services", service)[0][3] == "203.0.113.10,203.0.113.11"
    assert rows("services", service, wide=False)[0][3] == "203.0.113.10,..."


def test_endpoint_slices_show_three_and_count_the_rest():
    endpoints = [{"addresses": [f"10.0.0.{i}"]} for i in range(5)]
    slice_ = {"addressType": "IPv4", "endpoints": endpoints, "ports": [{"port": 80}, {"name": "x"}, {}]}
    assert row("endpointslices", **slice_)[1:] == ["IPv4", "80,x,*", "10.0.0.0,10.0.0.1,10.0.0.2 + 2 more...", "6s"]
    assert row("endpointslices", addressType="IPv4", endpoints=[])[2:4] == ["<unset>", "<unset>"]


def test_nodes():
    info = dict.fromkeys(("machineID", "systemUUID", "bootID", "kubeProxyVersion"), "") | {
        "kubeletVersion": "v1.36.2",
        "osImage": "Debian",
        "kernelVersion": "6.1",
        "architecture": "amd64",
        "containerRuntimeVersion": "containerd://2",
        "operatingSystem": "linux",
    }
    ready = [{"type": "Ready", "status": "True"}]
    node = {
        "metadata": {"labels": {"node-role.kubernetes.io/control-plane": ""}},
        "status": {
            "conditions": ready,
            "nodeInfo": info,
            "addresses": [{"type": "InternalIP", "address": "192.0.2.2"}],
        },
    }
    assert row("nodes", **node) == [
        "web",
        "Ready",
        "control-plane",
        "6s",
        "v1.36.2",
        "192.0.2.2",
        "<none>",
        "Debian",
        "6.1 (amd64)",
        "containerd://2",
    ]
    node["spec"], ready[0]["status"] = {"unschedulable": True}, "Unknown"
    assert row("nodes", **node)[1] == "NotReady,SchedulingDisabled"
    assert row("nodes")[1:3] == ["Unknown", "<none>"]


def test_the_small_kinds():
    assert row("namespaces", status={"phase": "Active"}) == ["web", "Active", "6s"]
    assert row("configmaps", data={"a": "1"}, binaryData={"b": "eA=="}) == ["web", 2, "6s"]
    assert row("secrets", type="Opaque", data={"a": "eA=="}) == ["web", "Opaque", 1, "6s"]
    assert row("serviceaccounts") == ["web", 0, "6s"]
    assert row("leases", spec={"holderIdentity": "worker-1"}) == ["web", "worker-1", "6s"]


def test_events():
    event = {
        "involvedObject": {"kind": "Pod", "name": "web-1", "fieldPath": "spec.containers{c}"},
        "type": "Normal",
        "reason": "Pulled",
        "message": "done \n",
        "count": 3,
        "firstTimestamp": "2026-01-01T11:58:00Z",
        "lastTimestamp": "2026-01-01T11:59:30Z",
        "source": {"component": "kubelet", "host": "worker-1"},
    }
    assert row("events", **event) == [
        "30s",
        "Normal",
        "Pulled",
        "pod/web-1",
        "spec.containers{c}",
        "kubelet, worker-1",
        "done",
        "2m",
        3,
        "web",
    ]
    assert rows("events", event, wide=False) == [["30s", "Normal", "Pulled", "pod/web-1", "done"]]


def test_an_event_of_the_new_kind_counts_by_its_series():
    about = {
        "involvedObject": {"kind": "Node", "name": "w"},
        "eventTime": "2026-01-01T11:59:00Z",
        "reportingComponent": "s",
    }
    assert row("events", **about)[0:9:8] == ["60s", 1]
    series = {"count": 4, "lastObservedTime": "2026-01-01T11:59:58Z"}
    assert row("events", **about, series=series)[0:9:8] == ["2s", 4]


@pytest.mark.parametrize(
    ("seconds", "human", "short"),
    [
        (-5, "<invalid>", "<invalid>"),
        (-1, "0s", "0s"),
        (0, "0s", "0s"),
        (59, "59s", "59s"),
        (119, "119s", "1m"),
        (120, "2m", "2m"),
        (316, "5m16s", "5m"),
        (600, "10m", "10m"),
        (10799, "179m", "2h"),
        (10800, "3h", "3h"),
        (12000, "3h20m", "3h"),
        (28800, "8h", "8h"),
        (172799, "47h", "1d"),
        (172800, "2d", "2d"),
        (187200, "2d4h", "2d"),
        (86400 * 30, "30d", "30d"),
        (86400 * 365 * 3, "3y", "3y"),
        (86400 * (365 * 2 + 9), "2y9d", "2y"),
        (86400 * 365 * 9, "9y", "9y"),
    ],
)
def test_durations(seconds, human, short):
    assert (human_duration(seconds), short_human_duration(seconds)) == (human, short)

"""A cluster that only stands still: objects and machines made by hand, for views that read and never run."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from lightkube.models import apps_v1, core_v1, discovery_v1, meta_v1

from kubelab.api import errors

BORN = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


class FakeApi:
    """Answers `list` from a dict, or nothing at all while `down`."""

    def __init__(self) -> None:
        self.objects: dict[str, list[Any]] = {}
        self.down = False

    def list(self, kind: str, namespace: str | None = None, *, revision: int | None = None) -> list[Any]:
        if self.down:
            raise errors.unavailable("the API server cannot be reached: connection refused")
        return list(self.objects.get(kind, ()))


class FakeCluster:
    """Machines with processes, and an API that holds what `add` gave it."""

    def __init__(self, workers: int = 3) -> None:
        self.api, self.clock = FakeApi(), SimpleNamespace(now=0.0)
        self.journal, self.timings = (), SimpleNamespace(node_boot=5.0)
        self.loads: list[Any] = []
        self.overlay = SimpleNamespace(links=SimpleNamespace(broken=list))
        self.machines = {"master": machine("master", "master", *PARTS)}
        for number in range(1, workers + 1):
            name = f"worker-{number}"
            self.machines[name] = machine(name, "worker", "containerd", "kubelet", "kube-proxy")
            self.add("nodes", node(name))

    def add(self, kind: str, *objects: Any) -> None:
        self.api.objects.setdefault(kind, []).extend(objects)


def machine(name: str, role: str, *processes: str) -> SimpleNamespace:
    silent = ("etcd", "kube-apiserver", "containerd")  # these ask nobody's API
    parts = {
        part: SimpleNamespace(name=part, running=True, client=None if part in silent else object())
        for part in processes
    }
    return SimpleNamespace(name=name, role=role, powered=True, connected=True, processes=parts)


def meta(name: str, namespace: str | None = "default", owner: Any = None, **fields: Any) -> meta_v1.ObjectMeta:
    owners = [owner] if owner else None
    return meta_v1.ObjectMeta(
        name=name, namespace=namespace, uid=f"uid-{name}", creationTimestamp=BORN, ownerReferences=owners, **fields
    )


def node(name: str, ready: str = "True", unschedulable: bool | None = None) -> core_v1.Node:
    held = core_v1.NodeCondition(type="Ready", status=ready)
    return core_v1.Node(
        metadata=meta(name, None),
        spec=core_v1.NodeSpec(unschedulable=unschedulable),
        status=core_v1.NodeStatus(conditions=[held]),
    )


def pod(name: str, node: str | None = None, state: str = "ready", owner: str = "web-7d4b9c5f6d") -> core_v1.Pod:
    """A pod in one of the states of `colours.LOOKS` (not `lost`: that is no state of an object)."""
    phase = {"pending": "Pending", "starting": "Pending", "succeeded": "Succeeded", "failed": "Failed"}
    waiting = {"starting": "ContainerCreating", "failing": "CrashLoopBackOff"}.get(state)
    held = core_v1.ContainerState(waiting=core_v1.ContainerStateWaiting(reason=waiting)) if waiting else None
    running = held or core_v1.ContainerState(running=core_v1.ContainerStateRunning(startedAt=BORN))
    container = core_v1.ContainerStatus(
        name="c", image="i", imageID="", ready=state == "ready", restartCount=0, state=running
    )
    ready = core_v1.PodCondition(type="Ready", status="True" if state == "ready" else "False")
    reference = owner and meta_v1.OwnerReference(
        apiVersion="apps/v1", kind="ReplicaSet", name=owner, uid=f"uid-{owner}", controller=True
    )
    ending = {"deletionTimestamp": BORN} if state == "terminating" else {}
    return core_v1.Pod(
        metadata=meta(name, owner=reference, **ending),
        spec=core_v1.PodSpec(containers=[core_v1.Container(name="c", image="i")], nodeName=node),
        status=core_v1.PodStatus(
            phase=phase.get(state, "Running"),
            conditions=[ready],
            containerStatuses=[container] if state != "pending" else None,
        ),
    )


def replica_set(name: str, replicas: int, ready: int, owner: str | None = None) -> apps_v1.ReplicaSet:
    reference = owner and meta_v1.OwnerReference(
        apiVersion="apps/v1", kind="Deployment", name=owner, uid=f"uid-{owner}", controller=True
    )
    return apps_v1.ReplicaSet(
        metadata=meta(name, owner=reference),
        spec=apps_v1.ReplicaSetSpec(selector=meta_v1.LabelSelector(matchLabels={"app": name}), replicas=replicas),
        status=apps_v1.ReplicaSetStatus(replicas=replicas, readyReplicas=ready),
    )


def deployment(name: str, replicas: int, ready: int) -> apps_v1.Deployment:
    return apps_v1.Deployment(
        metadata=meta(name),
        spec=apps_v1.DeploymentSpec(
            selector=meta_v1.LabelSelector(matchLabels={"app": name}),
            template=core_v1.PodTemplateSpec(),
            replicas=replicas,
        ),
        status=apps_v1.DeploymentStatus(replicas=replicas, readyReplicas=ready),
    )


def service(name: str, *pods: str) -> tuple[core_v1.Service, discovery_v1.EndpointSlice]:
    """A Service, and the slice that names its ready endpoints."""
    ready = discovery_v1.EndpointConditions(ready=True)
    endpoints = [
        discovery_v1.Endpoint(
            addresses=["10.244.1.2"],
            conditions=ready,
            targetRef=core_v1.ObjectReference(kind="Pod", name=held, uid=f"uid-{held}"),
        )
        for held in pods
    ]
    return (
        core_v1.Service(
            metadata=meta(name),
            spec=core_v1.ServiceSpec(
                type="ClusterIP", clusterIP="10.96.14.7", ports=[core_v1.ServicePort(port=80)], selector={"app": name}
            ),
        ),
        discovery_v1.EndpointSlice(
            metadata=meta(f"{name}-x7k2p", labels={"kubernetes.io/service-name": name}),
            addressType="IPv4",
            endpoints=endpoints,
        ),
    )

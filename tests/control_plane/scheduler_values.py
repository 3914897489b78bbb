"""Nodes and pods to schedule, in few words."""

from typing import Any

import msgspec
from lightkube.models import core_v1

from kubelab.control_plane.scheduler.algorithm import Outcome, schedule
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo, PodInfos
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE
from kubelab.control_plane.scheduler.snapshot import Snapshot

INFOS = PodInfos()


def node_dict(name: str = "n", cpu: str = "4", memory: str = "8Gi", pods: str = "110", **more: Any) -> dict[str, Any]:
    """`more`: labels, taints, unschedulable, images (name to size)."""
    spec = {"taints": more.get("taints"), "unschedulable": more.get("unschedulable")}
    allocatable = {"cpu": cpu, "memory": memory, "pods": pods, **more.get("extended", {})}
    images = [{"names": [image], "sizeBytes": size} for image, size in more.get("images", {}).items()]
    labels = {"kubernetes.io/hostname": name, **more.get("labels", {})}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {key: value for key, value in spec.items() if value is not None},
        "status": {"capacity": allocatable, "allocatable": allocatable, "images": images},
    }


def pod_dict(name: str = "p", app: str = "web", cpu: str = "", memory: str = "", **spec: Any) -> dict[str, Any]:
    """`spec` are more fields of the pod's spec, and `ports` those of its container."""
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    container: dict[str, Any] = {"name": "c", "image": spec.pop("image", "app:v1")}
    if requests:
        container["resources"] = {"requests": requests}
    if "ports" in spec:
        container["ports"] = spec.pop("ports")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": spec.pop("namespace", "default"), "labels": {"app": app}},
        "spec": {"containers": [container], **spec},
    }


def a_pod(*args: Any, **spec: Any) -> PodInfo:
    return INFOS.of(msgspec.convert(pod_dict(*args, **spec), core_v1.Pod))


def a_node(name: str = "n", holds: tuple[PodInfo, ...] = (), **more: Any) -> NodeInfo:
    pods = {f"default/{name}-{i}": pod for i, pod in enumerate(holds)}
    return NodeInfo(msgspec.convert(node_dict(name, **more), core_v1.Node), pods)


def cycle(pod: PodInfo, *nodes: NodeInfo, percentage: int = 100) -> tuple[EquivalenceClass, Outcome, Snapshot]:
    snapshot = Snapshot.of(nodes)
    known = EquivalenceClass(pod, DEFAULT_PROFILE, snapshot)
    return known, schedule(known, percentage=percentage), snapshot


def best(pod: PodInfo, *nodes: NodeInfo) -> list[str]:
    _, outcome, snapshot = cycle(pod, *nodes)
    return [snapshot[at].name for at in outcome.best]


def reasons(pod: PodInfo, *nodes: NodeInfo) -> dict[str, str]:
    """Why each node cannot run the pod."""
    known, outcome, snapshot = cycle(pod, *nodes)
    verdicts = outcome.verdicts or known.rejected
    return {snapshot[at].name: verdict.message for at, verdict in enumerate(verdicts) if verdict is not None}

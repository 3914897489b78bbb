"""Setting up: a learner's manifest gets time to come up, and what is wrong before anything breaks is said.

What can be wrong here is the same for all exercises; its texts are in `failures/before.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.cluster import Cluster
from kubelab.lab.catalogue import Text
from kubelab.lab.measures import ready_pods

PASSED = "passed"
SHOP = "shop"
URL = f"http://{SHOP}"
SET_UP = 600.0  # seconds that a manifest has to get all its pods ready
STEADY = 30.0  # seconds that they have to stay so
BEFORE = 30.0  # seconds of traffic before something breaks
TRIES = 5  # requests before anything breaks, of which one has to be answered
NOT_PULLED = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName")


@dataclass(frozen=True)
class Finding:
    """What a trial found: `key` is PASSED or the name of a failure. `cluster` is the one in which it happened."""

    key: str
    facts: dict[str, Any] = field(default_factory=dict)
    cluster: Cluster | None = None


def set_up(cluster: Cluster) -> Finding | None:
    """Let the manifest come up; answers what is wrong before anything breaks."""
    end, steady = cluster.now + SET_UP, 0.0
    while steady < STEADY and cluster.now < end:
        cluster.run(5)
        pods = cluster.api.list("pods", "default")
        steady = steady + 5 if pods and len(ready_pods(cluster)) == len(pods) else 0.0
    if not any(service.metadata.name == SHOP for service in cluster.api.list("services", "default")):
        return Finding("no-service", cluster=cluster)
    if not pods and any(deployment.spec.replicas == 0 for deployment in cluster.api.list("deployments", "default")):
        return Finding("no-replicas", cluster=cluster)
    if not pods and any(deployment.spec.paused for deployment in cluster.api.list("deployments", "default")):
        return Finding("paused", cluster=cluster)
    for pod in pods:
        for container in pod.status.containerStatuses or ():
            waiting = container.state.waiting if container.state else None
            if waiting is not None and waiting.reason in NOT_PULLED:
                facts = {"pod": pod.metadata.name, "image": container.image, "reason": waiting.reason}
                return Finding("no-image", facts, cluster)
    matched = cluster.api.list("pods", "default", selector=selector(cluster))
    if not matched:
        labels = [pairs(pod.metadata.labels) for pod in pods]
        said = "; ".join(dict.fromkeys(labels)) or Text("no hay ningún pod", "there is no pod")
        return Finding("no-endpoints", {"selector": selector(cluster), "labels": said}, cluster)
    ready = ready_pods(cluster)
    if len(ready) < len(pods):
        return Finding("not-ready", {"ready": len(ready), "pods": len(pods), "why": why_not_whole(cluster)}, cluster)
    return _unanswered(cluster)


def _unanswered(cluster: Cluster) -> Finding | None:
    """Whether customers get no answer although every pod is ready: the Service knocks at the wrong door."""
    answers = [cluster.request(URL) for _ in range(TRIES)]
    if any(answer.ok for answer in answers):
        return None
    ports = cluster.api.get("services", SHOP, "default").spec.ports or ()
    doors = ", ".join(f"{port.port} → {port.targetPort or port.port}" for port in ports)
    return Finding("no-answer", {"doors": doors, "error": answers[-1].error}, cluster)


def selector(cluster: Cluster) -> str:
    """The labels by which the shop's Service finds its pods, as kubectl writes them; empty without a Service."""
    try:
        service = cluster.api.get("services", SHOP, "default")
    except ApiError:
        return ""
    return pairs(service.spec.selector)


def pairs(labels: dict[str, str] | None) -> str:
    """Labels as kubectl writes them: `app=shop,tier=front`."""
    return ",".join(f"{name}={value}" for name, value in (labels or {}).items())


def why_not_whole(cluster: Cluster) -> Text:
    """What keeps a pod from being ready, or that there is nobody to make one."""
    pods = cluster.api.list("pods", "default")
    for pod in pods:
        placed = condition(pod, "PodScheduled")
        if placed is not None and placed.status == "False" and placed.message:
            name = pod.metadata.name
            return Text(f"{name} no encuentra sitio. {placed.message}", f"{name} finds no place. {placed.message}")
    living = [pod for pod in pods if pod.metadata.deletionTimestamp is None]
    for pod in living:
        ready = condition(pod, "Ready")
        if ready is not None and ready.status == "False" and ready.reason == "ContainersNotReady":
            name, told = pod.metadata.name, _last_warning(cluster, pod)
            return Text(f"{name} está en marcha, pero no listo{told.es}.", f"{name} runs, but is not ready{told.en}.")
    if not cluster.api.list("deployments", "default") and not cluster.api.list("replicasets", "default"):
        return Text("Son pods sueltos y nadie los repone.", "They are bare pods and nobody replaces them.")
    for pod in living:
        if not any(held.metadata.name == pod.spec.nodeName and _is_up(held) for held in cluster.api.list("nodes")):
            name, node = pod.metadata.name, pod.spec.nodeName
            return Text(f"{name} sigue esperando a {node}.", f"{name} still waits for {node}.")
    return Text("Faltan pods.", "Pods are missing.")


def _last_warning(cluster: Cluster, pod: Any) -> Text:
    """What the cluster has said last against a pod, as the end of a sentence: which probe failed, say, and how."""
    warnings = [
        event
        for event in cluster.api.list("events", pod.metadata.namespace)
        if event.type == "Warning" and event.involvedObject.uid == pod.metadata.uid
    ]
    if not warnings:
        return Text("", "")
    last = max(warnings, key=lambda event: event.lastTimestamp or event.eventTime).message.rstrip(".")
    return Text(f" («{last}»)", f" (“{last}”)")


def _is_up(node: Any) -> bool:
    held = condition(node, "Ready")
    return held is not None and held.status == "True"

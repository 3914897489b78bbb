"""Trials: what is done to a learner's cluster, and the smallest thing that goes wrong.

A trial takes a cluster with the learner's manifest in it and answers with a `Finding`: its key names what is said
about it (in the exercise's texts), its facts fill the gaps. What is found first in time is what is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.cluster import Cluster
from kubelab.lab.catalogue import Text
from kubelab.lab.measures import lost_percent, ready_pods, silences

PASSED = "passed"
SHOP = "shop"
URL = f"http://{SHOP}"
SET_UP = 600.0  # seconds that a manifest has to get all its pods ready
STEADY = 30.0  # seconds that they have to stay so
BEFORE = 30.0  # seconds of traffic before something breaks
REAL_SILENCE = 5.0  # a shorter stretch of lost requests is bad luck, not an outage
TRIES = 5  # requests before anything breaks, of which one has to be answered
NOT_PULLED = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName")
UNREACHABLE = "node.kubernetes.io/unreachable"


@dataclass(frozen=True)
class Finding:
    """What a trial found: `key` is PASSED or the name of a failure. `cluster` is the one in which it happened."""

    key: str
    facts: dict[str, Any] = field(default_factory=dict)
    cluster: Cluster | None = None


def survives_any_server(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Kill each server, each in a fork: the customers hardly notice, and all is whole again in the end."""
    found = _set_up(cluster)
    if found:
        return found
    blows = [_one_server_dies(cluster, node, asks) for node in cluster.workers]
    faults = [blow for blow in blows if blow.key != PASSED]
    if faults:
        return min(faults, key=lambda blow: blow.facts["told_at"])
    return max(blows, key=lambda blow: blow.facts["lost"])


def comes_back_quickly(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Kill the server of the only pod: it is served from elsewhere soon, and never by two at once."""
    found = _set_up(cluster) or _too_many_ready(cluster)
    if found:
        return found
    fork = cluster.fork()
    (pod,) = ready_pods(fork)
    node, killed = pod.spec.nodeName, fork.now + BEFORE
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    fork.kill(node)
    while fork.now < killed + asks["wait"]:
        fork.run(1)
        found = _too_many_ready(fork)
        if found:
            return found
    outage = max(silences(load), key=lambda stretch: stretch[1] - stretch[0], default=(killed, killed))
    tolerated = _patience(pod, UNREACHABLE)
    facts: dict[str, Any] = {
        "node": node,
        "killed": round(killed),
        "marked": round(_marked(fork, node)),
        "last": round(outage[1]),
        "outage": round(outage[1] - outage[0]),
        "tolerated": tolerated,
        "limit": asks["outage"],
    }
    if outage[1] >= fork.now:
        return Finding("never", facts | {"why": _why_not_whole(fork)}, fork)
    if outage[1] - outage[0] <= asks["outage"]:
        return Finding(PASSED, facts, fork)
    shorter = [t for t in pod.spec.tolerations or () if t.tolerationSeconds not in (None, 300)]
    return Finding("other-taint" if shorter and tolerated == 300 else "slow", facts, fork)


def _one_server_dies(cluster: Cluster, node: str, asks: dict[str, Any]) -> Finding:
    fork = cluster.fork()
    before = ready_pods(fork, _selector(fork))
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    killed = fork.now
    fork.kill(node)
    whole = _run_until_whole(fork, len(before), asks["wait"])
    lost = [sample.time for sample in load.samples if not sample.ok]
    facts: dict[str, Any] = {
        "node": node,
        "killed": round(killed),
        "on_node": sum(pod.spec.nodeName == node for pod in before),
        "pods": len(before),
        "of_pods": _share(sum(pod.spec.nodeName == node for pod in before), len(before)),
        "lost": load.failed,
        "sent": load.sent,
        "percent": round(lost_percent(load), 1),
        "lost_percent": asks["lost_percent"],
        "whole": round(whole - killed),
    }
    if lost_percent(load) > asks["lost_percent"]:
        began, end = max(silences(load), key=lambda stretch: stretch[1] - stretch[0])
        key = "outage" if end - began >= REAL_SILENCE else "too-many-lost"
        last = end if key == "outage" else lost[-1]
        return Finding(key, facts | {"first": round(began), "last": round(last), "told_at": began}, fork)
    ready = len(ready_pods(fork, _selector(fork)))
    if ready < len(before):
        return Finding("not-whole", facts | {"ready": ready, "why": _why_not_whole(fork), "told_at": fork.now}, fork)
    return Finding(PASSED, facts | {"told_at": fork.now}, fork)


def _share(on_node: int, pods: int) -> Text:
    """How many of the ready pods, in words."""
    if pods == 1:
        return Text("el único pod listo" if on_node else "ningún pod", "the only ready pod" if on_node else "no pod")
    return Text(f"{on_node} de los {pods} pods listos", f"{on_node} of the {pods} ready pods")


def _run_until_whole(cluster: Cluster, wanted: int, wait: float) -> float:
    """Run for `wait` seconds; answers the instant from which as many pods were ready as are wanted."""
    end, whole = cluster.now + wait, cluster.now
    while cluster.now < end:
        cluster.run(min(5.0, end - cluster.now))
        if len(ready_pods(cluster, _selector(cluster))) < wanted:
            whole = cluster.now
    return whole


def _set_up(cluster: Cluster) -> Finding | None:
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
    for pod in pods:
        for container in pod.status.containerStatuses or ():
            waiting = container.state.waiting if container.state else None
            if waiting is not None and waiting.reason in NOT_PULLED:
                facts = {"pod": pod.metadata.name, "image": container.image, "reason": waiting.reason}
                return Finding("no-image", facts, cluster)
    matched = cluster.api.list("pods", "default", selector=_selector(cluster))
    if not matched:
        labels = [_pairs(pod.metadata.labels) for pod in pods]
        said = "; ".join(dict.fromkeys(labels)) or Text("no hay ningún pod", "there is no pod")
        return Finding("no-endpoints", {"selector": _selector(cluster), "labels": said}, cluster)
    ready = ready_pods(cluster)
    if len(ready) < len(pods):
        return Finding("not-ready", {"ready": len(ready), "pods": len(pods), "why": _why_not_whole(cluster)}, cluster)
    return _unanswered(cluster)


def _unanswered(cluster: Cluster) -> Finding | None:
    """Whether customers get no answer although every pod is ready: the Service knocks at the wrong door."""
    answers = [cluster.request(URL) for _ in range(TRIES)]
    if any(answer.ok for answer in answers):
        return None
    ports = cluster.api.get("services", SHOP, "default").spec.ports or ()
    doors = ", ".join(f"{port.port} → {port.targetPort or port.port}" for port in ports)
    return Finding("no-answer", {"doors": doors, "error": answers[-1].error}, cluster)


def _too_many_ready(cluster: Cluster) -> Finding | None:
    ready = ready_pods(cluster)
    if len(ready) < 2:
        return None
    names = ", ".join(pod.metadata.name for pod in ready)
    return Finding("more-than-one", {"when": round(cluster.now), "ready": len(ready), "names": names}, cluster)


def _selector(cluster: Cluster) -> str:
    try:
        service = cluster.api.get("services", SHOP, "default")
    except ApiError:
        return ""
    return _pairs(service.spec.selector)


def _pairs(labels: dict[str, str] | None) -> str:
    return ",".join(f"{name}={value}" for name, value in (labels or {}).items())


def _why_not_whole(cluster: Cluster) -> Text:
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
            name = pod.metadata.name
            return Text(f"{name} está en marcha, pero no listo.", f"{name} runs, but is not ready.")
    if not cluster.api.list("deployments", "default") and not cluster.api.list("replicasets", "default"):
        return Text("Son pods sueltos y nadie los repone.", "They are bare pods and nobody replaces them.")
    for pod in living:
        if not any(held.metadata.name == pod.spec.nodeName and _is_up(held) for held in cluster.api.list("nodes")):
            name, node = pod.metadata.name, pod.spec.nodeName
            return Text(f"{name} sigue esperando a {node}.", f"{name} still waits for {node}.")
    return Text("Faltan pods.", "Pods are missing.")


def _is_up(node: Any) -> bool:
    held = condition(node, "Ready")
    return held is not None and held.status == "True"


def _patience(pod: Any, taint: str) -> int | str:
    """How many seconds the pod tolerates a taint that evicts."""
    for toleration in pod.spec.tolerations or ():
        if toleration.key in (None, "", taint) and toleration.effect in (None, "", "NoExecute"):
            return "∞" if toleration.tolerationSeconds is None else toleration.tolerationSeconds
    return 0


def _marked(cluster: Cluster, node: str) -> float:
    """When the node was given up: its Ready condition turned Unknown."""
    held = condition(cluster.api.get("nodes", node), "Ready")
    return cluster.now - (cluster.clock.date - held.lastTransitionTime).total_seconds()


TRIALS: dict[str, Callable[[Cluster, dict[str, Any]], Finding]] = {
    "survives_any_server": survives_any_server,
    "comes_back_quickly": comes_back_quickly,
}

"""A trial of what lasts: pods come and go, and a shop that has to find others must find them all the same."""

from __future__ import annotations

from typing import Any

from kubelab.cluster import Cluster
from kubelab.lab.measures import ready_pods
from kubelab.lab.setting_up import PASSED, TRIES, URL, Finding, set_up


def outlives_its_pods(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Delete each pod, each in a fork: a minute later there is another, and customers are answered by whoever it is."""
    found = set_up(cluster)
    if found is not None:
        return _behind(cluster, found)
    answer = cluster.request(URL)
    if answer.hop("proxy") is None:
        return Finding("nobody-cooks", {"pod": answer.pod}, cluster)
    pods = ready_pods(cluster)
    for pod in pods:
        found = _one_pod_goes(cluster, pod, len(pods), asks)
        if found is not None:
            return found
    return Finding(PASSED, {"pods": len(pods)}, cluster)


def _behind(cluster: Cluster, found: Finding) -> Finding:
    """What set_up found; where the shop is there and it is what it asks that is not, that."""
    if found.key != "no-answer":
        return found
    answer = cluster.request(URL)
    asked = answer.hop("proxy")
    if asked is None:
        return found
    return Finding("nobody-behind", {"asked": asked.detail, "error": answer.error or answer.status}, cluster)


def _one_pod_goes(cluster: Cluster, pod: Any, before: int, asks: dict[str, Any]) -> Finding | None:
    fork = cluster.fork()
    deleted = fork.now
    fork.kubectl(f"delete pod {pod.metadata.name} --wait=false")
    fork.run(asks["wait"])
    facts: dict[str, Any] = {"pod": pod.metadata.name, "address": pod.status.podIP, "deleted": round(deleted)}
    facts["wait"] = asks["wait"]
    left = ready_pods(fork)
    if len(left) < before:
        return Finding("nobody-replaces", facts | {"ready": len(left), "pods": before}, fork)
    answers = [fork.request(URL) for _ in range(TRIES)]
    lost = [answer for answer in answers if not answer.ok]
    if not lost:
        return None
    known = {held.metadata.uid for held in cluster.api.list("pods", "default")}
    now = next((held.status.podIP for held in left if held.metadata.uid not in known), "")
    return Finding("old-address", facts | {"now": now, "error": lost[0].error or lost[0].status}, fork)

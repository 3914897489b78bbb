"""Trials: what is done to a learner's cluster, and the smallest thing that goes wrong.

A trial takes a cluster with the learner's manifest in it and answers with a `Finding`: its key names what is said
about it (in the exercise's texts), its facts fill the gaps. What is found first in time is what is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.objects import condition
from kubelab.cluster import Cluster
from kubelab.lab.catalogue import Text
from kubelab.lab.measures import lost_percent, ready_pods, silences
from kubelab.lab.moving import outlives_its_pods
from kubelab.lab.setting_up import BEFORE, PASSED, URL, Finding, selector, set_up, why_not_whole
from kubelab.lab.upkeep import a_bad_update_harms_nobody, an_update_loses_nobody, keeps_serving_while_drained

REAL_SILENCE = 5.0  # a shorter stretch of lost requests is bad luck, not an outage
UNREACHABLE = "node.kubernetes.io/unreachable"


def survives_any_server(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Kill each server, each in a fork: the customers hardly notice, and all is whole again in the end."""
    found = set_up(cluster)
    if found:
        return found
    blows = [_one_server_dies(cluster, node, asks) for node in cluster.workers]
    faults = [blow for blow in blows if blow.key != PASSED]
    if faults:
        return min(faults, key=lambda blow: blow.facts["told_at"])
    return max(blows, key=lambda blow: blow.facts["lost"])


def comes_back_quickly(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Kill the server of the only pod: it is served from elsewhere soon, and never by two at once."""
    found = set_up(cluster) or _too_many_ready(cluster)
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
        return Finding("never", facts | {"why": why_not_whole(fork)}, fork)
    if outage[1] - outage[0] <= asks["outage"]:
        return Finding(PASSED, facts, fork)
    shorter = [t for t in pod.spec.tolerations or () if t.tolerationSeconds not in (None, 300)]
    return Finding("other-taint" if shorter and tolerated == 300 else "slow", facts, fork)


def _one_server_dies(cluster: Cluster, node: str, asks: dict[str, Any]) -> Finding:
    fork = cluster.fork()
    before = ready_pods(fork, selector(fork))
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
    ready = len(ready_pods(fork, selector(fork)))
    if ready < len(before):
        return Finding("not-whole", facts | {"ready": ready, "why": why_not_whole(fork), "told_at": fork.now}, fork)
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
        if len(ready_pods(cluster, selector(cluster))) < wanted:
            whole = cluster.now
    return whole


def _too_many_ready(cluster: Cluster) -> Finding | None:
    ready = ready_pods(cluster)
    if len(ready) < 2:
        return None
    names = ", ".join(pod.metadata.name for pod in ready)
    return Finding("more-than-one", {"when": round(cluster.now), "ready": len(ready), "names": names}, cluster)


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
    "a_bad_update_harms_nobody": a_bad_update_harms_nobody,
    "keeps_serving_while_drained": keeps_serving_while_drained,
    "outlives_its_pods": outlives_its_pods,
    "an_update_loses_nobody": an_update_loses_nobody,
}

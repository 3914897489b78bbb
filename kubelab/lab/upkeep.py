"""Trials of upkeep: the two things that are done on purpose to a shop that works, a new version and a server's repair.

Nothing breaks by itself here. What is judged is whether the customers notice.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.cluster import Cluster
from kubelab.lab.catalogue import Text
from kubelab.lab.measures import fewest_ready, lost_percent, ready_pods
from kubelab.lab.setting_up import BEFORE, PASSED, URL, Finding, selector, set_up, why_not_whole

MISSING = "nginx:9.99"  # no registry has it
MUTE = "registry.k8s.io/pause:3.10"  # starts at once, and listens nowhere
WORKLOADS = ("deployments", "statefulsets", "daemonsets")
RELEASE = "RELEASE"  # the variable that makes a new version of whatever image there is
_EVICTION_REFUSED = re.compile(
    r"error when evicting \S+ -n [^\s:]+(?: \(will retry after 5s\))?: (.+?)(?:, continuing.*)?$", re.MULTILINE
)


def a_bad_update_harms_nobody(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Update the shop to an image that is not there, to one that does not answer, and to one that does."""
    found = set_up(cluster)
    if found:
        return found
    workload = _served_by(cluster)
    if not workload:
        return Finding("nothing-to-update", cluster=cluster)
    found = _bad_update(cluster, workload, MISSING, "missing", asks) or _bad_update(
        cluster, workload, MUTE, "mute", asks
    )
    return found or _good_update(cluster, workload, asks)


def keeps_serving_while_drained(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Drain every server in turn, in a hurry: enough pods stay ready all the while, and every drain ends."""
    found = set_up(cluster)
    if found:
        return found
    ready = ready_pods(cluster, selector(cluster))
    if len(ready) != asks["pods"]:
        return Finding("other-number", {"ready": len(ready), "pods": asks["pods"]}, cluster)
    bare = [pod for pod in ready if not pod.metadata.ownerReferences]
    if bare:
        return Finding("nobody-replaces", {"pod": bare[0].metadata.name}, cluster)
    fork = cluster.fork()
    began = fork.now
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    fewest = len(ready)
    for node in fork.workers:
        found, left = _drained(fork, node, asks)
        if found:
            return found
        fewest = min(fewest, left)
    fork.run(BEFORE)
    facts = {"fewest": fewest, "pods": len(ready), "lost": load.failed, "sent": load.sent}
    return Finding(PASSED, facts | {"took": round(fork.now - began - 2 * BEFORE)}, fork)


def an_update_loses_nobody(cluster: Cluster, asks: dict[str, Any]) -> Finding:
    """Update the shop to a good version under load: not a single request is lost, and the version reaches all pods."""
    found = set_up(cluster)
    if found:
        return found
    workload = _served_by(cluster)
    if not workload:
        return Finding("nothing-to-update", cluster=cluster)
    slowest = max(_starts_after(cluster, pod) for pod in ready_pods(cluster, selector(cluster)))
    if slowest < asks["starts"]:
        return Finding("another-program", {"starts": asks["starts"]}, cluster)
    fork = cluster.fork()
    before = len(ready_pods(fork, selector(fork)))
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    updated, since = fork.now, len(fork.journal)
    fork.kubectl(f"set env {workload} {RELEASE}=2")
    fork.run(asks["wait"])
    load.stop()
    fork.run(BEFORE)  # the last ones may still be on their way
    new = [pod for pod in ready_pods(fork, selector(fork)) if _is_new(pod)]
    facts: dict[str, Any] = {"pods": before, "new": len(new), "lost": load.failed, "sent": load.sent}
    facts |= {"minutes": round(asks["wait"] / 60), "updated": round(updated)}
    lost = [sample for sample in load.samples if not sample.ok]
    if not lost:
        return Finding(PASSED if len(new) >= before else "never-arrives", facts, fork)
    fewest, when = fewest_ready(fork, since)
    facts |= {"fewest": fewest, "when": round(when), "first": round(lost[0].time), "last": round(lost[-1].time)}
    names = {pod.metadata.name for pod in new}
    early = [sample for sample in lost if sample.pod in names]
    if fewest == 0:
        return Finding("nobody-left", facts, fork)
    if early:
        return Finding("too-early", facts | {"pod": early[0].pod, "error": early[0].error, "early": len(early)}, fork)
    return Finding("too-late", facts | {"error": lost[0].error}, fork)


def _served_by(cluster: Cluster) -> str:
    """The workload whose pods the Service finds, as kubectl names it: `deployments/shop`."""
    wanted = cluster.api.get("services", URL.removeprefix("http://"), "default").spec.selector or {}
    for kind in WORKLOADS:
        for workload in cluster.api.list(kind, "default"):
            labels = workload.spec.template.metadata.labels or {}
            if wanted.items() <= labels.items():
                return f"{kind}/{workload.metadata.name}"
    return ""


def _bad_update(cluster: Cluster, workload: str, image: str, key: str, asks: dict[str, Any]) -> Finding | None:
    fork = cluster.fork()
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    updated, since = fork.now, len(fork.journal)
    fork.kubectl(f"set image {workload} *={image}")
    fork.run(asks["wait"])
    if lost_percent(load) <= asks["lost_percent"]:
        return None
    new = [pod for pod in fork.api.list("pods", "default") if pod.spec.containers[0].image == image]
    fewest, when = fewest_ready(fork, since)
    facts = {
        "image": image,
        "updated": round(updated),
        "pods": len(ready_pods(cluster)),
        "fewest": fewest,
        "when": round(when),
        "new": len(new),
        "lost": load.failed,
        "sent": load.sent,
        "percent": round(lost_percent(load), 1),
        "limit": asks["lost_percent"],
    }
    return Finding(key, facts, fork)


def _good_update(cluster: Cluster, workload: str, asks: dict[str, Any]) -> Finding:
    fork = cluster.fork()
    before = len(ready_pods(fork, selector(fork)))
    load = fork.traffic(URL, rate=asks["rate"])
    fork.run(BEFORE)
    fork.kubectl(f"set env {workload} {RELEASE}=2")
    fork.run(asks["wait"])
    new = [pod for pod in ready_pods(fork, selector(fork)) if _is_new(pod)]
    facts: dict[str, Any] = {"pods": before, "new": len(new), "lost": load.failed, "sent": load.sent}
    facts |= {"minutes": round(asks["wait"] / 60), "percent": round(lost_percent(load), 1)}
    if len(new) < before:
        return Finding("never-arrives", facts, fork)
    return Finding(PASSED, facts, fork)


def _starts_after(cluster: Cluster, pod: Any) -> float:
    """How long the slowest program of a pod takes until it listens, in seconds."""
    sandbox = cluster.workers[pod.spec.nodeName].runtime.find(pod.metadata.namespace, pod.metadata.name)
    return max((held.behavior.starts_after for held in sandbox.containers.values()), default=0.0) if sandbox else 0.0


def _is_new(pod: Any) -> bool:
    return any(variable.name == RELEASE for variable in pod.spec.containers[0].env or ())


def _drained(cluster: Cluster, node: str, asks: dict[str, Any]) -> tuple[Finding | None, int]:
    """Drain a server and put it back; what went wrong, and how few pods were ready meanwhile."""
    began, since = cluster.now, len(cluster.journal)
    on_node = sum(pod.spec.nodeName == node for pod in ready_pods(cluster, selector(cluster)))
    patience = f"--timeout={asks['patience']}s"
    said = cluster.kubectl(f"drain {node} --ignore-daemonsets --delete-emptydir-data {patience}")
    fewest, when = fewest_ready(cluster, since)
    facts: dict[str, Any] = {"node": node, "began": round(began), "on_node": on_node, "wanted": asks["ready"]}
    if fewest < asks["ready"]:
        return Finding("too-few", facts | {"fewest": fewest, "when": round(when)}, cluster), fewest
    if not said.rstrip().endswith(f"{node} drained"):
        minutes = round(asks["patience"] / 60)
        return Finding("blocked", facts | {"minutes": minutes, "why": _refused(said, cluster)}, cluster), fewest
    stay = [pod.metadata.name for pod in ready_pods(cluster, selector(cluster)) if pod.spec.nodeName == node]
    if stay:
        return Finding("stays", facts | {"pod": stay[0]}, cluster), fewest
    cluster.kubectl(f"uncordon {node}")
    return None, fewest


def _refused(said: str, cluster: Cluster) -> Text:
    """Why an eviction was refused, in the API server's words, or what keeps the pods from being ready elsewhere."""
    refused = _EVICTION_REFUSED.search(said)
    if refused is None:
        return why_not_whole(cluster)
    return Text(f"El API server contesta: «{refused[1]}»", f"The API server answers: “{refused[1]}”")

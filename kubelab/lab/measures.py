"""What happened, in figures: what predictions are compared with and trials are judged by.

Every figure is read from the cluster and from what its customers lived through, none from a lesson's text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import is_ready

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.network.traffic import Traffic


def silences(load: Traffic) -> list[tuple[float, float]]:
    """The stretches in which no request was answered. One that has not ended lasts until now."""
    now = load.cluster.now
    return [(outage.start, now if outage.end is None else outage.end) for outage in load.outages()]


def longest_silence(load: Traffic) -> float:
    """How long the longest stretch without any answer lasted, in seconds."""
    return max((end - began for began, end in silences(load)), default=0.0)


def lost_percent(load: Traffic) -> float:
    """The share of requests that got no answer."""
    return 100 * load.failed / max(load.sent, 1)


def ready_pods(cluster: Cluster, selector: str = "") -> list[Any]:
    """The pods that the API server calls Ready and that nobody is deleting."""
    pods = cluster.api.list("pods", "default", selector=selector)
    return [pod for pod in pods if is_ready(pod) and pod.metadata.deletionTimestamp is None]


def seconds_until_whole(cluster: Cluster, since: int) -> float:
    """From the first fault after journal entry `since` until there were as many ready pods again as at that moment.

    What has not happened by now has taken until now.
    """
    entries = cluster.journal.since(since)
    fault = next((entry for entry in entries if entry.actor == "fault"), None)
    if fault is None:
        return 0.0
    before = _ready_at(cluster, _revision_before(cluster, fault.number))
    short = False
    for entry in entries:
        if entry.number > fault.number and entry.revision and entry.object.startswith("pods/"):
            ready = _ready_at(cluster, entry.revision)
            short = short or ready < before
            if short and ready >= before:
                return entry.time - fault.time
    return cluster.now - fault.time if short else 0.0


def fewest_ready(cluster: Cluster, since: int) -> tuple[int, float]:
    """The smallest number of ready pods after journal entry `since`, and the first moment with so few."""
    fewest, when = _ready_at(cluster, _revision_before(cluster, max(since, 1))), cluster.journal[max(since, 1)].time
    for entry in cluster.journal.since(since):
        if entry.revision and entry.object.startswith("pods/"):
            ready = _ready_at(cluster, entry.revision)
            if ready < fewest:
                fewest, when = ready, entry.time
    return fewest, when


def _pods_from_before(cluster: Cluster, since: int) -> int:
    """The ready pods that were there already at journal entry `since`: the same pods, by their uid."""
    before = {pod.metadata.uid for pod in cluster.at(_revision_before(cluster, max(since, 1))).get("pods")}
    return sum(pod.metadata.uid in before for pod in ready_pods(cluster))


def _revision_before(cluster: Cluster, number: int) -> int:
    while number > 1 and not cluster.journal[number].revision:
        number -= 1
    return cluster.journal[number].revision


def _ready_at(cluster: Cluster, revision: int) -> int:
    pods = cluster.at(revision).get("pods")
    return sum(1 for pod in pods if is_ready(pod) and pod.metadata.deletionTimestamp is None)


def _pods_on_revived(cluster: Cluster) -> int:
    """The ready pods on the machine that was switched on last."""
    revived = [entry.object for entry in cluster.journal if entry.actor == "fault" and entry.verb == "revive"]
    return sum(f"nodes/{pod.spec.nodeName}" in revived[-1:] for pod in ready_pods(cluster))


# What a prediction's `measure` may say: each takes the cluster, the journal entry at which it was asked, and `seen`.
MEASURES: dict[str, Callable[[Cluster, int, Any], float]] = {
    "seconds-until-whole": lambda cluster, since, seen: seconds_until_whole(cluster, since),
    "longest-silence": lambda cluster, since, seen: longest_silence(seen),
    "lost-percent": lambda cluster, since, seen: lost_percent(seen),
    "ready-pods": lambda cluster, since, seen: len(ready_pods(cluster)),
    "pods-from-before": lambda cluster, since, seen: _pods_from_before(cluster, since),
    "pods-on-revived": lambda cluster, since, seen: _pods_on_revived(cluster),
}
OF_A_LOAD = ("longest-silence", "lost-percent")  # these are about a load: what `cluster.traffic` made


def measure(name: str, cluster: Cluster, since: int, seen: Any) -> float:
    """The figure of that name, for what happened since a journal entry; `seen` is the load it is about."""
    return MEASURES[name](cluster, since, seen)

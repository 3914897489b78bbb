"""Which pods go first when there are too many."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cmp_to_key
from math import log2
from typing import Any

from lightkube.models import core_v1

from kubelab.api.objects import condition, is_ready

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}


def pods_to_delete(
    pods: list[core_v1.Pod], related: Iterable[core_v1.Pod], count: int, now: datetime
) -> list[core_v1.Pod]:
    """The `count` pods that a ReplicaSet deletes first; `related` are all active pods of the same Deployment.

    In this order: without a node; Pending before Unknown before Running; not ready; lower deletion cost; more related
    pods on its node; ready for a shorter time (by powers of two); more restarts; younger (by powers of two).

    In Kubernetes
        ActivePodsWithRanks in pkg/controller/controller_utils.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset
    """
    if count >= len(pods):
        return pods
    on_node: dict[str, int] = {}
    for pod in related:
        if pod.spec.nodeName:
            on_node[pod.spec.nodeName] = on_node.get(pod.spec.nodeName, 0) + 1
    ranked = [_Candidate(pod, on_node.get(pod.spec.nodeName or "", 0), now) for pod in pods]
    ranked.sort(key=cmp_to_key(_order))
    return [candidate.pod for candidate in ranked[:count]]


class _Candidate:
    """A pod with what it is compared by."""

    def __init__(self, pod: core_v1.Pod, neighbours: int, now: datetime) -> None:
        self.pod, self.now = pod, now
        self.ready = is_ready(pod)
        held = condition(pod, "Ready")
        self.ready_since = held.lastTransitionTime if held is not None else None
        self.restarts = max((status.restartCount for status in pod.status.containerStatuses or ()), default=0)
        self.first = (
            bool(pod.spec.nodeName),
            PHASES.get(pod.status.phase, 2),
            self.ready,
            _cost(pod),
            -neighbours,
        )


def _order(a: _Candidate, b: _Candidate) -> int:
    if a.first != b.first:
        return -1 if a.first < b.first else 1
    if a.ready and b.ready and a.ready_since != b.ready_since:
        return _by_age(a, b, a.ready_since, b.ready_since)
    if a.restarts != b.restarts:
        return b.restarts - a.restarts
    born = a.pod.metadata.creationTimestamp, b.pod.metadata.creationTimestamp
    return 0 if born[0] == born[1] else _by_age(a, b, *born)


def _by_age(a: _Candidate, b: _Candidate, since_a: Any, since_b: Any) -> int:
    """Younger first, where the ages differ by a power of two; else by uid, which is as good as at random."""
    powers = _power(a.now, since_a) - _power(b.now, since_b)
    if powers:
        return powers
    return -1 if a.pod.metadata.uid < b.pod.metadata.uid else 1


def _power(now: datetime, since: datetime | None) -> int:
    seconds = (now - since).total_seconds() if since is not None else 0.0
    return int(log2(seconds * 1e9)) if seconds > 0 else -1


def _cost(pod: core_v1.Pod) -> int:
    try:
        return int((pod.metadata.annotations or {}).get(DELETION_COST, "0"))
    except ValueError:
        return 0

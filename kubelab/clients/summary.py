"""A cluster in one line: what a notebook shows where a cell ends with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.objects import is_true
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


def summary(cluster: Cluster) -> str:
    """How many nodes are Ready and how many pods Running, as the API server has it; pods told to go do not count."""
    now = f"t={cluster.now:g} s"
    if not cluster.api.reachable:
        return say(
            es=f"Clúster: el API server no contesta, {now}", en=f"Cluster: the API server does not answer, {now}"
        )
    ready = sum(is_true(node, "Ready") for node in cluster.api.list("nodes"))
    pods = [pod for pod in cluster.api.list("pods") if pod.metadata.deletionTimestamp is None]
    running = sum(pod.status.phase == "Running" for pod in pods)
    nodes, counted = f"{ready}/{len(cluster.workers)}", f"{running}/{len(pods)}"
    return say(
        es=f"Clúster: {nodes} nodos Ready, {counted} pods Running, {now}",
        en=f"Cluster: {nodes} nodes Ready, {counted} pods Running, {now}",
    )

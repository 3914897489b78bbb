"""On which nodes a pod is missing, and which pods have to go, whatever the update strategy says.

In Kubernetes
    podsShouldBeOnNode in pkg/controller/daemon/daemon_controller.go
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api.objects import is_available, is_ready
from kubelab.control_plane.controller_manager.daemonset.blueprint import node_of
from kubelab.control_plane.controller_manager.daemonset.sizes import allows_surge
from kubelab.control_plane.controller_manager.history import REVISION_HASH

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.daemonset.controller import DaemonSetController, Look

Pods = list[core_v1.Pod]


def by_node(pods: Iterable[core_v1.Pod]) -> dict[str, Pods]:
    """The pods of each node; a finished one that is being deleted is no longer of interest."""
    found: dict[str, Pods] = {}
    for pod in pods:
        finished = pod.status.phase in ("Succeeded", "Failed") and pod.metadata.deletionTimestamp is not None
        node = "" if finished else node_of(pod)
        if node:
            found.setdefault(node, []).append(pod)
    return found


def eldest_first(pods: Pods) -> Pods:
    """Those that have a node first; then by age; of the same second by name."""
    return sorted(pods, key=lambda pod: (not pod.spec.nodeName, pod.metadata.creationTimestamp, pod.metadata.name))


def place(controller: DaemonSetController, look: Look) -> tuple[list[str], Pods]:
    """The nodes that need a pod, and the pods that have to go."""
    needing: list[str] = []
    leaving: Pods = []
    surges = allows_surge(look.ds)
    for node in look.nodes:
        name, held = node.metadata.name, look.on_node.get(node.metadata.name, [])
        should_run, may_stay = look.blueprint.fits(node)
        if should_run and not held:
            needing.append(name)
        elif may_stay:
            alive = _sort_out(controller, look, name, held, leaving)
            if surges:
                if should_run and not alive:
                    needing.append(name)
                leaving += _too_many_of_surge(look, alive)
            else:
                leaving += eldest_first(alive)[1:]
        else:
            leaving += [pod for pod in held if pod.metadata.deletionTimestamp is None]
    known = {node.metadata.name: node for node in look.nodes}
    for name, held in look.on_node.items():
        if name not in known:  # never scheduled, they would wait for ever
            leaving += [pod for pod in held if not pod.spec.nodeName]
    return needing, leaving


def _sort_out(controller: DaemonSetController, look: Look, node: str, held: Pods, leaving: Pods) -> Pods:
    """The pods of a node that are alive. Those that have ended have to go: failed ones ever more slowly."""
    alive = []
    ds = look.ds
    generation = (ds.status.observedGeneration if ds.status is not None else None) or 0
    for pod in held:
        if pod.metadata.deletionTimestamp is not None:
            continue
        name = f"{pod.metadata.namespace}/{pod.metadata.name}"
        if pod.status.phase == "Failed":
            delay = controller.backoff.remaining(look.key, generation, node, controller.clock.now)
            if delay:
                controller.queue.add_after(look.key, delay)
                continue
            controller.backoff.failed(look.key, generation, node, controller.clock.now)
            text = f"Found failed daemon pod {name} on node {node}, will try to kill it"
            controller.recorder.event(ds, "Warning", "FailedDaemonPod", text)
            leaving.append(pod)
        elif pod.status.phase == "Succeeded":
            text = f"Found succeeded daemon pod {name} on node {node}, will try to delete it"
            controller.recorder.event(ds, "Normal", "SucceededDaemonPod", text)
            leaving.append(pod)
        else:
            alive.append(pod)
    return alive


def _too_many_of_surge(look: Look, alive: Pods) -> Pods:
    """A node may have an old pod that is ready beside a new one that is not available yet, and no others."""
    if len(alive) <= 1:
        return []
    eldest = eldest_first(alive)
    new = next((pod for pod in eldest if (pod.metadata.labels or {}).get(REVISION_HASH) == look.revision), None)
    old = next((pod for pod in eldest if (pod.metadata.labels or {}).get(REVISION_HASH) != look.revision), None)
    leaving = [pod for pod in eldest if pod is not new and pod is not old]
    if new is not None and old is not None:
        seconds = look.ds.spec.minReadySeconds or 0
        if not is_ready(old) or is_available(new, seconds, look.now):
            leaving.append(old)
    return leaving

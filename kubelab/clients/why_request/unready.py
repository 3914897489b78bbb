"""Why a pod is not ready: its machine, the container that does not run, the probe that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.objects import condition
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

STARTING = (None, "ContainerCreating", "PodInitializing")


def why_not_ready(cluster: Cluster, pod: Any) -> tuple[str, str]:
    """Why a pod is not ready, and what would mend it."""
    if pod is None:
        return say(es="ya no existe", en="is gone"), ""
    name = pod.metadata.name
    broken = without_machine(cluster, pod)
    if pod.metadata.deletionTimestamp is not None:
        ending = say(es="se está terminando", en="is terminating")
        return (f"{ending}; {broken[0]}", broken[1]) if broken else (ending, "")
    if not pod.spec.nodeName:
        return say(es="no tiene nodo", en="is on no node"), f'cluster.why("pod/{name}")'
    found = _initializing(cluster, pod) or _not_running(pod, pod.status.containerStatuses or ()) or broken
    if found:
        return found
    failing = [each.name for each in pod.spec.containers if each.readinessProbe is not None]
    held = condition(pod, "Ready")
    if failing and held is not None and held.status != "True":
        return (
            say(es=f"su readinessProbe falla ({failing[0]})", en=f"its readinessProbe fails ({failing[0]})"),
            f"kubectl describe pod {name}",
        )
    return say(es="está empezando", en="is starting"), say(es="espera", en="wait")


def without_machine(cluster: Cluster, pod: Any) -> tuple[str, str] | None:
    """Its node has no power, no network or no kubelet."""
    node = pod.spec.nodeName
    machine = cluster.machines.get(node or "")
    if machine is None:
        return None
    if not machine.reachable:
        word = say(es="sin corriente", en="without power") if not machine.powered else say(es="aislado", en="cut off")
        return f"{node}: {word}", f'cluster.{"heal" if machine.powered else "revive"}("{node}")'
    worker = cluster.workers.get(node)
    if worker is not None and not worker.kubelet.running:
        stopped = say(es="el kubelet está parado", en="the kubelet is stopped")
        return f"{node}: {stopped}", f'cluster.start("kubelet", "{node}")'
    return None


def _initializing(cluster: Cluster, pod: Any) -> tuple[str, str] | None:
    """The init container that the others wait for."""
    sidecars = [each.name for each in pod.spec.initContainers or () if each.restartPolicy == "Always"]
    for held in pod.status.initContainerStatuses or ():
        state = held.state
        done = held.started if held.name in sidecars else held.ready  # a sidecar need not end
        if done or state is None:
            continue
        if state.running is not None:
            since = cluster.now - cluster.clock.instant_of(state.running.startedAt)
            return say(
                es=f"espera a que acabe su init container {held.name}, que lleva {since:.0f} s",
                en=f"waits until its init container {held.name} ends, which has run for {since:.0f} s",
            ), f"kubectl logs {pod.metadata.name} -c {held.name}"
        return _not_running(pod, (held,), "init container ", f" -c {held.name}")
    return None


def _not_running(pod: Any, statuses: Any, kind: str = "", of: str = "") -> tuple[str, str] | None:
    """A container that waits for something else than its turn, or has ended."""
    name = pod.metadata.name
    for held in statuses:
        state = held.state
        if state is not None and state.waiting is not None and state.waiting.reason not in STARTING:
            reason, last = state.waiting.reason, held.lastState.terminated if held.lastState is not None else None
            code = f" (exit code {last.exitCode})" if last is not None else ""
            logs = f"kubectl logs {name}{of} --previous" if last is not None else ""
            return f"{kind}{held.name}: {reason}{code}", logs
        if state is not None and state.terminated is not None:
            ended = state.terminated
            return f"{kind}{held.name}: {ended.reason} (exit code {ended.exitCode})", f"kubectl logs {name}{of}"
    return None

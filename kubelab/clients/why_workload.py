"""Why a workload is not whole: which of its pods are not ready, and why; or why there are too few of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import condition, is_ready
from kubelab.api.selectors import from_object
from kubelab.clients.why_request.unready import why_not_ready
from kubelab.clients.why_request.verdict import WhyRequest
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

MOST = 5


def deployment(cluster: Cluster, where: str, held: Any) -> WhyRequest:
    """Its pods; before that, that it is paused."""
    if held.spec.paused:
        reason = say(es="está en pausa: no hace nada nuevo", en="is paused: it does nothing new")
        return WhyRequest(where, reason, f"kubectl rollout resume deployment/{held.metadata.name}")
    return replicas(cluster, where, held)


def replicas(cluster: Cluster, where: str, held: Any) -> WhyRequest:
    """Of a Deployment, a ReplicaSet, a StatefulSet: as many ready pods as `spec.replicas` wants."""
    wanted = 1 if held.spec.replicas is None else held.spec.replicas
    return _judged(cluster, where, held, wanted)


def daemons(cluster: Cluster, where: str, held: Any) -> WhyRequest:
    """A pod on each node that it is for."""
    return _judged(cluster, where, held, held.status.desiredNumberScheduled or 0)


def job(cluster: Cluster, where: str, held: Any) -> WhyRequest:
    """Whether it is over, and how; what its pods are doing."""
    for name in ("Complete", "Failed", "Suspended"):
        found = condition(held, name)
        if found is not None and found.status == "True":
            text = ": ".join(part for part in (name, found.reason, found.message) if part)
            pods = _pods(cluster, held)
            mend = f"kubectl logs {pods[0].metadata.name}" if name == "Failed" and pods else ""
            return WhyRequest(where, text, mend)
    wanted = 1 if held.spec.completions is None else held.spec.completions
    done = held.status.succeeded or 0
    reason = say(es=f"{done} de {wanted} pods han acabado bien", en=f"{done} of {wanted} pods have succeeded")
    left = [pod for pod in _pods(cluster, held) if pod.status.phase != "Succeeded" and not is_ready(pod)]
    return _with_pods(cluster, where, reason, left)


def _judged(cluster: Cluster, where: str, held: Any, wanted: int) -> WhyRequest:
    pods = _pods(cluster, held)
    living = [pod for pod in pods if pod.metadata.deletionTimestamp is None]
    ready = [pod for pod in living if is_ready(pod)]
    reason = say(es=f"{len(ready)} de {wanted} pods listos", en=f"{len(ready)} of {wanted} pods ready")
    if not wanted:
        return WhyRequest(where, say(es="no se le pide ningún pod", en="no pod is asked of it"))
    if len(ready) >= wanted and len(living) == wanted:
        return WhyRequest(where, say(es=f"completo: {reason}", en=f"whole: {reason}"))
    left = [pod for pod in living if not is_ready(pod)]
    failure = condition(held, "ReplicaFailure")
    refused = failure is not None and failure.status == "True"
    if left:
        found = _with_pods(cluster, where, reason, left)
        return replace(found, details=(failure.message, *found.details)) if refused else found
    if refused:
        return WhyRequest(
            where, reason, say(es="quita lo que lo impide", en="remove what stops it"), (failure.message or "",)
        )
    if not cluster.master.controller_manager.running:
        told = say(es="kube-controller-manager está parado", en="kube-controller-manager is stopped")
        return WhyRequest(where, reason, 'cluster.start("controller-manager")', (told,))
    told = say(es=f"hay {len(living)} pods", en=f"there are {len(living)} pods")
    return WhyRequest(where, reason, say(es="espera", en="wait"), (told,))


def _with_pods(cluster: Cluster, where: str, reason: str, left: list[Any]) -> WhyRequest:
    """The pods that are not ready, each with its reason; what would mend the first."""
    told = [why_not_ready(cluster, pod) for pod in left]
    details = [f"pod/{pod.metadata.name}: {_more(pod, why)}" for pod, (why, _) in zip(left, told, strict=True)]
    if len(details) > MOST:
        details[MOST:] = [say(es=f"y {len(details) - MOST} más", en=f"and {len(details) - MOST} more")]
    mend = next((mend for _, mend in told if mend), f"kubectl describe pod {left[0].metadata.name}" if left else "")
    return WhyRequest(where, reason, mend, tuple(details))


def _more(pod: Any, why: str) -> str:
    """What the scheduler says, where it finds no node."""
    placed = condition(pod, "PodScheduled")
    if placed is not None and placed.status == "False" and placed.message:
        return f"{why}: {placed.message}"
    return why


def _pods(cluster: Cluster, held: Any) -> list[Any]:
    selector = str(from_object(held.spec.selector)) if held.spec.selector is not None else ""
    return list(cluster.api.list("pods", held.metadata.namespace, selector=selector))

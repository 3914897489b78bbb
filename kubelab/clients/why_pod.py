"""What ails a pod that has its node: what its containers, its probes and its machine say, and what would mend it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_ready
from kubelab.clients.why_request.unready import STARTING, why_not_ready, without_machine
from kubelab.clients.why_request.verdict import WhyRequest
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

PULLING = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
PROBES = {"Readiness": "readinessProbe", "Liveness": "livenessProbe", "Startup": "startupProbe"}
MISSING = re.compile(r'(configmap|secret) "([^"]+)" not found')
_KINDS = {"configmap": "ConfigMap", "secret": "Secret"}
_OWNERS = {"ReplicaSet": "replicasets", "Deployment": "deployments", "StatefulSet": "statefulsets"}


def ailment(cluster: Cluster, namespace: str, name: str) -> WhyRequest | None:
    """What keeps a placed pod from being well; None where it is well, only starting, not placed or not there.

    In Kubernetes
        `kubectl describe pod` has it in three places: the states of the containers, the conditions, the events.
    """
    if not cluster.api.reachable:
        return None
    try:
        pod = cluster.api.get("pods", name, namespace)
    except ApiError:
        return None
    if not pod.spec.nodeName or pod.status is None or pod.status.phase == "Succeeded":
        return None
    where = f"pods/{namespace}/{name}"
    ending = pod.metadata.deletionTimestamp is not None
    broken = without_machine(cluster, pod)
    if broken and not ending:
        return WhyRequest(where, *broken)
    if is_ready(pod) and not ending:
        return None
    reason, mend = why_not_ready(cluster, pod)
    if ending:
        force = f"kubectl delete pod {name}{_in(pod)} --force"
        return WhyRequest(where, reason, say(es=f"{mend}, o {force}", en=f"{mend}, or {force}") if mend else "")
    if pod.status.phase == "Failed" and pod.status.reason:  # Evicted: the kubelet or a controller has ended it
        return WhyRequest(where, pod.status.reason, "", (pod.status.message or "",))
    warning = _last_warning(cluster, pod)
    waiting, ended = _states(pod)
    if waiting is None and ended is None:
        return _running(cluster, where, pod, reason, mend, warning)
    told = [ended.message if ended is not None else "", waiting.message if waiting is not None else ""]
    if warning is not None and (warning.reason == "Unhealthy" or not any(told)):
        told.insert(0, warning.message)
    details = tuple(dict.fromkeys(line.strip() for line in told if line))
    return WhyRequest(where, reason, _mend(cluster, pod, waiting, details) or mend, details)


def _running(cluster: Cluster, where: str, pod: Any, reason: str, mend: str, warning: Any) -> WhyRequest | None:
    """No container waits for a repair: a probe says no, a volume is not there, or it only starts."""
    if warning is None:
        return WhyRequest(where, reason, mend) if mend.startswith("kubectl logs") else None  # an init container
    if warning.reason != "Unhealthy":
        return WhyRequest(where, warning.reason, _make_missing(pod, warning.message), (warning.message,))
    which = PROBES.get(warning.message.split()[0], "readinessProbe")
    held = next((each for each in pod.spec.containers if getattr(each, which) is not None), pod.spec.containers[0])
    reason = say(es=f"{held.name}: su {which} falla", en=f"{held.name}: its {which} fails")
    return WhyRequest(where, reason, _probe_mend(cluster, pod, held, which) or mend, (warning.message,))


def _probe_mend(cluster: Cluster, pod: Any, held: Any, which: str) -> str:
    """A probe that asks a port on which nobody listens: the one that is meant, where there is just one."""
    probe = getattr(held, which)
    asks = getattr(probe, "httpGet", None) or getattr(probe, "tcpSocket", None)
    worker = cluster.workers.get(pod.spec.nodeName)
    sandbox = worker.runtime.find(pod.metadata.namespace, pod.metadata.name) if worker is not None else None
    if asks is None or sandbox is None:
        return ""
    named = [port.containerPort for port in held.ports or () if port.name == asks.port]
    port = named[0] if named else asks.port
    listens = [number for each in sandbox.containers.values() if each.running for number in each.behavior.listens]
    return f"{which} port: {listens[0]}" if len(listens) == 1 and port not in listens else ""


def _mend(cluster: Cluster, pod: Any, waiting: Any, details: tuple[str, ...]) -> str:
    """What would mend it where that is certain; else nothing."""
    name = _culprit(pod)
    if waiting is not None and waiting.reason in PULLING:
        return say(
            es=f"corrige la imagen: kubectl set image {_owner(cluster, pod)} {name}=IMAGEN",
            en=f"correct the image: kubectl set image {_owner(cluster, pod)} {name}=IMAGE",
        )
    if any("exec: " in line for line in details):
        return say(
            es=f"ese programa no está en la imagen: corrige command en {name}",
            en=f"that program is not in the image: correct command of {name}",
        )
    return next((made for made in (_make_missing(pod, line) for line in details) if made), "")


def _make_missing(pod: Any, message: str) -> str:
    found = MISSING.search(message)
    if found is None:
        return ""
    kind, name, home = _KINDS[found[1]], found[2], pod.metadata.namespace
    return say(es=f"crea el {kind} {name} en {home}", en=f"create the {kind} {name} in {home}")


def _states(pod: Any) -> tuple[Any, Any]:
    """Of the first container that does not run: what it waits for, and how it ended."""
    held = _first_down(pod)
    if held is None:
        return None, None
    last = held.lastState.terminated if held.lastState is not None else None
    return held.state.waiting, held.state.terminated or last


def _culprit(pod: Any) -> str:
    held = _first_down(pod)
    return held.name if held is not None else ""


def _first_down(pod: Any) -> Any:
    held = [*(pod.status.initContainerStatuses or ()), *(pod.status.containerStatuses or ())]
    for each in held:
        waits = each.state.waiting if each.state is not None else None
        if waits is not None and waits.reason not in STARTING:
            return each
        if each.state is not None and each.state.terminated is not None and not each.ready:
            return each
    return None


def _last_warning(cluster: Cluster, pod: Any) -> Any:
    """The newest Warning about the pod, those of the scheduler apart."""
    found = [
        event
        for event in cluster.api.list("events", pod.metadata.namespace)
        if event.type == "Warning" and event.involvedObject.uid == pod.metadata.uid and event.lastTimestamp is not None
    ]
    found = [event for event in found if event.reason != "FailedScheduling"]
    return max(found, key=_seen, default=None)


def _seen(event: Any) -> Any:
    return event.lastTimestamp


def _owner(cluster: Cluster, pod: Any) -> str:
    """Where its template is: `deployment/web`, or the pod itself."""
    kind, held = "pod", pod
    while held.metadata.ownerReferences:
        above = next((each for each in held.metadata.ownerReferences if each.controller), None)
        if above is None or above.kind not in _OWNERS:
            break
        try:
            held = cluster.api.get(_OWNERS[above.kind], above.name, pod.metadata.namespace)
        except ApiError:
            break
        kind = above.kind.lower()
    return f"{kind}/{held.metadata.name}{_in(pod)}"


def _in(pod: Any) -> str:
    home = pod.metadata.namespace
    return f" -n {home}" if home != "default" else ""

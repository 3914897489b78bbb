"""Pods and containers that a command goes into, through the kubelet of their node: `logs` and `exec`.

In Kubernetes
    `k8s.io/kubectl/pkg/{polymorphichelpers,podutils,cmd/util/podcmd}`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import is_true
from kubelab.api.selectors import from_object
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.session import Session

if TYPE_CHECKING:
    from kubelab.node.worker import Worker

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_PHASES = {"Running": 0, "Unknown": 1, "Pending": 2}


def pods_of(session: Session, found: Found, what: str, first: Callable[[Any], Any]) -> list[Any]:
    """The pod itself, or all pods of a workload, the one first that is meant where only one can be."""
    if found.kind.name == "Pod":
        return [found.obj]
    selector = getattr(found.obj.spec, "selector", None) if hasattr(found.obj, "spec") else None
    if selector is None:
        type_ = f"*{found.kind.version}.{found.kind.name}"
        raise error(f"{what} {type_}: selector for {type_} not implemented")
    text = (
        ",".join(f"{k}={v}" for k, v in selector.items()) if isinstance(selector, dict) else str(from_object(selector))
    )
    pods = session.client.list("pods", found.namespace, selector=text)
    if not pods:
        raise error("timed out waiting for the condition")
    return sorted(pods, key=first)


def for_logs(pod: Any) -> Any:
    """Pods that run come first, then those that are ready, the longest before others, or restarted most often."""
    return _rank(pod, -1)


def for_entering(pod: Any) -> Any:
    """The same, but those first that were restarted least."""
    return _rank(pod, 1)


def _rank(pod: Any, sign: int) -> tuple[bool, int, bool, datetime, int, datetime]:
    ready = is_true(pod, "Ready")
    since = [held.lastTransitionTime for held in pod.status.conditions or () if held.type == "Ready" and ready]
    restarts = max((held.restartCount or 0 for held in pod.status.containerStatuses or ()), default=0)
    latest = datetime.max.replace(tzinfo=UTC)
    when = since[0] if since and since[0] else latest
    phase = _PHASES.get(pod.status.phase, 0)
    return not pod.spec.nodeName, phase, not ready, when, sign * restarts, pod.metadata.creationTimestamp or latest


def container_of(session: Session, pod: Any, wished: str) -> str:
    """The container that is meant: the one named, or the first, which is said where there are others."""
    names = [container.name for container in pod.spec.containers]
    inits = [container.name for container in pod.spec.initContainers or ()]
    listed = ", ".join([*names, *(f"{name} (init)" for name in inits)])
    if wished:
        if wished not in names + inits:
            raise error(f"container {wished} is not valid for pod {pod.metadata.name} out of: {listed}")
        return wished
    default = (pod.metadata.annotations or {}).get(DEFAULT_CONTAINER)
    if default in names + inits:
        return str(default)
    if len(names) + len(inits) > 1 and not session.flags.get("quiet"):
        session.tell(f'Defaulted container "{names[0]}" out of: {listed}')
    return str(names[0])


def worker_of(session: Session, pod: Any, path: str) -> Worker:
    """The machine whose kubelet the API server asks.

    Raises
    ------
    CommandError
        It does not answer.
    """
    worker = session.cluster.workers.get(pod.spec.nodeName)
    near = worker is not None and session.cluster.master.machine.reaches(worker.machine)
    if worker is None or not near or not worker.kubelet.running:
        address = f"{(pod.status.hostIP if pod.status else None) or pod.spec.nodeName}:10250"
        why = "connection refused" if near else "no route to host"
        raise CommandError(f'Error from server: Get "https://{address}/{path}": dial tcp {address}: connect: {why}')
    return worker

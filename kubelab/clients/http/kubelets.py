"""Kubelets, as the API server reaches them: for logs, and for what goes into a container.

In Kubernetes
    https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/#api-server-to-kubelet
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError, bad_request

if TYPE_CHECKING:
    from kubelab.clients.http.calls import Call
    from kubelab.node.worker import Worker

DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"


def container_of(pod: Any, wished: str) -> str:
    """The container that is meant: the one named, or the only one.

    Raises
    ------
    ApiError
        400: there are several, or none of that name.
    """
    name = pod.metadata.name
    mains = [container.name for container in pod.spec.containers]
    inits = [container.name for container in pod.spec.initContainers or ()]
    if wished:
        if wished not in mains + inits:
            raise bad_request(f"container {wished} is not valid for pod {name}")
        return wished
    if len(mains) == 1 and not inits:
        return mains[0]
    default = (pod.metadata.annotations or {}).get(DEFAULT_CONTAINER)
    if default in mains + inits:
        return str(default)
    if inits:
        raise bad_request(
            f"a container name must be specified for pod {name}, choose one of: [{' '.join(mains)}] "
            f"or one of the init containers: [{' '.join(inits)}]"
        )
    raise bad_request(f"a container name must be specified for pod {name}, choose one of: [{' '.join(mains)}]")


def worker_of(call: Call, pod: Any, path: str) -> Worker:
    """The worker whose kubelet has the pod.

    Raises
    ------
    ApiError
        400: the pod is on no node. 500: its kubelet does not answer.
    """
    if not pod.spec.nodeName:
        raise bad_request(f"pod {pod.metadata.name} does not have a host assigned")
    worker = call.cluster.workers.get(pod.spec.nodeName)
    near = worker is not None and call.cluster.master.machine.reaches(worker.machine)
    if worker is None or not near or not worker.kubelet.running:
        address = f"{(pod.status.hostIP if pod.status else None) or pod.spec.nodeName}:10250"
        why = "connection refused" if near else "no route to host"
        message = f'Get "https://{address}/{path}": dial tcp {address}: connect: {why}'
        raise ApiError(500, "InternalError", message)
    return worker

"""Programs that ask the API server themselves: what runs in the containers of controllers that run as pods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kubelab.client_go.client import Client
from kubelab.control_plane.api_server.authorization.attributes import AUTHENTICATED, SERVICE_ACCOUNTS, User
from kubelab.journal import Journal
from kubelab.network.ingress import IngressController
from kubelab.node.scripts import PROGRAM
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.control_plane.api_server.server import ApiServer
    from kubelab.node.runtime import Container, Runtime, Sandbox


class Programs:
    """Starts such a program when its container starts, as a client that is its pod's service account; and shells.

    In Kubernetes
        client-go's `rest.InClusterConfig`:
        https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    """

    def __init__(self, servers: Sequence[ApiServer], journal: Journal, timings: Timings, shells: Any = None) -> None:
        self.servers, self.journal, self.timings = servers, journal, timings
        self.shells = shells  # starts the shells that look at the cluster: `clients/inside/process.py`

    def launch(self, runtime: Runtime, sandbox: Sandbox, container: Container) -> IngressController | None:
        """The program of a container that has just started, running; None where there is none to run."""
        if container.behavior.program == PROGRAM and self.shells is not None:
            self.shells.launch(runtime, sandbox, container)
            return None
        worker = runtime.kubelet.workers.get(sandbox.uid) if runtime.kubelet is not None else None
        if worker is None or container.behavior.program != "nginx-ingress-controller":
            return None
        meta = worker.pod.metadata
        account = worker.pod.spec.serviceAccountName or "default"
        groups = (SERVICE_ACCOUNTS, f"{SERVICE_ACCOUNTS}:{meta.namespace}", AUTHENTICATED)
        identity = User(f"system:serviceaccount:{meta.namespace}:{account}", groups)
        client = Client(self.servers, f"nginx-ingress-controller/{meta.name}", runtime.machine, identity)
        made = IngressController(container.id, runtime.machine, client, self.journal, self.timings, worker.pod)
        made.start()
        return made

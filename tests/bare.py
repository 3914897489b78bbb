from dataclasses import dataclass

from kubelab.client_go.client import Client
from kubelab.clock import Clock
from kubelab.control_plane.api_server.server import ApiServer
from kubelab.control_plane.etcd import Etcd
from kubelab.journal import Journal


@dataclass
class Bare:
    """An API server with nothing around it."""

    clock: Clock
    journal: Journal
    etcd: Etcd
    server: ApiServer
    client: Client

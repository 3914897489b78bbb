import random

import pytest
from bare import Bare

from kubelab.client_go.client import Client
from kubelab.clock import Clock
from kubelab.control_plane.api_server.bootstrap import bootstrap
from kubelab.control_plane.api_server.server import ApiServer
from kubelab.control_plane.etcd import Etcd
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings


@pytest.fixture
def bare() -> Bare:
    clock = Clock()
    journal = Journal(clock)
    etcd = Etcd()
    server = ApiServer(Machine("master", "master", clock), etcd, journal, Timings(), random.Random(1))
    server.start()
    client = Client([server], "kubectl")
    bootstrap(client, ["172.18.0.2"])
    client.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    return Bare(clock, journal, etcd, server, client)

"""A master: the machine that the control plane runs on."""

from __future__ import annotations

import random
from collections.abc import Callable

from kubelab.client_go.client import Client
from kubelab.control_plane.api_server.server import ApiServer
from kubelab.control_plane.controller_manager.manager import ControllerManager
from kubelab.control_plane.etcd import Etcd
from kubelab.control_plane.scheduler.scheduler import Scheduler
from kubelab.journal import Journal
from kubelab.machine import Machine, Process
from kubelab.timings import Timings


class EtcdMember(Process):
    """The etcd process of a master: while it does not run, the API server can neither read nor write."""

    def __init__(self, machine: Machine, etcd: Etcd, journal: Journal) -> None:
        super().__init__("etcd", machine, journal.clock)
        self.etcd = etcd

    def on_start(self) -> None:
        """What is on the disk can be read again."""
        self.etcd.running = True

    def on_stop(self) -> None:
        """Nothing can be read or written."""
        self.etcd.running = False


class Master:
    """One control plane machine with its four processes: etcd, kube-apiserver, kube-controller-manager, kube-scheduler.

    In Kubernetes
        https://kubernetes.io/docs/concepts/overview/components/#control-plane-components . With several masters each
        runs all four, and of the controller managers and schedulers only an elected one works.

    Left out
        The master is not a Node itself. Only one master is supported as yet.
    """

    def __init__(
        self,
        machine: Machine,
        etcd: Etcd,
        servers: list[ApiServer],
        journal: Journal,
        timings: Timings,
        rng: random.Random,
        announce: Callable[[], None],
    ) -> None:
        self.machine = machine
        self.etcd = EtcdMember(machine, etcd, journal)
        self.api_server = ApiServer(machine, etcd, journal, timings, rng)
        self.api_server.announce = announce
        servers.append(self.api_server)
        self.controller_manager = ControllerManager(
            machine, Client(servers, "kube-controller-manager", machine), journal, timings
        )
        self.scheduler = Scheduler(machine, Client(servers, "kube-scheduler", machine), journal, timings, rng)

"""kube-controller-manager: one process in which all the control loops run, over shared informers."""

from __future__ import annotations

from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.registry import CONTROLLERS
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings


class ControllerManager(Component):
    """Runs every controller of the registry.

    In Kubernetes
        kube-controller-manager: cmd/kube-controller-manager/app/controllermanager.go

    Left out
        Leader election among several managers; an account of its own for each controller.
    """

    def __init__(self, machine: Machine, client: Client, journal: Journal, timings: Timings) -> None:
        super().__init__("kube-controller-manager", machine, client, journal, timings)
        self.controllers: dict[str, Controller] = {kind.name: kind(self) for kind in CONTROLLERS}

    def on_stop(self) -> None:
        """Forget everything, each controller what it remembers beside the informers."""
        super().on_stop()
        for controller in self.controllers.values():
            controller.recorder.forget()
            controller.forget()

    def reconnected(self) -> None:
        """List again what was not being watched."""
        super().reconnected()
        for controller in self.controllers.values():
            controller.relisted()

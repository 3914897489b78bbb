"""The process cloud-controller-manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.control_plane.cloud_controller_manager.service import ServiceController
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.network.load_balancer import Cloud


class CloudControllerManager(Component):
    """Runs the service controller, which gets load balancers from the cloud.

    In Kubernetes
        https://kubernetes.io/docs/concepts/architecture/cloud-controller/ ; each cloud's provider makes its own out of
        k8s.io/cloud-provider.

    Left out
        The node, node lifecycle and route controllers: machines say themselves where they are, and the overlay needs no
        routes of the cloud's.
    """

    def __init__(self, machine: Machine, client: Client, journal: Journal, timings: Timings, cloud: Cloud) -> None:
        super().__init__("cloud-controller-manager", machine, client, journal, timings)
        self.cloud = cloud
        self.services = ServiceController(self, cloud)

    def on_stop(self) -> None:
        """Forget everything."""
        super().on_stop()
        self.services.recorder.forget()
        self.services.forget()

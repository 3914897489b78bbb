"""Which controllers there are, in the order in which they start."""

from __future__ import annotations

from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController
from kubelab.control_plane.controller_manager.endpointslice import EndpointSliceController
from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController
from kubelab.control_plane.controller_manager.root_ca import RootCaController
from kubelab.control_plane.controller_manager.service_account import ServiceAccountController

CONTROLLERS: tuple[type[Controller], ...] = (
    ServiceAccountController,
    RootCaController,
    DeploymentController,
    ReplicaSetController,
    EndpointSliceController,
)

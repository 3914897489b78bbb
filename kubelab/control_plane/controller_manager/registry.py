"""Which controllers there are, in the order in which they start."""

from __future__ import annotations

from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController
from kubelab.control_plane.controller_manager.endpointslice import EndpointSliceController
from kubelab.control_plane.controller_manager.garbage_collector import GarbageCollector
from kubelab.control_plane.controller_manager.namespace import NamespaceController
from kubelab.control_plane.controller_manager.node_lifecycle import NodeLifecycleController
from kubelab.control_plane.controller_manager.pod_gc import PodGcController
from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController
from kubelab.control_plane.controller_manager.root_ca import RootCaController
from kubelab.control_plane.controller_manager.service_account import ServiceAccountController
from kubelab.control_plane.controller_manager.taint_eviction import TaintEvictionController

CONTROLLERS: tuple[type[Controller], ...] = (
    ServiceAccountController,
    RootCaController,
    DeploymentController,
    ReplicaSetController,
    EndpointSliceController,
    NodeLifecycleController,
    TaintEvictionController,
    PodGcController,
    NamespaceController,
    GarbageCollector,
)

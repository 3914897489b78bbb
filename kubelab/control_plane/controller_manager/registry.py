"""Which controllers there are, in the order in which they start."""

from __future__ import annotations

from kubelab.control_plane.controller_manager.autoscaling.controller import HorizontalPodAutoscalerController
from kubelab.control_plane.controller_manager.clusterrole_aggregation import ClusterRoleAggregationController
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.cronjob.controller import CronJobController
from kubelab.control_plane.controller_manager.daemonset.controller import DaemonSetController
from kubelab.control_plane.controller_manager.deployment.controller import DeploymentController
from kubelab.control_plane.controller_manager.disruption.controller import DisruptionController
from kubelab.control_plane.controller_manager.endpoints_controller import EndpointsController
from kubelab.control_plane.controller_manager.endpointslice import EndpointSliceController
from kubelab.control_plane.controller_manager.endpointslice_mirroring import EndpointSliceMirroringController
from kubelab.control_plane.controller_manager.garbage_collector import GarbageCollector
from kubelab.control_plane.controller_manager.job.controller import JobController
from kubelab.control_plane.controller_manager.job.ttl_after_finished import TtlAfterFinishedController
from kubelab.control_plane.controller_manager.namespace import NamespaceController
from kubelab.control_plane.controller_manager.node_lifecycle import NodeLifecycleController
from kubelab.control_plane.controller_manager.persistent_volume.controller import PersistentVolumeController
from kubelab.control_plane.controller_manager.persistent_volume.ephemeral import EphemeralVolumeController
from kubelab.control_plane.controller_manager.persistent_volume.protection import (
    ClaimProtectionController,
    VolumeProtectionController,
)
from kubelab.control_plane.controller_manager.pod_gc import PodGcController
from kubelab.control_plane.controller_manager.replicaset import ReplicaSetController
from kubelab.control_plane.controller_manager.replication import ReplicationManager
from kubelab.control_plane.controller_manager.resource_quota import ResourceQuotaController
from kubelab.control_plane.controller_manager.root_ca import RootCaController
from kubelab.control_plane.controller_manager.service_account import ServiceAccountController
from kubelab.control_plane.controller_manager.statefulset.controller import StatefulSetController
from kubelab.control_plane.controller_manager.taint_eviction import TaintEvictionController

CONTROLLERS: tuple[type[Controller], ...] = (
    ServiceAccountController,
    RootCaController,
    DeploymentController,
    ReplicaSetController,
    ReplicationManager,
    StatefulSetController,
    DaemonSetController,
    EndpointsController,
    EndpointSliceController,
    EndpointSliceMirroringController,
    NodeLifecycleController,
    TaintEvictionController,
    DisruptionController,
    JobController,
    TtlAfterFinishedController,
    CronJobController,
    HorizontalPodAutoscalerController,
    PodGcController,
    ClusterRoleAggregationController,
    PersistentVolumeController,
    EphemeralVolumeController,
    ClaimProtectionController,
    VolumeProtectionController,
    ResourceQuotaController,
    NamespaceController,
    GarbageCollector,
)

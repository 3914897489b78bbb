"""VolumeBinding: a pod runs where its volumes can be used, or can be had.

In Kubernetes
    `pkg/scheduler/framework/plugins/volumebinding/volume_binding.go`.
    https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode

Left out
    Scores by how well volumes fill what is free (feature gate StorageCapacityScoring, off by default).
"""

from __future__ import annotations

from kubelab.api.volume_matching import is_usable_on
from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent, VolumeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, PreFilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_volumes import concerns
from kubelab.control_plane.scheduler.snapshot import Snapshot

ELSEWHERE = Status("VolumeBinding", ("node(s) didn't match PersistentVolume's node affinity",), resolvable=False)
NOTHING_TO_BIND = Status(
    "VolumeBinding", ("node(s) didn't find available persistent volumes to bind",), resolvable=False
)
GONE = Status(
    "VolumeBinding",
    ("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",),
    resolvable=False,
)


class VolumeBinding(FilterPlugin, PreFilterPlugin):
    """Filters by the node affinity of volumes, and by which can be bound or made."""

    name = "VolumeBinding"

    def refusal(self, pod: PodInfo) -> Status | None:
        """A claim is not bound, and nobody waits for this pod to bind it."""
        held = pod.volumes.refusal if pod.volumes is not None else None
        return held if held is not None and held.plugin == self.name else None

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node where a volume cannot be used, or none can be had."""
        volumes = pod.volumes
        if volumes is None:
            return None
        if volumes.missing:
            return GONE
        if not all(is_usable_on(volume, node.name, node.labels) for volume in volumes.bound):
            return ELSEWHERE
        return NOTHING_TO_BIND if volumes.plan(node.name, node.labels) is None else None

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A node has come or got other labels; a volume or a class has changed, or a claim of the pod."""
        if isinstance(event, NodeEvent):
            return event.new is not None and (event.old is None or event.old.labels != event.new.labels)
        return isinstance(event, VolumeEvent) and concerns(pod, event)

"""VolumeRestrictions: a claim that is for one pod only is not given to two.

In Kubernetes
    `pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes

Left out
    Disks of clouds, iSCSI and Ceph that pods name without a claim, and that one node at a time can use.
"""

from __future__ import annotations

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent, VolumeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, PreFilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_volumes import concerns
from kubelab.control_plane.scheduler.snapshot import Snapshot

TAKEN = Status(
    "VolumeRestrictions",
    ("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",),
    resolvable=True,
)


class VolumeRestrictions(FilterPlugin, PreFilterPlugin):
    """Filters by whether another pod uses a claim of the access mode ReadWriteOncePod."""

    name = "VolumeRestrictions"

    def refusal(self, pod: PodInfo) -> Status | None:
        """A claim is not there at all."""
        held = pod.volumes.refusal if pod.volumes is not None else None
        return held if held is not None and held.plugin == self.name else None

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects every node while the claim is in use."""
        return TAKEN if pod.volumes is not None and pod.volumes.taken else None

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A pod has gone, a node has come, or a claim of the pod has changed."""
        if isinstance(event, NodeEvent):
            return event.old is None
        if isinstance(event, VolumeEvent):
            return event.kind == "persistentvolumeclaims" and concerns(pod, event)
        return event.new is None

"""VolumeZone: a volume of one zone can be used in that zone only.

In Kubernetes
    `pkg/scheduler/framework/plugins/volumezone/volume_zone.go`.
    https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelab.control_plane.scheduler.cluster_event import ClusterEvent, NodeEvent, VolumeEvent
from kubelab.control_plane.scheduler.framework import FilterPlugin, Status
from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_volumes import concerns
from kubelab.control_plane.scheduler.snapshot import Snapshot

OTHER_ZONE = Status("VolumeZone", ("node(s) had no available volume zone",), resolvable=False)
TOPOLOGY = (
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
)
_BETA = "failure-domain.beta.kubernetes.io/"
_SEVERAL = "__"  # between the zones of a volume that is in more than one


class VolumeZone(FilterPlugin):
    """Filters by the zone labels of volumes."""

    name = "VolumeZone"

    def filter(self, pod: PodInfo, node: NodeInfo) -> Status | None:
        """Rejects a node of another zone than one of the pod's volumes."""
        if pod.volumes is None or not any(key in node.labels for key in TOPOLOGY):
            return None
        return None if all(_is_in(volume, node.labels) for volume in pod.volumes.bound) else OTHER_ZONE

    def is_woken_by(self, pod: PodInfo, event: ClusterEvent, snapshot: Snapshot) -> bool:
        """A node has come or got other labels; a volume or a class has changed, or a claim of the pod."""
        if isinstance(event, NodeEvent):
            return event.new is not None and (event.old is None or event.old.labels != event.new.labels)
        return isinstance(event, VolumeEvent) and concerns(pod, event)


def _is_in(volume: Any, labels: Mapping[str, str]) -> bool:
    for key, zones in (volume.metadata.labels or {}).items():
        if key in TOPOLOGY:
            held = labels.get(key, labels.get(key.replace(_BETA, "topology.kubernetes.io/")))
            if held not in zones.split(_SEVERAL):
                return False
    return True

"""Cluster events: changes after which a pod that nothing would take may be worth another attempt.

In Kubernetes
    `ClusterEvent` in `staging/src/k8s.io/kube-scheduler/framework/types.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#queueinghint
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo


@dataclass(frozen=True, slots=True)
class NodeEvent:
    """A node has come (`old` is None), changed, or gone (`new` is None)."""

    old: NodeInfo | None
    new: NodeInfo | None

    @property
    def label(self) -> str:
        """How Kubernetes names the event."""
        return "NodeAdd" if self.old is None else "NodeDelete" if self.new is None else "NodeUpdate"


@dataclass(frozen=True, slots=True)
class PodEvent:
    """A pod that is on a node has come there (`old` is None), changed, or gone (`new` is None)."""

    old: PodInfo | None
    new: PodInfo | None

    @property
    def label(self) -> str:
        """How Kubernetes names the event."""
        return (
            "AssignedPodAdd" if self.old is None else "AssignedPodDelete" if self.new is None else "AssignedPodUpdate"
        )


@dataclass(frozen=True, slots=True)
class VolumeEvent:
    """A claim, a volume or a class of storage (`kind` is the plural) has come, changed or gone."""

    kind: str
    old: Any
    new: Any

    @property
    def label(self) -> str:
        """How Kubernetes names the event."""
        what = {"persistentvolumes": "PersistentVolume", "persistentvolumeclaims": "PersistentVolumeClaim"}
        done = "Add" if self.old is None else "Delete" if self.new is None else "Update"
        return f"{what.get(self.kind, 'StorageClass')}{done}"


ClusterEvent = NodeEvent | PodEvent | VolumeEvent

"""Cluster events: changes after which a pod that nothing would take may be worth another attempt.

In Kubernetes
    `pkg/scheduler/eventhandlers.go`; `ClusterEvent` in `staging/src/k8s.io/kube-scheduler/framework/types.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#queueinghint
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lightkube.models import core_v1

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

FINISHED = ("Succeeded", "Failed")


def same_to_scheduling(old: core_v1.Pod, new: core_v1.Pod) -> bool:
    """Whether two states of a pod differ in nothing that scheduling looks at: most differ in their status only."""
    was, now = old.metadata, new.metadata
    return (
        (new.spec is old.spec or new.spec == old.spec)
        and now.labels == was.labels
        and now.uid == was.uid
        and (now.deletionTimestamp is None) == (was.deletionTimestamp is None)
        and (old.status.phase in FINISHED) == (new.status.phase in FINISHED)
    )


def node_matters(old: core_v1.Node, new: core_v1.Node) -> bool:
    """Whether a node has changed in anything that scheduling looks at: heartbeats have not."""
    if old.metadata.labels != new.metadata.labels or old.metadata.uid != new.metadata.uid or old.spec != new.spec:
        return True
    was, now = old.status, new.status
    return was is not now and (was.allocatable, was.images) != (now.allocatable, now.images)

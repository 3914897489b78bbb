"""NodeInfo: a node with the pods on it, as plugins see it.

In Kubernetes
    `NodeInfo` in `pkg/scheduler/framework/types.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lightkube.models import core_v1

from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.resources import Resources, amounts

HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
REGION = "topology.kubernetes.io/region"

ZERO: Resources = {}


class NodeInfo:
    """One node at one moment: a value, replaced by another when the node or its pods change.

    `pods` are the kinds of the pods by key (`namespace/name`), `kinds` counts them. `requested` is the sum of their
    requests, `assumed` that of what scoring assumes. `generation` grows from one NodeInfo of a node to the next.
    """

    __slots__ = (
        "allocatable", "assumed", "generation", "images", "kinds", "labels", "name", "node", "pods", "requested",
        "taints", "unschedulable",
    )  # fmt: skip

    node: core_v1.Node
    name: str
    labels: Mapping[str, str]
    taints: tuple[core_v1.Taint, ...]
    unschedulable: bool
    allocatable: Resources
    images: Mapping[str, int]
    pods: Mapping[str, PodInfo]
    kinds: Mapping[PodInfo, int]
    requested: Resources
    assumed: Resources
    generation: int

    def __init__(self, node: core_v1.Node, pods: Mapping[str, PodInfo] | None = None, generation: int = 0) -> None:
        self._describe(node)
        self.pods, self.kinds, self.requested, self.assumed = {}, {}, {}, {}
        self.generation = generation
        for key, pod in (pods or {}).items():
            self._put(key, pod, 1)

    def _describe(self, node: core_v1.Node) -> None:
        self.node, self.name = node, node.metadata.name
        self.labels = node.metadata.labels or {}
        self.taints = tuple(node.spec.taints or ()) if node.spec is not None else ()
        self.unschedulable = bool(node.spec.unschedulable) if node.spec is not None else False
        self.allocatable = amounts(node.status.allocatable) if node.status is not None else {}
        images = (node.status.images if node.status is not None else None) or ()
        self.images = {name: image.sizeBytes or 0 for image in images for name in image.names or ()}

    def with_node(self, node: core_v1.Node, generation: int) -> NodeInfo:
        """The same pods on the node as it is now."""
        twin = self._twin(generation)
        twin._describe(node)
        return twin

    def with_pod(self, key: str, pod: PodInfo, generation: int) -> NodeInfo:
        """The node with one more pod (or with another kind of pod under that key)."""
        twin = self._twin(generation)
        if key in self.pods:
            twin._put(key, self.pods[key], -1)
        twin._put(key, pod, 1)
        return twin

    def without_pod(self, key: str, generation: int) -> NodeInfo:
        """The node with one pod less."""
        twin = self._twin(generation)
        twin._put(key, self.pods[key], -1)
        return twin

    def _twin(self, generation: int) -> NodeInfo:
        twin = NodeInfo.__new__(NodeInfo)
        twin.node, twin.name, twin.labels, twin.taints = self.node, self.name, self.labels, self.taints
        twin.unschedulable, twin.allocatable, twin.images = self.unschedulable, self.allocatable, self.images
        twin.pods, twin.kinds = dict(self.pods), dict(self.kinds)
        twin.requested, twin.assumed = dict(self.requested), dict(self.assumed)
        twin.generation = generation
        return twin

    def _put(self, key: str, pod: PodInfo, times: int) -> None:
        """Count a pod in or out; only while this value is being made."""
        pods: Any = self.pods
        kinds: Any = self.kinds
        if times > 0:
            pods[key] = pod
        else:
            del pods[key]
        kinds[pod] = kinds.get(pod, 0) + times
        if not kinds[pod]:
            del kinds[pod]
        requested, assumed = self.requested, self.assumed
        for name, value in pod.requests.items():
            requested[name] = requested.get(name, 0) + times * value
        for name, value in pod.assumed_requests.items():
            assumed[name] = assumed.get(name, 0) + times * value

    @property
    def zone(self) -> str:
        """Region and zone, which the order of nodes goes by."""
        region, zone = self.labels.get(REGION, ""), self.labels.get(ZONE, "")
        return f"{region}:\x00:{zone}" if region or zone else ""

    def __deepcopy__(self, memo: dict[int, Any]) -> NodeInfo:
        return self  # a value: a forked cluster shares it

    def __reduce__(self) -> tuple[Any, ...]:
        return NodeInfo, (self.node, dict(self.pods), self.generation)

    def __repr__(self) -> str:
        return f"NodeInfo: {self.name}, {len(self.pods)} pods, requested {self.requested}"

"""The scheduler's cache: nodes with their pods, as the watches tell, and as the decisions will make them.

A pod that has been given a node is counted there at once ("assumed"), before the API server confirms it: otherwise the
next pod would be promised the same room.

In Kubernetes
    `pkg/scheduler/backend/cache/cache.go`.
"""

from __future__ import annotations

from collections.abc import Mapping

from lightkube.models import core_v1

from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.snapshot import Snapshot


class Cache:
    """What the scheduler believes the cluster to be. `snapshot` is it, as a value."""

    def __init__(self) -> None:
        self._nodes: dict[str, NodeInfo] = {}
        self._pods: dict[str, tuple[str, PodInfo]] = {}  # key -> node, kind
        self._assumed: dict[str, str] = {}
        self._strays: dict[str, dict[str, PodInfo]] = {}  # pods of nodes that are not known (yet, or any more)
        self._namespaces: Mapping[str, Mapping[str, str]] = {}
        self._images: dict[str, list[int]] = {}  # image -> its size as first reported, how many nodes hold it
        self._generation = 0
        self._snapshot: Snapshot | None = None

    @property
    def snapshot(self) -> Snapshot:
        """All nodes as they are believed to be now."""
        if self._snapshot is None:
            self._snapshot = Snapshot.of(self._nodes.values(), self._namespaces, self._image_sizes())
        return self._snapshot

    def node(self, name: str) -> NodeInfo | None:
        """The node of that name, or None."""
        return self._nodes.get(name)

    def put_node(self, node: core_v1.Node) -> tuple[NodeInfo | None, NodeInfo]:
        """A node has come or changed. Answers it as it was and as it is."""
        name = node.metadata.name
        old = self._nodes.get(name)
        if old is None:
            new = NodeInfo(node, self._strays.pop(name, None), self._next())
        else:
            new = old.with_node(node, self._next())
        if old is None or old.images != new.images:
            self._count_images(old, new)
        self._replace(old, new)
        return old, new

    def remove_node(self, name: str) -> NodeInfo | None:
        """A node has gone. Its pods are remembered: their end will be told, or the node comes back."""
        old = self._nodes.pop(name, None)
        if old is not None:
            if old.pods:
                self._strays[name] = dict(old.pods)
            self._count_images(old, None)
            self._snapshot = None
        return old

    def put_pod(self, key: str, pod: PodInfo, node: str) -> tuple[str, PodInfo] | None:
        """A pod is on a node, says the API server. Answers where it was believed to be, and as what."""
        self._assumed.pop(key, None)
        return self._put(key, pod, node)

    def remove_pod(self, key: str) -> tuple[str, PodInfo] | None:
        """A pod has gone. Answers where it was."""
        self._assumed.pop(key, None)
        held = self._pods.pop(key, None)
        if held is not None:
            self._take_out(key, held[0])
        return held

    def assume_pod(self, key: str, pod: PodInfo, node: str) -> None:
        """Count a pod where it is about to be bound."""
        self._put(key, pod, node)
        self._assumed[key] = node

    def forget_pod(self, key: str) -> None:
        """The binding failed: the pod is not there after all."""
        if key in self._assumed:
            self.remove_pod(key)

    def is_assumed(self, key: str) -> bool:
        """Whether the pod is counted on a node without the API server having said so."""
        return key in self._assumed

    def put_namespace(self, name: str, labels: Mapping[str, str] | None) -> None:
        """A namespace has come, changed or (None) gone."""
        if labels != self._namespaces.get(name):
            others = {other: held for other, held in self._namespaces.items() if other != name}
            self._namespaces = others if labels is None else {**others, name: labels}
            self._snapshot = None

    def _put(self, key: str, pod: PodInfo, node: str) -> tuple[str, PodInfo] | None:
        held = self._pods.get(key)
        if held is not None and held[0] == node and held[1] is pod:
            return held
        if held is not None and held[0] != node:
            self._take_out(key, held[0])
        self._pods[key] = node, pod
        info = self._nodes.get(node)
        if info is None:
            self._strays.setdefault(node, {})[key] = pod
        else:
            self._replace(info, info.with_pod(key, pod, self._next()))
        return held

    def _take_out(self, key: str, node: str) -> None:
        info = self._nodes.get(node)
        if info is not None:
            self._replace(info, info.without_pod(key, self._next()))
        elif node in self._strays:
            self._strays[node].pop(key, None)
            if not self._strays[node]:
                del self._strays[node]

    def _replace(self, old: NodeInfo | None, new: NodeInfo) -> None:
        self._nodes[new.name] = new
        if old is None or old.zone != new.zone:
            self._snapshot = None  # the order of nodes is another
        elif self._snapshot is not None:
            self._snapshot = self._snapshot.with_node(new)

    def _count_images(self, old: NodeInfo | None, new: NodeInfo | None) -> None:
        before = self._image_sizes()
        for image in old.images if old is not None else ():
            self._images[image][1] -= 1
            if not self._images[image][1]:
                del self._images[image]
        for image, size in new.images.items() if new is not None else ():
            self._images.setdefault(image, [size, 0])[1] += 1
        sizes = self._image_sizes()
        if sizes != before and self._snapshot is not None:
            self._snapshot = self._snapshot.with_image_sizes(sizes)

    def _image_sizes(self) -> dict[str, int]:
        return {image: size for image, (size, _) in self._images.items()}

    def _next(self) -> int:
        self._generation += 1
        return self._generation

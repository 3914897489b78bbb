"""An index of pods by their node, so that a thousand kubelets can list their own without looking at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelab.control_plane.etcd import Change

PODS = "/registry/pods/"


class PodsOnNodes:
    """The pods of each node as they are now. It is filled when first asked, and then follows every change.

    In Kubernetes
        The index by `spec.nodeName` of the watch cache: pkg/registry/core/pod/strategy.go, `Indexers`.
    """

    def __init__(self) -> None:
        self._pods: dict[str, dict[str, Any]] | None = None  # node -> key in etcd -> pod

    @property
    def empty(self) -> bool:
        """Whether it still has to be filled."""
        return self._pods is None

    def forget(self) -> None:
        """The API server begins anew."""
        self._pods = None

    def on_node(self, node: str, all_pods: Iterable[Any]) -> list[Any]:
        """The node's pods in the order of their keys; `all_pods` is what to start from."""
        if self._pods is None:
            self._pods = {}
            for pod in all_pods:
                self._put(f"{PODS}{pod.metadata.namespace}/{pod.metadata.name}", pod)
        held = self._pods.get(node, {})
        return [held[key] for key in sorted(held)]

    def follow(self, change: Change) -> None:
        """A change has been committed."""
        if self._pods is None or not change.now.key.startswith(PODS):
            return
        if change.before is not None and change.before.value is not None:
            self._pods.get(change.before.value.spec.nodeName or "", {}).pop(change.now.key, None)
        if change.now.value is not None:
            self._put(change.now.key, change.now.value)

    def _put(self, key: str, pod: Any) -> None:
        if pod.spec.nodeName:
            self._pods.setdefault(pod.spec.nodeName, {})[key] = pod

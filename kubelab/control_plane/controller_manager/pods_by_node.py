"""Which pods are on which node: an index, kept from what the informers tell."""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import key_of


class PodsByNode:
    """The pods of each node. A pod without a node is not in it.

    In Kubernetes
        The `spec.nodeName` index of the shared pod informer.
    """

    def __init__(self) -> None:
        self._pods: dict[str, dict[str, Any]] = {}

    def change(self, old: Any, new: Any) -> None:
        """Follow one change."""
        if old is not None and old.spec.nodeName and (new is None or new.spec.nodeName != old.spec.nodeName):
            held = self._pods.get(old.spec.nodeName, {})
            held.pop(key_of(old), None)
            if not held:
                self._pods.pop(old.spec.nodeName, None)
        if new is not None and new.spec.nodeName:
            self._pods.setdefault(new.spec.nodeName, {})[key_of(new)] = new

    def on(self, node: str) -> list[Any]:
        """The pods of a node, in the order in which they came."""
        return list(self._pods.get(node, {}).values())

    def clear(self) -> None:
        """Forget everything."""
        self._pods = {}

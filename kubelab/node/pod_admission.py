"""The kubelet's own admission: a pod that cannot be on this node fails at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.node_selectors import required_nodes
from kubelab.control_plane.scheduler.resources import Resources, amount, pod_requests

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.kubelet import Kubelet


class PodAdmission:
    """Counts what the node's pods ask for, and refuses what does not fit.

    Usually the scheduler has seen to that; a pod bound by hand, or by an outdated view, meets it here.

    In Kubernetes
        pkg/kubelet/lifecycle/predicate.go.
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self._taken: dict[str, Resources] = {}
        self._used: Resources = {}

    def refusal(self, pod: core_v1.Pod) -> tuple[str, str] | None:
        """Reason and message, or None where the pod can stay."""
        kubelet, spec = self.kubelet, pod.spec
        if spec.nodeSelector or spec.affinity is not None:
            node = kubelet.informer("nodes").get(kubelet.node)
            labels = (node.metadata.labels if node is not None else None) or {}
            if not required_nodes(spec).matches(kubelet.node, labels):
                why = "node(s) didn't match Pod's node affinity/selector"
                return "NodeAffinity", f"Predicate NodeAffinity failed: {why}"
        size = kubelet.size
        wanted = {"pods": 1, **pod_requests(spec)}
        for name, capacity in (
            ("pods", size.pods),
            ("cpu", amount("cpu", size.cpu)),
            ("memory", amount("memory", size.memory)),
        ):
            asked, used = wanted.get(name, 0), self._used.get(name, 0)
            if asked and asked > capacity - used:
                amounts = f"requested: {asked}, used: {used}, capacity: {capacity}"
                return f"OutOf{name}", f"Node didn't have enough resource: {name}, {amounts}"
        return None

    def take(self, pod: core_v1.Pod) -> None:
        """Count the pod."""
        self._taken[pod.metadata.uid] = wanted = {"pods": 1, **pod_requests(pod.spec)}
        for name, value in wanted.items():
            self._used[name] = self._used.get(name, 0) + value

    def release(self, uid: str) -> None:
        """Count the pod no more."""
        for name, value in self._taken.pop(uid, {}).items():
            self._used[name] -= value

    def clear(self) -> None:
        """Forget everything: the kubelet has ended."""
        self._taken, self._used = {}, {}

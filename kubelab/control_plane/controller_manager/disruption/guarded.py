"""The pods that a budget guards, and their sums, kept up to date change by change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from lightkube.models import core_v1, meta_v1

from kubelab.api.objects import controller_of, is_ready, key_of
from kubelab.api.selectors import LabelSelector


class Owned(NamedTuple):
    """An owner of guarded pods: how it is referred to, one of its pods, and how many it has."""

    reference: meta_v1.OwnerReference
    pod: str
    number: int


class Guarded:
    """The pods of one namespace that a selector chooses. `healthy` of them are ready and not on their way out."""

    def __init__(self, namespace: str, selector: LabelSelector, written: Any, pods: Iterable[core_v1.Pod]) -> None:
        self.namespace, self.selector, self.written = namespace, selector, written
        self.pods: dict[str, core_v1.Pod] = {}
        self.healthy = 0
        self.owners: dict[str, Owned] = {}
        self.unmanaged = 0
        for pod in pods:
            self.change(pod, gone=False)

    def change(self, pod: core_v1.Pod, *, gone: bool) -> bool:
        """A pod is new, another, or gone; whether that concerns the budget."""
        if pod.metadata.namespace != self.namespace:
            return False
        held = self.pods.pop(key_of(pod), None)
        if held is not None:
            self._count(held, -1)
        chosen = not gone and self.selector.matches(pod.metadata.labels)
        if chosen:
            self.pods[key_of(pod)] = pod
            self._count(pod, 1)
        return chosen or held is not None

    def _count(self, pod: core_v1.Pod, sign: int) -> None:
        if pod.metadata.deletionTimestamp is None and is_ready(pod):
            self.healthy += sign
        owner = controller_of(pod)
        if owner is None:
            self.unmanaged += sign
            return
        held = self.owners.get(owner.uid, Owned(owner, pod.metadata.name, 0))
        self.owners[owner.uid] = held._replace(number=held.number + sign)
        if not self.owners[owner.uid].number:
            del self.owners[owner.uid]

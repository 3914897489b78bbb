"""Which pods count as a pod's own kind, where its manifest does not say: those of its Services and of its owner.

In Kubernetes
    `DefaultSelector` in `pkg/scheduler/framework/plugins/helper/spread.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints
"""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1

from kubelab.api import selectors
from kubelab.api.objects import controller_of
from kubelab.api.selectors import LabelSelector

NOBODY = ("", "")


class DefaultSelectors:
    """Knows the selectors of all Services, ReplicaSets, ReplicationControllers and StatefulSets."""

    def __init__(self) -> None:
        self._services: dict[str, dict[str, dict[str, str]]] = {}  # namespace -> Service -> its selector
        self._owners: dict[tuple[str, str], LabelSelector] = {}  # kind, key -> its selector
        self._known: dict[tuple[str, tuple[tuple[str, str], ...], tuple[str, str]], LabelSelector | None] = {}

    def put_service(self, key: str, service: core_v1.Service | None) -> None:
        """A Service has come, changed or (None) gone."""
        namespace, _, name = key.rpartition("/")
        held = self._services.setdefault(namespace, {})
        selector = dict(service.spec.selector or {}) if service is not None else {}
        if selector != held.get(name, {}):
            held.pop(name, None)
            if selector:
                held[name] = selector
            self._known.clear()

    def put_owner(self, kind: str, key: str, owner: Any) -> None:
        """An owner of pods has come, changed or (None) gone."""
        selector = _selector(owner.spec.selector) if owner is not None else None
        if selector != self._owners.get((kind, key)):
            self._owners.pop((kind, key), None)
            if selector is not None:
                self._owners[kind, key] = selector
            self._known.clear()

    def of(self, pod: core_v1.Pod) -> LabelSelector | None:
        """The selector of the pod's own kind; None if nothing says what kind that is."""
        namespace, labels = pod.metadata.namespace or "default", pod.metadata.labels or {}
        owner = controller_of(pod)
        owned_by = (owner.kind, f"{namespace}/{owner.name}") if owner is not None else NOBODY
        if owned_by not in self._owners:
            owned_by = NOBODY
        key = namespace, tuple(labels.items()), owned_by
        if key not in self._known:
            self._known[key] = self._find(namespace, labels, owned_by)
        return self._known[key]

    def _find(self, namespace: str, labels: dict[str, str], owned_by: tuple[str, str]) -> LabelSelector | None:
        wanted: dict[str, str] = {}
        for selector in self._services.get(namespace, {}).values():
            if all(labels.get(name) == value for name, value in selector.items()):
                wanted.update(selector)
        requirements = list(selectors.from_labels(wanted).requirements)
        owner = self._owners.get(owned_by)
        if owner is not None:
            requirements += [each for each in owner.requirements if each not in requirements]
        return LabelSelector(tuple(requirements)) if requirements else None


def _selector(written: Any) -> LabelSelector:
    """A selector as the kind has it: a ReplicationController's is a plain map of labels."""
    if written is None or isinstance(written, dict):
        return selectors.from_labels(written)
    return selectors.from_object(written)

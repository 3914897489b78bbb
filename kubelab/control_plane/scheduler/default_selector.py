"""Which pods count as a pod's own kind, where its manifest does not say: those of its Services and of its ReplicaSet.

In Kubernetes
    `DefaultSelector` in `pkg/scheduler/framework/plugins/helper/spread.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints

Left out
    ReplicationControllers and StatefulSets.
"""

from __future__ import annotations

from lightkube.models import apps_v1, core_v1

from kubelab.api import selectors
from kubelab.api.objects import controller_of
from kubelab.api.selectors import LabelSelector


class DefaultSelectors:
    """Knows the selectors of all Services and ReplicaSets."""

    def __init__(self) -> None:
        self._services: dict[str, dict[str, dict[str, str]]] = {}  # namespace -> Service -> its selector
        self._replica_sets: dict[str, LabelSelector] = {}
        self._known: dict[tuple[str, tuple[tuple[str, str], ...], str], LabelSelector | None] = {}

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

    def put_replica_set(self, key: str, replica_set: apps_v1.ReplicaSet | None) -> None:
        """A ReplicaSet has come, changed or (None) gone."""
        selector = selectors.from_object(replica_set.spec.selector) if replica_set is not None else None
        if selector != self._replica_sets.get(key):
            self._replica_sets.pop(key, None)
            if selector is not None:
                self._replica_sets[key] = selector
            self._known.clear()

    def of(self, pod: core_v1.Pod) -> LabelSelector | None:
        """The selector of the pod's own kind; None if nothing says what kind that is."""
        namespace, labels = pod.metadata.namespace or "default", pod.metadata.labels or {}
        owner = controller_of(pod)
        owned_by = owner.name if owner is not None and owner.kind == "ReplicaSet" else ""
        key = namespace, tuple(labels.items()), owned_by
        if key not in self._known:
            self._known[key] = self._find(namespace, labels, owned_by)
        return self._known[key]

    def _find(self, namespace: str, labels: dict[str, str], owned_by: str) -> LabelSelector | None:
        wanted: dict[str, str] = {}
        for selector in self._services.get(namespace, {}).values():
            if all(labels.get(name) == value for name, value in selector.items()):
                wanted.update(selector)
        requirements = list(selectors.from_labels(wanted).requirements)
        replica_set = self._replica_sets.get(f"{namespace}/{owned_by}")
        if replica_set is not None:
            requirements += [each for each in replica_set.requirements if each not in requirements]
        return LabelSelector(tuple(requirements)) if requirements else None

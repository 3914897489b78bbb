"""Which pods belong to which Services: an index by labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.objects import key_of

Labels = tuple[tuple[str, str], ...]


class ServicePods:
    """Pods in groups of equal labels, so that a selector is compared once with each group and not with each pod.

    In Kubernetes
        The EndpointSlice controller lists pods by selector, and asks for each changed pod which Services select it.
    """

    def __init__(self) -> None:
        self._groups: dict[str, dict[Labels, dict[str, Any]]] = {}  # namespace -> labels -> key -> pod
        self._selectors: dict[str, dict[str, dict[str, str]]] = {}  # namespace -> service's key -> selector
        self._selecting: dict[tuple[str, Labels], list[str]] = {}  # what `services_of` has found

    def change_pod(self, old: Any, new: Any) -> None:
        """Follow a change of a pod."""
        if old is not None:
            group = self._groups.get(old.metadata.namespace, {}).get(_labels(old))
            if group is not None:
                group.pop(key_of(old), None)
        if new is not None:
            groups = self._groups.setdefault(new.metadata.namespace, {})
            groups.setdefault(_labels(new), {})[key_of(new)] = new

    def change_service(self, old: Any, new: Any) -> None:
        """Follow a change of a Service."""
        held = new if new is not None else old
        selectors = self._selectors.setdefault(held.metadata.namespace, {})
        selectors.pop(key_of(held), None)
        if new is not None and new.spec.selector:
            selectors[key_of(new)] = new.spec.selector
        self._selecting = {}

    def services_of(self, pod: Any) -> list[str]:
        """The keys of the Services that select a pod."""
        at = pod.metadata.namespace, _labels(pod)
        found = self._selecting.get(at)
        if found is None:
            labels = dict(at[1]).items()
            selectors = self._selectors.get(at[0], {})
            found = [key for key, selector in selectors.items() if selector.items() <= labels]
            self._selecting[at] = found
        return found

    def pods_of(self, service: Any) -> Iterator[Any]:
        """The pods that a Service selects, in the order in which they came."""
        selector = service.spec.selector.items()
        for labels, group in self._groups.get(service.metadata.namespace, {}).items():
            if group and selector <= dict(labels).items():
                yield from group.values()

    def clear(self) -> None:
        """Forget everything."""
        self._groups, self._selectors, self._selecting = {}, {}, {}


def _labels(pod: Any) -> Labels:
    labels = pod.metadata.labels
    return tuple(sorted(labels.items())) if labels else ()

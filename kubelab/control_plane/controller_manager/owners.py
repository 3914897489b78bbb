"""Which objects a controller owns: an index by the owner's uid, kept from what the informers tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.objects import controller_of, key_of


class OwnerIndex:
    """The objects of one kind by the uid of their controller; those without one by their namespace.

    In Kubernetes
        The `controllerUID` and `orphan` indexes of pkg/controller/controller_utils.go.
    """

    def __init__(self) -> None:
        self._owned: dict[str, dict[str, Any]] = {}
        self._orphans: dict[str, dict[str, Any]] = {}

    def change(self, old: Any, new: Any) -> None:
        """Follow one change."""
        if old is not None:
            place = self._place(old)
            place.pop(key_of(old), None)
        if new is not None:
            self._place(new)[key_of(new)] = new

    def owned(self, uid: str) -> list[Any]:
        """The objects whose controller has this uid."""
        return list(self._owned.get(uid, {}).values())

    def orphans(self, namespace: str) -> Iterator[Any]:
        """The objects of a namespace that nobody controls."""
        return iter(list(self._orphans.get(namespace, {}).values()))

    def has_orphans(self, namespace: str) -> bool:
        """Whether a namespace has objects that nobody controls."""
        return bool(self._orphans.get(namespace))

    def clear(self) -> None:
        """Forget everything."""
        self._owned, self._orphans = {}, {}

    def _place(self, obj: Any) -> dict[str, Any]:
        owner = controller_of(obj)
        if owner is None:
            return self._orphans.setdefault(obj.metadata.namespace or "", {})
        return self._owned.setdefault(owner.uid, {})

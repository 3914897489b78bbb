"""Who depends on whom: the graph of ownerReferences."""

from __future__ import annotations

from typing import Any

from lightkube.models import meta_v1

from kubelab.api.objects import key_of

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"


class OwnerGraph:
    """Objects by uid, and for each uid those who name it as their owner, whether it has been seen or not.

    In Kubernetes
        pkg/controller/garbagecollector/graph_builder.go
    """

    def __init__(self) -> None:
        self._where: dict[str, tuple[str, str]] = {}  # uid -> kind and key
        self._owners: dict[str, list[str]] = {}
        self._dependents: dict[str, dict[str, bool]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._where, self._owners, self._dependents = {}, {}, {}

    def has(self, uid: str) -> bool:
        """Whether an object of that uid has been seen, and is not gone."""
        return uid in self._where

    def where(self, uid: str) -> tuple[str, str] | None:
        """Kind and key of the object."""
        return self._where.get(uid)

    def dependents(self, uid: str) -> list[str]:
        """The uids of those who name this one as their owner."""
        return list(self._dependents.get(uid, ()))

    def put(self, kind: str, obj: Any) -> list[str]:
        """Take an object in, or its new owners. Answers the owners that it had and has not any more."""
        uid = obj.metadata.uid
        self._where[uid] = (kind, key_of(obj))
        owners = [ref.uid for ref in refs_of(obj)]
        dropped = [owner for owner in self._owners.get(uid, ()) if owner not in owners]
        for owner in dropped:
            self._untie(owner, uid)
        for owner in owners:
            self._dependents.setdefault(owner, {})[uid] = True
        if owners:
            self._owners[uid] = owners
        else:
            self._owners.pop(uid, None)
        return dropped

    def remove(self, uid: str) -> None:
        """An object is gone; those who depend on it are still known."""
        self._where.pop(uid, None)
        for owner in self._owners.pop(uid, ()):
            self._untie(owner, uid)

    def _untie(self, owner: str, dependent: str) -> None:
        held = self._dependents.get(owner, {})
        held.pop(dependent, None)
        if not held:
            self._dependents.pop(owner, None)


def refs_of(obj: Any) -> list[meta_v1.OwnerReference]:
    """The object's references to its owners."""
    return obj.metadata.ownerReferences or []


def finalizers_of(obj: Any) -> list[str]:
    """Who must let the object go before it can go."""
    return obj.metadata.finalizers or []

"""Storage: how objects lie in etcd."""

from __future__ import annotations

import random
from typing import Any

from kubelab.api.errors import ApiError, already_exists, conflict, expired, not_found
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.clock import Clock
from kubelab.control_plane.etcd import CompactedError, CompareFailedError, Etcd, StoppedError

# Kinds that count the changes of their spec in metadata.generation.
GENERATIONS = ("Pod", "Deployment", "ReplicaSet")
NAME_LABEL = "kubernetes.io/metadata.name"  # of a Namespace, so that selectors can name it
NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789"  # no vowels: no words by accident


class Storage:
    """Objects as keys of etcd: `/registry/pods/default/web-1`. Gives uids, revisions, timestamps, generations.

    In Kubernetes
        staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go

    Left out
        `resourceVersion` lies in the stored value here (the real one fills it in when it reads).
    """

    def __init__(self, etcd: Etcd, clock: Clock, rng: random.Random) -> None:
        self.etcd, self.clock, self.rng = etcd, clock, rng

    def get(self, kind: Kind, namespace: str | None, name: str, revision: int | None = None) -> Any:
        """The object.

        Raises
        ------
        ApiError
            404 it is not there; 410 the revision has been compacted; 500 etcd does not answer.
        """
        try:
            held = self.etcd.get(key_in_etcd(kind, namespace, name), revision)
        except (CompactedError, StoppedError) as error:
            raise _refusal(error) from None
        if held is None:
            raise not_found(kind.plural, kind.group, name)
        return held.value

    def find(self, kind: Kind, namespace: str | None, name: str) -> Any:
        """The object, or None."""
        try:
            held = self.etcd.get(key_in_etcd(kind, namespace, name))
        except StoppedError as error:
            raise _refusal(error) from None
        return None if held is None else held.value

    def list(self, kind: Kind, namespace: str | None, revision: int | None = None) -> list[Any]:
        """The kind's objects, of one namespace or of all, in the order of their keys."""
        prefix = f"/registry/{kind.plural}/{namespace}/" if namespace else f"/registry/{kind.plural}/"
        try:
            return [held.value for held in self.etcd.range(prefix, revision)]
        except (CompactedError, StoppedError) as error:
            raise _refusal(error) from None

    def as_new(self, kind: Kind, obj: Any) -> Any:
        """The object with what it gets when it is made: name, uid, creationTimestamp, generation."""
        meta = obj.metadata
        name = meta.name or meta.generateName + self.random_suffix()
        labels = {**(meta.labels or {}), NAME_LABEL: name} if kind.name == "Namespace" else meta.labels
        return replace(
            obj,
            metadata=replace(
                meta,
                name=name,
                labels=labels,
                uid=self.uid(),
                creationTimestamp=self.clock.date,
                generation=1 if kind.name in GENERATIONS else None,
                resourceVersion=None,
                deletionTimestamp=None,
                deletionGracePeriodSeconds=None,
                selfLink=None,
            ),
        )

    def create(self, kind: Kind, obj: Any) -> Any:
        """Write a new object, under the revision that this makes."""
        try:
            obj = replace(obj, metadata=replace(obj.metadata, resourceVersion=str(self.etcd.revision + 1)))
            self.etcd.put(key_in_etcd(kind, obj.metadata.namespace, obj.metadata.name), obj, expected=0)
        except CompareFailedError:
            raise already_exists(kind.plural, kind.group, obj.metadata.name) from None
        except StoppedError as error:
            raise _refusal(error) from None
        return obj

    def update(self, kind: Kind, old: Any, new: Any) -> Any:
        """Write `new` over `old`; nothing is written, and no revision made, where they are equal."""
        meta = new.metadata
        if kind.name in GENERATIONS and new.spec is not old.spec and new.spec != old.spec:
            meta = replace(meta, generation=(old.metadata.generation or 0) + 1)
        meta = replace(meta, resourceVersion=old.metadata.resourceVersion)
        new = replace(new, metadata=meta)
        if new == old:
            return old
        try:
            new = replace(new, metadata=replace(meta, resourceVersion=str(self.etcd.revision + 1)))
            self.etcd.put(key_in_etcd(kind, meta.namespace, meta.name), new, expected=int(old.metadata.resourceVersion))
        except CompareFailedError:
            raise conflict(kind.plural, kind.group, meta.name) from None
        except StoppedError as error:
            raise _refusal(error) from None
        return new

    def remove(self, kind: Kind, obj: Any) -> None:
        """Take an object away for good."""
        try:
            self.etcd.delete(key_in_etcd(kind, obj.metadata.namespace, obj.metadata.name))
        except StoppedError as error:
            raise _refusal(error) from None

    def random_suffix(self) -> str:
        """Five characters, as generated names end."""
        return "".join(self.rng.choices(NAME_CHARACTERS, k=5))

    def uid(self) -> str:
        """A version 4 UUID from the cluster's own random numbers."""
        bits = self.rng.getrandbits(128)
        text = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | (4 << 76) | (2 << 62):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def key_in_etcd(kind: Kind, namespace: str | None, name: str) -> str:
    """Where an object lies."""
    return f"/registry/{kind.plural}/{namespace}/{name}" if kind.namespaced else f"/registry/{kind.plural}/{name}"


def _refusal(error: Exception) -> ApiError:
    if isinstance(error, CompactedError):
        return expired(f"The provided resource version is too old: {error}")
    return ApiError(500, "InternalError", "etcdserver: request timed out")

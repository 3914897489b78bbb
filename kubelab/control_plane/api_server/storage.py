"""Storage: how objects lie in etcd."""

from __future__ import annotations

import random
from typing import Any

from kubelab.api.custom.conversion import as_version
from kubelab.api.errors import ApiError, already_exists, conflict, expired, not_found
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.clock import Clock
from kubelab.control_plane.api_server.identity import generated_name, is_early, random_uid
from kubelab.control_plane.api_server.writer import Writer
from kubelab.control_plane.etcd import CompactedError, CompareFailedError, Etcd, StoppedError

# Kinds that count the changes of their spec in metadata.generation.
GENERATIONS = (
    *("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"),
    *("Job", "CronJob", "PodDisruptionBudget", "PriorityClass"),
    *("Ingress", "IngressClass", "NetworkPolicy", "CustomResourceDefinition"),
)
NAME_LABEL = "kubernetes.io/metadata.name"  # of a Namespace, so that selectors can name it


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
        return as_version(kind, held.value)

    def find(self, kind: Kind, namespace: str | None, name: str) -> Any:
        """The object, or None."""
        try:
            held = self.etcd.get(key_in_etcd(kind, namespace, name))
        except StoppedError as error:
            raise _refusal(error) from None
        return None if held is None else as_version(kind, held.value)

    def list(self, kind: Kind, namespace: str | None, revision: int | None = None) -> list[Any]:
        """The kind's objects, of one namespace or of all, in the order of their keys."""
        prefix = f"/registry/{kind.resource}/{namespace}/" if namespace else f"/registry/{kind.resource}/"
        try:
            found = [held.value for held in self.etcd.range(prefix, revision)]
        except (CompactedError, StoppedError) as error:
            raise _refusal(error) from None
        return [as_version(kind, obj) for obj in found] if kind.custom else found

    def as_new(self, kind: Kind, obj: Any) -> Any:
        """The object with what it gets when it is made: name, uid, creationTimestamp, generation."""
        meta = obj.metadata
        name = meta.name or generated_name(meta.generateName, self.rng)
        labels = {**(meta.labels or {}), NAME_LABEL: name} if kind.builtin == "Namespace" else meta.labels
        return replace(
            obj,
            metadata=replace(
                meta,
                name=name,
                labels=labels,
                uid=meta.uid if is_early(kind) else self.uid(),
                creationTimestamp=self.clock.date,
                generation=1 if kind.custom or kind.builtin in GENERATIONS else None,
                resourceVersion=None,
                deletionTimestamp=None,
                deletionGracePeriodSeconds=None,
                selfLink=None,
                managedFields=None,
            ),
        )

    def create(self, kind: Kind, obj: Any, writer: Writer | None = None) -> Any:
        """Write a new object, under the revision that this makes."""
        try:
            obj = replace(obj, metadata=replace(obj.metadata, resourceVersion=str(self.etcd.revision + 1)))
            key = key_in_etcd(kind, obj.metadata.namespace, obj.metadata.name)
            self.etcd.put(key, obj, expected=0, writer=writer)
        except CompareFailedError:
            raise already_exists(kind.plural, kind.group, obj.metadata.name) from None
        except StoppedError as error:
            raise _refusal(error) from None
        return obj

    def update(self, kind: Kind, old: Any, new: Any, writer: Writer | None = None) -> Any:
        """Write `new` over `old`; nothing is written, and no revision made, where they are equal."""
        return self._write_over(kind, old, new, writer, always=False)

    def rewrite(self, kind: Kind, old: Any, new: Any, writer: Writer | None = None) -> Any:
        """Write `new` over `old`, even where they are equal: the owners of their fields are others."""
        return self._write_over(kind, old, new, writer, always=True)

    def _write_over(self, kind: Kind, old: Any, new: Any, writer: Writer | None, always: bool) -> Any:
        meta = new.metadata
        if _makes_a_generation(kind, old, new):
            meta = replace(meta, generation=(old.metadata.generation or 0) + 1)
        meta = replace(meta, resourceVersion=old.metadata.resourceVersion)
        new = replace(new, metadata=meta)
        if new == old and not always:
            return old
        try:
            new = replace(new, metadata=replace(meta, resourceVersion=str(self.etcd.revision + 1)))
            key, expected = key_in_etcd(kind, meta.namespace, meta.name), int(old.metadata.resourceVersion)
            self.etcd.put(key, new, expected=expected, writer=writer)
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

    def uid(self) -> str:
        """A version 4 UUID from the cluster's own random numbers."""
        return random_uid(self.rng)


def _makes_a_generation(kind: Kind, old: Any, new: Any) -> bool:
    """Whether what was asked for is something else: the spec; a kind without one stays in the first generation."""
    if kind.custom:
        return _is_custom_respecified(kind, old, new)
    if kind.name not in GENERATIONS:
        return False
    before, now = getattr(old, "spec", None), getattr(new, "spec", None)
    return now is not before and now != before


def _is_custom_respecified(kind: Kind, old: Any, new: Any) -> bool:
    """Whether anything of a custom resource is another but its metadata, and its status where that is apart."""
    apart = ("metadata", "status") if "status" in kind.subresources else ("metadata",)
    fields = dict.fromkeys((*old.__struct_fields__, *new.__struct_fields__))
    return any(getattr(old, field, None) != getattr(new, field, None) for field in fields if field not in apart)


def key_in_etcd(kind: Kind, namespace: str | None, name: str) -> str:
    """Where an object lies."""
    return f"/registry/{kind.resource}/{namespace}/{name}" if kind.namespaced else f"/registry/{kind.resource}/{name}"


def _refusal(error: Exception) -> ApiError:
    if isinstance(error, CompactedError):
        return expired(f"The provided resource version is too old: {error}")
    return ApiError(500, "InternalError", "etcdserver: request timed out")

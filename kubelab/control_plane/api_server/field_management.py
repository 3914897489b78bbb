"""Field management: who owns which field of each object, worked out from etcd's history when somebody asks.

In Kubernetes
    `k8s.io/apimachinery/pkg/util/managedfields` works it out at every write.
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
Left out
    What was owned in revisions that etcd has forgotten. A patch sent in another API version of a built-in kind
    (`autoscaling/v1`) owns its fields in the version in which the kind is stored. Times that Go writes as null
    (`lastProbeTime`) are nobody's.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
from lightkube.models import core_v1, meta_v1

from kubelab.api.kinds import Kind, kind_of
from kubelab.api.managed_fields.comparison import compare
from kubelab.api.managed_fields.elements import path_of
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.managers import Managed, managed_from
from kubelab.api.managed_fields.types import Type
from kubelab.api.managed_fields.updater import MissingVersionError, Updater
from kubelab.api.objects import replace, to_dict
from kubelab.api.served_kinds import ServedKinds
from kubelab.control_plane.api_server.kind_versions import KindVersions, place_of_replicas
from kubelab.control_plane.api_server.storage import Storage, key_in_etcd
from kubelab.control_plane.api_server.writer import Writer
from kubelab.control_plane.api_server.written_parts import changed_parts, created_parts
from kubelab.control_plane.etcd import KeyValue

Entries = list[meta_v1.ManagedFieldsEntry]

_PLACE = "/metadata/managedFields"
_SPEC = "f:spec"
_MOST_REMEMBERED, _MOST_SPECS = 20_000, 500


class FieldManagement:
    """Answers who owns what of an object, at any revision that etcd remembers.

    What has been worked out once is remembered, so that the next answer needs only what was written since. Pods that
    were made of one template own the same of their specs.
    """

    def __init__(self, storage: Storage, kinds: ServedKinds) -> None:
        self.storage, self.kinds = storage, kinds
        self.forget()

    def forget(self) -> None:
        """The process has ended."""
        self._known: dict[str, tuple[int, Managed]] = {}  # by key in etcd
        self._shown: dict[str, tuple[Managed, Entries]] = {}
        self._specs: dict[int, tuple[Any, FieldSet]] = {}  # by the identity of a pod's spec

    def shown(self, obj: Any) -> Any:
        """The object with its `metadata.managedFields`."""
        if obj.metadata is None or obj.metadata.managedFields is not None:
            return obj
        managed = self.managed(obj)
        if not managed.owners:
            return obj
        key = key_in_etcd(kind_of(obj), obj.metadata.namespace, obj.metadata.name)
        held = self._shown.get(key)
        if held is None or held[0] is not managed:
            held = self._shown[key] = managed, managed.entries()
        return replace(obj, metadata=replace(obj.metadata, managedFields=held[1]))

    def managed(self, obj: Any) -> Managed:
        """Who owns what of an object, at its own revision."""
        kind, meta = kind_of(obj), obj.metadata
        if not (meta.resourceVersion or "").isdigit():
            return Managed()
        key, revision = key_in_etcd(kind, meta.namespace, meta.name), int(meta.resourceVersion)
        since, found = self._known.get(key, (0, Managed()))
        if since == revision:
            return found
        versions = self.storage.etcd.versions(key, revision)
        if not versions:
            return Managed()
        if not any(held.mod_revision == since for held in versions):
            since, found = 0, Managed()
        before: KeyValue | None = None
        for held in versions:
            if held.mod_revision > since:
                found = self._after(kind, before, held, found)
            before = held
        if len(self._known) >= _MOST_REMEMBERED:
            self.forget()
        self._known[key] = versions[-1].mod_revision, found
        return found

    def _after(self, kind: Kind, before: KeyValue | None, held: KeyValue, found: Managed) -> Managed:
        """Who owns what after a write."""
        writer: Writer | None = held.writer
        if writer is None:
            return found
        if writer.managed is not None:
            return managed_from(writer.managed)
        try:
            if before is not None:
                return self._updated(kind, found, before.value, held.value, writer)
            return self._created(kind, held.value, writer) if held.version == 1 else found
        except (ValueError, MissingVersionError):
            return found  # as the API server does: a write is not lost because of its bookkeeping

    def _created(self, kind: Kind, value: Any, writer: Writer) -> Managed:
        versions = KindVersions(self.kinds, kind)
        of, sent = versions.type_of(writer.version), writer.sent
        known = self._specs.get(id(sent.spec)) if isinstance(sent, core_v1.Pod) else None
        if known is not None and known[0] is sent.spec:
            fields = _added(of, {"metadata": {}}, {"metadata": msgspec.to_builtins(sent.metadata)})
            fields = FieldSet(fields.members, {**fields.children, _SPEC: known[1]})
        else:
            fields = _added(of, *created_parts(kind, value, writer)).without(versions.reset_fields(writer.version))
            if isinstance(sent, core_v1.Pod):
                if len(self._specs) >= _MOST_SPECS:
                    self._specs.clear()
                self._specs[id(sent.spec)] = sent.spec, fields.below(_SPEC)
        return Managed().created(fields, writer.version, writer.manager, self._date(writer))

    def _updated(self, kind: Kind, found: Managed, old: Any, value: Any, writer: Writer) -> Managed:
        """Who owns what after an update; an object whose owners nobody has kept stays so until it is applied."""
        if not found.owners:
            return found
        live, new = changed_parts(kind, old, value, writer.version)
        if writer.subresource == "scale":
            place = place_of_replicas(kind)
            if _at(live, place) == _at(new, place):
                return found
            return found.taken_over(path_of(*place), writer.version, writer.manager, "scale")
        updater = Updater(KindVersions(self.kinds, kind, writer.subresource))
        return found.updated(updater, live, new, writer.version, writer.manager, writer.subresource, self._date(writer))

    def _date(self, writer: Writer) -> Any:
        return self.storage.clock.date_at(writer.time)

    def to_patch(self, old: Any, patch: Any) -> dict[str, Any]:
        """The object as JSON for a patch to work on: with its managed fields, if the patch speaks of them."""
        plain = to_dict(old)
        operations = patch if isinstance(patch, list) else ()
        if any(str(each.get("path", "")).startswith(_PLACE) for each in operations if isinstance(each, dict)):
            plain["metadata"]["managedFields"] = msgspec.to_builtins(self.managed(old).entries())
        return plain

    def restated(self, kind: Kind, old: Any, value: Any, asked: Any, writer: Writer) -> Managed:
        """Who owns what after an update that brings managed fields of its own.

        Empty ones forget all owners; those that cannot be read, and those of a subresource, count for nothing.
        """
        found = self.managed(old)
        try:
            entries = msgspec.convert(asked, Entries)
            if not writer.subresource:
                is_reset = not entries or entries == [meta_v1.ManagedFieldsEntry()]
                found = Managed() if is_reset else managed_from(entries)
            return self._updated(kind, found, old, value, writer)
        except (ValueError, RecursionError, MissingVersionError):
            return found

    def __deepcopy__(self, memo: dict[int, Any]) -> FieldManagement:
        memo[id(self)] = twin = FieldManagement.__new__(FieldManagement)
        twin.storage, twin.kinds = deepcopy(self.storage, memo), deepcopy(self.kinds, memo)
        twin.forget()
        return twin


def managed_fields_in(sent: Any) -> Any:
    """The managed fields that somebody sent with an object; None where they sent none."""
    if isinstance(sent, dict):
        meta = sent.get("metadata")
        return meta.get("managedFields") if isinstance(meta, dict) else None
    return sent.metadata.managedFields


def _added(of: Type, old: dict[str, Any], new: dict[str, Any]) -> FieldSet:
    changes = compare(of, old, new)
    return changes.added.union(changes.modified)


def _at(value: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value

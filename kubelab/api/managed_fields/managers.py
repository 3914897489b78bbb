"""Managers: the entries of `metadata.managedFields`, read, kept and written.

In Kubernetes
    `managedfields.go`, `managedfieldsupdater.go`, `stripmeta.go`, `capmanagers.go` and `skipnonapplied.go` in
    `k8s.io/apimachinery/pkg/util/managedfields/internal`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from lightkube.models import meta_v1

from kubelab.api.managed_fields.elements import path_of
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.updater import Managers, Owned, Updater

APPLY, UPDATE = "Apply", "Update"
FIELDS_TYPE = "FieldsV1"
BEFORE_FIRST_APPLY = "before-first-apply"
ANCIENT_CHANGES = "ancient-changes"
MOST_UPDATERS = 10

_NEVER_OWNED = FieldSet.of(
    [
        *(path_of(name) for name in ("apiVersion", "kind", "metadata")),
        *(path_of("metadata", name) for name in ("name", "namespace", "creationTimestamp", "selfLink", "uid")),
        *(path_of("metadata", name) for name in ("clusterName", "generation", "managedFields", "resourceVersion")),
    ]
)


class Manager(NamedTuple):
    """Who owns fields: a name, how it writes, in which version (only for updates) and by which subresource."""

    name: str
    operation: str
    version: str = ""
    subresource: str = ""

    @property
    def said(self) -> str:
        """The manager as conflicts name it."""
        by = f' with subresource "{self.subresource}"' if self.subresource else ""
        using = f" using {self.version}" if self.operation == UPDATE else ""
        return f'"{self.name}"{by}{using}'


_CURRENT = Manager("current-operation", UPDATE)


def applier(name: str, subresource: str = "") -> Manager:
    """Who applies under a name."""
    return Manager(name, APPLY, "", subresource)


@dataclass(frozen=True, slots=True)
class Managed:
    """Who owns what of one object, and since when."""

    owners: Managers = field(default_factory=dict)
    times: dict[Manager, datetime | None] = field(default_factory=dict)

    def created(self, fields: FieldSet, version: str, name: str, now: datetime | None) -> Managed:
        """The same after it was made: all that its author said belongs to them."""
        me = Manager(name or "unknown", UPDATE, version)
        return Managed(_stripped({me: Owned(fields, version)}, me), {me: now})

    def updated(
        self, updater: Updater, live: Any, new: Any, version: str, name: str, subresource: str, now: datetime | None
    ) -> Managed:
        """After an update: what it changed belongs to it, beside what it had."""
        me = Manager(name or "unknown", UPDATE, version, subresource)
        owners = _stripped(updater.update(live, new, version, self.owners, _CURRENT), _CURRENT)
        times = self.times
        mine = owners.pop(_CURRENT, None)
        if mine is not None:
            before = owners.get(me)
            owners[me] = mine if before is None else mine._replace(fields=mine.fields.union(before.fields))
            times = {**times, me: now}
        return Managed(owners, times)._capped()

    def applied(
        self,
        updater: Updater,
        live: Any,
        config: Any,
        version: str,
        manager: Manager,
        now: datetime | None,
        *,
        force: bool = False,
    ) -> tuple[Any, Managed]:
        """After an apply: the object (None: it has not changed) and who owns what.

        Raises
        ------
        ConflictsError
            Fields belong to others, and it is not forced.
        """
        made, owners = updater.apply(live, config, version, self.owners, manager, force=force)
        times = self.times if made is None else {**self.times, manager: now}
        return made, Managed(_stripped(owners, manager), times)

    def taken_over(self, path: tuple[str, ...], version: str, name: str, subresource: str) -> Managed:
        """After a write of one field by a door of its own (`scale`): nobody else owns it any more.

        Such an entry has no time, in Kubernetes either.
        """
        me, taken = Manager(name or "unknown", UPDATE, version, subresource), FieldSet.of([path])
        owners = {
            manager: owned._replace(fields=owned.fields.difference(taken)) for manager, owned in self.owners.items()
        }
        owners[me] = Owned(taken, version)
        left = {manager: owned for manager, owned in owners.items() if owned.fields}
        return Managed(left, {**self.times, me: self.times.get(me)})

    def _capped(self) -> Managed:
        """With so many updaters at most: the oldest are put together, version by version."""
        updaters = [manager for manager, owned in self.owners.items() if not owned.applied]
        too_many = len(updaters) - MOST_UPDATERS
        if too_many <= 0:
            return self
        owners, times, first = dict(self.owners), dict(self.times), {}
        for manager in sorted(updaters, key=self._age):
            owned = owners[manager]
            bucket = Manager(ANCIENT_CHANGES, UPDATE, owned.version)
            if owned.version not in first:
                first[owned.version] = manager
                continue
            if bucket not in owners:
                owners[bucket] = owners.pop(first[owned.version])
            owners[bucket] = owned._replace(fields=owned.fields.union(owners[bucket].fields))
            del owners[manager]
            times[bucket] = times.get(manager)
            too_many -= 1
            if not too_many:
                break
        return Managed(owners, times)

    def _age(self, manager: Manager) -> tuple[Any, ...]:
        since = self.times.get(manager)
        return (since.timestamp() if since else 0), manager

    def entries(self) -> list[meta_v1.ManagedFieldsEntry]:
        """`metadata.managedFields`: appliers first, the oldest first."""
        return [self._entry(manager) for manager in sorted(self.owners, key=self._place)]

    def _place(self, manager: Manager) -> tuple[Any, ...]:
        since = self.times.get(manager)
        version = self.owners[manager].version
        return manager.operation, since.timestamp() if since else 0, manager.name, version, manager.subresource

    def _entry(self, manager: Manager) -> meta_v1.ManagedFieldsEntry:
        owned = self.owners[manager]
        return meta_v1.ManagedFieldsEntry(
            apiVersion=owned.version,
            fieldsType=FIELDS_TYPE,
            fieldsV1=owned.fields.to_json(),
            manager=manager.name,
            operation=manager.operation,
            subresource=manager.subresource or None,
            time=self.times.get(manager),
        )

    def without_times(self) -> Managed:
        """The same, whenever it was."""
        return replace(self, times={})


def managed_from(entries: Iterable[meta_v1.ManagedFieldsEntry]) -> Managed:
    """Who owns what, from the entries of an object.

    Raises
    ------
    ValueError
        An entry cannot be read.
    """
    owners: Managers = {}
    times: dict[Manager, datetime | None] = {}
    for number, entry in enumerate(entries):
        if entry.operation not in (APPLY, UPDATE):
            raise ValueError("operation must be `Apply` or `Update`")
        if not entry.apiVersion:
            raise ValueError("apiVersion must not be empty")
        if not entry.fieldsType:
            raise ValueError(f"missing fieldsType in managed fields entry {number}")
        if entry.fieldsType != FIELDS_TYPE:
            raise ValueError(f'invalid fieldsType "{entry.fieldsType}" in managed fields entry {number}')
        applied = entry.operation == APPLY
        manager = Manager(
            entry.manager or "", entry.operation, "" if applied else entry.apiVersion, entry.subresource or ""
        )
        owners[manager] = Owned(FieldSet.from_json(entry.fieldsV1 or {}), entry.apiVersion, applied)
        times[manager] = entry.time
    return Managed(owners, times)


def _stripped(owners: Managers, manager: Manager) -> Managers:
    """Without what nobody owns: an object's name, its uid, its revision."""
    owned = owners.get(manager)
    if owned is None:
        return owners
    left = owned.fields.difference(_NEVER_OWNED)
    rest = {other: theirs for other, theirs in owners.items() if other != manager}
    return {**rest, manager: owned._replace(fields=left)} if left else rest

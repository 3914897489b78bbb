"""Who owns what after a write: `update` for those who write values, `apply` for those who say what they want.

A field that an update changes goes to whoever updates. An apply makes its manager own what it mentions; where that
takes a field of another value from somebody else, it is a conflict, unless it is forced. What a manager applied the
last time and does not mention any more goes away, if nobody else owns it.

In Kubernetes
    `merge/update.go` and `merge/conflict.go` of `sigs.k8s.io/structured-merge-diff`;
    https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from kubelab.api.managed_fields.comparison import Comparison, compare
from kubelab.api.managed_fields.elements import Path
from kubelab.api.managed_fields.field_set import NOTHING, FieldSet
from kubelab.api.managed_fields.merging import merge
from kubelab.api.managed_fields.owned import fields_of
from kubelab.api.managed_fields.removal import remove
from kubelab.api.managed_fields.schema_changes import follow_schema
from kubelab.api.managed_fields.types import Type
from kubelab.api.managed_fields.values import equal

Json = Any


class Owned(NamedTuple):
    """What a manager owns, said in an API version; `applied` tells appliers from updaters."""

    fields: FieldSet
    version: str
    applied: bool = False


Managers = dict[Any, Owned]


class Conflict(NamedTuple):
    """A field that somebody else owns."""

    manager: Any
    path: Path


class ConflictsError(Exception):
    """An apply would take fields away from others."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(f"{len(conflicts)} conflicts")
        self.conflicts = conflicts


class MissingVersionError(Exception):
    """An API version that is not served any more: what was owned in it is forgotten."""


class Versions(Protocol):
    """How an object of one kind reads in its API versions; whether a type can have been another once."""

    schema_changes: bool

    def type_of(self, version: str) -> Type:
        """The type in a version; raises MissingVersionError."""

    def convert(self, value: Json, version: str, to: str) -> Json:
        """The object in another version; raises MissingVersionError."""

    def reset_fields(self, version: str) -> FieldSet:
        """The fields that a write by this door does not reach: nobody becomes their owner."""


class Updater:
    """Works out owners for the objects of one kind. Nothing that is handed in is changed."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions

    def update(self, live: Json, new: Json, version: str, managers: Managers, manager: Any) -> Managers:
        """The owners after `manager` has made `new` of `live`, both in `version`."""
        held = self._followed(managers)
        changes = self._compare(live, new, version)
        held = self._taken(live, new, version, held, manager, changes, force=True)
        before = held[manager].fields if manager in held else NOTHING
        fields = before.difference(changes.removed).union(changes.modified).union(changes.added)
        fields = fields.without(self.versions.reset_fields(version))
        held.pop(manager, None)
        if fields:
            held[manager] = Owned(fields, version)
        return held

    def apply(
        self, live: Json, applied: Json, version: str, managers: Managers, manager: Any, *, force: bool = False
    ) -> tuple[Json | None, Managers]:
        """The object after `manager` has applied, and its owners; None for the object when nothing changes in it.

        Raises
        ------
        ConflictsError
            Fields belong to others, and it is not forced.
        """
        held = self._followed(managers)
        of = self.versions.type_of(version)
        merged = merge(of, live, applied)
        last = held.get(manager)
        fields = fields_of(of, applied).without(self.versions.reset_fields(version))
        held[manager] = Owned(fields, version, applied=True)
        merged = self._pruned(merged, version, held, last) or {}
        held = self._taken(live, merged, version, held, manager, self._compare(live, merged, version), force)
        return (None if equal(live, merged) else merged), held

    def _compare(self, live: Json, new: Json, version: str) -> Comparison:
        return compare(self.versions.type_of(version), live, new).without(self.versions.reset_fields(version))

    def _followed(self, managers: Managers) -> Managers:
        """The owners as the types say today; those of versions that are gone are left out."""
        held: Managers = {}
        for manager, owned in managers.items():
            try:
                of = self.versions.type_of(owned.version)
            except MissingVersionError:
                continue
            fields = follow_schema(of, owned.fields) if self.versions.schema_changes else owned.fields
            held[manager] = owned if fields is owned.fields else owned._replace(fields=fields)
        return held

    def _taken(
        self, live: Json, new: Json, version: str, held: Managers, taker: Any, changes: Comparison, force: bool
    ) -> Managers:
        """The owners without what a write by `taker` takes from them."""
        compared = {version: changes}
        left: Managers = {}
        conflicts: list[Conflict] = []
        for manager, owned in held.items():
            if manager == taker:
                left[manager] = owned
                continue
            if owned.version not in compared:
                try:
                    compared[owned.version] = self._compare(
                        self.versions.convert(live, version, owned.version),
                        self.versions.convert(new, version, owned.version),
                        owned.version,
                    )
                except MissingVersionError:
                    continue
            changed = compared[owned.version]
            lost = owned.fields.intersection(changed.modified.union(changed.added))
            conflicts.extend(Conflict(manager, path) for path in lost)
            left[manager] = owned._replace(fields=owned.fields.difference(lost).difference(changed.removed))
        if conflicts and not force:
            raise ConflictsError(conflicts)
        return {manager: owned for manager, owned in left.items() if owned.fields}

    def _pruned(self, merged: Json, version: str, held: Managers, last: Owned | None) -> Json:
        """The merged object without what its manager applied the last time, unless somebody owns it now."""
        if last is None or not last.fields:
            return merged
        try:
            there = self.versions.convert(merged, version, last.version)
            of = self.versions.type_of(last.version)
        except MissingVersionError:
            return merged
        pruned = remove(of, there, last.fields.with_named_fields(of))
        pruned = self._with_owned(there, pruned, last.version, held)
        pruned = _with_dangling(of, there, pruned, last.fields)
        return self.versions.convert(pruned, last.version, version)

    def _with_owned(self, merged: Json, pruned: Json, version: str, held: Managers) -> Json:
        """Put back what was pruned and somebody owns, in whichever version they said so; answers in `version`."""
        by_version: dict[str, FieldSet] = {}
        for owned in held.values():
            by_version[owned.version] = by_version.get(owned.version, NOTHING).union(owned.fields)
        first = [version] if version in by_version else []
        for other in [*first, *(each for each in by_version if each != version)]:
            try:
                of = self.versions.type_of(other)
                there = self.versions.convert(merged, version, other)
                left = self.versions.convert(pruned, version, other)
            except MissingVersionError:
                continue
            everything = fields_of(of, there).with_named_fields(of)
            kept = fields_of(of, left).with_named_fields(of).union(by_version[other].with_named_fields(of))
            pruned = self.versions.convert(remove(of, there, everything.difference(kept)), other, version)
        return pruned


def _with_dangling(of: Type, merged: Json, pruned: Json, last: FieldSet) -> Json:
    """Put back what was pruned and had not been applied: what updaters own, or nobody."""
    gone = fields_of(of, merged).with_named_fields(of).difference(fields_of(of, pruned).with_named_fields(of))
    return remove(of, merged, gone.intersection(last.with_named_fields(of)))

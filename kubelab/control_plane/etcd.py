"""etcd: the cluster's memory."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import msgspec

_mod_revision = attrgetter("mod_revision")


class KeyValue(msgspec.Struct, frozen=True):
    """A key as it stood from `mod_revision` on. `value` is None where the key was deleted.

    `version` counts the writes since the key was made, `create_revision` says when that was; `writer` is what the API
    server wants to remember of the write.
    """

    key: str
    value: Any
    create_revision: int
    mod_revision: int
    version: int
    writer: Any = None


class Change(msgspec.Struct, frozen=True):
    """What a watcher is told: the key as it is now and as it was before (None: it was not there)."""

    now: KeyValue
    before: KeyValue | None


class CompactedError(Exception):
    """The revision asked for has been forgotten."""


class CompareFailedError(Exception):
    """A compare-and-swap found another revision than the one expected. `actual` is None where there is no such key."""

    def __init__(self, key: str, actual: KeyValue | None) -> None:
        super().__init__(f"{key} has changed")
        self.key, self.actual = key, actual


class StoppedError(Exception):
    """etcd is not running: nothing can be read or written."""


@dataclass(frozen=True)
class Snapshot:
    """Everything that etcd held at one revision: what `restore` needs after a disaster."""

    revision: int
    values: tuple[KeyValue, ...]


class Watcher:
    """A standing question: whoever asked is called with every change of the keys under `prefix`."""

    def __init__(self, etcd: Etcd, prefix: str, deliver: Callable[[Change], None]) -> None:
        self.etcd, self.prefix, self.deliver = etcd, prefix, deliver

    def close(self) -> None:
        """Stop being told."""
        if self in self.etcd.watchers:
            self.etcd.watchers.remove(self)


class Etcd:
    """A store of keys where every write makes a new revision, and past revisions stay readable until compacted.

    Values are immutable, so a revision costs one small record: that is what makes `cluster.at(revision)` free.

    In Kubernetes
        etcd v3: https://etcd.io/docs/latest/learning/data_model/ . Only the API server talks to it. There is no
        `writer` there: what must be remembered lies in the value (`docs/decisions/009-managed-fields.md`).

    Left out
        Leases (events expire in the API server instead), transactions over several keys, members and elections.
    """

    def __init__(self) -> None:
        self.revision = 1
        self.compacted = 0
        self.running = True
        self.watchers: list[Watcher] = []
        self._keys: list[str] = []  # sorted: every key that any readable revision knows
        self._history: dict[str, list[KeyValue]] = {}  # of each key, oldest first
        self._changes: list[Change] = []  # all, by revision

    def get(self, key: str, revision: int | None = None) -> KeyValue | None:
        """The key as it stands, or as it stood at a revision; None where it was not there.

        Raises
        ------
        CompactedError
            The revision has been forgotten.
        """
        self._check(revision)
        return self._get(key, revision)

    def range(self, prefix: str, revision: int | None = None) -> list[KeyValue]:
        """Every key that begins with `prefix`, in order, now or at a revision."""
        self._check(revision)
        found = []
        for index in range(bisect_left(self._keys, prefix), len(self._keys)):
            key = self._keys[index]
            if not key.startswith(prefix):
                break
            held = self._get(key, revision)
            if held is not None:
                found.append(held)
        return found

    def put(self, key: str, value: Any, *, expected: int | None = None, writer: Any = None) -> KeyValue:
        """Write a key. With `expected`, only if its `mod_revision` is that (0: only if it is not there).

        Raises
        ------
        CompareFailedError
            Somebody else has written the key.
        """
        self._check(None)
        before = self._get(key, None)
        self._compare(key, before, expected)
        self.revision += 1
        if before is None:
            written = KeyValue(key, value, self.revision, self.revision, 1, writer)
        else:
            written = KeyValue(key, value, before.create_revision, self.revision, before.version + 1, writer)
        self._commit(written, before)
        return written

    def delete(self, key: str, *, expected: int | None = None) -> KeyValue | None:
        """Take a key away; answers what it was, or None where there was nothing to take."""
        self._check(None)
        before = self._get(key, None)
        self._compare(key, before, expected)
        if before is None:
            return None
        self.revision += 1
        self._commit(KeyValue(key, None, before.create_revision, self.revision, 0), before)
        return before

    def watch(self, prefix: str, deliver: Callable[[Change], None], *, after: int | None = None) -> Watcher:
        """Call `deliver` with every change under `prefix`; those after revision `after` that have happened, at once.

        Raises
        ------
        CompactedError
            Changes after `after` have been forgotten.
        """
        watcher = Watcher(self, prefix, deliver)
        if after is not None:
            for change in self.changes(prefix, after):
                deliver(change)
        self.watchers.append(watcher)
        return watcher

    def versions(self, key: str, revision: int) -> list[KeyValue]:
        """The key as it was in each revision up to this one, since it was last made; empty where it was not there."""
        held = self._history.get(key, [])
        end = bisect_left(held, revision + 1, key=_mod_revision)
        while end and held[end - 1].value is None:
            end -= 1
        start = end
        while start and held[start - 1].value is not None:
            start -= 1
        return held[start:end]

    def changes(self, prefix: str, after: int) -> list[Change]:
        """Every change under `prefix` after a revision, oldest first."""
        if after < self.compacted:
            raise CompactedError(f"revision {after} has been compacted; the oldest is {self.compacted}")
        start = bisect_left(self._changes, after + 1, key=lambda change: change.now.mod_revision)
        return [change for change in self._changes[start:] if change.now.key.startswith(prefix)]

    def compact(self, revision: int) -> None:
        """Forget what only revisions before `revision` need: reads and watches before it fail from now on."""
        if revision > self.revision:
            raise ValueError(f"revision {revision} has not been made yet: the newest is {self.revision}")
        self.compacted = max(self.compacted, revision)
        self._changes = [change for change in self._changes if change.now.mod_revision > revision]
        for key in list(self._keys):
            versions = self._history[key]
            keep = max(bisect_left(versions, revision + 1, key=_mod_revision) - 1, 0)
            if versions[keep].value is None and versions[keep].mod_revision <= revision:
                keep += 1
            self._history[key] = versions[keep:]
        self._keys = [key for key in self._keys if self._history[key]]
        self._history = {key: self._history[key] for key in self._keys}

    def snapshot(self) -> Snapshot:
        """Everything as it is now."""
        return Snapshot(self.revision, tuple(self.range("")))

    def restore(self, snapshot: Snapshot) -> None:
        """Be as the snapshot was. Revisions go on growing; history before is gone, and watchers must list again."""
        self.watchers.clear()
        self.revision = max(self.revision, snapshot.revision) + 1
        self.compacted = self.revision
        self._keys = [held.key for held in snapshot.values]
        self._history = {held.key: [held] for held in snapshot.values}
        self._changes = []

    def values(self) -> Iterable[Any]:
        """Every value of every readable revision; a fork shares them."""
        return (held.value for versions in self._history.values() for held in versions)

    def _get(self, key: str, revision: int | None) -> KeyValue | None:
        versions = self._history.get(key)
        if not versions:
            return None
        if revision is None or revision >= self.revision:
            held = versions[-1]
        else:
            index = bisect_left(versions, revision + 1, key=_mod_revision)
            if not index:
                return None
            held = versions[index - 1]
        return None if held.value is None else held

    def _check(self, revision: int | None) -> None:
        if not self.running:
            raise StoppedError("etcd is not running")
        if revision is not None and revision < self.compacted:
            raise CompactedError(f"revision {revision} has been compacted; the oldest is {self.compacted}")

    def _compare(self, key: str, before: KeyValue | None, expected: int | None) -> None:
        if expected is not None and expected != (before.mod_revision if before else 0):
            raise CompareFailedError(key, before)

    def _commit(self, written: KeyValue, before: KeyValue | None) -> None:
        versions = self._history.get(written.key)
        if versions is None:
            insort(self._keys, written.key)
            versions = self._history[written.key] = []
        versions.append(written)
        change = Change(written, before)
        self._changes.append(change)
        for watcher in self.watchers:
            if written.key.startswith(watcher.prefix):
                watcher.deliver(change)

    def __deepcopy__(self, memo: dict[int, Any]) -> Etcd:
        twin = Etcd.__new__(Etcd)
        memo[id(self)] = twin
        twin.__dict__.update(self.__dict__)
        twin._keys = list(self._keys)
        twin._history = {key: list(versions) for key, versions in self._history.items()}
        twin._changes = list(self._changes)
        twin.watchers = deepcopy(self.watchers, memo)
        return twin

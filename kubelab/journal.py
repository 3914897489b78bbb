"""The journal: what happened, when, who did it, to what, and because of what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec

from kubelab.clock import Clock
from kubelab.language import say


class Entry(msgspec.Struct, frozen=True):
    """One thing that happened.

    `number` counts from 1; `cause` is the number of the entry that led to this one, 0 for none. `time` is virtual
    seconds. `object` names what it happened to as `pods/default/web-1`. `revision` is the etcd revision that a write
    made, 0 where nothing was written. `detail` holds plain values, or a record that can say itself as plain values
    (`plain()`).
    """

    number: int
    time: float
    actor: str
    verb: str
    object: str
    cause: int
    revision: int
    detail: Any


class Journal:
    """Every write to the API, every decision, every fault and every packet, one entry each, in order.

    Every view and every `why` is computed from it.

    In Kubernetes
        Nothing keeps all of this. The nearest are the API server's audit log and the events.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._entries: list[Entry] = []

    def record(self, actor: str, verb: str, obj: str, revision: int = 0, detail: Any = None) -> Entry:
        """Write an entry, caused by what the clock says is happening."""
        clock = self.clock
        entry = Entry(len(self._entries) + 1, clock.now, actor, verb, obj, clock.cause, revision, detail)
        self._entries.append(entry)
        return entry

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __getitem__(self, number: int) -> Entry:
        """The entry of that number (from 1)."""
        if not 1 <= number <= len(self._entries):
            raise IndexError(f"no journal entry {number}: there are {len(self._entries)}")
        return self._entries[number - 1]

    def about(self, obj: str) -> list[Entry]:
        """The entries about one object, oldest first."""
        return [entry for entry in self._entries if entry.object == obj]

    def since(self, number: int) -> list[Entry]:
        """The entries after the one of that number."""
        return self._entries[number:]

    def chain(self, number: int) -> list[Entry]:
        """The entry and what led to it, first cause first."""
        found: list[Entry] = []
        while number:
            found.append(self[number])
            number = found[-1].cause
        return found[::-1]

    def digest(self) -> str:
        """A fingerprint: equal for equal stories."""
        encoder = msgspec.json.Encoder(enc_hook=_plain, order="deterministic")
        total = hashlib.sha256()
        for entry in self._entries:
            total.update(encoder.encode(entry))
            total.update(b"\n")
        return total.hexdigest()

    def __deepcopy__(self, memo: dict[int, Any]) -> Journal:
        twin = Journal.__new__(Journal)
        memo[id(self)] = twin
        twin.clock = deepcopy(self.clock, memo)
        twin._entries = list(self._entries)  # entries are values: a fork shares them
        return twin

    def __repr__(self) -> str:
        count = len(self._entries)
        return say(es=f"Diario: {count} apuntes", en=f"Journal: {count} entries")


def _plain(record: Any) -> Any:
    return record.plain()

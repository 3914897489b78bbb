"""Watches: how the API server tells its clients what has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from kubelab.api.custom.conversion import as_version
from kubelab.api.field_selectors import FieldSelector
from kubelab.api.kinds import KINDS, Kind
from kubelab.api.selectors import LabelSelector
from kubelab.clock import Clock
from kubelab.control_plane.etcd import Change


class WatchEvent(msgspec.Struct, frozen=True):
    """One change, as a watcher is told of it: `type` is ADDED, MODIFIED or DELETED.

    `old` is the object before (None for ADDED); `cause` is the journal entry of the write, `revision` what it made.
    """

    type: str
    object: Any
    old: Any
    cause: int
    revision: int


class Watch:
    """One client's standing question. Events wait in it for a while: the way to the client takes time.

    With `at_once` they do not: whoever listens is outside of the cluster and of its time. `ended` is called when the
    server ends the watch.
    """

    def __init__(
        self,
        hub: WatchHub,
        kind: Kind,
        deliver: Callable[[WatchEvent], None],
        namespace: str | None,
        fields: FieldSelector | None,
        labels: LabelSelector | None = None,
        at_once: bool = False,
        ended: Callable[[], None] | None = None,
    ) -> None:
        self.hub, self.kind, self.deliver, self.namespace, self.fields = hub, kind, deliver, namespace, fields
        self.labels, self.at_once, self.ended = labels, at_once, ended
        self.open = True
        self._waiting: list[WatchEvent] = []

    def close(self) -> None:
        """End the watch: what is on its way is lost."""
        was_open, self.open = self.open, False
        self._waiting = []
        self.hub.forget(self)
        if was_open and self.ended is not None:
            self.ended()

    def offer(self, event: WatchEvent) -> None:
        """Send the event on its way, if this watch asked for such."""
        if self.namespace is not None and event.object.metadata.namespace != self.namespace:
            return
        if self.kind.custom:
            event = _of_version(event, self.kind)
        if self.fields is not None or self.labels is not None:
            selected = self._as_selected(event)
            if selected is None:
                return
            event = selected
        if self.at_once:
            self.deliver(event)
            return
        self._waiting.append(event)
        if len(self._waiting) == 1:
            self.hub.clock.call_later(self.hub.delay, self._arrive)

    def _as_selected(self, event: WatchEvent) -> WatchEvent | None:
        """The event as somebody sees it who only sees what the selectors let through."""
        is_in = event.type != "DELETED" and self._selects(event.object)
        was_in = event.old is not None and self._selects(event.old)
        if is_in:
            if was_in or event.type == "ADDED":
                return event
            return WatchEvent("ADDED", event.object, None, event.cause, event.revision)
        return WatchEvent("DELETED", event.object, event.old, event.cause, event.revision) if was_in else None

    def _selects(self, obj: Any) -> bool:
        if self.fields is not None and not self.fields.matches(obj):
            return False
        return self.labels is None or self.labels.matches(obj.metadata.labels)

    def _arrive(self) -> None:
        waiting, self._waiting = self._waiting, []
        clock = self.hub.clock
        for event in waiting:
            if not self.open:
                return
            clock.cause = event.cause
            self.deliver(event)


class WatchHub:
    """All watches of one API server. It watches etcd once, and passes each change on to those who asked.

    Watches for one pod's node (`spec.nodeName=…`) or for one object (`metadata.name=…`) are found by that value, so
    that a thousand kubelets cost no more than one.

    In Kubernetes
        The watch cache: staging/src/k8s.io/apiserver/pkg/storage/cacher, with its index by `spec.nodeName`.
    """

    _INDEXED = {"pods": "spec.nodeName", "nodes": "metadata.name"}

    def __init__(self, clock: Clock, delay: float) -> None:
        self.clock, self.delay = clock, delay
        self._watches: dict[str, list[Watch]] = {kind.resource: [] for kind in KINDS}
        self._indexed: dict[tuple[str, str], list[Watch]] = {}

    def add(self, watch: Watch) -> None:
        """Begin to tell a watch."""
        self._place(watch).append(watch)

    def forget(self, watch: Watch) -> None:
        """Tell a watch no more."""
        place = self._place(watch)
        if watch in place:
            place.remove(watch)

    def close_all(self) -> list[Watch]:
        """End every watch; answers those that were open."""
        ended = [watch for watches in (*self._watches.values(), *self._indexed.values()) for watch in watches]
        for watch in ended:
            watch.close()
        return ended

    def end(self, resource: str) -> None:
        """End the watches of a kind that is served no more."""
        for watch in list(self._watches.get(resource, ())):
            watch.close()

    def on_change(self, change: Change) -> None:
        """Pass on what etcd says."""
        now, before = change.now, change.before
        resource = now.key.split("/", 3)[2]
        event = event_of(change, self.clock.cause)
        for watch in self._watches.get(resource, ()):
            watch.offer(event)
        field = self._INDEXED.get(resource)
        if field is not None and self._indexed:
            values = []
            for held in (before, now):
                value = None if held is None or held.value is None else _value(held.value, field)
                if value and value not in values:
                    values.append(value)
            for value in values:
                for watch in self._indexed.get((resource, value), ()):
                    watch.offer(event)

    def _place(self, watch: Watch) -> list[Watch]:
        resource = watch.kind.resource
        field = self._INDEXED.get(resource)
        if field is not None and watch.fields is not None:
            value = watch.fields.required(field)
            if value is not None:
                return self._indexed.setdefault((resource, value), [])
        return self._watches.setdefault(resource, [])


def event_of(change: Change, cause: int) -> WatchEvent:
    """An etcd change as a watch event."""
    now, before = change.now, change.before
    if now.value is None:
        return WatchEvent("DELETED", before.value, before.value, cause, now.mod_revision)
    if before is None:
        return WatchEvent("ADDED", now.value, None, cause, now.mod_revision)
    return WatchEvent("MODIFIED", now.value, before.value, cause, now.mod_revision)


def _of_version(event: WatchEvent, kind: Kind) -> WatchEvent:
    """The event with its objects as they are in the version that was asked for."""
    if event.object.apiVersion == kind.api_version:
        return event
    old = None if event.old is None else as_version(kind, event.old)
    return msgspec.structs.replace(event, object=as_version(kind, event.object), old=old)


def _value(obj: Any, field: str) -> str | None:
    return obj.spec.nodeName if field == "spec.nodeName" else obj.metadata.name

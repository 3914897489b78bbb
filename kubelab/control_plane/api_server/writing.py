"""The writing half of the API server: how what was decided gets into etcd, into the journal, and to those who watch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api import kinds
from kubelab.api.errors import bad_request, namespace_terminating, not_found
from kubelab.api.kinds import Kind
from kubelab.api.objects import path_of
from kubelab.control_plane.api_server import deletion
from kubelab.control_plane.api_server.allocation import ServiceAllocator
from kubelab.control_plane.api_server.heartbeats import Heartbeats
from kubelab.control_plane.api_server.intake import Intake, said
from kubelab.control_plane.api_server.options import WriteOptions
from kubelab.control_plane.api_server.reading import ReadingServer
from kubelab.control_plane.etcd import Change, Etcd, Watcher
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.client_go.client import Client


class WritingServer(ReadingServer):
    """Commits writes to etcd.

    In Kubernetes
        staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go
    """

    def __init__(self, machine: Machine, etcd: Etcd, journal: Journal, timings: Timings, rng: random.Random) -> None:
        super().__init__(machine, etcd, journal, timings, rng)
        self.heartbeats = Heartbeats(self, timings.node_lease_renew_interval)
        self.allocator = ServiceAllocator(self._services, rng)
        self.intake = Intake(self._lookup, rng, timings.default_toleration)
        self._act: tuple[str, str, Any] | None = None  # who writes what, while etcd commits it
        self.announce: Callable[[], None] | None = None  # called when the server answers again
        self._news: Watcher | None = None  # of etcd

    def on_start(self) -> None:
        """Answer; whoever lost the connection can come back."""
        self.pods_on_nodes.forget()
        self._news = self.storage.etcd.watch("/registry/", self._on_change)
        if self.announce is not None:
            self.announce()

    def on_stop(self) -> None:
        """Every connection breaks."""
        self.heartbeats.stop()
        self.hub.close_all()
        self._news.close()

    def as_it_reads(self, lease: Any) -> Any:
        """A Lease with the renewal that its promise has led to."""
        return self.heartbeats.as_renewed(lease)

    def write(self, client: Client, verb: str, kind: Kind, old: Any, value: Any, detail: Any = None) -> Any:
        """Write `value` over `old` and enter it in the journal."""
        return self._commit(client, verb, self.storage.update, kind, old, value, detail=detail)

    def _store(
        self, client: Client, verb: str, kind: Kind, old: Any, value: Any, subresource: str, options: WriteOptions
    ) -> Any:
        """Write `value` over `old`; an object that was asked to go, and has nobody left to wait for, goes."""
        if kind.name == "Service" and not subresource:
            value = self.allocator.allocate(value, old)
        if options.dry_run:
            return value
        if deletion.let_go(kind, value):
            self._commit(client, "delete", self.storage.remove, kind, value)
            return value
        return self._commit(
            client, f"{verb}/{subresource}" if subresource else verb, self.storage.update, kind, old, value
        )

    def _commit(self, client: Client, verb: str, write: Callable[..., Any], *args: Any, detail: Any = None) -> Any:
        self._act = (client.user, verb, detail)
        try:
            return write(*args)
        finally:
            self._act = None

    def _on_change(self, change: Change) -> None:
        """Etcd has committed a change: enter it in the journal if it was ours, and tell who watches."""
        led_here = self.clock.cause
        if self._act is not None:
            user, verb, detail = self._act
            value = change.now.value if change.now.value is not None else change.before.value
            self.clock.cause = self.journal.record(user, verb, path_of(value), change.now.mod_revision, detail).number
        self.pods_on_nodes.follow(change)
        self.hub.on_change(change)
        self.clock.cause = led_here

    def _replacement(
        self, kind: Kind, obj: Any, old: Any, subresource: str, options: WriteOptions
    ) -> tuple[Any, list[str]]:
        if subresource == "status" and not isinstance(obj, dict):
            return obj, []
        return self.intake.changed(kind, obj, old, options.field_validation, subresource)

    def _namespace_of(self, obj: Any, asked: str | None) -> str:
        named = said(obj, "namespace")
        if named and asked and named != asked:
            raise bad_request("the namespace of the provided object does not match the namespace sent on the request")
        return named or asked or "default"

    def _require_namespace(self, kind: Kind, obj: Any, namespace: str) -> None:
        held = self.storage.find(kinds.find("namespaces"), None, namespace)
        if held is None:
            raise not_found("namespaces", "", namespace)
        if held.metadata.deletionTimestamp is not None:
            name = said(obj, "name") or said(obj, "generateName")
            raise namespace_terminating(kind.plural, kind.group, name, namespace)

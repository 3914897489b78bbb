"""The writing half of the API server: how what was decided gets into etcd, into the journal, and to those who watch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api import kinds
from kubelab.api.errors import bad_request, namespace_terminating, not_found
from kubelab.api.kinds import Kind
from kubelab.api.managed_fields.managers import Managed
from kubelab.api.objects import path_of
from kubelab.api.versions import said_in
from kubelab.control_plane.api_server import deletion
from kubelab.control_plane.api_server.admission_plugins import VALIDATING
from kubelab.control_plane.api_server.admission_plugins.request import Request
from kubelab.control_plane.api_server.allocation import ServiceAllocator
from kubelab.control_plane.api_server.authorization.attributes import Attributes
from kubelab.control_plane.api_server.authorization.gate import Gate
from kubelab.control_plane.api_server.authorization.tokens import ServiceAccountTokens
from kubelab.control_plane.api_server.custom_resources import CustomResources
from kubelab.control_plane.api_server.field_management import FieldManagement, managed_fields_in
from kubelab.control_plane.api_server.heartbeats import Heartbeats
from kubelab.control_plane.api_server.intake import TRUSTED, Intake, said
from kubelab.control_plane.api_server.options import WriteOptions
from kubelab.control_plane.api_server.own_service import OwnService
from kubelab.control_plane.api_server.phase_times import with_phase_time
from kubelab.control_plane.api_server.reading import ReadingServer
from kubelab.control_plane.api_server.writer import Writer, as_sent, manager_of
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
        self.intake = Intake(self._lookup, rng, timings.default_toleration, self._listed, self.kinds)
        self.custom = CustomResources(self, timings)
        self.own_service = OwnService(self)
        self.gate = Gate(self._lookup, self._listed, ServiceAccountTokens(self.clock, self._lookup))
        self.fields = FieldManagement(self.storage, self.kinds)
        self._act: tuple[str, str, Any] | None = None  # who writes what, while etcd commits it
        self.announce: Callable[[], None] | None = None  # called when the server answers again
        self._news: Watcher | None = None  # of etcd

    def attributes(self, verb: str, kind: str, namespace: str | None, name: str, subresource: str) -> Attributes:
        """What a request asks for, in RBAC's words."""
        elsewhere = self.aggregation.find(kind)
        found = elsewhere[1] if elsewhere is not None else self._kind(kind)
        resource = f"{found.plural}/{subresource}" if subresource else found.plural
        return Attributes(verb, found.group, resource, (namespace or "") if found.namespaced else "", name)

    def attributes_of(self, verb: str, obj: Any, namespace: str | None, subresource: str) -> Attributes:
        """The same, of a request that brings an object."""
        kind = self.intake.kind_of(obj)
        name = "" if verb == "create" else said(obj, "name")
        return self.attributes(verb, kind.resource, said(obj, "namespace") or namespace or "default", name, subresource)

    def on_start(self) -> None:
        """Answer; whoever lost the connection can come back."""
        self.pods_on_nodes.forget()
        self._news = self.storage.etcd.watch("/registry/", self._on_change)
        self.custom.start()
        self.own_service.start()
        if self.announce is not None:
            self.announce()

    def on_stop(self) -> None:
        """Every connection breaks."""
        self.heartbeats.stop()
        self.fields.forget()
        self.custom.stop()
        self.hub.close_all()
        self._news.close()

    def as_it_reads(self, lease: Any) -> Any:
        """A Lease with the renewal that its promise has led to."""
        return self.heartbeats.as_renewed(lease)

    def write(self, client: Client, verb: str, kind: Kind, old: Any, value: Any, detail: Any = None) -> Any:
        """Write `value` over `old` and enter it in the journal."""
        return self._commit(client, verb, self.storage.update, kind, old, value, detail=detail)

    def write_status(self, client: Client, kind: Kind, old: Any, value: Any) -> None:
        """Write what a controller within the API server has found out; with nobody left to wait for, an object goes."""
        if deletion.let_go(kind, value):
            self._commit(client, "delete", self.storage.remove, kind, value)
        else:
            writer = Writer(self.name, kind.api_version, "status", self.clock.now)
            self._commit(client, "update/status", self.storage.update, kind, old, value, writer)

    def writer(
        self,
        client: Client,
        kind: Kind,
        options: WriteOptions,
        subresource: str = "",
        managed: Managed | None = None,
        sent: Any = None,
    ) -> Writer:
        """In whose name a write stands; `managed` is who owns what after it, where that is known already.

        `sent` is what a new object comes of.
        """
        entries = None if managed is None else tuple(managed.entries())
        version = said_in(sent, kind) if kind.also else kind.api_version
        sent = None if entries is not None or kind.builtin in TRUSTED else as_sent(sent)
        return Writer(manager_of(client, options), version, subresource, self.clock.now, sent, entries)

    def _restated(
        self, client: Client, kind: Kind, old: Any, value: Any, sent: Any, subresource: str, options: WriteOptions
    ) -> Managed | None:
        """Who owns what after an update, where what was sent speaks of it; None where it does not."""
        asked = managed_fields_in(sent)
        if asked is None:
            return None
        return self.fields.restated(kind, old, value, asked, self.writer(client, kind, options, subresource))

    def _store(
        self,
        client: Client,
        verb: str,
        kind: Kind,
        old: Any,
        value: Any,
        subresource: str,
        options: WriteOptions,
        managed: Managed | None = None,
    ) -> Any:
        """Write `value` over `old`; an object that was asked to go, and has nobody left to wait for, goes."""
        if kind.builtin == "Service" and not subresource:
            value = self.allocator.allocate(value, old, dry_run=options.dry_run)
        value = with_phase_time(kind, old, value, self.clock.date)
        self._judge(kind, value, old, subresource, options)
        if options.dry_run:
            return value
        if deletion.let_go(kind, value):
            self._commit(client, "delete", self.storage.remove, kind, value)
            return value
        writer = self.writer(client, kind, options, subresource, managed)
        write = self.storage.update
        if managed is not None and managed.owners != self.fields.managed(old).owners:
            write = self.storage.rewrite
        return self._commit(client, f"{verb}/{subresource}" if subresource else verb, write, kind, old, value, writer)

    def _judge(self, kind: Kind, value: Any, old: Any, subresource: str, options: WriteOptions) -> None:
        """Let the validating admission plugins look at what is about to be stored; `old` is None for a new object."""
        request = Request(
            kind,
            value.metadata.namespace or "",
            self.storage.rng,
            self.intake.toleration_seconds,
            self._lookup,
            self._listed,
            "CREATE" if old is None else "UPDATE",
            subresource,
            options.dry_run,
            self.clock.date,
            self._charge,
        )
        for plugin in VALIDATING:
            plugin(value, old, request)

    def _charge(self, quota: Any, charged: Any) -> None:
        """Write what is used of a quota, as the API server itself."""
        self._act = (self.name, "update/status", None)
        try:
            self.storage.update(kinds.find("resourcequotas"), quota, charged)
        finally:
            self._act = None

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
        self.custom.on_change(change)
        self.own_service.on_change(change)
        self.hub.on_change(change)
        self.clock.cause = led_here

    def _replacement(
        self, kind: Kind, obj: Any, old: Any, subresource: str, options: WriteOptions
    ) -> tuple[Any, list[str]]:
        if subresource == "status" and not isinstance(obj, dict):
            return obj, []
        return self.intake.changed(kind, obj, old, options.field_validation, subresource)

    def _listed(self, kind: str, namespace: str | None) -> list[Any]:
        """What the gate and the admission plugins ask for: all objects of a kind, in a namespace or in all."""
        return self.storage.list(self._kind(kind), namespace)

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

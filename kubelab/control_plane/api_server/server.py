"""kube-apiserver: the door to the cluster's state, and the only part that opens etcd."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api import kinds
from kubelab.api.errors import (
    ApiError,
    Cause,
    already_exists,
    bad_request,
    conflict,
    forbidden,
    invalid,
    namespace_terminating,
    not_found,
)
from kubelab.api.kinds import Kind
from kubelab.api.objects import path_of, replace, to_dict
from kubelab.api.patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, patched
from kubelab.api.strategic_diff import apply_patch_for, with_last_applied
from kubelab.control_plane.api_server import deletion, subresources
from kubelab.control_plane.api_server.allocation import ServiceAllocator
from kubelab.control_plane.api_server.heartbeats import Heartbeats
from kubelab.control_plane.api_server.intake import Intake, said
from kubelab.control_plane.api_server.reading import ReadingServer
from kubelab.control_plane.api_server.updating import check_preconditions, keeping
from kubelab.control_plane.etcd import Change, Etcd, Watcher
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

IMMORTAL = ("default", "kube-system", "kube-public")
PATCH_TYPES = {"strategic": STRATEGIC_MERGE_PATCH, "merge": MERGE_PATCH, "json": JSON_PATCH}


class ApiServer(ReadingServer):
    """Answers every client's verbs: decides whether a request can be, writes it to etcd, and tells those who watch.

    A refusal raises `ApiError` and changes nothing. `client` is who asks; the journal names its user.

    In Kubernetes
        kube-apiserver: https://kubernetes.io/docs/concepts/overview/kubernetes-api/ . The verbs are those of
        https://kubernetes.io/docs/reference/using-api/api-concepts/

    Left out
        Authentication, RBAC and quotas; server-side apply (`apply` is the client-side one, as plain `kubectl apply`).
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

    def create(
        self,
        obj: Any,
        client: Client,
        *,
        namespace: str | None = None,
        dry_run: bool = False,
        field_validation: str = "Strict",
    ) -> Any:
        """Make a new object."""
        if isinstance(obj, dict):
            drawn = self.storage.rng.getstate()
            try:
                made = self._create(obj, client, namespace, dry_run, field_validation)
            except ApiError:
                self.storage.rng.setstate(drawn)  # what was refused leaves no trace, not even in the names to come
                raise
            if dry_run:
                self.storage.rng.setstate(drawn)
            return made
        return self._create(obj, client, namespace, dry_run, field_validation)

    def _create(self, obj: Any, client: Client, namespace: str | None, dry_run: bool, field_validation: str) -> Any:
        kind = self.intake.kind_of(obj)
        if kind.namespaced:
            namespace = self._namespace_of(obj, namespace)
            self._require_namespace(kind, obj, namespace)
        value, client.warnings = self.intake.new(kind, obj, namespace if kind.namespaced else None, field_validation)
        if kind.namespaced and value.metadata.namespace != namespace:
            value = replace(value, metadata=replace(value.metadata, namespace=namespace))
        if value.metadata.name and self.storage.find(kind, namespace, value.metadata.name) is not None:
            raise already_exists(kind.plural, kind.group, value.metadata.name)
        value = self.storage.as_new(kind, value)
        if kind.name == "Service":
            value = self.allocator.allocate(value)
        return value if dry_run else self._commit(client, "create", self.storage.create, kind, value)

    def update(
        self,
        obj: Any,
        client: Client,
        *,
        subresource: str = "",
        dry_run: bool = False,
        field_validation: str = "Strict",
    ) -> Any:
        """Replace an object, or one of its subresources."""
        if subresource == "scale":
            raise bad_request('a Scale is written with patch(…, subresource="scale")')
        kind = self.intake.kind_of(obj)
        name, namespace = said(obj, "name"), said(obj, "namespace") or "default"
        old = self.storage.get(kind, namespace, name)
        value, client.warnings = self._replacement(kind, obj, old, subresource, field_validation)
        check_preconditions(kind, old, value.metadata.uid, value.metadata.resourceVersion)
        value = keeping(kind, old, value, subresource)
        return old if value is old else self._store(client, "update", kind, old, value, subresource, dry_run)

    def patch(
        self,
        kind: str,
        name: str,
        patch: Any,
        namespace: str | None,
        client: Client,
        *,
        patch_type: str = "strategic",
        subresource: str = "",
        dry_run: bool = False,
        field_validation: str = "Strict",
    ) -> Any:
        """Change an object by a patch."""
        found = self._kind(kind)
        old = self.storage.get(found, namespace if found.namespaced else None, name)
        media_type = PATCH_TYPES.get(patch_type, patch_type)
        if subresource == "scale":
            wanted = patched(found, to_dict(subresources.scale_of(old)), patch, media_type)
            value = subresources.scaled(found, old, wanted)
            self._store(client, "patch", found, old, value, subresource, dry_run)
            return subresources.scale_of(value)
        changed = patched(found, to_dict(old), patch, media_type)
        check_preconditions(found, old, None, said(changed, "resourceVersion"))
        value, client.warnings = self._replacement(found, changed, old, subresource, field_validation)
        return self._store(client, "patch", found, old, keeping(found, old, value, subresource), subresource, dry_run)

    def apply(
        self, manifest: dict[str, Any], client: Client, *, namespace: str | None = None, dry_run: bool = False
    ) -> Any:
        """Create what is not there; where it is, change what the manifest's author had set (client-side apply)."""
        kind = self.intake.kind_of(manifest)
        namespace = self._namespace_of(manifest, namespace) if kind.namespaced else None
        name = said(manifest, "name")
        old = self.storage.find(kind, namespace, name) if name else None
        if not isinstance(manifest.get("metadata"), dict):
            return self.create(manifest, client, namespace=namespace, dry_run=dry_run)  # which says what is wrong
        if old is None:
            return self.create(with_last_applied(manifest), client, namespace=namespace, dry_run=dry_run)
        patch = apply_patch_for(to_dict(old), manifest, kind.model)
        if not patch:
            return old
        return self.patch(kind.plural, name, patch, namespace, client, dry_run=dry_run)

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str | None,
        client: Client,
        *,
        grace_period_seconds: int | None = None,
        propagation_policy: str | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Any:
        """Ask for an object's end."""
        found = self._kind(kind)
        if propagation_policy is not None and propagation_policy not in deletion.POLICIES:
            fault = Cause.not_supported("propagationPolicy", propagation_policy, deletion.POLICIES)
            raise invalid("DeleteOptions", "meta.k8s.io", "", [fault])
        obj = self.storage.get(found, namespace if found.namespaced else None, name)
        check_preconditions(found, obj, uid, resource_version)
        if found.name == "Namespace" and name in IMMORTAL:
            raise forbidden("namespaces", "", name, "this namespace may not be deleted")
        value = deletion.marked(found, obj, grace_period_seconds, propagation_policy, self.clock)
        if dry_run:
            return obj if value is None else value
        if value is None:
            self._commit(client, "delete", self.storage.remove, found, obj)
            return obj
        return self._commit(client, "delete", self.storage.update, found, obj, value)

    def bind(self, name: str, namespace: str, node: str, client: Client) -> Any:
        """Put a pod on a node: the `binding` subresource."""
        kind = self._kind("pods")
        pod = self.storage.get(kind, namespace, name)
        if pod.metadata.deletionTimestamp is not None:
            raise conflict("pods/binding", "", name, f"pod {name} is being deleted, cannot be assigned to a host")
        if pod.spec.nodeName:
            raise conflict("pods/binding", "", name, f'pod {name} is already assigned to node "{pod.spec.nodeName}"')
        return self.write(client, "bind", kind, pod, subresources.bound(pod, node, self.clock), {"node": node})

    def evict(self, name: str, namespace: str, client: Client, *, dry_run: bool = False, **options: Any) -> Any:
        """Delete a pod as `kubectl drain` asks, and say so in its conditions first: the `eviction` subresource."""
        kind = self._kind("pods")
        pod = self.storage.get(kind, namespace, name)
        if not dry_run:
            self.write(client, "evict", kind, pod, subresources.evicted(pod, self.clock))
        return self.delete("pods", name, namespace, client, dry_run=dry_run, **options)

    def finalize(self, namespace: Any, client: Client) -> Any:
        """Write a namespace's finalizers; without any, a namespace that was asked to go is gone."""
        kind = self._kind("namespaces")
        old = self.storage.get(kind, None, namespace.metadata.name)
        return self._store(client, "finalize", kind, old, replace(old, spec=namespace.spec), "finalize", False)

    def get_scale(self, kind: str, name: str, namespace: str) -> Any:
        """The `scale` subresource."""
        return subresources.scale_of(self.get(kind, name, namespace))

    def write(self, client: Client, verb: str, kind: Kind, old: Any, value: Any, detail: Any = None) -> Any:
        """Write `value` over `old` and enter it in the journal."""
        return self._commit(client, verb, self.storage.update, kind, old, value, detail=detail)

    def _store(
        self, client: Client, verb: str, kind: Kind, old: Any, value: Any, subresource: str, dry_run: bool
    ) -> Any:
        """Write `value` over `old`; an object that was asked to go, and has nobody left to wait for, goes."""
        if kind.name == "Service" and not subresource:
            value = self.allocator.allocate(value, old)
        if dry_run:
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
        self, kind: Kind, obj: Any, old: Any, subresource: str, field_validation: str
    ) -> tuple[Any, list[str]]:
        if subresource == "status" and not isinstance(obj, dict):
            return obj, []
        return self.intake.changed(kind, obj, old, field_validation, subresource)

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

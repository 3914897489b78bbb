"""kube-apiserver: the door to the cluster's state, and the only part that opens etcd."""

from __future__ import annotations

from dataclasses import replace as replace_options
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError, Cause, already_exists, bad_request, conflict, forbidden, invalid, not_found
from kubelab.api.kinds import Kind
from kubelab.api.managed_fields.managers import Managed
from kubelab.api.objects import replace, to_dict, with_meta
from kubelab.api.patch import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, patched
from kubelab.api.strategic_diff import apply_patch_for, with_last_applied
from kubelab.control_plane.api_server import deletion, eviction, subresources
from kubelab.control_plane.api_server.authorization.attributes import Attributes
from kubelab.control_plane.api_server.authorization.reviews import answer
from kubelab.control_plane.api_server.intake import said
from kubelab.control_plane.api_server.options import PLAIN, WriteOptions
from kubelab.control_plane.api_server.phase_times import with_phase_time
from kubelab.control_plane.api_server.server_side_apply import (
    check_config,
    check_name,
    check_new,
    check_options,
    server_side_apply,
)
from kubelab.control_plane.api_server.updating import check_preconditions, keeping
from kubelab.control_plane.api_server.writing import WritingServer

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

CLIENT_SIDE_APPLY = "kubectl-client-side-apply"
IMMORTAL = ("default", "kube-system", "kube-public")
PATCH_TYPES = {
    "apply": APPLY_PATCH,
    "json": JSON_PATCH,
    "merge": MERGE_PATCH,
    "strategic": STRATEGIC_MERGE_PATCH,
}


class ApiServer(WritingServer):
    """Answers every client's verbs: decides whether a request can be, writes it to etcd, and tells those who watch.

    A refusal raises `ApiError` and changes nothing. `client` is who asks; the journal names its user.

    In Kubernetes
        kube-apiserver: https://kubernetes.io/docs/concepts/overview/kubernetes-api/ . The verbs are those of
        https://kubernetes.io/docs/reference/using-api/api-concepts/

    Left out
        Quotas. `apply` is the client-side one, as plain `kubectl apply`; the server-side one is a kind of patch.
    """

    def create(
        self,
        obj: Any,
        client: Client,
        *,
        namespace: str | None = None,
        options: WriteOptions = PLAIN,
        managed: Managed | None = None,
    ) -> Any:
        """Make a new object; `managed` is who owns what of it, where an apply has worked that out."""
        if isinstance(obj, dict):
            drawn = self.storage.rng.getstate()
            try:
                made = self._create(obj, client, namespace, options, managed)
            except ApiError:
                self.storage.rng.setstate(drawn)  # what was refused leaves no trace, not even in the names to come
                raise
            if options.dry_run:
                self.storage.rng.setstate(drawn)
            return made
        return self._create(obj, client, namespace, options)

    def _create(
        self, obj: Any, client: Client, namespace: str | None, options: WriteOptions, managed: Managed | None = None
    ) -> Any:
        kind = self.intake.kind_of(obj)
        if kind.namespaced:
            namespace = self._namespace_of(obj, namespace)
            self._require_namespace(kind, obj, namespace)
        if kind.custom:
            self.custom.check_creatable(kind, said(obj, "name"))
        place = namespace if kind.namespaced else None
        value, client.warnings = self.intake.new(kind, obj, place, options.field_validation)
        if kind.namespaced and value.metadata.namespace != namespace:
            value = replace(value, metadata=replace(value.metadata, namespace=namespace))
        if value.metadata.name and self.storage.find(kind, namespace, value.metadata.name) is not None:
            raise already_exists(kind.plural, kind.group, value.metadata.name)
        value = self.storage.as_new(kind, value)
        if kind.builtin == "Service":
            value = self.allocator.allocate(value, dry_run=options.dry_run)
        value = with_phase_time(kind, None, value, self.clock.date)
        self._judge(kind, value, None, "", options)
        if options.dry_run:
            return value
        writer = self.writer(client, kind, options, "", managed, obj)
        return self._commit(client, "create", self.storage.create, kind, value, writer)

    def update(self, obj: Any, client: Client, *, subresource: str = "", options: WriteOptions = PLAIN) -> Any:
        """Replace an object, or its status."""
        if subresource == "scale":
            raise bad_request("a Scale is written with update_scale")
        kind = self.intake.kind_of(obj)
        name, namespace = said(obj, "name"), said(obj, "namespace") or "default"
        old = self.storage.get(kind, namespace, name)
        value, client.warnings = self._replacement(kind, obj, old, subresource, options)
        check_preconditions(kind, old, value.metadata.uid, value.metadata.resourceVersion)
        value = keeping(kind, old, value, subresource)
        managed = self._restated(client, kind, old, value, obj, subresource, options)
        if value is old and managed is None:
            return old
        return self._store(client, "update", kind, old, value, subresource, options, managed)

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
        options: WriteOptions = PLAIN,
    ) -> Any:
        """Change an object by a patch."""
        found, media_type = self._kind(kind), PATCH_TYPES.get(patch_type, patch_type)
        check_options(options, applies=media_type == APPLY_PATCH)
        if media_type == APPLY_PATCH and subresource != "scale":
            return self._apply(found, name, check_config(found, patch), namespace, client, subresource, options)
        old = self.storage.get(found, namespace if found.namespaced else None, name)
        if subresource == "scale":
            wanted = patched(found, to_dict(subresources.scale_of(old)), patch, media_type)
            return self._scale(client, "patch", found, old, wanted, options)
        changed = patched(found, self.fields.to_patch(old, patch), patch, media_type)
        check_preconditions(found, old, None, said(changed, "resourceVersion"))
        value, client.warnings = self._replacement(found, changed, old, subresource, options)
        value = keeping(found, old, value, subresource)
        managed = self._restated(client, found, old, value, changed, subresource, options)
        return self._store(client, "patch", found, old, value, subresource, options, managed)

    def _apply(
        self,
        kind: Kind,
        name: str,
        config: dict[str, Any],
        namespace: str | None,
        client: Client,
        subresource: str,
        options: WriteOptions,
    ) -> Any:
        """Server-side apply."""
        namespace = self._namespace_of(config, namespace) if kind.namespaced else None
        old = self.storage.find(kind, namespace, name)
        if old is None and subresource:
            raise not_found(kind.plural, kind.group, name)
        made, managed = server_side_apply(self.fields, kind, old, config, name, subresource, options, self.clock.date)
        if old is None:
            check_new(kind, made or {}, name)
            value = self.create(made, client, namespace=namespace, options=options, managed=managed)
        else:
            value, client.warnings = old, []
            if made is not None:
                check_name(made, name)
                check_preconditions(kind, old, said(made, "uid"), said(made, "resourceVersion"))
                value, client.warnings = self._replacement(kind, made, old, subresource, options)
                value = keeping(kind, old, value, subresource)
            value = self._store(client, "patch", kind, old, value, subresource, options, managed)
        return with_meta(value, managedFields=managed.entries()) if options.dry_run else value

    def update_scale(
        self,
        kind: str,
        name: str,
        scale: dict[str, Any],
        namespace: str | None,
        client: Client,
        *,
        options: WriteOptions = PLAIN,
    ) -> Any:
        """Replace an object's Scale."""
        found = self._kind(kind)
        old = self.storage.get(found, namespace if found.namespaced else None, name)
        subresources.scale_of(old)  # which says so where there is none
        check_preconditions(found, old, said(scale, "uid"), said(scale, "resourceVersion"))
        return self._scale(client, "update", found, old, scale, options)

    def _scale(self, client: Client, verb: str, kind: Kind, old: Any, scale: Any, options: WriteOptions) -> Any:
        value = self._store(client, verb, kind, old, subresources.scaled(kind, old, scale), "scale", options)
        return subresources.scale_of(value)

    def apply(
        self, manifest: dict[str, Any], client: Client, *, namespace: str | None = None, options: WriteOptions = PLAIN
    ) -> Any:
        """Create what is not there; where it is, change what the manifest's author had set (client-side apply)."""
        options = options if options.field_manager else replace_options(options, field_manager=CLIENT_SIDE_APPLY)
        kind = self.intake.kind_of(manifest)
        namespace = self._namespace_of(manifest, namespace) if kind.namespaced else None
        name = said(manifest, "name")
        old = self.storage.find(kind, namespace, name) if name else None
        if not isinstance(manifest.get("metadata"), dict):
            return self.create(manifest, client, namespace=namespace, options=options)  # which says what is wrong
        if old is None:
            return self.create(with_last_applied(manifest), client, namespace=namespace, options=options)
        patch = apply_patch_for(to_dict(old), manifest, None if kind.custom else kind.model)
        if not patch:
            return old
        if kind.custom:
            return self.patch(kind.resource, name, patch, namespace, client, patch_type="merge", options=options)
        return self.patch(kind.resource, name, patch, namespace, client, options=options)

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
        if found.builtin == "Namespace" and name in IMMORTAL:
            raise forbidden("namespaces", "", name, "this namespace may not be deleted")
        value = deletion.marked(found, obj, grace_period_seconds, propagation_policy, self.clock)
        if dry_run:
            return obj if value is None else value
        if value is None:
            self._commit(client, "delete", self.storage.remove, found, obj)
            return obj
        return self._commit(client, "delete", self.storage.update, found, obj, value)

    def delete_collection(
        self,
        kind: str,
        namespace: str | None,
        client: Client,
        *,
        selector: str = "",
        field_selector: str = "",
        **options: Any,
    ) -> list[Any]:
        """Ask for the end of every object that the selectors choose; answers them."""
        chosen = self.list(kind, namespace, selector=selector, field_selector=field_selector)
        return [self.delete(kind, obj.metadata.name, obj.metadata.namespace, client, **options) for obj in chosen]

    def review(self, kind: Kind, asked: dict[str, Any], namespace: str | None, client: Client) -> Any:
        """Answer who somebody is, or what they may do."""
        self.gate.check(client.identity, Attributes("create", kind.group, kind.plural, namespace or ""))
        return answer(kind, asked, namespace, client.identity, self.gate)

    def create_token(self, account: str, namespace: str, request: dict[str, Any]) -> Any:
        """Issue a token of a service account: the `token` subresource."""
        return self.gate.tokens.issue(self.storage.get(self._kind("serviceaccounts"), namespace, account), request)

    def bind(self, name: str, namespace: str, node: str, client: Client) -> Any:
        """Put a pod on a node: the `binding` subresource."""
        kind = self._kind("pods")
        pod = self.storage.get(kind, namespace, name)
        if pod.metadata.deletionTimestamp is not None:
            raise conflict("pods/binding", "", name, f"pod {name} is being deleted, cannot be assigned to a host")
        if pod.spec.nodeName:
            raise conflict("pods/binding", "", name, f'pod {name} is already assigned to node "{pod.spec.nodeName}"')
        return self.write(client, "bind", kind, pod, subresources.bound(pod, node, self.clock), {"node": node})

    def evict(self, name: str, namespace: str, client: Client, **options: Any) -> Any:
        """Delete a pod if its disruption budgets allow it: the `eviction` subresource."""
        return eviction.evict(self, name, namespace, client, **options)

    def finalize(self, namespace: Any, client: Client) -> Any:
        """Write a namespace's finalizers; without any, a namespace that was asked to go is gone."""
        kind = self._kind("namespaces")
        old = self.storage.get(kind, None, namespace.metadata.name)
        return self._store(client, "finalize", kind, old, replace(old, spec=namespace.spec), "finalize", PLAIN)

    def get_scale(self, kind: str, name: str, namespace: str) -> Any:
        """The `scale` subresource."""
        return subresources.scale_of(self.get(kind, name, namespace))

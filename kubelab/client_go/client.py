"""A client: the API server as one user on one machine reaches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelab.api.virtual_kinds import review_of
from kubelab.client_go.connection import Connection
from kubelab.control_plane.api_server.authorization.attributes import User
from kubelab.control_plane.api_server.options import WriteOptions

if TYPE_CHECKING:
    from kubelab.control_plane.api_server.reading import Page
    from kubelab.control_plane.api_server.watch import Watch, WatchEvent


Objects = list[Any]


class Client(Connection):
    """The verbs of the API, as `user` calls them from `machine` (None: from outside the cluster).

    Objects go in as plain dicts (decoded, defaulted, validated) or as values of the vocabulary, and come back as
    values. Every verb raises `ApiError`: the API server's refusal, or 503 when no API server can be reached.

    In Kubernetes
        client-go's `kubernetes.Interface` with its rest config.
    """

    def create(
        self,
        obj: Any,
        *,
        namespace: str | None = None,
        dry_run: bool = False,
        field_validation: str = "Strict",
        field_manager: str = "",
    ) -> Any:
        """Make a new object. `metadata.generateName` gets five random characters appended.

        A review (`SelfSubjectAccessReview`, say) is answered, and not kept.
        """
        review = review_of(obj)
        if review is not None:
            return self._server().review(review, obj, namespace, self)
        options = WriteOptions(dry_run, field_validation, field_manager)
        return self._ask_about("create", obj, namespace).create(obj, self, namespace=namespace, options=options)

    def get(self, kind: str, name: str, namespace: str | None = "default", *, revision: int | None = None) -> Any:
        """Read one object, as it is or as it was at a revision."""
        return self._ask("get", kind, namespace, name).get(kind, name, namespace, revision=revision)

    def list(
        self,
        kind: str,
        namespace: str | None = None,
        *,
        selector: str = "",
        field_selector: str = "",
        revision: int | None = None,
    ) -> Objects:
        """Read all objects of a kind, of all namespaces or of one, in the order of their names."""
        server = self._ask("list", kind, namespace)
        return server.list(kind, namespace, selector=selector, field_selector=field_selector, revision=revision)

    def page(self, kind: str, namespace: str | None = None, **options: Any) -> Page:
        """A part of a list: `limit` objects that come `after` a key, at a `revision`, with the selectors of `list`."""
        return self._ask("list", kind, namespace).page(kind, namespace, **options)

    def list_and_revision(
        self, kind: str, namespace: str | None = None, *, field_selector: str = ""
    ) -> tuple[Objects, int]:
        """What `list` answers, and the revision at which it was true: a watch goes on from there."""
        server = self._ask("list", kind, namespace)
        return server.list(kind, namespace, field_selector=field_selector), server.revision

    def watch(
        self,
        kind: str,
        deliver: Callable[[WatchEvent], None],
        namespace: str | None = None,
        *,
        after: int | None = None,
        selector: str = "",
        field_selector: str = "",
        **options: Any,
    ) -> Watch:
        """Call `deliver` with every change of a kind after a revision (None: from now), a little later each.

        Options: `at_once=True` where no time shall pass on the way, and `ended`, which is called when the API server
        ends the watch.
        """
        watch = self._ask("watch", kind, namespace).watch(
            kind, deliver, namespace, after=after, selector=selector, field_selector=field_selector, **options
        )
        self._watches = [held for held in self._watches if held.open]
        self._watches.append(watch)
        return watch

    def update(
        self,
        obj: Any,
        *,
        subresource: str = "",
        dry_run: bool = False,
        field_validation: str = "Strict",
        field_manager: str = "",
    ) -> Any:
        """Replace an object. With a resourceVersion in it, only if nobody has written since (409 Conflict).

        `subresource` is empty or `status`: then only the status is taken.
        """
        options = WriteOptions(dry_run, field_validation, field_manager)
        return self._ask_about("update", obj, None, subresource).update(
            obj, self, subresource=subresource, options=options
        )

    def update_status(self, obj: Any) -> Any:
        """Replace an object's status: what controllers and kubelets write."""
        return self._ask_about("update", obj, None, "status").update(obj, self, subresource="status")

    def patch(
        self,
        kind: str,
        name: str,
        patch: Any,
        namespace: str | None = "default",
        *,
        patch_type: str = "strategic",
        subresource: str = "",
        dry_run: bool = False,
        field_validation: str = "Strict",
        field_manager: str = "",
        force: bool = False,
    ) -> Any:
        """Change an object by a patch: `strategic`, `merge` (both a dict) or `json` (a list of operations).

        `apply` is server-side apply: a manifest is given, and what is not there is made. It needs a `field_manager`;
        with `force` it takes fields away from others.
        """
        options = WriteOptions(dry_run, field_validation, field_manager, force)
        return self._ask("patch", kind, namespace, name, subresource).patch(
            kind, name, patch, namespace, self, patch_type=patch_type, subresource=subresource, options=options
        )

    def with_managed_fields(self, obj: Any) -> Any:
        """The object with its `metadata.managedFields`: who has set which of its fields."""
        return self._server().fields.shown(obj)

    def apply(
        self,
        manifest: dict[str, Any],
        *,
        namespace: str | None = None,
        dry_run: bool = False,
        field_manager: str = "",
    ) -> Any:
        """Make the object be as the manifest says: create it, or change what the manifest's author had set."""
        options = WriteOptions(dry_run, field_manager=field_manager)
        return self._ask_about("patch", manifest, namespace).apply(manifest, self, namespace=namespace, options=options)

    def delete(
        self,
        kind: str,
        name: str,
        namespace: str | None = "default",
        *,
        grace_period_seconds: int | None = None,
        propagation_policy: str | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Any:
        """Ask for an object's end. `propagation_policy` is Background, Foreground or Orphan.

        Answers the object as it stands afterwards: still there, with a deletionTimestamp, if somebody must first let
        it go (a kubelet, a finalizer).
        """
        return self._ask("delete", kind, namespace, name).delete(
            kind,
            name,
            namespace,
            self,
            grace_period_seconds=grace_period_seconds,
            propagation_policy=propagation_policy,
            uid=uid,
            resource_version=resource_version,
            dry_run=dry_run,
        )

    def delete_collection(
        self, kind: str, namespace: str | None = None, *, selector: str = "", field_selector: str = "", **options: Any
    ) -> Objects:
        """Ask for the end of all objects that the selectors choose, with the options of `delete`; answers them."""
        return self._ask("deletecollection", kind, namespace).delete_collection(
            kind, namespace, self, selector=selector, field_selector=field_selector, **options
        )

    def update_scale(
        self,
        kind: str,
        name: str,
        scale: dict[str, Any],
        namespace: str | None = "default",
        *,
        dry_run: bool = False,
        field_manager: str = "",
    ) -> Any:
        """Replace the `scale` subresource: how many replicas there should be."""
        options = WriteOptions(dry_run, field_manager=field_manager)
        return self._ask("update", kind, namespace, name, "scale").update_scale(
            kind, name, scale, namespace, self, options=options
        )

    def get_scale(self, kind: str, name: str, namespace: str = "default") -> Any:
        """The `scale` subresource of a Deployment or ReplicaSet, as an autoscaling/v1 Scale."""
        return self._ask("get", kind, namespace, name, "scale").get_scale(kind, name, namespace)

    def bind(self, name: str, namespace: str, node: str) -> Any:
        """Put a pod on a node: what the scheduler writes."""
        return self._ask("create", "pods", namespace, name, "binding").bind(name, namespace, node, self)

    def evict(
        self,
        name: str,
        namespace: str,
        *,
        grace_period_seconds: int | None = None,
        dry_run: bool = False,
        revision: int | None = None,
    ) -> Any:
        """Delete a pod if its disruption budgets allow it: what `kubectl drain` asks for.

        `revision` is the state that all of several requests have read that are made at once.
        """
        server = self._ask("create", "pods", namespace, name, "eviction")
        return server.evict(
            name, namespace, self, grace_period_seconds=grace_period_seconds, dry_run=dry_run, revision=revision
        )

    def finalize(self, namespace: Any) -> Any:
        """Write a namespace's finalizers: what the namespace controller does when the namespace is empty."""
        return self._ask("update", "namespaces", None, namespace.metadata.name, "finalize").finalize(namespace, self)

    def keep_renewing(self, lease: str, namespace: str) -> None:
        """Renew a lease from now on, every `node_lease_renew_interval`, for as long as this client is connected."""
        self._server().heartbeats.promise(namespace, lease, self)

    def hang_up(self) -> None:
        """Lose the connection: watches end, and the leases are renewed no longer."""
        for watch in self._watches:
            watch.close()
        self._watches = []
        for server in self.servers:
            server.heartbeats.broken(self)

    def create_token(self, account: str, namespace: str = "default", request: dict[str, Any] | None = None) -> Any:
        """A token by which to ask as a service account: the `token` subresource."""
        server = self._ask("create", "serviceaccounts", namespace, account, "token")
        return server.create_token(account, namespace, request or {})

    def acting_as(self, user: User) -> Client:
        """A client that asks as somebody else, if this one may: `kubectl --as`."""
        self._server().gate.check_impersonation(self.identity, user)
        return Client(self.servers, user.name, self.machine, user)

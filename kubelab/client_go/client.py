"""A client: the API server as one user on one machine reaches it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import unavailable
from kubelab.control_plane.api_server.options import WriteOptions

if TYPE_CHECKING:
    from kubelab.control_plane.api_server.server import ApiServer
    from kubelab.control_plane.api_server.watch import Watch, WatchEvent
    from kubelab.machine import Machine


Objects = list[Any]


class Client:
    """The verbs of the API, as `user` calls them from `machine` (None: from outside the cluster).

    Objects go in as plain dicts (decoded, defaulted, validated) or as values of the vocabulary, and come back as
    values. Every verb raises `ApiError`: the API server's refusal, or 503 when no API server can be reached.

    In Kubernetes
        client-go's `kubernetes.Interface` with its rest config.
    """

    def __init__(self, servers: Sequence[ApiServer], user: str, machine: Machine | None = None) -> None:
        self.servers, self.user, self.machine = servers, user, machine
        self.warnings: list[str] = []
        self._watches: list[Watch] = []

    @property
    def reachable(self) -> bool:
        """Whether some API server answers."""
        return self._find() is not None

    def create(
        self,
        obj: Any,
        *,
        namespace: str | None = None,
        dry_run: bool = False,
        field_validation: str = "Strict",
        field_manager: str = "",
    ) -> Any:
        """Make a new object. `metadata.generateName` gets five random characters appended."""
        options = WriteOptions(dry_run, field_validation, field_manager)
        return self._server().create(obj, self, namespace=namespace, options=options)

    def get(self, kind: str, name: str, namespace: str | None = "default", *, revision: int | None = None) -> Any:
        """Read one object, as it is or as it was at a revision."""
        return self._server().get(kind, name, namespace, revision=revision)

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
        return self._server().list(kind, namespace, selector=selector, field_selector=field_selector, revision=revision)

    def list_and_revision(
        self, kind: str, namespace: str | None = None, *, field_selector: str = ""
    ) -> tuple[Objects, int]:
        """What `list` answers, and the revision at which it was true: a watch goes on from there."""
        server = self._server()
        return server.list(kind, namespace, field_selector=field_selector), server.revision

    def watch(
        self,
        kind: str,
        deliver: Callable[[WatchEvent], None],
        namespace: str | None = None,
        *,
        after: int | None = None,
        field_selector: str = "",
    ) -> Watch:
        """Call `deliver` with every change of a kind after a revision (None: from now), a little later each."""
        watch = self._server().watch(kind, deliver, namespace, after=after, field_selector=field_selector)
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
        return self._server().update(obj, self, subresource=subresource, options=options)

    def update_status(self, obj: Any) -> Any:
        """Replace an object's status: what controllers and kubelets write."""
        return self._server().update(obj, self, subresource="status")

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
        """Change an object by a patch: `strategic`, `merge` (both a dict) or `json` (a list of operations)."""
        options = WriteOptions(dry_run, field_validation, field_manager, force)
        return self._server().patch(
            kind, name, patch, namespace, self, patch_type=patch_type, subresource=subresource, options=options
        )

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
        return self._server().apply(manifest, self, namespace=namespace, options=options)

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
        return self._server().delete(
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
        return self._server().delete_collection(
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
        return self._server().update_scale(kind, name, scale, namespace, self, options=options)

    def get_scale(self, kind: str, name: str, namespace: str = "default") -> Any:
        """The `scale` subresource of a Deployment or ReplicaSet, as an autoscaling/v1 Scale."""
        return self._server().get_scale(kind, name, namespace)

    def bind(self, name: str, namespace: str, node: str) -> Any:
        """Put a pod on a node: what the scheduler writes."""
        return self._server().bind(name, namespace, node, self)

    def evict(
        self, name: str, namespace: str, *, grace_period_seconds: int | None = None, dry_run: bool = False
    ) -> Any:
        """Delete a pod if its disruption budgets allow it: what `kubectl drain` asks for."""
        return self._server().evict(name, namespace, self, grace_period_seconds=grace_period_seconds, dry_run=dry_run)

    def finalize(self, namespace: Any) -> Any:
        """Write a namespace's finalizers: what the namespace controller does when the namespace is empty."""
        return self._server().finalize(namespace, self)

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

    def _find(self) -> ApiServer | None:
        machine = self.machine
        for server in self.servers:
            if server.running and (
                machine is server.machine or (server.machine.reachable and (machine is None or machine.reachable))
            ):
                return server
        return None

    def _server(self) -> ApiServer:
        server = self._find()
        if server is None:
            raise unavailable("the API server cannot be reached: connection refused")
        return server

    def __repr__(self) -> str:
        return f"Client: {self.user}, {'connected' if self.reachable else 'no API server reachable'}"

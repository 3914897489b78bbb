"""Custom resources: the API server serves the kinds that its CustomResourceDefinitions define."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any, cast

from kubelab.api import kinds
from kubelab.api.custom.served_version import condition_is_true, is_established, kind_from
from kubelab.api.errors import ApiError, forbidden
from kubelab.api.kinds import Kind
from kubelab.api.objects import replace
from kubelab.control_plane.api_server import definitions
from kubelab.control_plane.etcd import Change
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.control_plane.api_server.writing import WritingServer

DEFINITIONS = kinds.find("customresourcedefinitions")
POLL = 5.0  # seconds between two looks at whether the objects of a definition that goes are gone
_PREFIX = f"/registry/{DEFINITIONS.resource}/"
_TOLERANCE = 1e-6


class CustomResources:
    """Keeps the served kinds true to the definitions in etcd, and does for each definition what is next.

    First its names are accepted, unless another definition of its group has them; then it is established: its kind is
    served. When it is asked to go, its objects go first, and while they do no new ones are made.

    All that follows from what is in etcd: whoever starts afresh goes on where the last one stopped.

    In Kubernetes
        The controllers of k8s.io/apiextensions-apiserver, which run within kube-apiserver: pkg/controller/{status,
        establish,finalizer,apiapproval} and pkg/apiserver/customresource_handler.go

    Left out
        What is created within 2 s of being established is answered at once, not after these 2 s. The complaint after a
        minute (`InstanceDeletionCheck`) that objects do not go.
    """

    user = "kube-apiserver"  # as whom it writes

    def __init__(self, server: WritingServer, timings: Timings) -> None:
        self.server = server
        self.delay = timings.watch_delay + timings.reconcile_delay
        self.watch_delay, self.retry = timings.watch_delay, timings.reconnect_delay
        self.warnings: list[str] = []
        self._made: dict[str, tuple[Any, list[Kind]]] = {}  # by name of a definition: the definition, its kinds
        self._waiting: dict[str, bool] = {}  # names of definitions that will be looked at
        self._going: dict[str, float] = {}  # definitions whose objects are being deleted, since when

    def start(self) -> None:
        """Serve what is defined; without etcd, try again."""
        try:
            defined = self.server.storage.list(DEFINITIONS, None)
        except ApiError:
            self.server.later(self.retry, self.start, quiet=True)
            return
        self._serve(defined)
        for definition in defined:
            self._look_soon(definition.metadata.name)

    def stop(self) -> None:
        """The process has ended."""
        self._made, self._waiting, self._going = {}, {}, {}
        self.server.kinds.define(())

    def on_change(self, change: Change) -> None:
        """Etcd has committed a change: of a definition, or of an object whose definition waits for its end."""
        if change.now.key.startswith(_PREFIX):
            defined = self.server.storage.list(DEFINITIONS, None)
            self._serve(defined)
            name = change.now.key[len(_PREFIX) :]
            group = name.partition(".")[2]
            for definition in defined:  # another's names may have become free
                if definition.metadata.name == name or definition.spec.group == group:
                    self._look_soon(definition.metadata.name)
            if change.now.value is None:
                self._going.pop(name, None)
                self.server.later(2 * self.watch_delay, self._end_watches, name)
        elif self._going and change.now.value is None:
            since = self._going.get(change.now.key.split("/", 3)[2])
            if since is not None:
                looks = floor((self.server.clock.now - since + _TOLERANCE) / POLL) + 1
                name = change.now.key.split("/", 3)[2]
                self._look_after(name, since + looks * POLL - self.server.clock.now)

    def check_creatable(self, kind: Kind, name: str) -> None:
        """Refuse to make objects of a kind that is on its way out.

        Raises
        ------
        ApiError
            403.
        """
        definition, _ = self._made.get(kind.resource, (None, []))
        if definition is not None and condition_is_true(definition, "Terminating"):
            detail = "create not allowed while custom resource definition is terminating"
            raise forbidden(kind.plural, kind.group, name, detail)

    def _serve(self, defined: list[Any]) -> None:
        made: dict[str, tuple[Any, list[Kind]]] = {}
        for definition in defined:
            if not is_established(definition):
                continue
            name = definition.metadata.name
            before, served = self._made.get(name, (None, []))
            made[name] = (definition, served if _defines_the_same(before, definition) else kind_from(definition))
        self._made = made
        self.server.kinds.define(kind for _, served in made.values() for kind in served)

    def _end_watches(self, resource: str) -> None:
        if resource not in self._made:
            self.server.hub.end(resource)

    def _look_soon(self, name: str) -> None:
        self._look_after(name, self.delay)

    def _look_after(self, name: str, delay: float) -> None:
        if name not in self._waiting:
            self._waiting[name] = True
            self.server.later(delay, self._look_at, name)

    def _look_at(self, name: str) -> None:
        """Take the next step with a definition."""
        self._waiting.pop(name, None)
        try:
            definition = self.server.storage.find(DEFINITIONS, None, name)
            if definition is None:
                return
            others = self.server.storage.list(DEFINITIONS, None)
            now = self.server.clock.date
            changed = definitions.next_step(definition, others, now)
            if changed is not definition:
                self._write(definition, changed)
            elif definitions.waits_for_objects(definition):
                self._delete_objects(definition)
        except ApiError:
            self._look_after(name, self.retry)

    def _delete_objects(self, definition: Any) -> None:
        """Delete the objects of a definition that goes; when none is left, let it go."""
        name, (_, served) = definition.metadata.name, self._made.get(definition.metadata.name, (None, []))
        left = []
        if served:
            for obj in self.server.storage.list(served[0], None):
                if obj.metadata.deletionTimestamp is None:
                    self._delete(name, obj)
            left = self.server.storage.list(served[0], None)
        if left:
            self._going.setdefault(name, self.server.clock.now)
        else:
            self._let_go(definition)

    def _delete(self, resource: str, obj: Any) -> None:
        try:
            self.server.delete(resource, obj.metadata.name, obj.metadata.namespace, self._itself)  # type: ignore[attr-defined]
        except ApiError as refused:
            if refused.code != 404:
                raise

    def _let_go(self, definition: Any) -> None:
        meta = definition.metadata
        finalizers = [held for held in meta.finalizers or () if held != definitions.CLEANUP]
        freed = replace(definition, metadata=replace(meta, finalizers=finalizers or None))
        self._write(definition, definitions.emptied(freed, self.server.clock.date))

    def _write(self, old: Any, new: Any) -> None:
        self.server.write_status(self._itself, DEFINITIONS, old, new)

    @property
    def _itself(self) -> Client:
        """The API server as one of its own clients."""
        return cast("Client", self)


def _defines_the_same(before: Any, definition: Any) -> bool:
    return (
        before is not None
        and (before.spec is definition.spec or before.spec == definition.spec)
        and before.status.acceptedNames == definition.status.acceptedNames
    )

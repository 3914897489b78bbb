"""Informers: a part's own copy of the objects it cares about, kept fresh by a watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.control_plane.api_server.watch import Watch, WatchEvent


class Handler(Protocol):
    """Who wants to know of changes. `old` is None for a new object, `new` is None for one that is gone."""

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Called after the cache has changed."""


class Informer:
    """A cache of one kind's objects: first a list, then a watch from the list's revision.

    What it holds may be a little old: that is the view its part really acts on. After a lost connection `start` lists
    again and tells its handlers the difference, so nothing is missed for good. Handlers are told of a change after it
    is in the cache.

    In Kubernetes
        client-go's SharedInformer: https://pkg.go.dev/k8s.io/client-go/tools/cache#SharedInformer

    Left out
        The periodic resync: nothing here forgets.
    """

    def __init__(self, client: Client, kind: str, *, namespace: str | None = None, field_selector: str = "") -> None:
        self.client, self.kind = client, kind
        self.namespace, self.field_selector = namespace, field_selector
        self.handlers: list[Handler] = []
        self._objects: dict[str, Any] = {}
        self._watch: Watch | None = None

    def start(self) -> bool:
        """List, then watch. False when no API server answers: the old copy stays, and somebody must start it again."""
        self.stop()
        try:
            listed, revision = self.client.list_and_revision(
                self.kind, self.namespace, field_selector=self.field_selector
            )
            self._watch = self.client.watch(
                self.kind, self._on_event, self.namespace, after=revision, field_selector=self.field_selector
            )
        except ApiError:
            return False
        before, self._objects = self._objects, {key_of(obj): obj for obj in listed}
        for key, old in before.items():
            if key not in self._objects:
                self._tell(old, None)
        for key, new in self._objects.items():
            old = before.get(key)
            if old is None or old.metadata.uid != new.metadata.uid or old is not new:
                self._tell(old, new)
        return True

    def stop(self) -> None:
        """Stop watching; the copy stays as it is."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def forget(self) -> None:
        """Stop watching and lose the copy: the process has ended."""
        self.stop()
        self._objects = {}

    @property
    def watching(self) -> bool:
        """Whether the copy is being kept fresh."""
        return self._watch is not None and self._watch.open

    def get(self, key: str) -> Any:
        """The object of that key (`namespace/name`), or None."""
        return self._objects.get(key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._objects.values())

    def __len__(self) -> int:
        return len(self._objects)

    def _on_event(self, event: WatchEvent) -> None:
        new = event.object
        key = key_of(new)
        old = self._objects.get(key)
        if event.type == "DELETED":
            if old is None:
                return
            del self._objects[key]
            self._tell(old, None)
        else:
            self._objects[key] = new
            self._tell(old, new)

    def _tell(self, old: Any, new: Any) -> None:
        for handler in self.handlers:
            handler.on_change(self.kind, old, new)

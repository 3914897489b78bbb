"""The garbage collector: objects whose owners are gone go too."""

from __future__ import annotations

from typing import Any

from lightkube.models import meta_v1

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.api.objects import replace, with_meta
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.custom_informers import CustomInformers
from kubelab.control_plane.controller_manager.owner_graph import FOREGROUND, ORPHAN, OwnerGraph, finalizers_of, refs_of

UNSEEN = "unseen"  # the key of the queue that is no uid
IGNORED = ("events",)  # nobody owns them, and there are many


class GarbageCollector(Controller):
    """Deletes objects all of whose owners are gone, and works off the two finalizers by which owners may be deleted.

    Background (what `kubectl delete` asks for): the owner goes at once, its dependents when this controller notices.
    Foreground: the owner stays, being deleted, until its dependents are gone, at least those whose reference says
    `blockOwnerDeletion`. Orphan: the references to the owner are taken out of its dependents first, and they stay.

    The keys of its queue are uids of objects to look at, and `unseen`: find out about owners that no watch has told of.

    In Kubernetes
        pkg/controller/garbagecollector; https://kubernetes.io/docs/concepts/architecture/garbage-collection/

    Left out
        Owners of kinds that are not served count as present, silently. Of a circle of owners that is deleted in the
        foreground nobody is unblocked.
    """

    name = "garbage-collector-controller"
    watches = tuple(kind.plural for kind in kinds.KINDS if kind.plural not in IGNORED)

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.graph = OwnerGraph()
        self._unseen: dict[str, int] = {}  # uid of an owner -> the journal entry that made it asked for
        self.custom = CustomInformers(manager, self)

    def forget(self) -> None:
        """Lose the graph: the lists will tell it again."""
        self.graph.clear()
        self._unseen = {}
        self.custom.forget()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Keep the graph, and note whom the change concerns."""
        if old is not None and new is not None and _same_ties(old.metadata, new.metadata):
            return
        if old is not None and (new is None or new.metadata.uid != old.metadata.uid):
            self._on_gone(old)
            old = None
        if new is not None:
            self._on_tied(kind, old, new)

    def _on_gone(self, old: Any) -> None:
        """An object is gone: its dependents may have to go, an owner may have waited for it."""
        uid = old.metadata.uid
        self.graph.remove(uid)
        for dependent in self.graph.dependents(uid):
            self.queue.add(dependent)
        for ref in refs_of(old):
            self._wake(ref.uid)

    def _on_tied(self, kind: str, old: Any, new: Any) -> None:
        """An object is new, or has other owners, or is being deleted."""
        uid = new.metadata.uid
        dropped = self.graph.put(kind, new)
        for owner in dropped:
            self._wake(owner)
        for ref in refs_of(new):
            if not self.graph.has(ref.uid):
                self._unseen.setdefault(ref.uid, self.clock.cause)
                self.queue.add(UNSEEN)
            elif old is None:
                self._wake(ref.uid)
        if _waits(new):
            for dependent in self.graph.dependents(uid):
                self.queue.add(dependent)
        if _waits(new) or _orphans(new):
            self.queue.add(uid)

    def _wake(self, owner: str) -> None:
        """Look again at an owner that waits for something to become of its dependents."""
        held = self._observed(owner)
        if held is not None and (_waits(held) or _orphans(held)):
            self.queue.add(owner)

    def reconcile(self, key: str) -> None:
        """Look at one object, or find out about the owners that nobody has seen."""
        if key == UNSEEN:
            for owner, cause in list(self._unseen.items()):
                self.clock.cause = cause
                if not self.graph.has(owner):
                    self._find_out(owner)
                del self._unseen[owner]
            return
        obj = self._latest(key)
        if obj is None:
            return
        if obj.metadata.deletionTimestamp is None:
            self._judge(obj)
        elif _orphans(obj):
            self._orphan_dependents(obj)
        elif _waits(obj):
            self._wait_for_dependents(obj)

    def _find_out(self, owner: str) -> None:
        """If an owner that no watch has told of does not exist, all who name it are to be judged."""
        for uid in self.graph.dependents(owner):
            obj = self._observed(uid)
            for ref in refs_of(obj) if obj is not None else ():
                if ref.uid == owner and self._owner(ref, obj) == "absent":
                    self.queue.add(uid)

    def _judge(self, obj: Any) -> None:
        """Delete the object if no owner is left; if some are, take those out of it that are not."""
        refs = refs_of(obj)
        if not refs:
            return
        found = {ref.uid: self._owner(ref, obj) for ref in refs}
        solid = [ref for ref in refs if found[ref.uid] == "solid"]
        if solid:
            if len(solid) < len(refs):
                self.client.update(with_meta(obj, ownerReferences=solid))
            return
        waiting = any(state == "waiting" for state in found.values())
        foreground = FOREGROUND in finalizers_of(obj) or (waiting and self.graph.dependents(obj.metadata.uid))
        policy = "Orphan" if ORPHAN in finalizers_of(obj) else "Foreground" if foreground else "Background"
        self._delete(obj, policy)

    def _owner(self, ref: meta_v1.OwnerReference, dependent: Any) -> str:
        """Whether an owner is "solid", "absent", or "waiting" for its dependents to be deleted. It asks the API."""
        kind = kinds.by_type(ref.apiVersion, ref.kind) or self.custom.find(ref.apiVersion, ref.kind)
        if kind is None:
            return "solid"
        try:
            owner = self.client.get(kind.resource, ref.name, dependent.metadata.namespace if kind.namespaced else None)
        except ApiError as refused:
            if refused.code == 404:
                return "absent"
            raise
        if owner.metadata.uid != ref.uid:
            return "absent"
        return "waiting" if _waits(owner) else "solid"

    def _wait_for_dependents(self, owner: Any) -> None:
        """Let the owner go when nobody blocks it any more; until then see that those who do are deleted."""
        blocking = []
        for uid in self.graph.dependents(owner.metadata.uid):
            obj = self._observed(uid)
            if obj is not None and any(
                ref.uid == owner.metadata.uid and ref.blockOwnerDeletion for ref in refs_of(obj)
            ):
                blocking.append(obj)
        if not blocking:
            self._finish(owner, FOREGROUND)
        for obj in blocking:
            if obj.metadata.deletionTimestamp is None:
                self.queue.add(obj.metadata.uid)

    def _orphan_dependents(self, owner: Any) -> None:
        """Take the references to the owner out of its dependents; when none is left, let it go.

        Between the two, its controller sees that it has no dependents any more.

        Left out
            What takes this time in Kubernetes. Two turns of a worker stand for it, so that the owner's last status is
            written before it goes, as it is in recordings of a real cluster.
        """
        released = False
        for uid in self.graph.dependents(owner.metadata.uid):
            obj = self._latest(uid)
            if obj is not None:
                left = [ref for ref in refs_of(obj) if ref.uid != owner.metadata.uid]
                if len(left) < len(refs_of(obj)):
                    self.client.update(with_meta(obj, ownerReferences=left or None))
                    released = True
        if released:
            self.queue.add_after(owner.metadata.uid, 2 * self.timings.reconcile_delay)
        else:
            self._finish(owner, ORPHAN)

    def _finish(self, obj: Any, finalizer: str) -> None:
        """Take the finalizer off: if it was the last, the object is gone."""
        left = [held for held in finalizers_of(obj) if held != finalizer]
        self.client.update(replace(obj, metadata=replace(obj.metadata, finalizers=left or None)))

    def _delete(self, obj: Any, policy: str) -> None:
        meta, kind = obj.metadata, kinds.kind_of(obj)
        try:
            self.client.delete(
                kind.resource,
                meta.name,
                meta.namespace,
                uid=meta.uid,
                resource_version=meta.resourceVersion,
                propagation_policy=policy,
            )
        except ApiError as refused:
            if refused.code != 404:
                raise

    def _observed(self, uid: str) -> Any:
        """The object of that uid as the informers hold it, or None."""
        where = self.graph.where(uid)
        if where is None:
            return None
        held = self.informer(where[0]).get(where[1])
        return held if held is not None and held.metadata.uid == uid else None

    def _latest(self, uid: str) -> Any:
        """The object of that uid as the API server holds it, or None."""
        held = self._observed(uid)
        if held is None:
            return None
        try:
            latest = self.client.get(self.graph.where(uid)[0], held.metadata.name, held.metadata.namespace)
        except ApiError as refused:
            if refused.code == 404:
                return None
            raise
        return latest if latest.metadata.uid == uid else None


def _waits(owner: Any) -> bool:
    return owner.metadata.deletionTimestamp is not None and FOREGROUND in finalizers_of(owner)


def _orphans(owner: Any) -> bool:
    return owner.metadata.deletionTimestamp is not None and ORPHAN in finalizers_of(owner)


def _same_ties(before: meta_v1.ObjectMeta, after: meta_v1.ObjectMeta) -> bool:
    """Whether nothing has changed that this controller cares about."""
    return (
        before.uid == after.uid
        and before.deletionTimestamp == after.deletionTimestamp
        and before.finalizers == after.finalizers
        and (before.ownerReferences is after.ownerReferences or before.ownerReferences == after.ownerReferences)
    )

"""The controller itself: which StatefulSet to look at, its revisions, its status."""

from __future__ import annotations

from typing import Any

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import (
    condition,
    controller_of,
    is_available,
    is_ready,
    key_of,
    path_of,
    replace,
)
from kubelab.api.selectors import LabelSelector, from_object
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.history import (
    HASH,
    History,
    in_order,
    patch_of,
    revision_hash,
    revision_of,
)
from kubelab.control_plane.controller_manager.owners import OwnerIndex
from kubelab.control_plane.controller_manager.statefulset.identity import is_member, ordinals_of, revision_name
from kubelab.control_plane.controller_manager.statefulset.status import status_of
from kubelab.control_plane.controller_manager.statefulset.update import Look, sort_out, take_step
from kubelab.control_plane.controller_manager.statefulset.volume_claims import claim_names

Revision = apps_v1.ControllerRevision


class StatefulSetController(Controller):
    """Gives each StatefulSet its pods, with names that stay and claims that stay, in the order of their ordinals.

    In Kubernetes
        pkg/controller/statefulset; https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
    """

    name = "statefulset-controller"
    watches = ("statefulsets", "controllerrevisions", "persistentvolumeclaims", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.pods = OwnerIndex()
        self.history = History()

    def forget(self) -> None:
        """Lose the indexes."""
        self.pods.clear()
        self.history.clear()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A StatefulSet is looked at when it, a pod of it or one that it may adopt changes, or a claim is gone."""
        match kind:
            case "statefulsets":
                self.queue.add(key_of(new if new is not None else old))
            case "controllerrevisions":
                self.history.change(old, new)
            case "persistentvolumeclaims":
                if new is None:
                    self._on_claim_gone(old)
            case "pods":
                self.pods.change(old, new)
                self._on_pod(old, new)

    def _on_pod(self, old: Any, new: Any) -> None:
        namespace = (new if new is not None else old).metadata.namespace
        owners = [owner for pod in (old, new) if pod is not None and (owner := controller_of(pod)) is not None]
        for name in dict.fromkeys(owner.name for owner in owners if owner.kind == "StatefulSet"):
            self.queue.add(f"{namespace}/{name}")
        if new is not None and controller_of(new) is None:
            for sts in self._sets(namespace):
                if self._selector(sts).matches(new.metadata.labels):
                    self.queue.add(key_of(sts))

    def _on_claim_gone(self, gone: core_v1.PersistentVolumeClaim) -> None:
        """A pod may have waited for the end of a claim, or want another in its place."""
        for sts in self._sets(gone.metadata.namespace):
            if any(gone.metadata.name in claim_names(sts, ordinal).values() for ordinal in ordinals_of(sts)):
                self.queue.add(key_of(sts))

    def _sets(self, namespace: str | None) -> list[apps_v1.StatefulSet]:
        return [sts for sts in self.informer("statefulsets") if sts.metadata.namespace == namespace]

    def _selector(self, sts: apps_v1.StatefulSet) -> LabelSelector:
        return from_object(sts.spec.selector)

    def reconcile(self, key: str) -> None:
        """Take the StatefulSet one step nearer to its template and size, and tell how far it is."""
        sts = self.informer("statefulsets").get(key)
        if sts is None:
            return
        selector = self._selector(sts)
        revisions = in_order(claim(self, sts, selector, self.history.index))
        held = claim(self, sts, selector, self.pods, belongs=lambda pod: is_member(sts, pod))
        look = self._look(sts, revisions)
        sort_out(look, held)
        try:
            take_step(self, look)
        finally:
            self._report(look)
            self._truncate(look, revisions, held)
        self._come_back(key, sts, held)

    # -- revisions

    def _look(self, sts: apps_v1.StatefulSet, revisions: list[Revision]) -> Look:
        template, history = sts.spec.template, self.history
        held = sts.status.currentRevision if sts.status is not None else None
        collisions = (sts.status.collisionCount if sts.status is not None else None) or 0
        same = [revision for revision in revisions if history.holds(revision, template)]
        if not same:
            update, collisions = self._make(sts, revisions, collisions)
        elif same[-1] is revisions[-1]:
            update = same[-1]
        else:  # back to an earlier template: its revision becomes the last one
            update = self.client.update(replace(same[-1], revision=revisions[-1].revision + 1))
        current = next((revision for revision in revisions if revision.metadata.name == held), update)
        old_template = template if current is update else history.template(current)
        return Look(sts, current, update, old_template, template, collisions, self.clock.micro_date)

    def _make(self, sts: apps_v1.StatefulSet, revisions: list[Revision], collisions: int) -> tuple[Revision, int]:
        """A new revision of the set's template; where its name is taken by another template, under another name."""
        data = patch_of(sts.spec.template)
        number = revisions[-1].revision + 1 if revisions else 1
        label = revision_hash(data, collisions)
        while True:
            wanted = revision_of(sts, revision_hash(data, collisions), {HASH: label}, data, number)
            self.note(path_of(sts), {"template": "new", "revision": wanted.metadata.name})
            try:
                return self.client.create(wanted), collisions
            except ApiError as refused:
                if refused.reason != "AlreadyExists":
                    raise
                there = self.client.get("controllerrevisions", wanted.metadata.name, sts.metadata.namespace)
                if there.data == data:
                    return there, collisions
                collisions += 1

    def _truncate(self, look: Look, revisions: list[Revision], held: list[core_v1.Pod]) -> None:
        """Delete the oldest revisions beyond revisionHistoryLimit that no pod is of."""
        limit = look.sts.spec.revisionHistoryLimit
        if limit is None or limit < 0:
            return
        live = [look.current.metadata.name, look.update.metadata.name, *(revision_name(pod) for pod in held)]
        past = [revision for revision in revisions if revision.metadata.name not in live]
        for revision in past[: max(len(past) - limit, 0)]:
            self.client.delete("controllerrevisions", revision.metadata.name, revision.metadata.namespace)

    # -- status

    def _report(self, look: Look) -> None:
        sts, status = look.sts, status_of(look)
        held = sts.status
        if held is None or replace(held, collisionCount=status.collisionCount) != status:
            self.client.update_status(replace(sts, status=status))

    def _come_back(self, key: str, sts: apps_v1.StatefulSet, held: list[core_v1.Pod]) -> None:
        """Look again when the next ready pod has been so for minReadySeconds."""
        seconds = sts.spec.minReadySeconds or 0
        now = self.clock.micro_date
        waits = [
            seconds - (now - condition(pod, "Ready").lastTransitionTime).total_seconds()
            for pod in held
            if is_ready(pod) and not is_available(pod, seconds, now)
        ]
        if waits:
            self.queue.add_after(key, min(waits))

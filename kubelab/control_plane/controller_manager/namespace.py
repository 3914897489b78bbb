"""The namespace controller: a namespace that is to go is emptied first."""

from __future__ import annotations

from math import ceil
from typing import Any

from kubelab.api import kinds
from kubelab.api.custom.served_version import bare_kind, is_established
from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.objects import with_spec
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.custom_informers import CustomInformers
from kubelab.control_plane.controller_manager.namespace_conditions import Remains, with_conditions

FINALIZER = "kubernetes"
FINALIZER_ESTIMATE = 15  # seconds that a finalizer is thought to take
PODS = kinds.find("pods")
CONTENTS: tuple[Kind, ...] = tuple(kind for kind in kinds.KINDS if kind.namespaced and kind is not PODS)


class NamespaceController(Controller):
    """Deletes everything in a namespace that is being deleted: the pods, and when they are gone all the rest.

    Then it takes its own finalizer off the namespace, which lets it go. What does not go at once (a pod in its grace
    period, an object with a finalizer) is looked at again after half the time that it may take; the namespace's
    conditions say meanwhile what is left.

    In Kubernetes
        pkg/controller/namespace; https://kubernetes.io/docs/tasks/administer-cluster/namespaces/#deleting-a-namespace

    Left out
        The looks that find that nothing has changed: between them something must have gone.
    """

    name = "namespace-controller"
    watches = ("namespaces", *(kind.plural for kind in kinds.KINDS if kind.namespaced and kind.plural != "events"))

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self._looks: dict[str, tuple[float, float]] = {}  # namespace that is not empty -> last look, time between looks
        self.custom = CustomInformers(manager, self)

    def forget(self) -> None:
        """Lose when to look again."""
        self._looks = {}
        self.custom.forget()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A namespace is being deleted; something in one that is has gone, or may go."""
        if kind == "namespaces":
            if new is None:
                self._looks.pop(old.metadata.name, None)
            elif new.metadata.deletionTimestamp is not None and (
                old is None or old.metadata.deletionTimestamp is None or old.spec != new.spec
            ):
                self.queue.add_after(new.metadata.name, self.timings.namespace_deletion_grace)
        elif self._looks:
            held = self._looks.get((new if new is not None else old).metadata.namespace)
            if held is not None:
                last, interval = held
                looks = max(ceil((self.clock.now - last) / interval), 1)
                self.queue.add_after(
                    old.metadata.namespace if new is None else new.metadata.namespace,
                    last + looks * interval - self.clock.now,
                )

    def reconcile(self, key: str) -> None:
        """Delete what is in the namespace; if nothing is left, let the namespace go."""
        try:
            namespace = self.client.get("namespaces", key, None)
        except ApiError as refused:
            if refused.code == 404:
                return
            raise
        if namespace.metadata.deletionTimestamp is None:
            return
        if FINALIZER not in (namespace.spec.finalizers or ()):
            return
        remains = Remains()
        seconds = self._empty(key, PODS, remains)
        if not remains:
            seconds = max([0, *(self._empty(key, kind, remains) for kind in (*CONTENTS, *self._custom_contents()))])
        changed = with_conditions(namespace, remains, self.clock.date)
        if changed is not namespace:
            namespace = self.client.update_status(changed)
        if remains:
            self._looks[key] = (self.clock.now, seconds / 2 + 1)
        else:
            left = [held for held in namespace.spec.finalizers if held != FINALIZER]
            self.client.finalize(with_spec(namespace, finalizers=left or None))

    def _custom_contents(self) -> list[Kind]:
        """The custom kinds that namespaces hold, as the API server serves them now."""
        served = [bare_kind(held) for held in self.client.list("customresourcedefinitions") if is_established(held)]
        return [kind for kind in served if kind.namespaced]

    def _empty(self, namespace: str, kind: Kind, remains: Remains) -> int:
        """Delete all objects of a kind. Notes what remains, and answers in how many seconds it may be gone."""
        for obj in self.client.list(kind.resource, namespace):
            try:
                self.client.delete(kind.resource, obj.metadata.name, namespace, propagation_policy="Background")
            except ApiError as refused:
                if refused.code != 404:
                    raise
        seconds = 0
        for obj in self.client.list(kind.resource, namespace):
            finalizers = obj.metadata.finalizers or []
            remains.note(kind, finalizers)
            grace = obj.metadata.deletionGracePeriodSeconds or 0
            seconds = max(seconds, grace, FINALIZER_ESTIMATE if finalizers else 0)
        return seconds

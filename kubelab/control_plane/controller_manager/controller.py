"""What every controller is: it hears of changes, remembers which keys they concern, and reconciles those."""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component
from kubelab.client_go.events import EventRecorder


class Controller:
    """A control loop. `reconcile(key)` compares what is desired with what is, and takes one step.

    It is level-triggered: what it does follows from what the informers hold, not from which change it heard of. A
    refusal of the API server (a conflict, say) is no matter: the key comes again a little later.

    `name` is Kubernetes's own name of the controller, `watches` the kinds (plural) that it hears of. `on_change`
    decides which keys a change concerns; by default the object's own, if it is of the first kind.

    In Kubernetes
        https://kubernetes.io/docs/concepts/architecture/controller/
    """

    name = ""
    watches: tuple[str, ...] = ()

    def __init__(self, manager: Component) -> None:
        self.manager, self.clock, self.journal, self.timings = manager, manager.clock, manager.journal, manager.timings
        self.client = Client(manager.client.servers, self.name, manager.machine)
        self.client.agent = manager.name
        self.queue = manager.queue(self._work)
        self.recorder = EventRecorder(self.client, self.name, self.clock)
        for kind in self.watches:
            manager.informer(kind).handlers.append(self)

    def informer(self, kind: str) -> Any:
        """The manager's cache of a kind."""
        return self.manager.informer(kind)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """An object has appeared (`old` is None), changed, or gone (`new` is None)."""
        if kind == self.watches[0]:
            self.queue.add(key_of(new if new is not None else old))

    def reconcile(self, key: str) -> None:
        """Bring the object of that key one step nearer to what is desired."""
        raise NotImplementedError

    def forget(self) -> None:
        """The process has ended: lose what was remembered beside the informers."""

    def relisted(self) -> None:
        """The connection was lost, and the informers have listed again."""

    def note(self, obj: str, detail: Any) -> None:
        """Enter a decision in the journal: it is the cause of what is done next."""
        self.clock.cause = self.journal.record(self.name, "reconcile", obj, detail=detail).number

    def _work(self, key: str) -> None:
        try:
            self.reconcile(key)
        except ApiError as refused:
            if refused.namespace_is_terminating:
                self.queue.forget(key)  # so would every other attempt be
            else:
                self.queue.retry(key)
        else:
            self.queue.forget(key)

    def __repr__(self) -> str:
        return f"Controller: {self.name}"

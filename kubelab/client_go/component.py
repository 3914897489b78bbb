"""A component: a process that lives off informers."""

from __future__ import annotations

from typing import Any

from kubelab.client_go.client import Client
from kubelab.client_go.events import EventRecorder
from kubelab.client_go.informer import Informer
from kubelab.client_go.workqueue import WorkQueue
from kubelab.journal import Journal
from kubelab.machine import Machine, Process
from kubelab.timings import Timings


class Component(Process):
    """A process with one informer a kind, shared by all that runs in it.

    When it starts it lists everything afresh; when it ends it forgets everything; after a lost connection it lists
    again. So whatever it does must follow from what its informers hold, never from what it remembers.

    In Kubernetes
        What kube-controller-manager, kube-scheduler, kubelet and kube-proxy have in common.
    """

    def __init__(self, name: str, machine: Machine, client: Client, journal: Journal, timings: Timings) -> None:
        super().__init__(name, machine, journal.clock, client)
        self.client: Client = client
        self.journal, self.timings = journal, timings
        self.reconnect_delay = timings.reconnect_delay
        self.informers: dict[str, Informer] = {}
        self.queues: list[WorkQueue] = []

    def informer(self, kind: str, *, field_selector: str = "") -> Informer:
        """The informer of a kind (its plural), made when first asked for."""
        held = self.informers.get(kind)
        if held is None:
            held = self.informers[kind] = Informer(self.client, kind, field_selector=field_selector)
        return held

    def queue(self, work: Any, step: float | None = None) -> WorkQueue:
        """A work queue that this process works on; it is emptied when the process ends."""
        made = WorkQueue(self, work, self.timings.reconcile_delay if step is None else step)
        self.queues.append(made)
        return made

    def on_start(self) -> None:
        """List and watch everything."""
        for informer in self.informers.values():
            informer.start()
        self._try_again_later()

    def on_stop(self) -> None:
        """Forget everything."""
        for informer in self.informers.values():
            informer.forget()
        for queue in self.queues:
            queue.clear()

    def reconnected(self) -> None:
        """The API server answers again: list again what was not being watched."""
        for informer in self.informers.values():
            if not informer.watching:
                informer.start()
        self._try_again_later()

    def _try_again_later(self) -> None:
        """An API server that answers and cannot list (its etcd is down) is asked again."""
        if not self.up_to_date and self.client.reachable:
            self.later(self.reconnect_delay, self.reconnected, quiet=True)

    @property
    def up_to_date(self) -> bool:
        """Whether every informer is being kept fresh."""
        return all(informer.watching for informer in self.informers.values())


def recorder(component: Component, source: str, *, host: str = "", series: bool = False) -> EventRecorder:
    """The event recorder of a component; `source` is what the event's `From` column says."""
    return EventRecorder(component.client, source, component.clock, host=host, series=series)

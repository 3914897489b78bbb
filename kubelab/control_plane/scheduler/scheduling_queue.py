"""The scheduling queue: which pod is tried next, and when a pod that fitted nowhere is tried again.

A pod waits in one of three places. Active: it will be tried as soon as its turn comes. Backing off: it failed,
something has changed since, and it waits a little longer each time. Unschedulable: it failed and nothing has happened
that could help. An event wakes a pod only if a plugin that rejected it says that the event may help.

In Kubernetes
    `pkg/scheduler/backend/queue/`. https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#queueinghint

Left out
    Events that happen while a pod is being scheduled: here a cycle takes no time in which something could happen.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from lightkube.models import core_v1

from kubelab.clock import Clock
from kubelab.control_plane.scheduler.pod_info import PodInfo

FLUSH_PERIOD = 30.0  # how often Kubernetes looks for pods that have been unschedulable for too long

Hint = Callable[[str, PodInfo], bool]  # whether the plugin of that name thinks another attempt worth while


class Place(Enum):
    """Where a pod waits."""

    ACTIVE = "activeQ"
    BACKOFF = "backoffQ"
    ERROR_BACKOFF = "podErrorBackoffQ"
    UNSCHEDULABLE = "unschedulablePods"
    GATED = "gated"


@dataclass(eq=False, slots=True)
class QueuedPod:
    """A pod that waits: since when, how often it was tried, and which plugins rejected it last.

    `cause` is the journal entry because of which it waits here.
    """

    key: str
    pod: core_v1.Pod
    info: PodInfo
    since: float
    cause: int
    place: Place = Place.ACTIVE
    attempts: int = 0
    rejected_by: tuple[str, ...] = ()
    order: int = 0


class SchedulingQueue:
    """All pods that have no node. Higher priority first; among equals, whoever has waited longer."""

    def __init__(self, clock: Clock, initial_backoff: float, max_backoff: float, flush_after: float) -> None:
        self.clock = clock
        self.initial_backoff, self.max_backoff, self.flush_after = initial_backoff, max_backoff, flush_after
        self._pods: dict[str, QueuedPod] = {}  # all that wait
        self._unschedulable: dict[str, QueuedPod] = {}  # those of them that wait for an event
        self._active: list[tuple[int, float, int, QueuedPod]] = []
        self._backoff: list[tuple[float, int, QueuedPod]] = []  # both kinds of backing off
        self._order = 0

    def add(self, key: str, pod: core_v1.Pod, info: PodInfo) -> None:
        """A new pod waits, or one that waits has changed in a way that matters to scheduling."""
        held = self._pods.get(key)
        if held is None:
            held = self._pods[key] = QueuedPod(key, pod, info, self.clock.now, self.clock.cause)
        held.pod, held.info = pod, info
        if pod.spec.schedulingGates:
            held.place = Place.GATED
            self._unschedulable.pop(key, None)
        elif held.place in (Place.UNSCHEDULABLE, Place.GATED) or not held.order:
            held.cause = self.clock.cause
            self._try_again(held)

    def refresh(self, key: str, pod: core_v1.Pod) -> None:
        """A pod that waits has changed in a way that does not matter to scheduling."""
        if key in self._pods:
            self._pods[key].pod = pod

    def remove(self, key: str) -> None:
        """A pod need not wait any more: it has a node, or is gone."""
        self._pods.pop(key, None)
        self._unschedulable.pop(key, None)

    def pop(self) -> QueuedPod | None:
        """The pod whose turn it is; it waits no longer. With none active, one that backs off is taken early.

        In Kubernetes
            The latter since 1.33 (feature gate SchedulerPopFromBackoffQ): an idle scheduler need not wait.
        """
        self.flush()
        if self._has_active():
            return self._take(heapq.heappop(self._active)[3])
        early = [entry for entry in self._backoff if self._is(entry[2], entry[1], Place.BACKOFF)]
        return self._take(min(early)[2]) if early else None

    @property
    def has_ready(self) -> bool:
        """Whether `pop` would find a pod."""
        return self._has_active() or any(self._is(entry[2], entry[1], Place.BACKOFF) for entry in self._backoff)

    def _has_active(self) -> bool:
        active = self._active
        while active and not self._is(active[0][3], active[0][2], Place.ACTIVE):
            heapq.heappop(active)
        return bool(active)

    def retry(self, waiting: QueuedPod, rejected_by: tuple[str, ...]) -> None:
        """The pod was tried and has no node: plugins rejected it, or (none named) something went wrong."""
        waiting.rejected_by, waiting.since, waiting.cause = rejected_by, self.clock.now, self.clock.cause
        self._pods[waiting.key] = waiting
        if rejected_by:
            self._order += 1
            waiting.place, waiting.order = Place.UNSCHEDULABLE, self._order
            self._unschedulable[waiting.key] = waiting
        else:
            self._back_off(waiting, Place.ERROR_BACKOFF)

    def wake(self, hint: Hint) -> None:
        """Something has happened: move the pods that it may help. Pods of one kind are helped alike."""
        helped: dict[tuple[PodInfo, tuple[str, ...]], bool] = {}
        for waiting in list(self._unschedulable.values()):
            kind = waiting.info, waiting.rejected_by
            if kind not in helped:
                helped[kind] = any(hint(name, waiting.info) for name in waiting.rejected_by)
            if helped[kind]:
                waiting.cause = self.clock.cause
                self._try_again(waiting)

    def flush(self) -> None:
        """Move the pods whose time has come: those that have backed off, and those unschedulable for too long."""
        now = self.clock.now
        while self._backoff and self._backoff[0][0] <= now:
            _, order, waiting = heapq.heappop(self._backoff)
            if self._is(waiting, order, Place.BACKOFF) or self._is(waiting, order, Place.ERROR_BACKOFF):
                self._activate(waiting)
        for waiting in list(self._unschedulable.values()):
            if self._flush_at(waiting) <= now:
                self._try_again(waiting)

    def next_flush(self) -> float | None:
        """When `flush` will next have something to do; None if nothing waits for time to pass."""
        backing_off = (Place.BACKOFF, Place.ERROR_BACKOFF)
        due = [at for at, order, each in self._backoff if each.order == order and each.place in backing_off]
        return min([*due, *map(self._flush_at, self._unschedulable.values())], default=None)

    @property
    def backs_off(self) -> bool:
        """Whether pods wait for no more than a backoff to end."""
        return any(self._is(each, order, Place.ERROR_BACKOFF) for _, order, each in self._backoff)

    def get(self, key: str) -> QueuedPod | None:
        """The pod of that key if it waits."""
        return self._pods.get(key)

    def __len__(self) -> int:
        return len(self._pods)

    def backoff_of(self, waiting: QueuedPod) -> float:
        """How long the pod has to wait after its last attempt: 1 s, 2 s, 4 s, … 10 s."""
        if not waiting.attempts:
            return 0.0
        return min(self.initial_backoff * 2 ** (waiting.attempts - 1), self.max_backoff)

    def _try_again(self, waiting: QueuedPod) -> None:
        self._unschedulable.pop(waiting.key, None)
        if waiting.attempts and waiting.since + self.backoff_of(waiting) > self.clock.now:
            self._back_off(waiting, Place.BACKOFF)
        else:
            self._activate(waiting)

    def _activate(self, waiting: QueuedPod) -> None:
        self._order += 1
        waiting.place, waiting.order = Place.ACTIVE, self._order
        heapq.heappush(self._active, (-(waiting.pod.spec.priority or 0), waiting.since, self._order, waiting))

    def _back_off(self, waiting: QueuedPod, place: Place) -> None:
        self._order += 1
        waiting.place, waiting.order = place, self._order
        heapq.heappush(self._backoff, (waiting.since + self.backoff_of(waiting), self._order, waiting))

    def _take(self, waiting: QueuedPod) -> QueuedPod:
        del self._pods[waiting.key]
        waiting.attempts += 1
        return waiting

    def _is(self, waiting: QueuedPod, order: int, place: Place) -> bool:
        """Whether a heap's entry still says where the pod waits."""
        return waiting.order == order and waiting.place is place and self._pods.get(waiting.key) is waiting

    def _flush_at(self, waiting: QueuedPod) -> float:
        return math.ceil((waiting.since + self.flush_after) / FLUSH_PERIOD) * FLUSH_PERIOD

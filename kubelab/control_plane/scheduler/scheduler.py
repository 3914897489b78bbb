"""The scheduler: a process that gives every new pod a node.

In Kubernetes
    kube-scheduler: `pkg/scheduler/scheduler.go`, `schedule_one.go`, `eventhandlers.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/

Left out
    One profile only. Binding takes no time of its own, so the binding cycle is a part of the scheduling
    cycle, except where a pod has to wait for its volumes.
"""

from __future__ import annotations

import random
from typing import Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.kinds import kind_of
from kubelab.api.objects import key_of, split_key
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component, recorder
from kubelab.clock import Call
from kubelab.control_plane.scheduler.algorithm import Outcome, fit_error, schedule
from kubelab.control_plane.scheduler.cache import Cache
from kubelab.control_plane.scheduler.cluster_event import (
    FINISHED,
    ClusterEvent,
    NodeEvent,
    PodEvent,
    VolumeEvent,
    node_matters,
    same_to_scheduling,
)
from kubelab.control_plane.scheduler.decision import Decision
from kubelab.control_plane.scheduler.default_preemption import WAITS, DefaultPreemption
from kubelab.control_plane.scheduler.default_selector import DefaultSelectors
from kubelab.control_plane.scheduler.equivalence import EquivalenceClasses
from kubelab.control_plane.scheduler.nominator import Nominator
from kubelab.control_plane.scheduler.pod_info import PodInfo, PodInfos
from kubelab.control_plane.scheduler.preemption import Victims
from kubelab.control_plane.scheduler.registry import DEFAULT_PROFILE, Profile
from kubelab.control_plane.scheduler.scheduling_failure import say_why_not
from kubelab.control_plane.scheduler.scheduling_queue import QueuedPod, SchedulingQueue
from kubelab.control_plane.scheduler.volume_binder import PRE_BIND, VolumeBinder
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

OWNERS = ("replicasets", "replicationcontrollers", "statefulsets")  # whose pods are spread by default
STORAGE = ("storageclasses", "persistentvolumes", "persistentvolumeclaims")
WATCHED = ("namespaces", "nodes", "services", *OWNERS, *STORAGE, "pods")  # pods last: they need the others
OF_VOLUMES = ("VolumeRestrictions", "VolumeBinding", "VolumeZone")  # the plugins that look at storage


class Scheduler(Component):
    """Watches pods and nodes, decides one pod at a time, and binds it through the API server.

    `percentage` is percentageOfNodesToScore, 0 lets the size of the cluster decide. Every decision is in the journal,
    with the `Decision` as its detail. What the process knows is lost when it stops, and found again by listing.
    """

    def __init__(
        self,
        machine: Machine,
        client: Client,
        journal: Journal,
        timings: Timings,
        rng: random.Random,
        profile: Profile = DEFAULT_PROFILE,
        percentage: int = 0,
    ) -> None:
        super().__init__("kube-scheduler", machine, client, journal, timings)
        self.rng, self.profile, self.percentage = rng, profile, percentage
        self.recorder = recorder(self, profile.scheduler_name, series=True)
        for kind in WATCHED:
            self.informer(kind).handlers.append(self)
        self.preemption = DefaultPreemption(self)
        self._forget()

    def _forget(self) -> None:
        timings = self.timings
        self.cache = Cache()
        self.scheduling_queue = SchedulingQueue(
            self.clock,
            timings.scheduler_backoff_initial,
            timings.scheduler_backoff_max,
            timings.scheduler_unschedulable_flush,
        )
        self.selectors = DefaultSelectors()
        self.infos = PodInfos()
        self.classes = EquivalenceClasses(self.profile)
        self.volumes = VolumeBinder(self)
        self.nominator = Nominator()
        self._start = 0  # where among the nodes the next search begins
        self._busy = False
        self._alarm: Call | None = None
        self._event: ClusterEvent | None = None  # what has just happened

    # -- what happens around it

    def on_start(self) -> None:
        """List and watch; the pods without a node are all new to it."""
        self._forget()
        super().on_start()

    def on_stop(self) -> None:
        """Forget everything."""
        super().on_stop()
        self.recorder.forget()
        self._forget()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Something that it watches has changed."""
        match kind:
            case "pods":
                self._on_pod(old, new)
            case "nodes":
                self._on_node(old, new)
            case _ if kind in STORAGE:
                self.volumes.on_change(kind, old, new)
                self._wake(VolumeEvent(kind, old, new))
            case "services":
                self.selectors.put_service(key_of(new or old), new)
            case _ if kind in OWNERS:
                self.selectors.put_owner(kind_of(new or old).name, key_of(new or old), new)
            case "namespaces":
                self.cache.put_namespace(
                    (new or old).metadata.name, (new.metadata.labels or {}) if new is not None else None
                )

    def _on_node(self, old: core_v1.Node | None, new: core_v1.Node | None) -> None:
        if new is None:
            self._wake(NodeEvent(self.cache.remove_node(old.metadata.name), None))
        elif old is None or self.cache.node(new.metadata.name) is None or node_matters(old, new):
            self._wake(NodeEvent(*self.cache.put_node(new)))

    def _on_pod(self, old: core_v1.Pod | None, new: core_v1.Pod | None) -> None:
        key = key_of(new or old)
        if new is None or new.status.phase in FINISHED or new.spec.nodeName:
            self._not_nominated(key, old)
        if new is None or new.status.phase in FINISHED:
            self.scheduling_queue.remove(key)
            self.volumes.drop(key)
            held = self.cache.remove_pod(key)
            if held is not None:
                self._wake(PodEvent(held[1], None))
        elif new.spec.nodeName:
            self.scheduling_queue.remove(key)
            if old is None or not same_to_scheduling(old, new):
                info = self.infos.of(new)
                held = self.cache.put_pod(key, info, new.spec.nodeName)
                if old is None or not old.spec.nodeName:
                    self._wake(PodEvent(None, info))
                elif held is None or held[1] is not info:
                    self._wake(PodEvent(held[1] if held else None, info))
        elif new.spec.schedulerName == self.profile.scheduler_name:
            self._on_pending(key, old, new)

    def _not_nominated(self, key: str, pod: core_v1.Pod | None) -> None:
        """Whoever waits for the room that was kept for a pod may have it."""
        if self.nominator.drop(key) and pod is not None:
            self._wake(PodEvent(self.infos.of(pod), None))

    def _on_pending(self, key: str, old: core_v1.Pod | None, new: core_v1.Pod) -> None:
        if new.metadata.deletionTimestamp is not None:
            self.scheduling_queue.remove(key)
            self._not_nominated(key, new)
        elif old is not None and same_to_scheduling(old, new):
            self.scheduling_queue.refresh(key, new)
        elif not self.cache.is_assumed(key):
            if old is not None and old.metadata.uid != new.metadata.uid:
                self.scheduling_queue.remove(key)
            self.scheduling_queue.add(key, new, self.infos.of(new))
            if new.status.nominatedNodeName:
                self.nominator.put(key, self.infos.of(new), new.status.nominatedNodeName)
            self._go_on()

    def _wake(self, event: ClusterEvent) -> None:
        if len(self.scheduling_queue):
            self._event = event
            self.scheduling_queue.wake(self._hint)
            self._go_on()

    def _hint(self, plugin: str, pod: PodInfo) -> bool:
        if isinstance(self._event, VolumeEvent) and plugin not in OF_VOLUMES:
            return False
        return self.profile.plugin(plugin).is_woken_by(pod, self._event, self.cache.snapshot)

    # -- scheduling, one pod a cycle

    def _go_on(self) -> None:
        """Take the next pod soon, or wake up when one's time comes."""
        if self._busy:
            return
        if self.scheduling_queue.has_ready:
            self._busy = True
            self.later(self.timings.scheduling_delay, self._schedule_one)
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self.scheduling_queue.next_flush()
        if due is not None:  # a settled cluster may have unschedulable pods, but none that back off
            quiet = not self.scheduling_queue.backs_off
            self._alarm = self.later(due - self.clock.now, self._on_alarm, quiet=quiet)

    def _on_alarm(self) -> None:
        self._alarm = None
        self.scheduling_queue.flush()
        self._go_on()

    def _schedule_one(self) -> None:
        """One scheduling cycle."""
        waiting = self.scheduling_queue.pop()
        if waiting is not None:
            self.clock.cause = waiting.cause
            self._schedule(waiting)
        self._busy = False
        self._go_on()

    def _schedule(self, waiting: QueuedPod) -> None:
        pod, key = waiting.pod, waiting.key
        info = self.infos.of(pod, self.selectors.of(pod), self.volumes.volumes_of(pod))
        snapshot = self.nominator.seen_by(key, info, self.cache.snapshot)
        known, nominated = self.classes.of(info, snapshot), self.nominator.node_of(key)
        outcome = schedule(known, self._start, self.percentage, nominated)
        node, message, victims = None, "", None
        if outcome.feasible:
            node = snapshot[outcome.choose(self.rng)].name
        else:
            verdicts = list(outcome.verdicts or ())
            outlook = self.preemption.post_filter(pod, known, verdicts, nominated) if verdicts else ""
            victims = None if isinstance(outlook, str) else outlook
            message = fit_error(verdicts, "" if victims else str(outlook))
            waiting.info = info if info.volumes is not None else waiting.info
        decision = Decision(
            key, info, self.profile, snapshot, self._start, self.percentage, node, len(outcome.best), message,
            nominated, victims,
        )  # fmt: skip
        self.clock.cause = self.journal.record(self.name, "schedule", f"pods/{key}", detail=decision).number
        if node is not None:
            self._start = (self._start + outcome.visited) % len(snapshot)
            self._bind(waiting, info, node)
        elif victims is not None:
            self._preempt(waiting, info, message, victims, outcome)
        else:
            if outlook != WAITS:
                self.nominator.drop(key)
            self.scheduling_queue.retry(waiting, _rejecting_plugins(outcome))
            say_why_not(self, pod, message, nominated=self.nominator.node_of(key))

    def _preempt(self, waiting: QueuedPod, info: PodInfo, message: str, victims: Victims, outcome: Outcome) -> None:
        """Make room: the pod is tried again when the victims are gone."""
        self.nominator.put(waiting.key, info.plain or info, victims.node)
        try:
            self.preemption.prepare(waiting.pod, victims)
        except ApiError:
            self.scheduling_queue.retry(waiting, ())
        else:
            self.scheduling_queue.retry(waiting, _rejecting_plugins(outcome))
        say_why_not(self, waiting.pod, message, nominated=victims.node)

    def _bind(self, waiting: QueuedPod, info: PodInfo, node: str) -> None:
        """The binding cycle: first the pod's volumes, then the pod."""
        self.cache.assume_pod(waiting.key, info.plain or info, node)
        self.nominator.drop(waiting.key)
        try:
            ready = self.volumes.begin(waiting, info, node)
        except ApiError as refused:
            self.give_up(waiting, f"{PRE_BIND}{refused.message}")
            return
        if ready:
            self.bind(waiting, node)

    def bind(self, waiting: QueuedPod, node: str) -> None:
        """Put a pod on its node."""
        namespace, name = split_key(waiting.key)
        try:
            self.client.bind(name, namespace, node)
        except ApiError as refused:
            if refused.code == 404:
                self.cache.forget_pod(waiting.key)
            else:
                self.give_up(waiting, f'running Bind plugin "DefaultBinder": {refused.message}')
            return
        self.recorder.event(waiting.pod, "Normal", "Scheduled", f"Successfully assigned {waiting.key} to {node}")

    def give_up(self, waiting: QueuedPod, message: str) -> None:
        """The pod cannot be put on the node that was chosen: it is tried again."""
        self.cache.forget_pod(waiting.key)
        self.scheduling_queue.retry(waiting, ())
        say_why_not(self, waiting.pod, message, "SchedulerError")
        self._go_on()


def _rejecting_plugins(outcome: Outcome) -> tuple[str, ...]:
    """Whose queueing hints decide; where there was no node at all, NodeName's: any node that comes will do."""
    return tuple(dict.fromkeys(each.plugin for each in outcome.verdicts or () if each is not None)) or ("NodeName",)

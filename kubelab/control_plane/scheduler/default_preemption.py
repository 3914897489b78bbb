"""DefaultPreemption: where a pod fits nowhere, pods of lower priority have to go.

In Kubernetes
    `pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go` and `prepareCandidate` in
    `pkg/scheduler/framework/preemption/`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/

Left out
    Kubernetes deletes the victims while the next pods are scheduled already; here that takes no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, with_meta, with_status
from kubelab.api.pod_conditions import disruption_target, with_condition
from kubelab.control_plane.scheduler.equivalence import EquivalenceClass
from kubelab.control_plane.scheduler.framework import Status
from kubelab.control_plane.scheduler.preemption import Victims, find_victims, priority_of

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.scheduler import Scheduler

REASON = "PreemptionByScheduler"
NEVER = "not eligible due to preemptionPolicy=Never."
WAITS = "not eligible due to a terminating pod on the nominated node."


class DefaultPreemption:
    """The PostFilter plugin: asked when every node has refused a pod."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self.pods = scheduler.informer("pods")
        self.budgets = scheduler.informer("poddisruptionbudgets")

    def post_filter(
        self, pod: core_v1.Pod, known: EquivalenceClass, verdicts: Sequence[Status | None], nominated: str
    ) -> Victims | str:
        """Which pods shall go for this one, or why none do. `nominated` is where some have been told to go before."""
        if pod.spec.preemptionPolicy == "Never":
            return NEVER
        if nominated and self._makes_room(known, verdicts, nominated):
            return WAITS
        scheduler = self.scheduler
        return find_victims(known, verdicts, self.pods.get, self.budgets, scheduler.rng, scheduler.clock.date)

    def _makes_room(self, known: EquivalenceClass, verdicts: Sequence[Status | None], nominated: str) -> bool:
        """Whether pods that had to go for the pod are still ending on its node, and it could run there then."""
        at = known.snapshot.index.get(nominated)
        if at is None:
            return False
        verdict = verdicts[at]
        if verdict is not None and not verdict.resolvable:
            return False
        node = known.snapshot[at]
        return any(
            kind.priority < known.pod.priority and kind.terminating and _is_preempted(self.pods.get(key))
            for key, kind in node.pods.items()
        )

    def prepare(self, pod: core_v1.Pod, victims: Victims) -> None:
        """Tell the victims to go, and pods of lower priority that they cannot have this room.

        Raises
        ------
        ApiError
            A victim could not be told.
        """
        scheduler = self.scheduler
        for key in scheduler.nominator.lower(victims.node, priority_of(pod)):
            scheduler.nominator.drop(key)
            self._clear_nomination(self.pods.get(key))
        for victim in victims.pods:
            if victim.metadata.deletionTimestamp is None:
                self._preempt(victim, pod, victims.node)

    def _preempt(self, victim: core_v1.Pod, pod: core_v1.Pod, node: str) -> None:
        client, meta = self.scheduler.client, victim.metadata
        message = f"{pod.spec.schedulerName}: preempting to accommodate a higher priority pod"
        told = with_condition(victim, disruption_target(REASON, message), self.scheduler.clock.date)
        try:
            if told is not victim:
                client.update_status(with_meta(told, resourceVersion=None))
            client.delete("pods", meta.name, meta.namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise
            return  # it has gone by itself
        text = f"Preempted by pod {pod.metadata.uid} on node {node}"
        self.scheduler.recorder.event(victim, "Normal", "Preempted", text)

    def _clear_nomination(self, pod: core_v1.Pod | None) -> None:
        if pod is None or pod.status is None or not pod.status.nominatedNodeName:
            return
        try:
            self.scheduler.client.update_status(
                with_meta(with_status(pod, nominatedNodeName=None), resourceVersion=None)
            )
        except ApiError:
            return  # not critical: the pod looks for another node anyway


def _is_preempted(pod: core_v1.Pod | None) -> bool:
    held = condition(pod, "DisruptionTarget") if pod is not None else None
    return held is not None and held.status == "True" and held.reason == REASON

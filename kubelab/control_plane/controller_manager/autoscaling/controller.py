"""The horizontal pod autoscaler's control loop."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lightkube.models import autoscaling_v1, autoscaling_v2, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.objects import key_of, path_of, replace, to_dict
from kubelab.api.selectors import parse
from kubelab.client_go.component import Component
from kubelab.client_go.events import EventRecorder
from kubelab.control_plane.controller_manager.autoscaling.metric_sources import Answer, Asking, FailedError, answer_of
from kubelab.control_plane.controller_manager.autoscaling.replica_calculator import Question
from kubelab.control_plane.controller_manager.autoscaling.scaling_rules import (
    Limits,
    Memory,
    Moment,
    decide_by_behavior,
    decide_by_default,
    tolerances,
)
from kubelab.control_plane.controller_manager.controller import Controller

UNABLE = "the HPA controller was unable to get the target's current scale: "
ABLE = "the HPA controller was able to get the target's current scale"
DISABLED = "scaling is disabled since the replica count of the target is zero"


class UncountableError(Exception):
    """No metric says how many replicas there should be; why is in the status already."""


@dataclass
class Turn:
    """One look at an autoscaler: the object as it was, its conditions as they become, and what the metrics said."""

    hpa: autoscaling_v2.HorizontalPodAutoscaler
    conditions: list[autoscaling_v2.HorizontalPodAutoscalerCondition]
    now: Any
    metrics: list[autoscaling_v2.MetricStatus] | None = field(default=None)

    def say(self, type_: str, status: str, reason: str, message: str) -> None:
        """Set a condition; its time moves when its status does."""
        held = next((held for held in self.conditions if held.type == type_), None)
        since = held.lastTransitionTime if held is not None and held.status == status else self.now
        wanted = autoscaling_v2.HorizontalPodAutoscalerCondition(
            type=type_, status=status, reason=reason, message=message, lastTransitionTime=since
        )
        if held is None:
            self.conditions.append(wanted)
        else:
            self.conditions[self.conditions.index(held)] = wanted


class HorizontalPodAutoscalerController(Controller):
    """Looks at each autoscaler every 15 seconds, asks the metrics API how much its pods use, and scales their owner.

    In Kubernetes
        pkg/controller/podautoscaler/horizontal.go;
        https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
    """

    name = "horizontal-pod-autoscaler"
    watches = ("horizontalpodautoscalers",)

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.recorder = EventRecorder(self.client, self.name, self.clock)
        self.informer("pods")
        self.memories: dict[str, Memory] = {}
        self.selectors: dict[str, str] = {}  # what each autoscaler's target selects

    def forget(self) -> None:
        """Lose the recommendations of the last minutes: a restarted controller may scale down at once."""
        self.memories, self.selectors = {}, {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A new autoscaler is looked at for the first time when the period is over; a change hastens nothing."""
        self._come_back(key_of(new if new is not None else old))

    def _come_back(self, key: str) -> None:
        self.queue.add_after(key, self.timings.autoscaler_sync_period, quiet=True)

    def _work(self, key: str) -> None:
        with suppress(ApiError):  # whatever it was: the next look comes anyway
            self.reconcile(key)
        if self.informer("horizontalpodautoscalers").get(key) is not None:
            self._come_back(key)

    def reconcile(self, key: str) -> None:
        """Compare the use with the targets, scale if need be, and write the status."""
        hpa = self.informer("horizontalpodautoscalers").get(key)
        if hpa is None:
            self.memories.pop(key, None)
            self.selectors.pop(key, None)
            return
        held = hpa.status.conditions if hpa.status is not None else None
        turn = Turn(hpa, list(held or ()), self.clock.date)
        found = self._scale(turn)
        if found is None:
            return
        kind, scale = found
        turn.say("AbleToScale", "True", "SucceededGetScale", ABLE)
        current = scale.spec.replicas or 0
        memory = self.memories.setdefault(key, Memory([Moment(current, self.clock.now)]))
        least, most = hpa.spec.minReplicas if hpa.spec.minReplicas is not None else 1, hpa.spec.maxReplicas
        desired, reason = current, ""
        if current == 0 and least != 0:
            turn.say("ScalingActive", "False", "ScalingDisabled", DISABLED)
        elif current > most:
            desired, reason = most, "Current number of replicas above Spec.MaxReplicas"
        elif current < least:
            desired, reason = least, "Current number of replicas below Spec.MinReplicas"
        else:
            try:
                desired, reason = self._by_metrics(key, turn, scale, memory, Limits(current, current, least, most))
            except UncountableError as unknown:
                self._write(turn, current, None)
                self.recorder.event(hpa, "Warning", "FailedComputeMetricsReplicas", str(unknown))
                return
        if desired != current:
            self.note(path_of(hpa), {"has": current, "wants": desired, "reason": reason})
            if not self._rescale(turn, kind, scale, desired, reason):
                return
            if hpa.spec.behavior is not None:
                memory.scaled(current, desired, self.clock.now, hpa.spec.behavior)
        self._write(turn, current, desired, rescaled=desired != current)

    # -- the target

    def _scale(self, turn: Turn) -> tuple[Kind, autoscaling_v1.Scale] | None:
        """The Scale of the target, and what kind that is."""
        hpa = turn.hpa
        target = hpa.spec.scaleTargetRef
        kind = self.client.kinds.by_type(target.apiVersion or "v1", target.kind)
        try:
            if kind is None:
                group = (target.apiVersion or "").rpartition("/")[0]
                where = f' in group "{group}"' if group else ""
                raise ApiError(404, "NotFound", f'no matches for kind "{target.kind}"{where}')
            return kind, self.client.get_scale(kind.resource, target.name, hpa.metadata.namespace)
        except ApiError as refused:
            self.recorder.event(hpa, "Warning", "FailedGetScale", refused.message)
            turn.say("AbleToScale", "False", "FailedGetScale", UNABLE + refused.message)
            status = replace(hpa.status or _nothing(), conditions=turn.conditions)
            if status != hpa.status:
                self.client.update_status(replace(hpa, status=status))
            return None

    def _rescale(self, turn: Turn, kind: Kind, scale: autoscaling_v1.Scale, desired: int, reason: str) -> bool:
        hpa = turn.hpa
        wanted = to_dict(replace(scale, spec=replace(scale.spec, replicas=desired)))
        target = hpa.spec.scaleTargetRef
        try:
            self.client.update_scale(kind.resource, target.name, wanted, hpa.metadata.namespace)
        except ApiError as refused:
            message = f"New size: {desired}; reason: {reason}; error: {refused.message}"
            self.recorder.event(hpa, "Warning", "FailedRescale", message)
            message = f"the HPA controller was unable to update the target scale: {refused.message}"
            turn.say("AbleToScale", "False", "FailedUpdateScale", message)
            self._write(turn, scale.spec.replicas or 0, None)
            return False
        message = f"the HPA controller was able to update the target scale to {desired}"
        turn.say("AbleToScale", "True", "SucceededRescale", message)
        self.recorder.event(hpa, "Normal", "SuccessfulRescale", f"New size: {desired}; reason: {reason}")
        return True

    # -- the metrics

    def _by_metrics(
        self, key: str, turn: Turn, scale: autoscaling_v1.Scale, memory: Memory, limits: Limits
    ) -> tuple[int, str]:
        """How many replicas the metrics ask for, within what the rules allow, and why."""
        hpa = turn.hpa
        proposed, name = self._proposed(key, turn, scale, limits.current)
        reason = ""  # where an earlier recommendation decides, Kubernetes gives none
        if proposed != limits.current:
            reason = f"{name} above target" if proposed > limits.current else "All metrics below target"
        limits = limits._replace(desired=proposed)
        window, now = self.timings.autoscaler_downscale_stabilization, self.clock.now
        if hpa.spec.behavior is None:
            decision = decide_by_default(memory, limits, now, window)
        else:
            decision = decide_by_behavior(memory, limits, now, hpa.spec.behavior, window)
        turn.say("AbleToScale", "True", *decision.able)
        turn.say("ScalingLimited", "True" if decision.limited else "False", *decision.why)
        return decision.replicas, reason

    def _proposed(self, key: str, turn: Turn, scale: autoscaling_v1.Scale, current: int) -> tuple[int, str]:
        """The highest proposal of all metrics, and that metric's name.

        Raises
        ------
        UncountableError
            None can be had; or some cannot, and the others would have it scale down.
        """
        hpa = turn.hpa
        pods = self._pods(key, turn, scale)
        best: Answer | None = None
        failures: list[FailedError] = []
        turn.metrics = []
        for spec in hpa.spec.metrics or ():
            question = Question(
                "", "", pods, current, tolerances(hpa.spec.behavior), self.clock.micro_date, self.timings
            )
            asking = Asking(self.client, hpa.metadata.namespace, scale.status.selector or "", question)
            try:
                answer = answer_of(asking, spec)
            except FailedError as failed:
                self.recorder.event(hpa, "Warning", failed.reason, failed.message)
                failures.append(failed)
                turn.metrics.append(autoscaling_v2.MetricStatus(type=""))
                continue
            turn.metrics.append(answer.status)
            if best is None or answer.replicas > best.replicas:
                best = answer
        if failures and (best is None or best.replicas < current):
            message = f"the HPA was unable to compute the replica count: {failures[0].message}"
            turn.say("ScalingActive", "False", failures[0].reason, message)
            share = f"{len(failures)} invalid out of {len(hpa.spec.metrics)}"
            raise UncountableError(f"invalid metrics ({share}), first error is: {failures[0].summary}")
        name = best.name if best is not None else ""
        message = f"the HPA was able to successfully calculate a replica count from {name}"
        turn.say("ScalingActive", "True", "ValidMetricFound", message)
        return (best.replicas, name) if best is not None else (0, name)

    def _pods(self, key: str, turn: Turn, scale: autoscaling_v1.Scale) -> list[core_v1.Pod]:
        """The pods of the target, which no other autoscaler may have too."""
        hpa, text = turn.hpa, scale.status.selector or ""
        if not text:
            self.recorder.event(hpa, "Warning", "SelectorRequired", "selector is required")
            turn.say("ScalingActive", "False", "InvalidSelector", "the HPA target's scale is missing a selector")
            raise UncountableError("selector is required")
        self.selectors[key] = text
        namespace, selector = hpa.metadata.namespace, parse(text)
        pods = [
            pod
            for pod in self.informer("pods")
            if pod.metadata.namespace == namespace and selector.matches(pod.metadata.labels)
        ]
        rivals = [
            other
            for other, held in self.selectors.items()
            if other == key
            or (other.partition("/")[0] == namespace and any(parse(held).matches(pod.metadata.labels) for pod in pods))
        ]
        if len(rivals) > 1 and pods:
            message = f"pods by selector {text} are controlled by multiple HPAs: [{' '.join(sorted(rivals))}]"
            self.recorder.event(hpa, "Warning", "AmbiguousSelector", message)
            turn.say("ScalingActive", "False", "AmbiguousSelector", message)
            raise UncountableError(message)
        return pods

    def _write(self, turn: Turn, current: int, desired: int | None, *, rescaled: bool = False) -> None:
        """Write the status, if it is another one; without `desired` that stays as it was."""
        before = turn.hpa.status or _nothing()
        status = autoscaling_v2.HorizontalPodAutoscalerStatus(
            currentReplicas=current or None,
            desiredReplicas=before.desiredReplicas if desired is None else desired,
            lastScaleTime=turn.now if rescaled else before.lastScaleTime,
            currentMetrics=turn.metrics,
            conditions=turn.conditions,
        )
        if status != turn.hpa.status:
            try:
                self.client.update_status(replace(turn.hpa, status=status))
            except ApiError as refused:
                self.recorder.event(turn.hpa, "Warning", "FailedUpdateStatus", refused.message)


def _nothing() -> autoscaling_v2.HorizontalPodAutoscalerStatus:
    return autoscaling_v2.HorizontalPodAutoscalerStatus(desiredReplicas=0)

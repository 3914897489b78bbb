"""How fast an autoscaler may go, and how long it waits: the rules of `spec.behavior`, and those without it.

In Kubernetes
    pkg/controller/podautoscaler/horizontal.go;
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from lightkube.models import autoscaling_v2

from kubelab.api.quantity import milli

TOLERANCE = 0.1
MOST = 2**31 - 1
WITHIN = ("DesiredWithinRange", "the desired count is within the acceptable range")
READY = ("ReadyForNewScale", "recommended size matches current size")
UP_STABILIZED = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
DOWN_STABILIZED = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
)
TOO_FAST_UP = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
TOO_FAST_DOWN = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
TOO_MANY = ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
TOO_FEW = ("TooFewReplicas", "the desired replica count is less than the minimum replica count")

Words = tuple[str, str]  # reason and message of a condition


class Moment(NamedTuple):
    """A number of replicas, and when: a recommendation, or by how many was scaled."""

    replicas: int
    at: float


@dataclass
class Memory:
    """What the controller remembers of one autoscaler: what it recommended, and by how much it scaled up and down."""

    recommendations: list[Moment] = field(default_factory=list)
    ups: list[Moment] = field(default_factory=list)
    downs: list[Moment] = field(default_factory=list)

    def scaled(
        self, before: int, after: int, now: float, behavior: autoscaling_v2.HorizontalPodAutoscalerBehavior
    ) -> None:
        """Remember that it was scaled, as long as a policy looks back."""
        rules, events = (behavior.scaleUp, self.ups) if after > before else (behavior.scaleDown, self.downs)
        longest = max((policy.periodSeconds for policy in rules.policies or ()), default=0)
        events[:] = [*(event for event in events if event.at >= now - longest), Moment(abs(after - before), now)]


class Limits(NamedTuple):
    """What is to be decided about: how many there are and should be, and between which numbers."""

    current: int
    desired: int
    least: int
    most: int


class Decision(NamedTuple):
    """How many replicas there shall be, and the words for AbleToScale and ScalingLimited."""

    replicas: int
    able: Words
    limited: bool
    why: Words


def tolerances(behavior: autoscaling_v2.HorizontalPodAutoscalerBehavior | None) -> tuple[float, float]:
    """By which share the use may be below and above the target before anything is done."""
    found = []
    for rules in (behavior.scaleDown, behavior.scaleUp) if behavior is not None else (None, None):
        text = rules.tolerance if rules is not None else None
        found.append(TOLERANCE if text is None else milli(text) / 1000)
    return found[0], found[1]


def decide_by_default(memory: Memory, limits: Limits, now: float, window: float) -> Decision:
    """Up to twice as many at once, or four; down only to the highest recommendation of the last minutes."""
    current, desired, least, most = limits
    recent = [held.replicas for held in memory.recommendations if held.at >= now - window]
    stabilized = max([desired, *recent])
    memory.recommendations = [held for held in memory.recommendations if held.at >= now - window]
    memory.recommendations.append(Moment(desired, now))
    able = DOWN_STABILIZED if stabilized != desired else READY
    fastest = max(2 * current, 4)
    replicas, why = stabilized, WITHIN
    if stabilized < least:
        replicas, why = least, TOO_FEW
    elif stabilized > min(most, fastest):
        replicas, why = min(most, fastest), TOO_FAST_UP if most > fastest else TOO_MANY
    return Decision(replicas, able, replicas != stabilized, why)


def decide_by_behavior(
    memory: Memory, limits: Limits, now: float, behavior: autoscaling_v2.HorizontalPodAutoscalerBehavior, window: float
) -> Decision:
    """What the rules for up and down allow: first the windows, then the rates."""
    current, desired = limits.current, limits.desired
    up_window = float(behavior.scaleUp.stabilizationWindowSeconds or 0)
    given = behavior.scaleDown.stabilizationWindowSeconds
    down_window = window if given is None else float(given)
    lowest = min([desired, *(held.replicas for held in memory.recommendations if held.at > now - up_window)])
    highest = max([desired, *(held.replicas for held in memory.recommendations if held.at > now - down_window)])
    stabilized = min(max(current, lowest), highest)
    oldest = now - max(up_window, down_window)
    memory.recommendations = [held for held in memory.recommendations if held.at >= oldest]
    memory.recommendations.append(Moment(desired, now))
    able = READY
    if stabilized != desired:
        able = UP_STABILIZED if desired >= current else DOWN_STABILIZED
    replicas, why = _at_allowed_rate(memory, limits._replace(desired=stabilized), now, behavior)
    return Decision(replicas, able, replicas != stabilized, why)


def _at_allowed_rate(
    memory: Memory, limits: Limits, now: float, behavior: autoscaling_v2.HorizontalPodAutoscalerBehavior
) -> tuple[int, Words]:
    current, desired, least, most = limits
    if desired > current:
        limit = max(_limit(memory, current, now, behavior.scaleUp, 1), current)
        allowed = min(most, limit)
        if desired > allowed:
            return allowed, TOO_FAST_UP if most > limit else TOO_MANY
    elif desired < current:
        limit = min(_limit(memory, current, now, behavior.scaleDown, -1), current)
        allowed = max(least, limit)
        if desired < allowed:
            return allowed, TOO_FAST_DOWN if least < limit else TOO_FEW
    return desired, WITHIN


def _limit(memory: Memory, current: int, now: float, rules: autoscaling_v2.HPAScalingRules, sign: int) -> int:
    """How far the policies let it go: the one that allows most decides, or least, or none."""
    if rules.selectPolicy == "Disabled":
        return current
    proposals = []
    for policy in rules.policies or ():
        since = now - policy.periodSeconds
        added = sum(event.replicas for event in memory.ups if event.at > since)
        removed = sum(event.replicas for event in memory.downs if event.at > since)
        start = current - added + removed
        if policy.type == "Pods":
            proposals.append(start + sign * policy.value)
        else:
            proposed = start * (1 + sign * policy.value / 100)
            proposals.append(ceil(proposed) if sign > 0 else int(proposed))
    largest = (rules.selectPolicy == "Min") == (sign < 0)
    return max(proposals, default=-MOST) if largest else min(proposals, default=MOST)

"""What a PodDisruptionBudget's status says, in the words that both its controller and the eviction API write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lightkube.models import meta_v1, policy_v1

from kubelab.api.objects import replace

ALLOWED = "DisruptionAllowed"
DELETION_TIMEOUT = timedelta(seconds=120)  # a pod that was evicted and is still there then is taken to stay


def with_condition(
    status: policy_v1.PodDisruptionBudgetStatus, value: str, reason: str, message: str, now: datetime
) -> policy_v1.PodDisruptionBudgetStatus:
    """The status with its DisruptionAllowed condition; the condition keeps its time while its value is the same.

    In Kubernetes
        `k8s.io/apimachinery/pkg/api/meta`, SetStatusCondition
    """
    held = next((held for held in status.conditions or () if held.type == ALLOWED), None)
    wanted = meta_v1.Condition(
        type=ALLOWED,
        status=value,
        reason=reason,
        message=message,
        observedGeneration=status.observedGeneration,
        lastTransitionTime=held.lastTransitionTime if held is not None and held.status == value else now,
    )
    others = status.conditions or []
    conditions = [*others, wanted] if held is None else [wanted if each is held else each for each in others]
    return replace(status, conditions=conditions)


def with_allowed(status: policy_v1.PodDisruptionBudgetStatus, now: datetime) -> policy_v1.PodDisruptionBudgetStatus:
    """The status with the condition that follows from its numbers.

    In Kubernetes
        `k8s.io/component-helpers/apps/poddisruptionbudget`, UpdateDisruptionAllowedCondition
    """
    if (status.disruptionsAllowed or 0) > 0:
        return with_condition(status, "True", "SufficientPods", "", now)
    return with_condition(status, "False", "InsufficientPods", "", now)


def written(moment: datetime) -> str:
    """A moment as `disruptedPods` keeps it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str | datetime) -> datetime:
    """A moment of `disruptedPods`."""
    return text if isinstance(text, datetime) else datetime.fromisoformat(text).astimezone(UTC)

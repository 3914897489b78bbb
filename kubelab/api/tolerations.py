"""Taints and tolerations: a node's taint keeps pods away, a pod's toleration lets it come all the same.

In Kubernetes
    `staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/

Left out
    The operators Lt and Gt (feature gate TaintTolerationComparisonOperators, off by default).
"""

from __future__ import annotations

from collections.abc import Iterable

from lightkube.models import core_v1

REPELLING_EFFECTS = ("NoSchedule", "NoExecute")


def tolerates(toleration: core_v1.Toleration, taint: core_v1.Taint) -> bool:
    """Whether this toleration covers this taint. An empty effect or key covers all of them.

    Examples
    --------
    >>> taint = core_v1.Taint(key="gpu", value="yes", effect="NoSchedule")
    >>> tolerates(core_v1.Toleration(key="gpu", operator="Exists"), taint)
    True
    >>> tolerates(core_v1.Toleration(key="gpu", value="no"), taint)
    False
    """
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return toleration.operator in (None, "", "Equal") and (toleration.value or "") == (taint.value or "")


def is_tolerated(taint: core_v1.Taint, tolerations: Iterable[core_v1.Toleration]) -> bool:
    """Whether any of the tolerations covers the taint."""
    return any(tolerates(toleration, taint) for toleration in tolerations)


def untolerated(
    taints: Iterable[core_v1.Taint],
    tolerations: Iterable[core_v1.Toleration],
    effects: tuple[str, ...] = REPELLING_EFFECTS,
) -> core_v1.Taint | None:
    """The first taint of these effects that no toleration covers, or None."""
    for taint in taints:
        if taint.effect in effects and not is_tolerated(taint, tolerations):
            return taint
    return None

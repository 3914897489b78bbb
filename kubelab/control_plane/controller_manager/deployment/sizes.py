"""How many pods a Deployment may have more, and lack, while it is rolled out."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from lightkube.models import apps_v1

DESIRED = "deployment.kubernetes.io/desired-replicas"
MAX = "deployment.kubernetes.io/max-replicas"


def is_rolling(deployment: apps_v1.Deployment) -> bool:
    """Whether its strategy is RollingUpdate."""
    return deployment.spec.strategy.type == "RollingUpdate"


def surge_and_unavailable(deployment: apps_v1.Deployment) -> tuple[int, int]:
    """The strategy's maxSurge (percentages round up) and maxUnavailable (down); not both 0: nothing could ever move.

    In Kubernetes
        ResolveFenceposts in pkg/controller/deployment/util/deployment_util.go
    """
    replicas = deployment.spec.replicas
    if not is_rolling(deployment):
        return 0, 0
    rolling = deployment.spec.strategy.rollingUpdate
    surge = ceil(_part(rolling.maxSurge, replicas))
    unavailable = floor(_part(rolling.maxUnavailable, replicas))
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return surge, min(unavailable, replicas)


def wanted_in_all(sets: Iterable[apps_v1.ReplicaSet]) -> int:
    """How many pods ReplicaSets want together."""
    return sum(rs.spec.replicas for rs in sets)


def available_in_all(sets: Iterable[apps_v1.ReplicaSet]) -> int:
    """How many available pods ReplicaSets have together."""
    return sum(rs.status.availableReplicas or 0 for rs in sets)


def new_replicas(deployment: apps_v1.Deployment, sets: list[apps_v1.ReplicaSet], current: int) -> int:
    """How many pods the newest ReplicaSet, which wants `current`, may want now."""
    replicas = deployment.spec.replicas
    if not is_rolling(deployment):
        return replicas
    surge, _ = surge_and_unavailable(deployment)
    room = replicas + surge - wanted_in_all(sets)
    return current + min(room, replicas - current) if room > 0 else current


def share(deployment: apps_v1.Deployment, rs: apps_v1.ReplicaSet, to_add: int, added: int) -> int:
    """How many of the pods that a scaled Deployment gains (or loses) one of its ReplicaSets gets.

    In Kubernetes
        GetReplicaSetProportion: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling
    """
    if not rs.spec.replicas or not to_add or to_add == added:
        return 0
    left = to_add - added
    if not deployment.spec.replicas:
        part = -rs.spec.replicas
    else:
        most = deployment.spec.replicas + surge_and_unavailable(deployment)[0]
        before = annotated(rs, MAX) or (deployment.status.replicas or 0)
        part = _round(rs.spec.replicas * most / before) - rs.spec.replicas if before else 0
    return min(part, left) if to_add > 0 else max(part, left)


def annotated(rs: apps_v1.ReplicaSet, name: str) -> int | None:
    """A number that an annotation of the ReplicaSet holds."""
    text = (rs.metadata.annotations or {}).get(name, "")
    return int(text) if text.isdecimal() else None


def _part(value: Any, of: int) -> float:
    if isinstance(value, str):
        return of * int(value.removesuffix("%")) / 100
    return float(value or 0)


def _round(value: float) -> int:
    """Half away from zero, as Go rounds."""
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)

"""How many pods of a DaemonSet may be more, and may lack, while it is updated.

In Kubernetes
    SurgeCount and UnavailableCount in pkg/controller/daemon/util/daemonset_util.go
"""

from __future__ import annotations

from math import ceil
from typing import Any

from lightkube.models import apps_v1


def is_rolling(ds: apps_v1.DaemonSet) -> bool:
    """Whether its old pods are replaced without being asked to."""
    return ds.spec.updateStrategy is not None and ds.spec.updateStrategy.type == "RollingUpdate"


def surge_and_unavailable(ds: apps_v1.DaemonSet, nodes: int) -> tuple[int, int]:
    """The maxSurge and maxUnavailable of so many nodes; percentages round up; not both 0: nothing could ever move."""
    rolling = ds.spec.updateStrategy.rollingUpdate if is_rolling(ds) else None
    surge = _part(rolling.maxSurge, nodes) if rolling is not None else 0
    unavailable = _part(rolling.maxUnavailable, nodes) if rolling is not None else 0
    if nodes and not surge and not unavailable:
        unavailable = 1
    return surge, unavailable


def allows_surge(ds: apps_v1.DaemonSet) -> bool:
    """Whether a node may have an old and a new pod at once."""
    return surge_and_unavailable(ds, 1)[0] > 0


def _part(value: Any, of: int) -> int:
    if isinstance(value, str):
        return ceil(of * int(value.removesuffix("%")) / 100)
    return int(value or 0)

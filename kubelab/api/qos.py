"""Quality of service: which pods go first when a node runs out of memory.

In Kubernetes
    `ComputePodQOS` in `pkg/apis/core/helper/qos/qos.go`.
    https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import quantity

_COMPUTED = ("cpu", "memory")


def qos_class(spec: dict[str, Any]) -> str:
    """The class of a pod, from its spec in JSON.

    Examples
    --------
    >>> held = {"resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}}
    >>> qos_class({"containers": [held]}), qos_class({"containers": [held, {}]}), qos_class({"containers": [{}]})
    ('Guaranteed', 'Burstable', 'BestEffort')
    """
    parts = [spec] if "resources" in spec else [*spec.get("containers", ()), *spec.get("initContainers", ())]
    requests: dict[str, int] = {}
    limits: dict[str, int] = {}
    complete = True
    for part in parts:
        resources = part.get("resources", {})
        _add(resources.get("requests", {}), requests)
        complete = _add(resources.get("limits", {}), limits) == len(_COMPUTED) and complete
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if complete and requests == limits else "Burstable"


def _add(amounts: dict[str, str], total: dict[str, int]) -> int:
    """Add what counts of these amounts, and say of how many resources there was some."""
    counted = 0
    for name in _COMPUTED:
        nano = quantity(amounts[name]).nano if name in amounts else 0
        if nano > 0:
            total[name] = total.get(name, 0) + nano
            counted += 1
    return counted

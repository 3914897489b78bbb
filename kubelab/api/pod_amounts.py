"""What a pod as a whole takes from its node or its namespace: its containers' resources, the pod's own, the overhead.

In Kubernetes
    `PodRequests` and `PodLimits` in `k8s.io/component-helpers/resource/helpers.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.defaults.pod_resources import Amounts, containers_total, is_pod_level
from kubelab.api.quantity import total


def pod_amounts(spec: Any, sort: str, *, overhead: bool = True) -> Amounts:
    """The `requests` or `limits` of a PodSpec; a limit that nobody set is not made by the overhead."""
    amounts = containers_total(
        {
            "containers": [_container(each) for each in spec.containers or ()],
            "initContainers": [_container(each) for each in spec.initContainers or ()],
        },
        sort,
    )
    if spec.resources is not None:
        own = getattr(spec.resources, sort) or {}
        amounts.update({name: amount for name, amount in own.items() if is_pod_level(name)})
    for name, amount in (spec.overhead or {}).items() if overhead else ():
        if name in amounts:
            amounts[name] = total((amounts[name], amount))
        elif sort == "requests":
            amounts[name] = amount
    return amounts


def _container(container: Any) -> dict[str, Any]:
    held = container.resources
    resources = {} if held is None else {"requests": held.requests or {}, "limits": held.limits or {}}
    return {"resources": resources, "restartPolicy": getattr(container, "restartPolicy", None)}

"""Resources of a whole pod: its containers', added up, and what a pod-level `resources` leaves to be concluded.

Containers run side by side, so they add up; init containers run one after the other before them, so only the
largest counts, together with the sidecars (init containers that always restart) started before it.

In Kubernetes
    `k8s.io/component-helpers/resource/helpers.go`; `defaultPodRequests` in `pkg/apis/core/v1/defaults.go`.
    https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import quantity, total

_Json = dict[str, Any]
Amounts = dict[str, str]


def is_pod_level(resource: str) -> bool:
    """Whether a resource can be set for a whole pod."""
    return resource in ("cpu", "memory") or resource.startswith("hugepages-")


def containers_total(spec: _Json, sort: str) -> Amounts:
    """What the containers of a pod ask for together; `sort` is `requests` or `limits`.

    Examples
    --------
    >>> containers_total({"containers": [{"resources": {"requests": {"cpu": "250m"}}}] * 2}, "requests")
    {'cpu': '500m'}
    """
    running: Amounts = {}
    for container in spec.get("containers", ()):
        _add(running, _amounts(container, sort))
    sidecars: Amounts = {}
    largest: Amounts = {}
    for container in spec.get("initContainers", ()):
        amounts = _amounts(container, sort)
        if container.get("restartPolicy") == "Always":
            _add(running, amounts)
            _add(sidecars, amounts)
            _largest(largest, sidecars)
        else:
            together = dict(sidecars)
            _add(together, amounts)
            _largest(largest, together)
    _largest(running, largest)
    return running


def pod_level(spec: _Json) -> None:
    """Conclude the pod-level requests and limits that are not given, where any are."""
    resources = spec.get("resources")
    if not resources or not (resources.get("limits") or resources.get("requests")):
        return
    of_limits = containers_total(spec, "limits")
    asked = resources.get("requests", {})
    huge = {name: amount for name, amount in of_limits.items() if name.startswith("hugepages-") and name not in asked}
    if huge:
        resources["limits"] = huge | resources.get("limits", {})
    if resources.get("limits"):
        requests = dict(asked)
        for name, amount in containers_total(spec, "requests").items():
            if name in ("cpu", "memory"):
                requests.setdefault(name, amount)
        for name, amount in resources["limits"].items():
            if is_pod_level(name):
                requests.setdefault(name, amount)
        if requests:
            resources["requests"] = requests


def _amounts(container: _Json, sort: str) -> Amounts:
    return container.get("resources", {}).get(sort, {})


def _add(sums: Amounts, amounts: Amounts) -> None:
    for name, amount in amounts.items():
        sums[name] = total((sums[name], amount)) if name in sums else amount


def _largest(most: Amounts, amounts: Amounts) -> None:
    for name, amount in amounts.items():
        if name not in most or quantity(amount).nano > quantity(most[name]).nano:
            most[name] = amount

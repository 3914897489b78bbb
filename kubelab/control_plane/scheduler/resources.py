"""What pods ask for: cpu in millicores, memory in bytes, everything else in whole units, as ints.

In Kubernetes
    `staging/src/k8s.io/component-helpers/resource/helpers.go` and `pkg/scheduler/framework/types.go`.
    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/

Left out
    In-place resizing: what counts is what the spec asks for, never what a kubelet has granted so far.
"""

from __future__ import annotations

from collections.abc import Mapping

from lightkube.models import core_v1

from kubelab.api import quantity

Resources = dict[str, int]

# What scoring (never filtering) assumes of a container that asks for nothing.
ASSUMED_REQUESTS: Resources = {"cpu": 100, "memory": 200 * 1024 * 1024}


def amounts(quantities: Mapping[str, str] | None) -> Resources:
    """A resource list as ints.

    Examples
    --------
    >>> amounts({"cpu": "1.5", "memory": "1Ki", "pods": "110"})
    {'cpu': 1500, 'memory': 1024, 'pods': 110}
    """
    return {name: amount(name, text) for name, text in (quantities or {}).items()}


def amount(resource: str, text: str) -> int:
    """One quantity in the unit of its resource."""
    return quantity.milli(text) if resource == "cpu" else quantity.value(text)


def pod_requests(spec: core_v1.PodSpec, assumed: Resources | None = None) -> Resources:
    """What the whole pod asks for.

    Containers run together, so their requests add up; init containers run one by one before them, so only the greediest
    counts, beside the sidecars (restartPolicy Always) started before it. Requests of the pod itself replace the sums,
    and its overhead is added. `assumed` fills in what single containers do not say.

    Examples
    --------
    >>> ask = core_v1.ResourceRequirements(requests={"cpu": "300m"})
    >>> containers = [core_v1.Container(name=name, resources=ask) for name in "ab"]
    >>> first = core_v1.Container(name="i", resources=core_v1.ResourceRequirements(requests={"cpu": "1"}))
    >>> pod_requests(core_v1.PodSpec(containers=containers, initContainers=[first]))
    {'cpu': 1000}
    """
    total: Resources = {}
    for container in spec.containers:
        _add(total, _requests(container, assumed))
    sidecars: Resources = {}
    greediest: Resources = {}
    for container in spec.initContainers or ():
        asked = _requests(container, assumed)
        if container.restartPolicy == "Always":
            _add(total, asked)
            _add(sidecars, asked)
            _raise_to(greediest, sidecars)
        else:
            _add(asked, sidecars)
            _raise_to(greediest, asked)
    _raise_to(total, greediest)
    if spec.resources is not None:
        for name, value in amounts(spec.resources.requests).items():
            if name in ("cpu", "memory") or name.startswith("hugepages-"):
                total[name] = value
    _add(total, amounts(spec.overhead))
    return total


def _requests(container: core_v1.Container, assumed: Resources | None) -> Resources:
    asked = amounts(container.resources.requests) if container.resources is not None else {}
    return {**assumed, **asked} if assumed else asked


def _add(total: Resources, more: Resources) -> None:
    for name, value in more.items():
        total[name] = total.get(name, 0) + value


def _raise_to(total: Resources, least: Resources) -> None:
    for name, value in least.items():
        if value > total.get(name, 0):
            total[name] = value

"""What containers and pods ask for: names of resources, amounts, requests against limits.

In Kubernetes
    `validateResourceRequirements` in `pkg/apis/core/validation/validation.go`, `pkg/apis/core/helper/helpers.go`.
    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from kubelab.api import formats
from kubelab.api.defaults.pod_resources import containers_total, is_pod_level
from kubelab.api.errors import Cause
from kubelab.api.quantity import QuantityError, milli, quantity, value
from kubelab.api.validation.names import label

_Json = dict[str, Any]

_CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTED = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
        "services.loadbalancers",
        "services.nodeports",
    }
)
_STANDARD = (
    _CONTAINER
    | _COUNTED
    | {"storage", "requests.storage"}
    | {f"{sort}.{name}" for sort in ("limits", "requests") for name in _CONTAINER}
)
_POD_LEVEL = ("cpu", "hugepages-", "memory")


def requirements(resources: _Json, claims: Collection[str], path: str) -> Iterator[Cause]:
    """What one container asks for; `claims` are the names of the pod's resource claims."""
    return _requirements(resources, container_resource_name, claims, path)


def overhead(amounts: _Json, path: str) -> Iterator[Cause]:
    """What the runtime itself takes beside the containers."""
    return _requirements({"limits": amounts}, container_resource_name, (), path)


def pod_requirements(spec: _Json, claims: Collection[str], path: str) -> Iterator[Cause]:
    """What is asked for the pod as a whole; it must hold its containers."""
    resources = spec["resources"]
    if spec.get("os", {}).get("name") == "windows":
        yield Cause.forbidden(path, "may not be set for a windows pod")
        return
    if "claims" in resources:
        yield Cause.forbidden(f"{path}.claims", "claims may not be set for Resources at pod-level")
    yield from _requirements(resources, _pod_name, claims, path)
    for sort in ("requests", "limits"):
        of_pod = resources.get(sort, {})
        for name, amount in containers_total(spec, sort).items():
            overcommits = sort == "limits" and not name.startswith("hugepages-")
            if name in of_pod and not overcommits and quantity(amount).nano > quantity(of_pod[name]).nano:
                detail = f"must be greater than or equal to aggregate container {sort} of {amount}"
                yield Cause.invalid(f"{path}.{sort}[{name}]", of_pod[name], detail)
    limits = resources.get("limits", {})
    for i, container in enumerate(spec.get("containers", ())):
        for name, amount in container.get("resources", {}).get("limits", {}).items():
            if name in limits and quantity(amount).nano > quantity(limits[name]).nano:
                detail = f"must be less than or equal to pod limits of {limits[name]}"
                yield Cause.invalid(f"{path}.containers[{i}][{name}].limits", amount, detail)


def _requirements(
    resources: _Json, name_is_right: Callable[[str], tuple[str, ...]], claims: Collection[str], path: str
) -> Iterator[Cause]:
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    for name, amount in limits.items():
        yield from _amount(name, amount, name_is_right, f"{path}.limits")
    for name, amount in requests.items():
        yield from _amount(name, amount, name_is_right, f"{path}.requests")
        if name in limits:
            asked, limit = quantity(amount).nano, quantity(limits[name]).nano
            if asked != limit and not may_overcommit(name):
                yield Cause.invalid(f"{path}.requests", amount, f"must be equal to {name} limit of {limits[name]}")
            elif asked > limit:
                detail = f"must be less than or equal to {name} limit of {limits[name]}"
                yield Cause.invalid(f"{path}.requests", amount, detail)
        elif not may_overcommit(name):
            yield Cause.required(f"{path}.limits", "Limit must be set for non overcommitable resources")
    named = {**limits, **requests}
    if not ("cpu" in named or "memory" in named) and any(name.startswith("hugepages-") for name in named):
        yield Cause.forbidden(path, "HugePages require cpu or memory")
    if "claims" in resources:
        yield from _claims(resources["claims"], claims, f"{path}.claims")


def _amount(name: str, amount: str, name_is_right: Callable[[str], tuple[str, ...]], path: str) -> Iterator[Cause]:
    for message in name_is_right(name):
        yield (
            _unsupported(f"{path}[{name}]", name)
            if message is _NOT_POD_LEVEL
            else Cause.invalid(f"{path}[{name}]", name, message)
        )
    if quantity(amount).nano < 0:
        yield Cause.invalid(f"{path}[{name}]", amount, "must be greater than or equal to 0")
    if is_counted(name) and milli(amount) % 1000:
        yield Cause.invalid(f"{path}[{name}]", amount, "must be an integer")
    if name.startswith("hugepages-") and not _is_whole_pages(name, amount):
        yield Cause.invalid(f"{path}[{name}]", amount, f"{amount} is not positive integer multiple of {name}")


def is_native(name: str) -> bool:
    """A resource of Kubernetes itself: without a prefix, or with one of kubernetes.io."""
    return "/" not in name or "kubernetes.io/" in name


def may_overcommit(name: str) -> bool:
    """Whether a limit may be larger than the request: not for devices, nor for huge pages."""
    return is_native(name) and not name.startswith("hugepages-")


def is_quota_resource(name: str) -> bool:
    """A resource that quotas know by itself."""
    return (name in _STANDARD and name != "storage") or _is_quota_of_huge_pages(name)


@lru_cache(maxsize=1024)
def is_extended(name: str) -> bool:
    """A resource that somebody's device plugin brings: `nvidia.com/gpu`."""
    return not is_native(name) and not name.startswith("requests.") and not formats.qualified_name(f"requests.{name}")


def is_counted(name: str) -> bool:
    """A resource of which there are only whole ones."""
    return name in _COUNTED or ("/" in name and is_extended(name))


@lru_cache(maxsize=1024)
def resource_name(name: str) -> tuple[str, ...]:
    """What is wrong with the name of a resource, wherever it stands."""
    messages = tuple(formats.qualified_name(name))
    if not messages and "/" not in name and name not in _STANDARD and not _is_quota_of_huge_pages(name):
        return ("must be a standard resource type or fully qualified",)
    return messages


@lru_cache(maxsize=1024)
def container_resource_name(name: str) -> tuple[str, ...]:
    """What is wrong with the name of a resource that a container asks for."""
    messages = resource_name(name)
    if "/" not in name:
        if name not in _CONTAINER and not name.startswith("hugepages-"):
            return (*messages, "must be a standard resource for containers")
    elif not is_native(name) and not is_extended(name):
        return (*messages, "doesn't follow extended resource name standard")
    return messages


_NOT_POD_LEVEL = "not a resource of pods"


def _pod_name(name: str) -> tuple[str, ...]:
    return resource_name(name) or (() if is_pod_level(name) else (_NOT_POD_LEVEL,))


def _unsupported(path: str, name: str) -> Cause:
    return Cause.not_supported(path, name, _POD_LEVEL)


def _is_quota_of_huge_pages(name: str) -> bool:
    return name.startswith(("hugepages-", "requests.hugepages-"))


def _is_whole_pages(name: str, amount: str) -> bool:
    try:
        page = quantity(name.removeprefix("hugepages-"))
    except QuantityError:
        return False
    return page.nano > 0 and page.nano % 10**9 == 0 and value(amount) % (page.nano // 10**9) == 0


def _claims(references: Sequence[_Json], known: Collection[str], path: str) -> Iterator[Cause]:
    seen: list[str] = []
    for i, reference in enumerate(references):
        name, request = reference.get("name", ""), reference.get("request", "")
        if not name:
            yield Cause.required(f"{path}[{i}]")
            continue
        if name in seen:
            yield Cause.duplicate(f"{path}[{i}]", name)
        else:
            key = f"{name}/{request}" if request else name
            if request:
                yield from label(request, f"{path}[{i}].request")
            if key in seen:
                yield Cause.duplicate(f"{path}[{i}]", key)
            elif not request and any(each.startswith(f"{name}/") for each in seen):
                yield Cause.duplicate(f"{path}[{i}]", name)
            seen.append(key)
        if name not in known:
            listed = f": {', '.join(sorted(known))}" if known else " which is empty"
            detail = f"must be one of the names in pod.spec.resourceClaims{listed}"
            missing = Cause.not_found(f"{path}[{i}]", name)
            yield Cause(missing.field, missing.reason, f"{missing.message}: {detail}")

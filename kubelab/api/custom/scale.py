"""The scale of custom resources: their definitions say where the numbers of replicas are.

In Kubernetes
    `ScaleREST` in `k8s.io/apiextensions-apiserver/pkg/registry/customresource/etcd.go`.
    https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#scale-subresource
"""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.model import custom_value
from kubelab.api.custom.paths import find_first
from kubelab.api.custom.served_version import served_version
from kubelab.api.errors import ApiError, bad_request, invalid
from kubelab.api.kinds import Kind, kind_of
from kubelab.api.objects import to_dict
from kubelab.api.validation import validate


def custom_scale(obj: Any) -> tuple[int | None, int, str]:
    """How many replicas a custom resource should have (None: it does not say) and has, and which pods these are."""
    plain, scale = to_dict(obj), served_version(kind_of(obj)).scale or {}
    wanted, there = find_first(plain, scale["specReplicasPath"]), find_first(plain, scale["statusReplicasPath"])
    selector = find_first(plain, scale["labelSelectorPath"]) if scale.get("labelSelectorPath") else ""
    return wanted, there or 0, selector or ""


def replicas_missing(kind: Kind) -> ApiError:
    """500: there is no number of replicas to show."""
    path = (served_version(kind).scale or {})["specReplicasPath"]
    message = f'Internal error occurred: the spec replicas field "{path}" does not exist'
    return ApiError(500, "InternalError", message)


def custom_scaled(kind: Kind, obj: Any, replicas: int | None) -> Any:
    """The custom resource with another number of replicas.

    Raises
    ------
    ApiError
        400: no number is given. 422: its schema does not allow it.
    """
    path = (served_version(kind).scale or {})["specReplicasPath"]
    if replicas is None:
        raise bad_request(f'the spec replicas field "{path}" cannot be empty')
    old = to_dict(obj)
    plain = holder = to_dict(obj)
    *above, field = path.removeprefix(".").split(".")
    for name in above:
        holder = holder.setdefault(name, {})
    holder[field] = replicas
    if causes := validate(plain, kind, old):
        raise invalid(kind.name, kind.group, obj.metadata.name, causes)
    return custom_value(kind, plain)

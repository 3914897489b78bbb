"""Validation of custom resources: by the schema of their version, and by what holds for every object.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/registry/customresource/{strategy,validator}.go`.
Left out
    Rules in CEL (`x-kubernetes-validations`): they are kept, and not applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.embedded import embedded_faults
from kubelab.api.custom.list_items import duplicates
from kubelab.api.custom.paths import find_first
from kubelab.api.custom.served_version import served_version
from kubelab.api.custom.values import NEW, value_faults
from kubelab.api.errors import Cause, go_value
from kubelab.api.kinds import Kind

_Json = dict[str, Any]


def custom_resource(obj: _Json, kind: Kind, old: _Json | None) -> Iterator[Cause]:
    """What is wrong with a custom resource; what an update leaves as it was is not judged again."""
    served = served_version(kind)
    schema = served.schema
    if schema is not None:
        yield from value_faults(obj, schema, before=NEW if old is None else old)
    if served.scale is not None:
        yield from _replicas(obj, served.scale)
    yield from embedded_faults(obj, schema)
    if old is None or not [*duplicates(old, schema)]:
        yield from duplicates(obj, schema)


def _replicas(obj: _Json, scale: dict[str, str]) -> Iterator[Cause]:
    """The numbers of replicas that `scale` reads are whole, and not negative."""
    for path in (scale["specReplicasPath"], scale["statusReplicasPath"]):
        number = find_first(obj, path)
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, int):
            detail = f"{path} accessor error: {_shown(number)} is of the type {_go_type(number)}, expected int64"
            yield Cause.invalid(path, 0, detail)
        elif number < 0:
            yield Cause.invalid(path, number, "should be a non-negative integer")
        elif number > 2**31 - 1:
            yield Cause.invalid(path, number, f"should be less than or equal to {2**31 - 1}")
    selector = find_first(obj, scale.get("labelSelectorPath") or ".nothing.at.all")
    if selector is not None and not isinstance(selector, str):
        path = scale["labelSelectorPath"]
        detail = f"{path} accessor error: {_shown(selector)} is of the type {_go_type(selector)}, expected string"
        yield Cause.invalid(path, "", detail)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else go_value(value)


def _go_type(value: Any) -> str:
    names = {bool: "bool", dict: "map[string]interface {}", float: "float64", int: "int64", list: "[]interface {}"}
    return names.get(type(value), "string")

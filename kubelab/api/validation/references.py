"""References to an object of any version: what an autoscaler scales, or reads a metric of.

In Kubernetes
    `ValidateCrossVersionObjectReference` and `ValidateAPIVersion` in `pkg/apis/autoscaling/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.metadata import path_segment
from kubelab.api.validation.names import invalid

_Json = dict[str, Any]


def reference(held: _Json, path: str, *, any_version: bool, core: bool) -> Iterator[Cause]:
    """A reference by kind, name and version.

    With `any_version` the version may be what it likes; with `core` it may be one of the core group's.
    """
    for field in ("kind", "name"):
        if not held.get(field):
            yield Cause.required(f"{path}.{field}")
        else:
            yield from invalid(f"{path}.{field}", held[field], path_segment(held[field]))
    wrong = "" if any_version else api_version_error(held, core=core)
    if wrong:
        yield Cause.invalid(f"{path}.apiVersion", held.get("apiVersion", ""), wrong)


def api_version_error(held: _Json, *, core: bool) -> str:
    """What is wrong with the version that a reference names; empty when nothing is."""
    version = held.get("apiVersion", "")
    if version.count("/") > 1:
        return f"unexpected GroupVersion string: {version}"
    group = version.partition("/")[0] if "/" in version else ""
    return "" if group or core else "apiVersion must specify API group"

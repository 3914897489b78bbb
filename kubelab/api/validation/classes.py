"""Whether a PriorityClass or a RuntimeClass can be.

In Kubernetes
    `pkg/apis/scheduling/validation/validation.go`, `pkg/apis/node/validation/validation.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass
    https://kubernetes.io/docs/concepts/containers/runtime-class/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.metadata import labels
from kubelab.api.validation.names import label
from kubelab.api.validation.resources import overhead
from kubelab.api.validation.scheduling import tolerations
from kubelab.api.validation.templates import immutable

_Json = dict[str, Any]
_SYSTEM = {"system-node-critical": 2_000_001_000, "system-cluster-critical": 2_000_000_000}
_HIGHEST = 1_000_000_000
_PREEMPTION = ("PreemptLowerPriority", "Never")


def priority_class(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A PriorityClass: the highest numbers and the names that begin with `system-` are the cluster's own."""
    if old is not None:
        if obj["value"] != old.get("value", 0):
            yield Cause.forbidden("value", "may not be changed in an update.")
        yield from immutable(obj.get("preemptionPolicy"), old.get("preemptionPolicy"), "preemptionPolicy")
        return
    name, value = obj["metadata"].get("name", ""), obj["value"]
    if name.startswith("system-"):
        wrong = _not_of_the_system(name, value, obj.get("globalDefault", False))
        if wrong:
            detail = "priority class names with 'system-' prefix are reserved for system use only. error:"
            yield Cause.forbidden("metadata.name", f"{detail} {wrong}")
    elif value > _HIGHEST:
        yield Cause.forbidden("value", f"maximum allowed value of a user defined priority is {_HIGHEST}")
    policy = obj.get("preemptionPolicy")
    if policy == "":
        yield Cause.required("preemptionPolicy")
    elif policy is not None and policy not in _PREEMPTION:
        yield Cause.not_supported("preemptionPolicy", policy, _PREEMPTION, as_given=True)


def _not_of_the_system(name: str, value: int, is_default: bool) -> str:
    if name not in _SYSTEM:
        return f"{name} is not a known system priority class"
    if value != _SYSTEM[name]:
        return f"value of {name} PriorityClass must be {_SYSTEM[name]}"
    return f"globalDefault of {name} PriorityClass must be false" if is_default else ""


def runtime_class(obj: _Json, old: _Json | None) -> Iterator[Cause]:
    """A RuntimeClass: which handler of the runtime, what it takes for itself, and on which nodes it is."""
    if old is not None:
        yield from immutable(obj["handler"], old.get("handler"), "handler")
        return
    if obj["handler"]:
        yield from label(obj["handler"], "handler")
    else:
        yield Cause.required("handler")
    if "overhead" in obj:
        yield from overhead(obj["overhead"].get("podFixed", {}), "overhead")
    if "scheduling" in obj:
        yield from labels(obj["scheduling"].get("nodeSelector"), "scheduling.nodeSelector")
        yield from tolerations(obj["scheduling"].get("tolerations", ()), "scheduling.tolerations")

"""Priority: a pod's priority is a number, which it may only name; and of all classes one at most is for the silent.

In Kubernetes
    `plugin/pkg/admission/priority/admission.go`; the two system classes are made in
    `pkg/registry/scheduling/rest/storage_scheduling.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

from __future__ import annotations

from typing import Any

from kubelab.control_plane.api_server.admission_plugins.request import UNKNOWN, Request

_SYSTEM = {"system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000}
_COMPUTED = "must not be provided in pod spec; priority admission controller computed"
_PREEMPTS = "PreemptLowerPriority"


def priority(obj: dict[str, Any], request: Request) -> None:
    """Writes down what the pod's class means: its priority, and whether it may push others away."""
    if request.kind.builtin != "Pod":
        return
    spec = obj["spec"]
    name = spec.get("priorityClassName", "")
    number, policy = _named(obj, name, request) if name else _by_default(spec, request)
    if spec.get("priority", number) != number:
        text = f"the integer value of priority ({spec['priority']}) {_COMPUTED} {number}"
        raise request.refuse(obj, f"{text} from the given PriorityClass name")
    if spec.get("preemptionPolicy", policy) != policy:
        text = f"the string value of PreemptionPolicy ({spec['preemptionPolicy']}) {_COMPUTED} {policy}"
        raise request.refuse(obj, f"{text} from the given PriorityClass name")
    spec["priority"], spec["preemptionPolicy"] = number, policy


def _named(obj: dict[str, Any], name: str, request: Request) -> tuple[int, str]:
    found = request.find("PriorityClass", None, name)
    if found is None or found is UNKNOWN:
        if name in _SYSTEM:  # which the API server makes again when they are gone
            return _SYSTEM[name], _PREEMPTS
        raise request.refuse(obj, f"no PriorityClass with name {name} was found")
    return found.value, found.preemptionPolicy or _PREEMPTS


def _by_default(spec: dict[str, Any], request: Request) -> tuple[int, str]:
    found = _global_default(request)
    if found is None:
        return 0, _PREEMPTS
    spec["priorityClassName"] = found.metadata.name
    return found.value, found.preemptionPolicy or _PREEMPTS


def _global_default(request: Request) -> Any:
    """The class of pods that name none; of several that a race has made, the lowest."""
    marked = [each for each in request.list("PriorityClass") if each.globalDefault]
    return min(marked, key=lambda each: each.value, default=None)


def one_global_default(value: Any, old: Any, request: Request) -> None:
    """Refuses a second class for pods that name none."""
    if request.kind.builtin != "PriorityClass" or not value.globalDefault:
        return
    held = _global_default(request)
    if held is not None and (old is None or held.metadata.name != value.metadata.name):
        detail = f"PriorityClass {held.metadata.name} is already marked as default. Only one default can exist"
        raise request.refuse(value, detail)

"""RuntimeClass: a pod that names a runtime gets what that costs, and goes where it is.

In Kubernetes
    `plugin/pkg/admission/runtimeclass/admission.go`.
    https://kubernetes.io/docs/concepts/containers/runtime-class/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.api.quantity import quantity
from kubelab.control_plane.api_server.admission_plugins.request import UNKNOWN, Request

_Json = dict[str, Any]


def runtime_class(obj: _Json, request: Request) -> None:
    """Adds a runtime's overhead, node selector and tolerations to a pod; without a runtime there is no overhead."""
    if request.kind.builtin != "Pod":
        return
    spec = obj["spec"]
    name = spec.get("runtimeClassName")
    found = request.find("RuntimeClass", None, name) if name else None
    if name and found in (None, UNKNOWN):
        raise request.refuse(obj, f'pod rejected: RuntimeClass "{name}" not found')
    _set_overhead(obj, found, request)
    if found is not None and found.scheduling is not None:
        _set_scheduling(obj, to_dict(found.scheduling), request)


def _set_overhead(obj: _Json, found: Any, request: Request) -> None:
    spec = obj["spec"]
    given = spec.get("overhead")
    if found is None or found.overhead is None:
        if given:
            detail = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
            raise request.refuse(obj, detail)
        return
    fixed = dict(found.overhead.podFixed or {})
    if given is not None and _exact(given) != _exact(fixed):
        raise request.refuse(obj, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if fixed:
        spec["overhead"] = fixed


def _set_scheduling(obj: _Json, scheduling: _Json, request: Request) -> None:
    spec = obj["spec"]
    wanted = dict(spec.get("nodeSelector", {}))
    for key, value in scheduling.get("nodeSelector", {}).items():
        if wanted.get(key, value) != value:
            detail = (
                f"conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; "
                f"pod.spec.nodeSelector[{key}] = {wanted[key]}"
            )
            raise request.refuse(obj, detail)
        wanted[key] = value
    if wanted:
        spec["nodeSelector"] = wanted
    tolerations = _merged(spec.get("tolerations", []), scheduling.get("tolerations", []))
    if tolerations:
        spec["tolerations"] = tolerations


def _merged(own: list[_Json], added: list[_Json]) -> list[_Json]:
    """Both lists as one, without those that another covers.

    In Kubernetes
        `MergeTolerations` in `pkg/util/tolerations/tolerations.go`.
    """
    together, merged = [*own, *added], list[_Json]()
    for i, toleration in enumerate(together):
        later = [other for other in together[i + 1 :] if other != toleration]
        if not any(_covers(other, toleration) for other in (*merged, *later)):
            merged.append(toleration)
    return merged


def _covers(wide: _Json, narrow: _Json) -> bool:
    if wide == narrow:
        return True
    key, operator, effect = wide.get("key", ""), wide.get("operator", ""), wide.get("effect", "")
    if narrow.get("key", "") != key and not (not key and operator == "Exists"):
        return False
    if effect and narrow.get("effect", "") != effect:
        return False
    if effect == "NoExecute" and "tolerationSeconds" in wide:
        seconds = narrow.get("tolerationSeconds")
        if seconds is None or seconds > wide["tolerationSeconds"]:
            return False
    if operator in ("", "Equal"):
        return narrow.get("operator") == "Equal" and narrow.get("value", "") == wide.get("value", "")
    return operator == "Exists"


def _exact(amounts: dict[str, str]) -> dict[str, int]:
    return {name: quantity(amount).nano for name, amount in amounts.items()}

"""What of a pod may still change: next to nothing, for a pod is replaced, not repaired.

In Kubernetes
    `ValidatePodUpdate` in `pkg/apis/core/validation/validation.go`.
Left out
    The difference that the refusal shows is a list of fields here, in Kubernetes a dump of Go structs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause, go_value
from kubelab.api.validation.annotations import annotation_updates
from kubelab.api.validation.gated_pods import as_gated

_Json = dict[str, Any]
_LARGEST = 2**31 - 1
_UPDATABLE = (
    "`spec.containers[*].image`",
    "`spec.initContainers[*].image`",
    "`spec.activeDeadlineSeconds`",
    "`spec.tolerations` (only additions to existing tolerations)",
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
)


def pod_update(new: _Json, old: _Json) -> list[Cause]:
    """What the update of a pod may not do."""
    spec, before = new.get("spec", {}), old.get("spec", {})
    old_annotations = old.get("metadata", {}).get("annotations", {})
    causes = list(
        annotation_updates(new.get("metadata", {}).get("annotations", {}), old_annotations, "metadata.annotations")
    )
    for sort in ("containers", "initContainers"):
        if len(spec.get(sort, ())) != len(before.get(sort, ())):
            detail = "pod updates may not add or remove containers"
            return [*causes, Cause.forbidden(f"spec.{sort}", detail)]
    causes += _deadline(spec.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"))
    causes += _tolerations(spec.get("tolerations", []), before.get("tolerations", []))
    causes += _gates(spec.get("schedulingGates", []), before.get("schedulingGates", []))
    if spec == before:
        return causes
    compared = _without_the_updatable(spec, before)
    if before.get("schedulingGates"):
        compared, wrong = as_gated(compared, before)
        causes += wrong
    if compared != before:
        detail = f"pod updates may not change fields other than {','.join(_UPDATABLE)}"
        shown = "\n".join(_differences(before, compared, ""))
        causes.append(Cause.forbidden("spec", f"{detail}\n{shown}\n"))
    return causes


def _deadline(new: int | None, old: int | None) -> Iterator[Cause]:
    path = "spec.activeDeadlineSeconds"
    if new is None:
        if old is not None:
            yield Cause.invalid(path, None, "must not update from a positive integer to nil value")
    elif not 0 <= new <= _LARGEST:
        yield Cause.invalid(path, new, f"must be between 0 and {_LARGEST}, inclusive")
    elif old is not None and old < new:
        yield Cause.invalid(path, new, "must be less than or equal to previous value")


def _tolerations(new: Sequence[_Json], old: Sequence[_Json]) -> Iterator[Cause]:
    kept = [_lasting(toleration) for toleration in new]
    if any(_lasting(toleration) not in kept for toleration in old):
        detail = "existing toleration can not be modified except its tolerationSeconds"
        yield Cause.forbidden("spec.tolerations", detail)


def _lasting(toleration: _Json) -> _Json:
    return {field: value for field, value in toleration.items() if field != "tolerationSeconds"}


def _gates(new: Sequence[_Json], old: Sequence[_Json]) -> Iterator[Cause]:
    known = [gate.get("name") for gate in old]
    for i, gate in enumerate(new):
        if gate.get("name") not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            yield Cause.forbidden(f"spec.schedulingGates[{i}].name", detail)


def _without_the_updatable(spec: _Json, before: _Json) -> _Json:
    """The new spec with the old values of all that may change."""
    compared = dict(spec)
    for sort in ("containers", "initContainers"):
        if sort in spec:
            compared[sort] = [
                {**container, "image": known.get("image", "")}
                for container, known in zip(spec[sort], before[sort], strict=True)
            ]
    fields = ["activeDeadlineSeconds", "schedulingGates", "tolerations"]
    if before.get("terminationGracePeriodSeconds", 0) < 0 and spec.get("terminationGracePeriodSeconds") == 1:
        fields.append("terminationGracePeriodSeconds")
    for field in fields:
        compared.pop(field, None)
        if field in before:
            compared[field] = before[field]
    return compared


def _differences(old: Any, new: Any, path: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for i, (was, becomes) in enumerate(zip(old, new, strict=True)):
            yield from _differences(was, becomes, f"{path}[{i}]")
    elif old != new:
        if old is not None:
            yield f"- {path}: {go_value(old)}"
        if new is not None:
            yield f"+ {path}: {go_value(new)}"

"""What the scheduler is told beside affinity: tolerations, spreading, gates.

In Kubernetes
    `ValidateTolerations`, `validateTopologySpreadConstraints` and `validateSchedulingGates` in
    `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.affinity import label_keys
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import one_of_if_given, qualified

_Json = dict[str, Any]
_EFFECTS = ("NoExecute", "NoSchedule", "PreferNoSchedule")
_OPERATORS = ("Equal", "Exists")
_COMPARISONS = ("Lt", "Gt")
_ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
_INCLUSIONS = ("Honor", "Ignore")


def tolerations(held: Sequence[_Json], path: str) -> Iterator[Cause]:
    """The taints that a pod puts up with."""
    for i, toleration in enumerate(held):
        yield from _toleration(toleration, f"{path}[{i}]")


def _toleration(toleration: _Json, path: str) -> Iterator[Cause]:
    key, operator = toleration.get("key", ""), toleration.get("operator", "")
    value, effect = toleration.get("value", ""), toleration.get("effect", "")
    if key:
        yield from qualified(key, f"{path}.key")
    elif operator != "Exists":
        detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield Cause.invalid(f"{path}.operator", operator, detail)
    if "tolerationSeconds" in toleration and effect != "NoExecute":
        yield Cause.invalid(f"{path}.effect", effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    if operator in ("", "Equal"):
        if messages := formats.label_value(value):
            yield Cause.invalid(f"{path}.operator", value, ";".join(messages))
    elif operator == "Exists":
        if value:
            yield Cause.invalid(f"{path}.operator", value, "value must be empty when `operator` is 'Exists'")
    elif operator in _COMPARISONS:
        # comparing numbers is behind a feature gate that is off in a default cluster
        yield Cause.not_supported(f"{path}.operator", operator, (*_OPERATORS, *_COMPARISONS))
    else:
        yield Cause.not_supported(f"{path}.operator", operator, _OPERATORS)
    if effect and effect not in _EFFECTS:
        yield Cause.not_supported(f"{path}.effect", effect, _EFFECTS)


def spread_constraints(constraints: Sequence[_Json], path: str) -> Iterator[Cause]:
    """How evenly pods shall lie over the cluster."""
    for i, constraint in enumerate(constraints):
        where = f"{path}[{i}]"
        skew, action = constraint.get("maxSkew", 0), constraint.get("whenUnsatisfiable", "")
        if skew <= 0:
            yield Cause.invalid(f"{where}.maxSkew", skew, "must be greater than zero")
        topology_key = constraint.get("topologyKey", "")
        if not topology_key:
            yield Cause.required(f"{where}.topologyKey", "can not be empty")
        if action not in _ACTIONS:
            yield Cause.not_supported(f"{where}.whenUnsatisfiable", action, _ACTIONS)
        for other in constraints[i + 1 :]:
            if other.get("topologyKey", "") == topology_key and other.get("whenUnsatisfiable", "") == action:
                same = f"{{{topology_key}, {action}}}"
                yield Cause.duplicate(f"{where}.{{topologyKey, whenUnsatisfiable}}", same)
                break
        yield from _min_domains(constraint.get("minDomains"), action, f"{where}.minDomains")
        for policy in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            yield from one_of_if_given(constraint.get(policy), f"{where}.{policy}", _INCLUSIONS)
        yield from label_keys(constraint, where)
        yield from label_selector(constraint.get("labelSelector"), f"{where}.labelSelector")


def _min_domains(number: int | None, action: str, path: str) -> Iterator[Cause]:
    if number is None:
        return
    if number <= 0:
        yield Cause.invalid(path, number, "must be greater than zero")
    if action != "DoNotSchedule":
        detail = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}"
        yield Cause.invalid(path, number, detail)


def scheduling_gates(gates: Sequence[_Json], path: str) -> Iterator[Cause]:
    """The gates that keep a pod from being scheduled."""
    seen: dict[str, None] = {}
    for i, gate in enumerate(gates):
        name = gate.get("name", "")
        yield from qualified(name, f"{path}[{i}]")
        if name in seen:
            yield Cause.duplicate(f"{path}[{i}]", name)
        seen[name] = None


def readiness_gates(gates: Sequence[_Json], path: str) -> Iterator[Cause]:
    """The conditions that must hold beside the containers' readiness."""
    for i, gate in enumerate(gates):
        yield from qualified(gate.get("conditionType", ""), f"{path}[{i}].conditionType")

"""Affinity: the nodes a pod wants, and the pods it wants near or far.

In Kubernetes
    `validateAffinity` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import invalid, label, qualified

_Json = dict[str, Any]
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity(wanted: _Json, path: str) -> Iterator[Cause]:
    """The affinity of a pod."""
    if "nodeAffinity" in wanted:
        yield from _node_affinity(wanted["nodeAffinity"], f"{path}.nodeAffinity")
    for sort in ("podAffinity", "podAntiAffinity"):
        if sort in wanted:
            yield from _pod_affinity(wanted[sort], f"{path}.{sort}")


def _node_affinity(wanted: _Json, path: str) -> Iterator[Cause]:
    if _REQUIRED in wanted:
        yield from node_selector(wanted[_REQUIRED], f"{path}.{_REQUIRED}")
    for i, preferred in enumerate(wanted.get(_PREFERRED, ())):
        where = f"{path}.{_PREFERRED}[{i}]"
        yield from _weight(preferred, where)
        # a preference for a value that no node can have is a wish that stays unfulfilled, not a fault
        yield from _node_selector_term(preferred.get("preference", {}), f"{where}.preference", check_values=False)


def node_selector(selector: _Json, path: str) -> Iterator[Cause]:
    """The terms of which a node must meet one."""
    terms = selector.get("nodeSelectorTerms", [])
    if not terms:
        yield Cause.required(f"{path}.nodeSelectorTerms", "must have at least one node selector term")
    for i, term in enumerate(terms):
        yield from _node_selector_term(term, f"{path}.nodeSelectorTerms[{i}]", check_values=True)


def _node_selector_term(term: _Json, path: str, check_values: bool) -> Iterator[Cause]:
    for i, requirement in enumerate(term.get("matchExpressions", ())):
        yield from _node_requirement(requirement, f"{path}.matchExpressions[{i}]", check_values)
    for i, requirement in enumerate(term.get("matchFields", ())):
        yield from _node_field(requirement, f"{path}.matchFields[{i}]")


def _node_requirement(requirement: _Json, path: str, check_values: bool) -> Iterator[Cause]:
    operator, values = requirement.get("operator", ""), requirement.get("values", [])
    if operator in ("In", "NotIn"):
        if not values:
            yield Cause.required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield Cause.forbidden(f"{path}.values", detail)
    elif operator in ("Gt", "Lt"):
        if len(values) != 1:
            yield Cause.required(f"{path}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
    else:
        yield Cause.invalid(f"{path}.operator", operator, "not a valid selector operator")
    yield from qualified(requirement.get("key", ""), f"{path}.key")
    if check_values:
        for i, value in enumerate(values):
            yield from invalid(f"{path}.values[{i}]", value, formats.label_value(value))


def _node_field(requirement: _Json, path: str) -> Iterator[Cause]:
    operator, values = requirement.get("operator", ""), requirement.get("values", [])
    if operator not in ("In", "NotIn"):
        yield Cause.invalid(f"{path}.operator", operator, "not a valid selector operator")
    elif len(values) != 1:
        detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        yield Cause.required(f"{path}.values", detail)
    key = requirement.get("key", "")
    if key != "metadata.name":
        yield Cause.invalid(f"{path}.key", key, "not a valid field selector key")
    else:
        for i, value in enumerate(values):
            yield from invalid(f"{path}.values[{i}]", value, formats.dns1123_subdomain(value))


def _weight(preferred: _Json, path: str) -> Iterator[Cause]:
    weight = preferred.get("weight", 0)
    if not 1 <= weight <= 100:
        yield Cause.invalid(f"{path}.weight", weight, "must be in the range 1-100")


def _pod_affinity(wanted: _Json, path: str) -> Iterator[Cause]:
    for i, term in enumerate(wanted.get(_REQUIRED, ())):
        yield from _pod_term(term, f"{path}.{_REQUIRED}[{i}]")
    for i, weighted in enumerate(wanted.get(_PREFERRED, ())):
        where = f"{path}.{_PREFERRED}[{i}]"
        yield from _weight(weighted, where)
        yield from _pod_term(weighted.get("podAffinityTerm", {}), f"{where}.podAffinityTerm")


def _pod_term(term: _Json, path: str) -> Iterator[Cause]:
    yield from label_selector(term.get("labelSelector"), f"{path}.labelSelector")
    yield from label_selector(term.get("namespaceSelector"), f"{path}.namespaceSelector")
    for name in term.get("namespaces", ()):
        yield from label(name, f"{path}.namespace")
    yield from label_keys(term, path)
    topology_key = term.get("topologyKey", "")
    if not topology_key:
        yield Cause.required(f"{path}.topologyKey", "can not be empty")
    yield from qualified(topology_key, f"{path}.topologyKey")


def label_keys(term: _Json, path: str) -> Iterator[Cause]:
    """`matchLabelKeys` and `mismatchLabelKeys`: keys whose values are taken from the pod itself."""
    selector = term.get("labelSelector")
    match, mismatch = term.get("matchLabelKeys", []), term.get("mismatchLabelKeys", [])
    yield from _keys(match, selector, f"{path}.matchLabelKeys")
    yield from _keys(mismatch, selector, f"{path}.mismatchLabelKeys")
    if match and selector is not None:
        seen = dict.fromkeys(selector.get("matchLabels", ()))
        for requirement in selector.get("matchExpressions", ()):
            key = requirement.get("key", "")
            if key in match and key in seen:
                where = f"{path}[{len(match) - 1 - match[::-1].index(key)}]"
                yield Cause.invalid(where, key, "exists in both matchLabelKeys and labelSelector")
            seen[key] = None
    for i, key in enumerate(match):
        if key in mismatch:
            detail = "exists in both matchLabelKeys and mismatchLabelKeys"
            yield Cause.invalid(f"{path}.matchLabelKeys[{i}]", key, detail)


def _keys(keys: Sequence[str], selector: _Json | None, path: str) -> Iterator[Cause]:
    if keys and selector is None:
        yield Cause.forbidden(path, "must not be specified when labelSelector is not set")
        return
    for i, key in enumerate(keys):
        yield from qualified(key, f"{path}[{i}]")

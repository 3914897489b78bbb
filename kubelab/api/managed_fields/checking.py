"""Checking that a value is of its type, with the messages that appliers get to see.

In Kubernetes
    `typed/validate.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.managed_fields import elements
from kubelab.api.managed_fields.elements import Path
from kubelab.api.managed_fields.types import ListType, MapType, Type, TypedError
from kubelab.api.managed_fields.values import go_plain, go_syntax, go_type

Faults = list[tuple[Path, str]]


def check(of: Type, value: Any, *, duplicates: bool = False) -> None:
    """Refuse a value that is not of the type; `duplicates` lets items of one key stand in a list.

    Raises
    ------
    TypedError
        What is wrong, and where.
    """
    faults: Faults = []
    _check(of, value, (), duplicates, faults)
    if faults:
        raise TypedError(faults)


def _check(of: Type, value: Any, path: Path, duplicates: bool, faults: Faults) -> None:
    shape = of.shape_of(value)
    if shape == "scalar":
        fault = scalar_fault(of.scalar, value)
        if fault:
            faults.append((path, fault))
    elif value is None:
        return
    elif shape == "map" and of.mapping is not None:
        _check_map(of.mapping, value, path, duplicates, faults)
    elif of.listing is not None:
        _check_list(of.listing, value, path, duplicates, faults)


def _check_map(of: MapType, value: Any, path: Path, duplicates: bool, faults: Faults) -> None:
    if not isinstance(value, dict):
        faults.append((path, f"expected map, got &{{{go_plain(value)}}}"))
        return
    for name, item in value.items():
        held, here = of.of(name), (*path, elements.field(name))
        if held is None:
            faults.append((here, "field not declared in schema"))
        else:
            _check(held, item, here, duplicates, faults)


def _check_list(of: ListType, value: Any, path: Path, duplicates: bool, faults: Faults) -> None:
    if not isinstance(value, list):
        faults.append((path, f"expected list, got &{{{go_plain(value)}}}"))
        return
    seen: dict[str, None] = {}
    for index, item in enumerate(value):
        element = f"{elements.INDEX}{index}"
        if of.associative:
            try:
                element = of.element_of(item)
            except ValueError as error:
                faults.append((path, f"element {index}: {error}"))
                return
            if element in seen and not duplicates:
                faults.append((path, f"duplicate entries for key {elements.shown((element,))}"))
            seen[element] = None
        _check(of.element, item, (*path, element), duplicates, faults)


def scalar_fault(scalar: str | None, value: Any) -> str:
    """What is wrong with a value for a scalar type; empty when it is right. Null is always right."""
    if value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match scalar:
        case "numeric" if not number:
            return f"expected numeric (int or float), got {go_type(value)}"
        case "string" if not isinstance(value, str):
            return f"expected string, got &value.valueUnstructured{{Value:{go_syntax(value)}}}"
        case "boolean" if not isinstance(value, bool):
            return f"expected boolean, got &{{{go_plain(value)}}}"
        case "untyped" if isinstance(value, dict | list):
            return f"expected any scalar, got &{{{go_plain(value)}}}"
    return ""

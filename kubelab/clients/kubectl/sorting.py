"""`--sort-by`: objects in the order of a field.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/get/sorter.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import to_dict
from kubelab.api.quantity import QuantityError, quantity
from kubelab.clients.go_sort import go_sorted
from kubelab.clients.kubectl import jsonpath
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found

_MISSING = object()


def in_order_of(path: str, found: list[Found]) -> list[Found]:
    """Objects in the order of a field; those without it come first.

    Raises
    ------
    CommandError
        None of them has it.
    """
    values = [_value(path, item) for item in found]
    if found and all(value is _MISSING for value in values):
        whole = path if path.startswith("{") else "{" + (path if path.startswith(".") else f".{path}") + "}"
        raise error(f'couldn\'t find any field with path "{whole}" in the list of objects')
    pairs = list(zip(values, found, strict=True))
    return [item for _, item in go_sorted(pairs, _comes_first)]


def _comes_first(one: tuple[Any, Found], other: tuple[Any, Found]) -> bool:
    return _is_less(one[0], other[0])


def _value(path: str, item: Found) -> Any:
    held = jsonpath.find(path.strip("{}"), to_dict(item.obj))
    return held[0] if held else _MISSING


def _is_less(value: Any, other: Any) -> bool:
    if value is _MISSING:
        return True
    if other is _MISSING:
        return False
    if isinstance(value, str) and isinstance(other, str):
        try:
            return quantity(value).nano < quantity(other).nano
        except QuantityError:
            return value < other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return value < other
    return False

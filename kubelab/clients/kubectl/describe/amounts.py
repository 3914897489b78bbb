"""Sums of resources: what the containers of a pod ask for together, and which share of a node that is.

In Kubernetes
    `k8s.io/component-helpers/resource`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelab.api.quantity import canonical, quantity

_UNITS = {"binary": ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki"), "decimal": (), "exponent": ()}


class Amounts:
    """Quantities by the name of their resource."""

    def __init__(self, texts: Mapping[str, Any] | None = None) -> None:
        self._nano: dict[str, int] = {}
        self._binary: dict[str, bool] = {}
        for name, text in (texts or {}).items():
            held = quantity(text)
            self._nano[name], self._binary[name] = held.nano, held.family == "binary"

    def __add__(self, other: Amounts) -> Amounts:
        return self._joined(other, _plus)

    def at_least(self, other: Amounts) -> Amounts:
        """The larger of two amounts, resource by resource."""
        return self._joined(other, max)

    def overridden(self, other: Amounts) -> Amounts:
        """These amounts, but the other's where it has any."""
        return self._joined(other, _second, only_there=True)

    def _joined(self, other: Amounts, join: Any, only_there: bool = False) -> Amounts:
        result = Amounts()
        result._nano, result._binary = dict(self._nano), dict(self._binary)
        for name, nano in other._nano.items():
            result._nano[name] = nano if name not in self._nano else join(self._nano[name], nano)
            if only_there or name not in self._nano or not self._nano[name]:
                result._binary[name] = other._binary[name]
        return result

    def names(self) -> list[str]:
        """The resources, sorted."""
        return sorted(self._nano)

    def shown(self, name: str) -> str:
        """An amount as Kubernetes writes it: `250m`, `128Mi`, `0`."""
        nano = self._nano.get(name, 0)
        if not self._binary.get(name):
            return canonical(f"{nano}n")
        whole = -(-nano // 10**9)
        for power, unit in enumerate(_UNITS["binary"]):
            size = 1024 ** (6 - power)
            if whole and whole % size == 0:
                return f"{whole // size}{unit}"
        return str(whole)

    def share(self, name: str, room: Amounts) -> str:
        """An amount and its share of what there is: `250m (12%)`."""
        there = room._nano.get(name, 0)
        percent = self._nano.get(name, 0) * 100 // there if there else 0
        return f"{self.shown(name)} ({percent}%)"


def in_family_of(text: str, other: str) -> str:
    """A whole amount, written with the suffixes of another: `1024` beside `2Gi` is `1Ki`."""
    whole = -(-quantity(text).nano // 10**9)
    amounts = Amounts({"": other})
    amounts._nano[""] = whole * 10**9
    return amounts.shown("")


def pod_amounts(pod: Any) -> tuple[Amounts, Amounts]:
    """What a pod requests, and what it is limited to."""
    return _sum(pod.spec, "requests"), _sum(pod.spec, "limits")


def _sum(spec: Any, part: str) -> Amounts:
    """Containers run together; init containers run before them, one by one; sidecars run beside both."""
    total, before, sidecars = Amounts(), Amounts(), Amounts()
    for container in spec.containers or ():
        total += _of(container.resources, part)
    for container in spec.initContainers or ():
        own = _of(container.resources, part)
        if container.restartPolicy == "Always":
            sidecars += own
            before = before.at_least(sidecars)
        else:
            before = before.at_least(own + sidecars)
    total = (total + sidecars).at_least(before)
    total = total.overridden(_of(spec.resources, part))
    if spec.overhead and (part == "requests" or total.names()):
        total += Amounts(spec.overhead)
    return total


def _of(resources: Any, part: str) -> Amounts:
    return Amounts(getattr(resources, part) if resources else None)


def _plus(one: int, other: int) -> int:
    return one + other


def _second(one: int, other: int) -> int:
    return other

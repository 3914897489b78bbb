"""Types: what may be where in an object, and which of its parts are owned apart and which as a whole.

In Kubernetes
    `schema/elements.go` of `sigs.k8s.io/structured-merge-diff`; the markers `+listType`, `+listMapKey`, `+mapType`
    and `+structType`: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from kubelab.api.managed_fields import elements


class TypedError(Exception):
    """A value is not of its type: `faults` are (path, what is wrong)."""

    def __init__(self, faults: list[tuple[elements.Path, str]]) -> None:
        self.faults = faults
        lines = [f"{elements.shown(path)}: {fault}" if path else fault for path, fault in faults]
        super().__init__(lines[0] if len(lines) == 1 else "\n".join(["errors:", *(f"  {line}" for line in lines)]))


class ListType(NamedTuple):
    """A list: `associative` items are owned one by one and known by their `keys` (or, without keys, by their value).

    `defaults` are the keys that an item has when it does not say them.
    """

    element: Type
    associative: bool = False
    keys: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = {}

    def element_of(self, item: Any) -> str:
        """The step to an item.

        Raises
        ------
        ValueError
            The item has nothing to know it by.
        """
        if not self.keys:
            if isinstance(item, dict):
                raise ValueError("associative list without keys has an element that's a map type")
            if isinstance(item, list):
                raise ValueError("not supported: associative list with lists as elements")
            if item is None:
                raise ValueError("associative list without keys has an element that's an explicit null")
            return elements.value(item)
        if item is None:
            raise ValueError("associative list with keys may not have a null element")
        if not isinstance(item, dict):
            raise ValueError("associative list with keys may not have non-map elements")
        found = {}
        for name in self.keys:
            if name in item:
                found[name] = item[name]
            elif name in self.defaults:
                found[name] = self.defaults[name]
        if not found:
            listed = " ".join(f'"{name}"' for name in self.keys)
            raise ValueError(
                f"associative list with keys has an element that omits all key fields [{listed}] "
                "(and doesn't have default values for any key fields)"
            )
        return elements.key(found)


class MapType(NamedTuple):
    """An object: its named `fields`, and what any other key holds (None: there are no others)."""

    fields: Mapping[str, Type]
    element: Type | None = None
    atomic: bool = False

    def of(self, name: str) -> Type | None:
        """The type of what a key holds; None where there is no such key."""
        return self.fields.get(name) or self.element


class Type:
    """What a value may be: a scalar (`string`, `numeric`, `boolean`, `untyped`), a list, an object, or any of them."""

    __slots__ = ("listing", "mapping", "scalar")

    def __init__(
        self, scalar: str | None = None, listing: ListType | None = None, mapping: MapType | None = None
    ) -> None:
        self.scalar, self.listing, self.mapping = scalar, listing, mapping

    def shape_of(self, value: Any) -> str:
        """What a value of this type is taken for: `scalar`, `list` or `map`.

        Null, and what the type does not allow, is taken for what the type is in the first place.
        """
        if isinstance(value, dict):
            if self.mapping is not None:
                return "map"
        elif isinstance(value, list):
            if self.listing is not None:
                return "list"
        elif value is not None and self.scalar is not None:
            return "scalar"
        return "map" if self.mapping is not None else "scalar" if self.scalar is not None else "list"


STRING, NUMERIC, BOOLEAN, UNTYPED = Type("string"), Type("numeric"), Type("boolean"), Type("untyped")


def _untyped_atomic() -> Type:
    made = Type("untyped")
    made.listing, made.mapping = ListType(made), MapType({}, made, atomic=True)
    return made


def _deduced() -> Type:
    made = Type("untyped", ListType(UNTYPED_ATOMIC))
    made.mapping = MapType({}, made)
    return made


UNTYPED_ATOMIC = _untyped_atomic()
"""Anything, owned as a whole."""

DEDUCED = _deduced()
"""Anything, typed by what it is: objects are owned key by key, lists as a whole."""

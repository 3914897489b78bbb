"""Comparing two objects field by field: what has been added, what is different, what is gone.

In Kubernetes
    `typed/compare.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kubelab.api.managed_fields import elements
from kubelab.api.managed_fields.elements import Path
from kubelab.api.managed_fields.field_set import FieldSet
from kubelab.api.managed_fields.types import ListType, MapType, Type
from kubelab.api.managed_fields.values import equal

ABSENT: Any = object()
"""Stands for a value that is not there; null is one that is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The fields in which two objects differ; no field is in two of the three sets."""

    removed: FieldSet = field(default_factory=FieldSet)
    modified: FieldSet = field(default_factory=FieldSet)
    added: FieldSet = field(default_factory=FieldSet)

    def __bool__(self) -> bool:
        return bool(self.removed) or bool(self.modified) or bool(self.added)

    def without(self, reset: FieldSet) -> Comparison:
        """The comparison without fields that are nobody's to set, and what is in them."""
        if not reset:
            return self
        return Comparison(self.removed.without(reset), self.modified.without(reset), self.added.without(reset))


def compare(of: Type, old: Any, new: Any) -> Comparison:
    """In which fields `new` differs from `old`."""
    found = Comparison()
    _compare(of, old, new, (), found)
    return found


def _compare(of: Type, old: Any, new: Any, path: Path, found: Comparison) -> None:
    if old is new or (old.__class__ is str and old == new):
        return
    if old is ABSENT or new is ABSENT:
        whole, into = (new, found.added) if old is ABSENT else (old, found.removed)
        if path:
            _enter(of, whole, into.at(path[:-1]), path[-1])
        return
    shapes = [of.shape_of(value) for value in (old, new) if value is not None]
    leaf = False
    for shape in dict.fromkeys(shapes or ["scalar"]):  # two where a value of any type becomes one of another
        if shape == "map" and apart(of.mapping, old, new):
            _compare_maps(of.mapping, old, new, path, found)
        elif shape == "list" and apart(of.listing, old, new):
            _compare_lists(of.listing, old, new, path, found)
        else:
            leaf = True
    if leaf and not equal(old, new):
        found.modified.insert(path)


def apart(part: MapType | ListType | None, old: Any, new: Any) -> bool:
    """Whether what is in two values is compared one by one: not where both are empty, or owned as a whole."""
    if part is None:
        return False
    if isinstance(part, MapType):
        return not part.atomic and bool((isinstance(old, dict) and old) or (isinstance(new, dict) and new))
    return part.associative and bool((isinstance(old, list) and old) or (isinstance(new, list) and new))


def _enter(of: Type, whole: Any, into: FieldSet, element: str) -> None:
    """Enter a part that only one of the objects has, and all that is in it."""
    into.members[element] = None
    if not apart(of.mapping, whole, None) and not apart(of.listing, whole, None):
        return
    below = into.children.setdefault(element, FieldSet())
    if of.mapping is not None and isinstance(whole, dict):
        for name, item in whole.items():
            held = of.mapping.of(name)
            if held is not None:
                _enter(held, item, below, elements.field(name))
    elif of.listing is not None:
        for step, items in _by_element(of.listing, whole).items():
            if len(items) == 1:
                _enter(of.listing.element, items[0], below, step)
            else:
                below.members[step] = None


def _compare_maps(of: MapType, old: Any, new: Any, path: Path, found: Comparison) -> None:
    before = old if isinstance(old, dict) else {}
    after = new if isinstance(new, dict) else {}
    for name in {**before, **after}:
        held = of.of(name)
        if held is not None:
            _compare(held, before.get(name, ABSENT), after.get(name, ABSENT), (*path, elements.field(name)), found)


def _compare_lists(of: ListType, old: Any, new: Any, path: Path, found: Comparison) -> None:
    before, after = _by_element(of, old), _by_element(of, new)
    for element in {**before, **after}:
        here = (*path, element)
        mine, theirs = before.get(element, []), after.get(element, [])
        if len(mine) <= 1 and len(theirs) <= 1:
            _compare(of.element, mine[0] if mine else ABSENT, theirs[0] if theirs else ABSENT, here, found)
        elif len(mine) >= 2 and len(theirs) >= 2:
            if not equal(mine, theirs):
                found.modified.insert(here)
        elif len(mine) >= 2:  # no duplicates any more: what is left is new
            if theirs:
                _compare(of.element, ABSENT, theirs[0], here, found)
            found.removed.insert(here)
        else:
            if mine:
                _compare(of.element, mine[0], ABSENT, here, found)
            found.added.insert(here)


def _by_element(of: ListType, value: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for item in value if isinstance(value, list) else ():
        found.setdefault(of.element_of(item), []).append(item)
    return found

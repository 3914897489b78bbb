"""Merging what somebody applies into the live object: the applied values win, everything else stays.

In Kubernetes
    `typed/merge.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.managed_fields.comparison import ABSENT, apart
from kubelab.api.managed_fields.types import ListType, MapType, Type


def merge(of: Type, live: Any, applied: Any) -> Any:
    """The live object with what was applied; neither is changed.

    The items of a list stand as the live object has them, or, where the applied list says another order of those that
    both have, as that says.
    """
    merged = _merge(of, live, applied)
    return {} if merged is ABSENT else merged


def _merge(of: Type, live: Any, applied: Any) -> Any:
    if applied is ABSENT:
        return live
    shape = of.shape_of(live if applied is None else applied)
    if shape == "map" and apart(of.mapping, live, applied):
        return _merge_maps(of.mapping, live, applied)
    if shape == "list" and apart(of.listing, live, applied):
        return _merge_lists(of.listing, live, applied)
    return applied


def _merge_maps(of: MapType, live: Any, applied: Any) -> Any:
    before = live if isinstance(live, dict) else {}
    after = applied if isinstance(applied, dict) else {}
    merged = {}
    for name in {**before, **after}:
        held = of.of(name)
        mine, theirs = before.get(name, ABSENT), after.get(name, ABSENT)
        item = _merge(held, mine, theirs) if held is not None else mine if theirs is ABSENT else theirs
        if item is not ABSENT:
            merged[name] = item
    return merged or ABSENT


def _merge_lists(of: ListType, live: Any, applied: Any) -> Any:
    mine = live if isinstance(live, list) else []
    theirs = applied if isinstance(applied, list) else []
    held: dict[str, Any] = {}
    steps = [of.element_of(item) for item in mine]
    for element, item in zip(steps, mine, strict=True):
        held[element] = None if element in held else item  # of duplicates none is merged into
    wanted = {of.element_of(item): item for item in theirs}
    made = []
    for origin, element, item in _in_order(list(zip(steps, mine, strict=True)), wanted, held):
        merged = _merge(of.element, held.get(element, ABSENT), item) if origin == "applied" else item
        if merged is not ABSENT:
            made.append(merged)
    return made or ABSENT


def _in_order(mine: list[tuple[str, Any]], wanted: dict[str, Any], held: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The items of both lists, each with where it comes from: live ones keep their place between shared ones."""
    theirs = list(wanted)
    shared = [element for element in theirs if element in held]
    done: dict[str, None] = {}
    ordered: list[tuple[str, str, Any]] = []
    left = right = 0
    while left < len(mine) or right < len(theirs):
        if left < len(mine) and right < len(theirs):
            element = mine[left][0]
            if element == theirs[right]:
                ordered.append(("applied", element, wanted[element]))
                done[element] = None
                left, right = left + 1, right + 1
                shared = shared[1:]
                continue
            if element in wanted and shared and shared[0] != element:
                left += 1  # a shared item whose turn comes later
                continue
        if left < len(mine):
            element, item = mine[left]
            if element not in wanted:
                ordered.append(("live", element, item))
                left += 1
                continue
            if element in done:
                left += 1
        if right < len(theirs):
            element = theirs[right]
            ordered.append(("applied", element, wanted[element]))
            done[element] = None
            right += 1
            if shared and shared[0] == element:
                shared = shared[1:]
    return ordered

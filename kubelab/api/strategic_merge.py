"""Strategic merge patch: Kubernetes's own way to change a part of an object, which knows what its lists mean.

A plain merge patch replaces lists whole. This one merges those whose items have a name of their own: containers by
`name`, ports by `containerPort`, volumes by `name`. What each list does is a row of `patch_rules`.

In Kubernetes
    `k8s.io/apimachinery/pkg/util/strategicpatch`; the rules are the `patchStrategy` and `patchMergeKey` tags of
    `k8s.io/api`. https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.errors import ApiError, bad_request
from kubelab.api.patch_rules import Model, internal_error, rule_of

DIRECTIVE, RETAIN_KEYS = "$patch", "$retainKeys"
DELETE_PREFIX, ORDER_PREFIX = "$deleteFromPrimitiveList/", "$setElementOrder/"
_DROPPED = object()


def strategic_merge(target: dict[str, Any], patch: dict[str, Any], model: Model, final: bool = True) -> dict[str, Any]:
    """The object that comes of a patch; neither argument is changed.

    `final=False` lays one patch over another instead: what says how to patch is kept for later.
    """
    if DIRECTIVE in patch:
        if patch[DIRECTIVE] == "replace":
            return {key: value for key, value in patch.items() if key != DIRECTIVE}
        if patch[DIRECTIVE] == "delete":
            return {}
        raise internal_error(f"unknown patch type: {patch[DIRECTIVE]} in map: {patch}")
    merged, rest = dict(target), dict(patch)
    _apply_retain_keys(merged, rest, final)
    for key in [key for key in rest if key.startswith("$setElementOrder")]:
        _apply_element_order(merged, rest, key, model, final)
    for key, value in rest.items():
        deletes = key.startswith("$deleteFromPrimitiveList")
        if deletes and not final:
            merged[key] = value
            continue
        field = _directive_field(key, DELETE_PREFIX, "primitive list") if deletes else key
        if value is None:
            merged.pop(field, None)
            if final:
                continue
        _apply_field(merged, field, value, model, final, deletes)
    return merged


def _apply_field(merged: dict[str, Any], field: str, value: Any, model: Model, final: bool, deletes: bool) -> None:
    current = merged.get(field)
    if isinstance(current, dict) and isinstance(value, dict):
        inner, rule = rule_of(model, field)
        merged[field] = value if rule.replace else strategic_merge(current, value, inner, final)
    elif isinstance(current, list) and isinstance(value, list):
        inner, rule = rule_of(model, field)
        merged[field] = (
            _merge_lists(current, value, inner, rule.key, final, deletes) if rule.merge or deletes else value
        )
    elif not deletes:
        cleaned = _without_directives(value, final)
        if cleaned is _DROPPED:
            merged.pop(field, None)
        else:
            merged[field] = cleaned


def _apply_retain_keys(merged: dict[str, Any], patch: dict[str, Any], final: bool) -> None:
    """`$retainKeys`: of the object, only these keys stay."""
    kept = patch.pop(RETAIN_KEYS, None)
    if kept is None:
        return
    if not final:
        if merged.setdefault(RETAIN_KEYS, kept) != kept:
            raise internal_error(f"{merged[RETAIN_KEYS]} and {kept} are not deep equal")
        return
    given = [
        key for key, value in patch.items() if value is not None and not key.startswith((DELETE_PREFIX, ORDER_PREFIX))
    ]
    if not isinstance(kept, list) or any(key not in kept for key in given):
        raise bad_request("invalid patch format of retainKeys")
    for key in [key for key in merged if key not in kept]:
        del merged[key]


def _apply_element_order(merged: dict[str, Any], patch: dict[str, Any], key: str, model: Model, final: bool) -> None:
    """`$setElementOrder/<list>`: the order in which the patch wants its items; others keep their places."""
    order = patch.pop(key)
    if not isinstance(order, list):
        raise internal_error("expected a []interface {}, but received a different type")
    if not final and merged.setdefault(key, order) != order:
        raise bad_request("invalid patch format of setElementOrder list")
    field = _directive_field(key, ORDER_PREFIX, "setElementOrder list")
    current, wanted = merged.get(field), patch.get(field)
    if any(value is not None and not isinstance(value, list) for value in (current, wanted)):
        raise internal_error("expected a []interface {}, but received a different type")
    inner, rule = rule_of(model, field)
    _check_order(wanted or [], order, rule.key)
    if current is None and wanted is None:
        return
    if wanted is None:
        items = current or []
    elif current is None:
        items = [item for item in (_without_directives(item, final) for item in wanted) if item is not _DROPPED]
    elif rule.merge:
        items = _merge_lists(current, wanted, inner, rule.key, final, deletes=False)
    else:
        items = wanted
    merged[field] = _ordered(items, order, current or [], rule.key)
    patch.pop(field, None)


def _check_order(wanted: list[Any], order: list[Any], key: str) -> None:
    """What the patch holds comes in the order that the patch asks for."""
    names = [identity(item, key) for item in wanted if not (isinstance(item, dict) and DIRECTIVE in item)]
    ordered = iter([identity(item, key) for item in order])
    if names and order and not all(any(name == other for other in ordered) for name in names):
        raise internal_error(f"The order in patch list:\n{wanted}\n doesn't match $setElementOrder list:\n{order}\n")


def _directive_field(key: str, prefix: str, name: str) -> str:
    if not key.startswith(prefix):
        raise bad_request(f"invalid patch format of {name}")
    return key[len(prefix) :]


def identity(item: Any, key: str) -> Any:
    """What makes an item of a list itself: the value of its merge key, or the item."""
    if not key:
        return item
    if not isinstance(item, dict) or key not in item:
        raise internal_error(f"map: {item} does not contain declared merge key: {key}")
    return item[key]


def check_elements(*lists: list[Any]) -> None:
    """Lists can be merged when all of their items are objects or all are plain values."""
    items = [item for items in lists for item in items]
    if any(isinstance(item, list) for item in items):
        raise ApiError(422, "Invalid", "lists of lists are not supported")
    if len({isinstance(item, dict) for item in items}) > 1:
        raise internal_error(f"list element types are not identical: {items}")


def _merge_lists(current: list[Any], patch: list[Any], model: Model, key: str, final: bool, deletes: bool) -> list[Any]:
    check_elements(current, patch)
    if not any(isinstance(item, dict) for item in (*current, *patch)):
        if deletes:
            return [item for item in current if item not in patch]
        merged = list(current) + [item for item in patch if item not in current]
        return _ordered(_unique(merged), patch, current, "")
    if not key:
        raise internal_error(f"cannot merge lists without merge key for {model.__name__ if model else 'an object'}")
    items, additions = _apply_list_directives(list(current), patch, key)
    before = list(items)
    for addition in additions:
        name = identity(addition, key)
        place = next((i for i, item in enumerate(items) if item.get(key) == name), None)
        if place is None:
            items.append(addition)
        else:
            items[place] = strategic_merge(items[place], addition, model, final)
    return _ordered(items, additions, before, key)


def _apply_list_directives(items: list[Any], patch: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """Items marked `$patch: delete` go; `$patch: replace` makes the rest of the patch the whole list."""
    plain, replaces = [], False
    for entry in patch:
        directive = entry.get(DIRECTIVE)
        if DIRECTIVE not in entry:
            plain.append(entry)
        elif directive == "delete":
            name = identity(entry, key)
            items = [item for item in items if item.get(key) != name]
        elif directive == "replace":
            replaces = True
        elif directive == "merge":
            raise internal_error("merging lists cannot yet be specified in the patch")
        else:
            raise internal_error(f"unknown patch type: {directive} in map: {entry}")
    return (plain, []) if replaces else (items, plain)


def _ordered(items: list[Any], order: list[Any], current: list[Any], key: str) -> list[Any]:
    """Items that the patch names in its order, the others where they stood between them."""
    wanted = [identity(item, key) for item in order]
    before = [identity(item, key) for item in current]
    named = sort_by([item for item in items if identity(item, key) in wanted], wanted, key)
    others = sort_by([item for item in items if identity(item, key) not in wanted], before, key)
    result: list[Any] = []
    while named and others:
        left, right = identity(others[0], key), identity(named[0], key)
        keeps_place = left in before and right in before and before.index(left) < before.index(right)
        result.append(others.pop(0) if keeps_place else named.pop(0))
    return result + named + others


def sort_by(items: list[Any], order: list[Any], key: str) -> list[Any]:
    """Items in the order of their names; unknown ones first, as they come."""
    return sorted(items, key=lambda item: order.index(identity(item, key)) if identity(item, key) in order else -1)


def _unique(items: list[Any]) -> list[Any]:
    return [item for i, item in enumerate(items) if item not in items[:i]]


def _without_directives(value: Any, final: bool) -> Any:
    """A value that is new to the object: what only said how to patch is left out, and nulls with it."""
    if isinstance(value, dict):
        if DIRECTIVE in value:
            return _DROPPED
        cleaned = {key: _without_directives(item, final) for key, item in value.items() if not (final and item is None)}
        return {key: item for key, item in cleaned.items() if item is not _DROPPED}
    if isinstance(value, list):
        return [item for item in (_without_directives(item, final) for item in value) if item is not _DROPPED]
    return value

"""What `kubectl apply` sends: the strategic merge patch between what was, what is and what shall be.

The manifest that was applied last is kept in an annotation. What it named and the new one does not is deleted; what
the new one says differently from the live object is set; what others have added (a scaled replica count that the
manifest leaves out, say) stays.

In Kubernetes
    `CreateThreeWayMergePatch` in `k8s.io/apimachinery/pkg/util/strategicpatch`.
    https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-apply-calculates-differences-and-merges-changes
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from kubelab.api.patch_rules import Model, internal_error, rule_of
from kubelab.api.strategic_merge import (
    DELETE_PREFIX,
    DIRECTIVE,
    ORDER_PREFIX,
    RETAIN_KEYS,
    check_elements,
    identity,
    sort_by,
    strategic_merge,
)

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass(frozen=True, slots=True)
class _Options:
    """Which differences count: additions and changes, deletions, or both."""

    changes: bool = True
    deletions: bool = True
    retain_keys: bool = False


def two_way(original: dict[str, Any], modified: dict[str, Any], model: Model) -> dict[str, Any]:
    """The patch that turns one object into another; empty when they are equal."""
    return _diff_maps(original, modified, model, _Options())


def three_way(
    original: dict[str, Any], modified: dict[str, Any], current: dict[str, Any], model: Model
) -> dict[str, Any]:
    """The patch that `kubectl apply` sends: `original` was applied last, `modified` now, `current` is the live object.

    Examples
    --------
    >>> three_way({"data": {"a": "1", "b": "2"}}, {"data": {"a": "3"}}, {"data": {"a": "1", "b": "2", "c": "9"}}, None)
    {'data': {'b': None, 'a': '3'}}
    """
    changed = _diff_maps(current, modified, model, _Options(deletions=False))
    removed = _diff_maps(original, modified, model, _Options(changes=False))
    return strategic_merge(removed, changed, model, final=False)


def with_last_applied(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with itself in its annotation, as apply stores it."""
    bare = without_last_applied(manifest)
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    annotations = {**bare["metadata"]["annotations"], LAST_APPLIED: text + "\n"}
    return {**bare, "metadata": {**bare["metadata"], "annotations": annotations}}


def without_last_applied(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest without the annotation, its `annotations` there even when empty."""
    metadata = manifest.get("metadata") or {}
    annotations = {key: text for key, text in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def last_applied(live: dict[str, Any]) -> dict[str, Any] | None:
    """What was applied last, from the annotation of a live object; None when it was never applied."""
    text = ((live.get("metadata") or {}).get("annotations") or {}).get(LAST_APPLIED)
    if text is None:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise internal_error(f"the annotation {LAST_APPLIED} is not a JSON object")
    return found


def apply_patch_for(live: dict[str, Any], manifest: dict[str, Any], model: Model) -> dict[str, Any]:
    """The whole of what `kubectl apply` works out for one object that exists: the patch to send, empty for none."""
    return three_way(last_applied(live) or {}, with_last_applied(manifest), live, model)


def _diff_maps(original: dict[str, Any], modified: dict[str, Any], model: Model, options: _Options) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    inner_options = replace(options, retain_keys=False)
    for key, value in modified.items():
        if key not in original:
            if options.changes:
                patch[key] = value
            continue
        before = original[key]
        if key == DIRECTIVE:
            if before != value:
                patch[key] = value
        elif isinstance(before, dict) and isinstance(value, dict):
            _diff_field(patch, key, before, value, model, inner_options)
        elif isinstance(before, list) and isinstance(value, list):
            _diff_list_field(patch, key, before, value, model, inner_options)
        elif options.changes and not _equal(before, value):
            patch[key] = value
    if options.deletions:
        patch.update({key: None for key in original if key not in modified})
    kept = sorted(key for key, value in modified.items() if value is not None)
    lost = any(value is not None and key not in modified for key, value in original.items())
    if options.retain_keys and kept and (patch or lost):
        patch[RETAIN_KEYS] = kept
    return patch


def _diff_field(
    patch: dict[str, Any], key: str, before: dict[str, Any], after: dict[str, Any], model: Model, options: _Options
) -> None:
    if before == after:
        return
    inner, rule = rule_of(model, key)
    if rule.replace:
        if options.changes:
            patch[key] = after
    elif found := _diff_maps(before, after, inner, replace(options, retain_keys=rule.retain_keys)):
        patch[key] = found


def _diff_list_field(
    patch: dict[str, Any], key: str, before: list[Any], after: list[Any], model: Model, options: _Options
) -> None:
    if before == after:
        return
    inner, rule = rule_of(model, key)
    if not rule.merge:
        if options.changes:
            patch[key] = after
        return
    if not before:
        if after and options.changes:
            patch[key] = after
        return
    check_elements(before, after)
    options = replace(options, retain_keys=rule.retain_keys)
    if isinstance((before + after)[0], dict):
        items = _diff_items(before, after, inner, rule.key, options)
        same_order = [identity(item, rule.key) for item in before] == [identity(item, rule.key) for item in after]
        if items:
            patch[key] = items
        if after and (items or (options.changes and not same_order)):
            patch[ORDER_PREFIX + key] = [{rule.key: item[rule.key]} for item in after]
        return
    added = [item for item in after if item not in before] if options.changes else []
    removed = [item for item in before if item not in after] if options.deletions else []
    if added:
        patch[key] = added
    if removed:
        patch[DELETE_PREFIX + key] = sorted(removed, key=str)
    if after and (removed or options.changes):
        patch[ORDER_PREFIX + key] = after


def _diff_items(before: list[Any], after: list[Any], model: Model, key: str, options: _Options) -> list[Any]:
    """What became of each item, in the new order; items that went are named last, each with `$patch: delete`."""
    changed, gone = [], []
    for item in after:
        name = identity(item, key)
        old = next((other for other in before if identity(other, key) == name), None)
        if old is None:
            if options.changes:
                changed.append(item)
        elif found := _diff_maps(old, item, model, options):
            changed.append({**found, key: name})
    names = [identity(item, key) for item in after]
    if options.deletions:
        gone = [{DIRECTIVE: "delete", key: item[key]} for item in before if identity(item, key) not in names]
    return sort_by(changed, names, key) + sorted(gone, key=lambda item: str(item[key]))


def _equal(before: Any, after: Any) -> bool:
    return type(before) is type(after) and before == after

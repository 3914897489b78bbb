"""Patches: parts of objects laid over them, and lists of operations.

In Kubernetes
    kustomize's patch transformer: strategic merge patches and JSON patches (RFC 6902).
"""

from __future__ import annotations

from typing import Any

from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.api.patch import json_patch, merge_patch
from kubelab.api.patch_rules import Model, rule_of
from kubelab.api.strategic_merge import strategic_merge
from kubelab.clients.kustomize.kustomization import Kustomization, KustomizeError, read_yaml
from kubelab.clients.kustomize.resource import Resource, selected


def strategic_ones(resources: list[Resource], kustomization: Kustomization) -> list[Resource]:
    """What `patchesStrategicMerge` and `patches` make of the objects."""
    for given in kustomization.list("patchesStrategicMerge"):
        text = given if "\n" in given else kustomization.read(given)
        resources = _merge_all(resources, read_yaml(text, "patchesStrategicMerge"), None)
    for given in kustomization.list("patches"):
        trees = _trees(kustomization, given)
        if trees and isinstance(trees[0], list):
            resources = _operate(resources, trees[0], given.get("target"))
        else:
            resources = _merge_all(resources, trees, given.get("target"))
    return resources


def json_ones(resources: list[Resource], kustomization: Kustomization) -> list[Resource]:
    """What `patchesJson6902` makes of the objects."""
    for given in kustomization.list("patchesJson6902"):
        resources = _operate(resources, _trees(kustomization, given)[0], given.get("target"))
    return resources


def _trees(kustomization: Kustomization, given: dict[str, Any]) -> list[Any]:
    patch, path = given.get("patch"), given.get("path")
    if not patch and not path:
        raise KustomizeError(f"must specify one of patch and path in {given}")
    if patch and path:
        raise KustomizeError(f"patch and path can't be set at the same time in {given}")
    trees = read_yaml(patch or kustomization.read(path), path or "patch")
    if not trees:
        raise KustomizeError(
            f'unable to parse SM or JSON patch from [{"patch" if patch else "path"}: "{patch or path}"]'
        )
    return trees


def _operate(resources: list[Resource], operations: list[Any], target: dict[str, Any] | None) -> list[Resource]:
    if target is None:
        raise KustomizeError("must specify a target for JSON patch")
    for held in selected(resources, target):
        try:
            held.content = json_patch(held.content, operations)
        except ApiError as refusal:
            raise KustomizeError(refusal.hint or refusal.message) from None
    return resources


def _merge_all(resources: list[Resource], trees: list[Any], target: dict[str, Any] | None) -> list[Resource]:
    for tree in trees:
        if target is not None:
            chosen = selected(resources, target)
        else:
            patch = Resource(tree)
            chosen = [held for held in resources if _is_meant(held, patch)]
            if not chosen:
                group, namespace = patch.group or "[noGrp]", patch.metadata.get("namespace") or "[noNs]"
                identity = f"{patch.kind}.{patch.version}.{group}/{patch.name}.{namespace}"
                raise KustomizeError(
                    f'no resource matches strategic merge patch "{identity}": no matches for Id {identity}; failed to '
                    "find unique target for patch"
                )
        for held in chosen:
            if tree.get("$patch") == "delete":
                resources = [other for other in resources if other is not held]
                continue
            _merge(held, tree)
    return resources


def _is_meant(held: Resource, patch: Resource) -> bool:
    same = (held.group, held.kind) == (patch.group, patch.kind) and held.was_called(patch.name)
    return same and (not patch.metadata.get("namespace") or held.namespace == patch.namespace)


def _merge(held: Resource, patch: dict[str, Any]) -> None:
    """Lay a patch over an object, whose type and name stay."""
    content = held.content
    kind = kinds.by_type(content["apiVersion"], content["kind"])
    metadata = {key: value for key, value in (patch.get("metadata") or {}).items() if key not in ("name", "namespace")}
    rest = {key: value for key, value in patch.items() if key not in ("apiVersion", "kind", "metadata")}
    change = {**rest, "metadata": metadata} if metadata else rest
    if kind is None:
        held.content = merge_patch(content, change)
        return
    try:
        merged = strategic_merge(content, change, kind.model)
    except ApiError as refusal:
        raise KustomizeError(refusal.message) from None
    held.content = _new_first(content, merged, kind.model)


def _new_first(before: Any, after: Any, model: Model) -> Any:
    """The same object, but with the new items of a merged list before the old ones, as kustomize has them."""
    if not isinstance(after, dict) or not isinstance(before, dict):
        return after
    result = {}
    for key, value in after.items():
        try:
            inner, rule = rule_of(model, key)
        except ApiError:
            inner, rule = None, None
        old = before.get(key)
        if isinstance(value, list) and isinstance(old, list) and rule and rule.merge and rule.key:
            held = {item.get(rule.key): item for item in old if isinstance(item, dict)}
            new = [item for item in value if item.get(rule.key) not in held]
            kept = {
                item.get(rule.key): _new_first(held[item.get(rule.key)], item, inner)
                for item in value
                if item.get(rule.key) in held
            }
            result[key] = [*new, *(kept[name] for name in held if name in kept)]
        else:
            result[key] = _new_first(old, value, inner)
    return result

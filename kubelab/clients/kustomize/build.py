"""Building a kustomization: take the resources, generate, change, and put the names right at the end.

In Kubernetes
    `sigs.k8s.io/kustomize/api/internal/target/kusttarget.go`.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from kubelab.clients.kustomize import patches, references, transformers
from kubelab.clients.kustomize.generators import content_hash, generated
from kubelab.clients.kustomize.kustomization import Kustomization, KustomizeError, load, read_yaml
from kubelab.clients.kustomize.resource import Resource
from kubelab.clients.yaml_writer import to_yaml

_FIRST = (
    *("Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy"),
    *("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service"),
    *("LimitRange", "PriorityClass", "PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet"),
    *("CronJob", "PodDisruptionBudget"),
)
_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
_DEPTH = 50


class Built(NamedTuple):
    """The manifests that came of a kustomization, and what was warned of on the way."""

    text: str
    warnings: list[str]


def build(folder: str) -> Built:
    """The manifests that the kustomization in a folder makes.

    Raises
    ------
    KustomizeError
        There is none, or it cannot be built.
    """
    warnings: list[str] = []
    kustomization = load(Path(folder))
    resources = _accumulate(kustomization, [], 0, warnings)
    for held in resources:
        if held.needs_hash:
            held.rename(f"{held.name}-{content_hash(held.content)}")
    references.fix(resources)
    if kustomization.map("sortOptions").get("order") != "fifo":
        resources = sorted(resources, key=_order)
    return Built("---\n".join(to_yaml(held.content) for held in resources), warnings)


def _accumulate(
    kustomization: Kustomization, before: list[Resource], depth: int, warnings: list[str]
) -> list[Resource]:
    """The objects of a kustomization; a component works on those that came before it."""
    warnings += kustomization.warnings
    if depth > _DEPTH:
        raise KustomizeError(f"cycle detected: candidate root '{kustomization.folder}' contains itself")
    resources = list(before)
    for place in kustomization.list("resources", "bases"):
        for held in _taken(kustomization, place, depth, warnings):
            if any(held.is_like(other) for other in resources):
                identity = f"{held.kind}.{held.version}.{held.group or '[noGrp]'}/{held.name}"
                raise KustomizeError(f"may not add resource with an already registered id: {identity}")
            resources.append(held)
    _add_generated(kustomization, resources)
    for place in kustomization.list("components"):
        component = load(kustomization.folder / place)
        if not component.is_component:
            raise KustomizeError(f"expected kind 'Component' for path '{place}' but got 'Kustomization'")
        resources = _accumulate(component, resources, depth + 1, warnings)
    resources = patches.strategic_ones(resources, kustomization)
    transformers.set_namespace(resources, kustomization)
    transformers.add_affixes(resources, kustomization)
    transformers.add_labels(resources, kustomization)
    transformers.add_annotations(resources, kustomization)
    resources = patches.json_ones(resources, kustomization)
    transformers.set_replicas(resources, kustomization)
    transformers.set_images(resources, kustomization)
    return resources


def _taken(kustomization: Kustomization, place: str, depth: int, warnings: list[str]) -> list[Resource]:
    """The objects of one entry of `resources`: a file, or a folder with a kustomization of its own."""
    path = kustomization.folder / place
    if place.startswith(("http://", "https://", "git@", "github.com/")):
        raise KustomizeError(f"accumulating resources from '{place}': there is no network here")
    if path.is_dir():
        return _accumulate(load(path), [], depth + 1, warnings)
    taken = []
    for tree in read_yaml(kustomization.read(place), str(path)):
        if not isinstance(tree, dict):
            raise KustomizeError(f"accumulating resources from '{place}': a document is no object")
        items = tree.get("items") if str(tree.get("kind", "")).endswith("List") else None
        taken += [Resource(item) for item in (items if isinstance(items, list) else [tree])]
    return taken


def _add_generated(kustomization: Kustomization, resources: list[Resource]) -> None:
    for made in generated(kustomization):
        known = [
            held
            for held in resources
            if (held.kind, made.kind) == (made.kind, held.kind) and held.was_called(made.name)
        ]
        if made.behavior == "create":
            if known:
                raise KustomizeError(
                    f"merging from generator: id {made.kind}/{made.name} exists; behavior must be merge or replace"
                )
            resources.append(made)
            continue
        if not known:
            raise KustomizeError(
                f"merging from generator: id {made.kind}/{made.name} does not exist; cannot merge or replace"
            )
        _join(known[0], made)


def _join(old: Resource, made: Resource) -> None:
    """Let what was generated take the old one's place; `merge` keeps the old one's data, both its labels."""
    metadata = {**made.metadata, "name": old.name}
    for field in ("labels", "annotations"):
        if both := {**old.metadata.get(field, {}), **made.metadata.get(field, {})}:
            metadata[field] = both
    content = {**made.content, "metadata": metadata}
    for field in ("data", "binaryData"):
        kept = old.content.get(field, {}) if made.behavior == "merge" else {}
        if both := {**kept, **made.content.get(field, {})}:
            content[field] = both
    old.content, old.needs_hash = content, old.needs_hash or made.needs_hash


def _order(held: Resource) -> tuple[int, str, str, str]:
    kind = held.kind
    rank = _FIRST.index(kind) - len(_FIRST) if kind in _FIRST else _LAST.index(kind) + 1 if kind in _LAST else 0
    return rank, f"{held.group or '~G'}_{held.version}_{kind}", held.metadata.get("namespace") or "~X", held.name

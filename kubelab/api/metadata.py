"""What every object says about itself: its name, labels, annotations, owners, finalizers.

In Kubernetes
    `k8s.io/apimachinery/pkg/api/validation/objectmeta.go`.
    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.formats import dns1123_label, dns1123_subdomain, label_value, qualified_name
from kubelab.api.kinds import Kind

_Json = dict[str, Any]

MOST_ANNOTATION_BYTES = 256 * 1024
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_IMMUTABLE = ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def path_segment(name: str) -> list[str]:
    """What the name of anything must be, since it becomes a part of a URL."""
    if name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{letter}'" for letter in "/%" if letter in name]


_NAMES: dict[str, Callable[[str], list[str]]] = {
    "Namespace": dns1123_label,
    "Service": dns1123_label,
    "Event": path_segment,
    "PodDisruptionBudget": path_segment,
    "StatefulSet": dns1123_label,
    "Role": path_segment,
    "RoleBinding": path_segment,
    "ClusterRole": path_segment,
    "ClusterRoleBinding": path_segment,
    "APIService": path_segment,
}
"""How objects of a kind may be called; those not listed are called by DNS subdomains."""

_ANY_FINALIZER = ("APIService", "CustomResourceDefinition", "Lease")
"""Kinds whose finalizers need no domain of their own; nor do those of custom resources."""


def object_meta(obj: _Json, kind: Kind) -> Iterator[Cause]:
    """The metadata of a new object."""
    meta = obj["metadata"]
    rule = dns1123_subdomain if kind.custom else _NAMES.get(kind.name, dns1123_subdomain)
    name, prefix = meta.get("name"), meta.get("generateName")
    if prefix:
        for message in rule(_without_last_dash(prefix)):
            yield Cause.invalid("metadata.generateName", prefix, message)
    if name:
        for message in rule(name):
            yield Cause.invalid("metadata.name", name, message)
    elif not prefix:
        yield Cause.required("metadata.name", "name or generateName is required")
    if kind.namespaced:
        yield from _namespace(meta)
    yield from _common(meta, kind)


def object_meta_update(obj: _Json, old: _Json, kind: Kind) -> Iterator[Cause]:
    """The metadata of an object that takes the place of `old`."""
    meta, before = obj["metadata"], old["metadata"]
    if before.get("deletionTimestamp"):
        new = sorted({*meta.get("finalizers", ())} - {*before.get("finalizers", ())})
        if new:
            found = ", ".join(f'"{finalizer}"' for finalizer in new)
            detail = "no new finalizers can be added if the object is being deleted, found new finalizers []string"
            yield Cause.forbidden("metadata.finalizers", f"{detail}{{{found}}}")
    if meta.get("generation", 0) < before.get("generation", 0):
        yield Cause.invalid("metadata.generation", meta.get("generation", 0), "must not be decremented")
    for field in _IMMUTABLE:
        if meta.get(field) != before.get(field):
            yield Cause.invalid(f"metadata.{field}", meta.get(field, ""), "field is immutable")
    yield from _common(meta, kind)


def labels(given: dict[str, str] | None, path: str) -> Iterator[Cause]:
    """A set of labels: an object's own, or a selector's."""
    for key, value in (given or {}).items():
        for message in qualified_name(key):
            yield Cause.invalid(path, key, message)
        for message in label_value(value):
            yield Cause.invalid(path, value, message)


def annotation_map(given: dict[str, str] | None, path: str) -> Iterator[Cause]:
    """A set of annotations: their keys in any case, all of them together within 256 kB."""
    size = 0
    for key, value in (given or {}).items():
        size += len(key.encode("utf-8", "replace")) + len(value.encode("utf-8", "replace"))
        for message in qualified_name(key.lower()):
            yield Cause.invalid(path, key, message)
    if size > MOST_ANNOTATION_BYTES:
        yield Cause.too_long(path, MOST_ANNOTATION_BYTES)


def _common(meta: _Json, kind: Kind) -> Iterator[Cause]:
    if meta.get("generation", 0) < 0:
        yield Cause.invalid("metadata.generation", meta["generation"], "must be greater than or equal to 0")
    if "labels" in meta:
        yield from labels(meta["labels"], "metadata.labels")
    if "annotations" in meta:
        yield from annotation_map(meta["annotations"], "metadata.annotations")
    if "ownerReferences" in meta:
        yield from _owners(meta["ownerReferences"])
    if "finalizers" in meta:
        yield from _finalizers(meta["finalizers"], kind)


def _namespace(meta: _Json) -> Iterator[Cause]:
    if not meta.get("namespace"):
        yield Cause.required("metadata.namespace")
        return
    for message in dns1123_label(meta["namespace"]):
        yield Cause.invalid("metadata.namespace", meta["namespace"], message)


def _owners(owners: list[_Json]) -> Iterator[Cause]:
    path, controller = "metadata.ownerReferences", ""
    for owner in owners:
        version = owner["apiVersion"]
        if not version.rpartition("/")[2] or version.count("/") > 1:
            yield Cause.invalid(f"{path}.apiVersion", version, "version must not be empty")
        for field in ("kind", "name", "uid"):
            if not owner[field]:
                yield Cause.invalid(f"{path}.{field}", "", "must not be empty")
        if (version, owner["kind"]) == ("v1", "Event"):
            yield Cause.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner")
        if owner.get("controller"):
            this = f"{owner['kind']}/{owner['name']}"
            if controller:
                detail = (
                    "Only one reference can have Controller set to true. "
                    f'Found "true" in references for {controller} and {this}'
                )
                yield Cause.invalid(path, owners, detail)
            controller = controller or this


def _finalizers(finalizers: list[str], kind: Kind) -> Iterator[Cause]:
    path = "metadata.finalizers"
    for finalizer in finalizers:
        for message in qualified_name(finalizer):
            yield Cause.invalid(path, finalizer, message)
    if "orphan" in finalizers and "foregroundDeletion" in finalizers:
        yield Cause.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set")
    if not kind.custom and kind.name not in _ANY_FINALIZER:
        for i, finalizer in enumerate(finalizers):
            if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
                detail = "name is neither a standard finalizer name nor is it fully qualified"
                yield Cause.invalid(f"{path}[{i}]", finalizer, detail)


def _without_last_dash(prefix: str) -> str:
    """A prefix may end in a dash: what is generated goes behind it."""
    return f"{prefix[:-2]}a" if len(prefix) > 1 and prefix.endswith("-") else prefix

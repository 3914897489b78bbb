"""Claims of storage: what a PersistentVolumeClaim, or a volume that makes one, may ask for.

In Kubernetes
    `ValidatePersistentVolumeClaimSpec` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kubelab.api.errors import Cause
from kubelab.api.metadata import annotation_map, labels
from kubelab.api.quantity import quantity
from kubelab.api.validation.label_selector import label_selector
from kubelab.api.validation.names import label, one_of_if_given, subdomain

_Json = dict[str, Any]
_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")


def claim_template(template: _Json, path: str) -> Iterator[Cause]:
    """The template of a claim that is made for one pod."""
    metadata = template.get("metadata", {})
    yield from annotation_map(metadata.get("annotations"), f"{path}.metadata.annotations")
    yield from labels(metadata.get("labels"), f"{path}.metadata.labels")
    for field in metadata:
        if field not in ("annotations", "labels"):
            yield Cause.forbidden(f"{path}.metadata.{field}", "cannot be set")
    yield from claim_spec(template.get("spec", {}), f"{path}.spec")


def claim_spec(spec: _Json, path: str) -> Iterator[Cause]:
    """What a claim asks for."""
    modes = spec.get("accessModes", [])
    if not modes:
        yield Cause.required(f"{path}.accessModes", "at least 1 access mode is required")
    yield from label_selector(spec.get("selector"), f"{path}.selector")
    yield from access_modes(modes, f"{path}.accessModes")
    asked = spec.get("resources", {}).get("requests", {}).get("storage")
    if asked is None:
        yield Cause.required(f"{path}.resources[storage]")
    elif quantity(asked).nano <= 0:
        yield Cause.invalid(f"{path}.resources[storage]", asked, "must be greater than zero")
    if storage_class := spec.get("storageClassName"):
        yield from subdomain(storage_class, f"{path}.storageClassName")
    yield from volume_mode(spec.get("volumeMode"), f"{path}.volumeMode")
    yield from _data_sources(spec, path)
    if attributes := spec.get("volumeAttributesClassName"):
        yield from subdomain(attributes, f"{path}.volumeAttributesClassName")


def access_modes(modes: Sequence[str], path: str) -> Iterator[Cause]:
    """Who may use a volume at once; a single pod is not to be had together with anything else."""
    for mode in modes:
        yield from one_of_if_given(mode, path, _ACCESS_MODES)
    if "ReadWriteOncePod" in modes and any(mode in _ACCESS_MODES and mode != "ReadWriteOncePod" for mode in modes):
        yield Cause.forbidden(path, "may not use ReadWriteOncePod with other access modes")


def volume_mode(mode: str | None, path: str) -> Iterator[Cause]:
    """A file system, or the bare device."""
    return one_of_if_given(mode, path, _VOLUME_MODES)


def _data_sources(spec: _Json, path: str) -> Iterator[Cause]:
    source, reference = spec.get("dataSource"), spec.get("dataSourceRef")
    for field, given in (("dataSource", source), ("dataSourceRef", reference)):
        if given is not None:
            yield from _data_source(given, f"{path}.{field}")
    if source is None or reference is None:
        return
    if reference.get("namespace"):
        detail = "may not be specified when dataSourceRef.namespace is specified"
        yield Cause.invalid(path, f"{path}.dataSource", detail)
    elif any(source.get(part) != reference.get(part) for part in ("apiGroup", "kind", "name")):
        yield Cause.invalid(path, f"{path}.dataSource", "must match dataSourceRef")


def _data_source(source: _Json, path: str) -> Iterator[Cause]:
    kind, group = source.get("kind", ""), source.get("apiGroup") or ""
    if not source.get("name"):
        yield Cause.required(f"{path}.name")
    if not kind:
        yield Cause.required(f"{path}.kind")
    if group:
        yield from subdomain(group, f"{path}.apiGroup")
    elif kind != "PersistentVolumeClaim":
        detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
        yield Cause.invalid(path, kind, detail)
    if namespace := source.get("namespace"):
        yield from label(namespace, f"{path}.namespace")

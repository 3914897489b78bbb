"""Versions of one kind: the same objects, read and written in the words of another API version.

The API server keeps each object in one version, its storage version, and converts what it is sent and what it
answers. So `kubectl get hpa.v1.autoscaling` and `kubectl get hpa.v2.autoscaling` show the same autoscaler.

In Kubernetes
    The conversions in `pkg/apis/<group>/<version>/conversion.go`.
    https://kubernetes.io/docs/reference/using-api/#api-versioning
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from lightkube.models import autoscaling_v1, events_v1

from kubelab.api.autoscaling_versions import autoscaler_to_v1, autoscaler_to_v2
from kubelab.api.decoding import decode
from kubelab.api.defaults import apply_defaults
from kubelab.api.defaults.autoscaling import autoscaler_v1
from kubelab.api.event_versions import event_to_core, event_to_events
from kubelab.api.kinds import Kind

_Json = dict[str, Any]


@dataclass(frozen=True)
class _Version:
    """Another version of a kind: its vocabulary, its defaults, and the way there and back."""

    model: type[msgspec.Struct]
    fill_in: Callable[[_Json], None] | None
    to_storage: Callable[[_Json], _Json]
    from_storage: Callable[[_Json], _Json]


_VERSIONS: dict[tuple[str, str], _Version] = {
    ("HorizontalPodAutoscaler", "autoscaling/v1"): _Version(
        autoscaling_v1.HorizontalPodAutoscaler, autoscaler_v1, autoscaler_to_v2, autoscaler_to_v1
    ),
    ("Event", "events.k8s.io/v1"): _Version(events_v1.Event, None, event_to_core, event_to_events),
}


def read(manifest: _Json, kind: Kind, field_validation: str = "Strict") -> tuple[_Json, list[str]]:
    """The object that a manifest describes, filled in, in the words in which it is stored; and the warnings.

    Raises
    ------
    ApiError
        400: it cannot be read.
    """
    spoken = said_in(manifest, kind)
    obj, warnings = decode(manifest, in_version(kind, spoken), field_validation)
    version = _VERSIONS.get((kind.builtin, spoken))
    if version is None:
        apply_defaults(obj, kind)
        return obj, warnings
    if version.fill_in is not None:
        version.fill_in(obj)
    return to_storage(obj, kind, spoken), warnings


def said_in(manifest: Any, kind: Kind) -> str:
    """The version in which a manifest is written: one of the kind's, and the storage version where it says none."""
    said = manifest.get("apiVersion") if isinstance(manifest, dict) else None
    return said if said in kind.also else kind.api_version


def in_version(kind: Kind, api_version: str) -> Kind:
    """The kind as another version calls it: its group, its version, its vocabulary."""
    version = _VERSIONS.get((kind.builtin, api_version))
    if version is None:
        return kind
    group, _, name = api_version.rpartition("/")
    return replace(kind, group=group, version=name, model=version.model, also=())


def to_storage(obj: _Json, kind: Kind, api_version: str) -> _Json:
    """An object of a version, in the words in which it is stored; what has been said so is given back as it is."""
    version = _VERSIONS.get((kind.builtin, api_version))
    if version is None:
        return obj
    return {**version.to_storage(obj), "apiVersion": kind.api_version, "kind": kind.name}


def shown_as(obj: _Json, kind: Kind, api_version: str) -> _Json:
    """A stored object in the words of a version; in those of its storage version it is given back as it is."""
    version = _VERSIONS.get((kind.builtin, api_version))
    if version is None:
        return obj
    return {**version.from_storage(obj), "apiVersion": api_version, "kind": kind.name}

"""Warnings: what the API server says beside a yes.

In Kubernetes
    `WarningsOnCreate` and `WarningsOnUpdate` in `pkg/registry/<group>/<kind>/strategy.go`; deprecated versions warn by
    themselves. https://kubernetes.io/blog/2020/09/03/warnings/
Left out
    The warnings about pods; the warnings of requests that only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api.custom.schema_walk import whole
from kubelab.api.custom.served_version import served_version
from kubelab.api.custom.string_formats import known_format
from kubelab.api.formats import qualified_name
from kubelab.api.kinds import Kind

_Json = dict[str, Any]

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")


def warnings_about(obj: _Json, kind: Kind, old: _Json | None) -> list[str]:
    """What whoever sent an object should know; `old` is the one whose place it takes."""
    if kind.custom:
        return [*_version(kind), *_finalizers(obj, old or {})]
    if kind.name == "Endpoints":
        return ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
    if kind.name == "Ingress" and old is None:
        return [*_ingress_class(obj)]
    if kind.name == "CustomResourceDefinition":
        known = [*_unknown_formats(old)] if old is not None else []
        return [f'unrecognized format "{form}"' for form in _unknown_formats(obj) if form not in known]
    return []


def _version(kind: Kind) -> Iterator[str]:
    warning = served_version(kind).warning
    if warning is not None:
        yield warning


def _ingress_class(obj: _Json) -> Iterator[str]:
    if _CLASS_ANNOTATION in obj["metadata"].get("annotations", {}) and "ingressClassName" not in obj["spec"]:
        yield f"annotation \"{_CLASS_ANNOTATION}\" is deprecated, please use 'spec.ingressClassName' instead"


def _unknown_formats(definition: _Json) -> Iterator[str]:
    for version in definition["spec"].get("versions", ()):
        for schema in whole(version.get("schema", {}).get("openAPIV3Schema", {})):
            if schema.get("format") and known_format({**schema, "x-kubernetes-int-or-string": False}) is None:
                yield schema["format"]


def _finalizers(obj: _Json, old: _Json) -> Iterator[str]:
    """A finalizer should say whose it is."""
    before = old.get("metadata", {}).get("finalizers", ())
    for name in sorted(obj["metadata"].get("finalizers", ())):
        if name in before:
            continue
        for fault in qualified_name(name):
            yield f'metadata.finalizers: "{name}": {fault}'
        if "/" not in name and name not in _STANDARD_FINALIZERS:
            path = " including a path (/)" if "." in name else ""
            yield (
                f'metadata.finalizers: "{name}": prefer a domain-qualified finalizer name{path} to avoid accidental '
                "conflicts with other finalizer writers"
            )

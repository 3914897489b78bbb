"""A served version of a custom resource: the kind that a definition makes, and all that its schema says.

In Kubernetes
    `k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go` keeps the same per definition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from lightkube.core.dictmixin import DictMixin
from lightkube.models import apiextensions_v1

from kubelab.api.custom.model import custom_model
from kubelab.api.custom.schema_walk import PRESERVE, Schema
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict

_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


@dataclass(frozen=True, eq=False)
class ServedVersion:
    """What the API server must know of one version: the schema (None: anything goes), and what is made of objects.

    `columns` are those of `kubectl get`; `scale` says where the numbers of replicas are; `selectable` are the paths of
    which field selectors may speak; `warning` is told to whoever asks for the version.
    """

    schema: Schema | None
    columns: tuple[dict[str, Any], ...] = (_AGE,)
    scale: dict[str, str] | None = None
    selectable: tuple[str, ...] = ()
    warning: str | None = None


def served_version(kind: Kind) -> ServedVersion:
    """What a custom kind's definition says of it."""
    return kind.model.served_version  # type: ignore[attr-defined]


def is_established(definition: apiextensions_v1.CustomResourceDefinition) -> bool:
    """Whether the kind of a definition is served."""
    return condition_is_true(definition, "Established")


def condition_is_true(definition: apiextensions_v1.CustomResourceDefinition, type_: str) -> bool:
    """Whether a definition's condition of that type is True."""
    held = (definition.status.conditions if definition.status else None) or ()
    return any(each.type == type_ and each.status == "True" for each in held)


def kind_from(definition: apiextensions_v1.CustomResourceDefinition) -> list[Kind]:
    """One kind for each served version of an established definition, under its accepted names; storage comes first."""
    plain = to_dict(definition)
    spec, names = plain["spec"], plain["status"]["acceptedNames"]
    versions = sorted(spec["versions"], key=lambda version: not version["storage"])
    return [_kind(spec, names, version) for version in versions if version["served"]]


def bare_kind(definition: apiextensions_v1.CustomResourceDefinition) -> Kind:
    """The kind of an established definition as controllers need it, who handle all objects alike: without a model."""
    spec, names = definition.spec, definition.status.acceptedNames
    served = sorted((version for version in spec.versions if version.served), key=lambda version: not version.storage)
    version = served[0].name if served else ""
    return Kind(*(names.kind, names.plural, spec.group, version, spec.scope == "Namespaced"), DictMixin, custom=True)


def _kind(spec: dict[str, Any], names: dict[str, Any], version: dict[str, Any]) -> Kind:
    subresources = version.get("subresources", {})
    served = ServedVersion(
        schema=_schema(spec, version),
        columns=tuple(version.get("additionalPrinterColumns") or (_AGE,)),
        scale=subresources.get("scale"),
        selectable=tuple(field["jsonPath"] for field in version.get("selectableFields", ())),
        warning=_warning(spec, names, version),
    )
    model = custom_model(names["kind"], served)
    kind = Kind(
        names["kind"],
        names["plural"],
        spec["group"],
        version["name"],
        spec["scope"] == "Namespaced",
        model,
        short_names=tuple(names.get("shortNames", ())),
        subresources=tuple(name for name in ("status", "scale") if name in subresources),
        categories=tuple(names.get("categories", ())),
        custom=True,
    )
    if names.get("singular") and names["singular"] != kind.singular:
        kind = replace(kind, short_names=(names["singular"], *kind.short_names))
    model.kind_served = kind  # type: ignore[attr-defined]
    return kind


def _schema(spec: dict[str, Any], version: dict[str, Any]) -> Schema | None:
    schema = version.get("schema", {}).get("openAPIV3Schema")
    return {**(schema or {}), PRESERVE: True} if spec.get("preserveUnknownFields") else schema


def _warning(spec: dict[str, Any], names: dict[str, Any], version: dict[str, Any]) -> str | None:
    """What is said to those who use a version that is on its way out."""
    if not version.get("deprecated"):
        return None
    if version.get("deprecationWarning") is not None:
        return version["deprecationWarning"]
    said = f"{spec['group']}/{version['name']} {names['kind']} is deprecated"
    newer = [
        each["name"]
        for each in spec["versions"]
        if each["served"] and not each.get("deprecated") and version_rank(each["name"]) > version_rank(version["name"])
    ]
    if not newer:
        return said
    return f"{said}; use {spec['group']}/{max(newer, key=version_rank)} {names['kind']}"


def version_rank(name: str) -> tuple[int, int, int]:
    """How new a version is by its name: v2 after v1 after v1beta2 after v1beta1 after v1alpha1.

    Examples
    --------
    >>> sorted(["v1", "v2beta1", "v1alpha1", "v10"], key=version_rank)
    ['v1alpha1', 'v2beta1', 'v1', 'v10']
    """
    head, stage, minor = name[1:], 3, 0
    for rank, word in ((1, "alpha"), (2, "beta")):
        if word in head:
            head, _, tail = head.partition(word)
            stage, minor = rank, int(tail) if tail.isdigit() else 0
    return (stage, int(head), minor) if head.isdigit() else (0, 0, 0)

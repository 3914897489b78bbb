"""The versions of a kind as managed fields need them: its types, conversions, and the fields that nobody can own.

In Kubernetes
    `versionconverter.go` and `typeconverter.go` in `k8s.io/apimachinery/pkg/util/managedfields/internal`; the fields
    are those of `GetResetFields` in `pkg/registry/<group>/<kind>/strategy.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.custom.served_version import served_version
from kubelab.api.kinds import Kind
from kubelab.api.managed_fields.custom_types import custom_type
from kubelab.api.managed_fields.elements import path_of
from kubelab.api.managed_fields.field_set import NOTHING, FieldSet
from kubelab.api.managed_fields.types import Type
from kubelab.api.managed_fields.updater import MissingVersionError
from kubelab.api.managed_fields.vocabulary_types import type_of
from kubelab.api.served_kinds import ServedKinds
from kubelab.api.versions import in_version, shown_as, to_storage

_STATUS, _SPEC = FieldSet.of([path_of("status")]), FieldSet.of([path_of("spec")])
_RESET_BY_STATUS: dict[str, FieldSet] = {
    "CustomResourceDefinition": FieldSet.of([path_of("spec"), path_of("metadata")]),
    "Deployment": FieldSet.of([path_of("spec"), path_of("metadata", "labels")]),
    "Pod": FieldSet.of(
        [path_of("spec"), path_of("metadata", "deletionTimestamp"), path_of("metadata", "ownerReferences")]
    ),
}


class KindVersions:
    """The API versions of a kind, as a write by one door (`status`, or none) meets them.

    `schema_changes` says that what was written once may have been written under another schema.
    """

    def __init__(self, kinds: ServedKinds, kind: Kind, subresource: str = "") -> None:
        self.kinds, self.kind, self.subresource = kinds, kind, subresource
        self.schema_changes = kind.custom
        self._types: dict[str, Type] = {}

    def type_of(self, version: str) -> Type:
        """The type in a version; raises MissingVersionError where it is not served."""
        found = self._types.get(version)
        if found is None:
            found = self._types[version] = self._type_of(version)
        return found

    def _type_of(self, version: str) -> Type:
        kind = self.kind if version == self.kind.api_version else self.kinds.by_type(version, self.kind.name)
        if kind is None:
            raise MissingVersionError(version)
        return custom_type(served_version(kind).schema) if kind.custom else type_of(in_version(kind, version).model)

    def convert(self, value: Any, version: str, to: str) -> Any:
        """The object in another version."""
        self.type_of(to)
        if version == to or not isinstance(value, dict):
            return value
        if self.kind.custom:
            return {**value, "apiVersion": to}
        return shown_as(to_storage(value, self.kind, version), self.kind, to)

    def reset_fields(self, version: str) -> FieldSet:
        """The fields that the strategy of this door puts back: nobody becomes their owner."""
        if self.subresource == "status":
            return _RESET_BY_STATUS.get(self.kind.builtin, _SPEC)
        return _STATUS if not self.subresource and "status" in self.kind.subresources else NOTHING


def place_of_replicas(kind: Kind) -> tuple[str, ...]:
    """The fields that lead to the number of replicas of which a kind's Scale speaks."""
    scale = served_version(kind).scale if kind.custom else None
    return tuple(scale["specReplicasPath"].strip(".").split(".")) if scale else ("spec", "replicas")

"""Models of custom resources: classes like those of the vocabulary, made when a definition is served.

In Kubernetes
    `unstructured.Unstructured`: an object without a type of its own.
Left out
    A top-level field that holds null is not told from one that is not there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from lightkube.core.dictmixin import DictMixin
from lightkube.models import meta_v1

from kubelab.api.kinds import Kind

if TYPE_CHECKING:
    from kubelab.api.custom.served_version import ServedVersion

_ALWAYS = ("apiVersion", "kind", "metadata")
_TAKEN = (*dir(DictMixin), "kind_served", "served_version", "self")


def custom_model(name: str, served: ServedVersion) -> type[msgspec.Struct]:
    """The class of a custom kind's objects: the metadata that all objects have, and one plain field for each part.

    `spec` and `status` are always among them. The class carries the version it is of.
    """
    fields = [*(served.schema or {}).get("properties", ()), "spec", "status"]
    return _struct(name, dict.fromkeys(fields), (DictMixin,), {"served_version": served})


def custom_value(kind: Kind, plain: dict[str, Any]) -> Any:
    """The value of a custom kind that has these fields, also where the schema lets in others than it names."""
    known = [field.encode_name for field in msgspec.structs.fields(kind.model)]
    others = tuple(sorted(field for field in plain if field not in known))
    return msgspec.convert(plain, _wider(kind.model, others) if others else kind.model)


@lru_cache(maxsize=256)
def _wider(model: type[msgspec.Struct], fields: tuple[str, ...]) -> type[msgspec.Struct]:
    """The class of objects with these further fields at their top."""
    return _struct(model.__name__, dict.fromkeys(fields), (model,), {})


def _struct(
    name: str, fields: dict[str, None], bases: tuple[type, ...], namespace: dict[str, Any]
) -> type[msgspec.Struct]:
    declared: list[Any] = []
    if bases == (DictMixin,):
        declared = [("apiVersion", str | None, None), ("kind", str | None, None)]
        declared.append(("metadata", meta_v1.ObjectMeta | None, None))
    for i, field in enumerate(field for field in fields if field not in _ALWAYS):
        plain = field.isidentifier() and not field.startswith("_") and field not in _TAKEN
        attribute = field if plain else f"field_{len(bases[0].__struct_fields__)}_{i}"  # type: ignore[attr-defined]
        declared.append((attribute, Any, msgspec.field(default=None, name=field)))
    return msgspec.defstruct(name, declared, bases=bases, namespace=namespace)

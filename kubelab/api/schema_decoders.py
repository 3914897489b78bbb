"""Decoders of what only definitions of custom resources hold: schemas in maps, free JSON, real numbers.

In Kubernetes
    The `UnmarshalJSON` methods of `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/marshal.go`. Where a schema
    may be given in several shapes, Go reads it with a decoder of its own, which lets unknown fields pass in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.decoders import NOTHING, Decoder, MismatchError, Path, Run
from kubelab.api.go_types import go_name

if TYPE_CHECKING:
    from kubelab.api.schema import Field


def schema_decoder(field: Field, go_type: str) -> Decoder | None:
    """The decoder of a field of one of these Go types; None for all other types."""
    if go_type == "JSON":
        return _anything
    if go_type == "[]JSON":
        return _values(field)
    if go_type == "float64":
        return _real_number(field)
    if go_type == "CustomResourceSubresourceStatus":
        return _empty_object(field)
    if go_type == "JSONSchemaPropsOrArray":
        return _schema_or_list(field)
    if go_type == "JSONSchemaPropsOrBool":
        return _schema_or_bool(field)
    if go_type.startswith("map[string]JSONSchemaProps"):
        return _schemas(field, go_type)
    return None


def _anything(value: Any, path: Path, run: Run) -> Any:
    return value


def _values(field: Field) -> Decoder:
    def values(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, (list, tuple)):
            raise field.mismatch(value, "[]v1.JSON", path)
        run.count(len(value))
        return list(value) or NOTHING

    return values


def _real_number(field: Field) -> Decoder:
    def number(value: Any, path: Path, run: Run) -> Any:
        if value.__class__ is not int and value.__class__ is not float:
            raise field.mismatch(value, "float64", path)
        return value

    return number


def _empty_object(field: Field) -> Decoder:
    def empty(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, dict):
            raise field.mismatch(value, "v1.CustomResourceSubresourceStatus", path)
        run.unknown += [f"{field.place(path)}.{key}" for key in value]
        return {}

    return empty


def _schema_or_list(field: Field) -> Decoder:
    def schema_or_list(value: Any, path: Path, run: Run) -> Any:
        if isinstance(value, dict):
            return field.struct().decode(value, None, Run())
        if not isinstance(value, list):
            return NOTHING
        if any(not isinstance(each, dict) for each in value):
            raise MismatchError("json: cannot unmarshal into Go value of type v1.JSONSchemaProps")
        return [field.struct().decode(each, None, Run()) for each in value] or NOTHING

    return schema_or_list


def _schema_or_bool(field: Field) -> Decoder:
    def schema_or_bool(value: Any, path: Path, run: Run) -> Any:
        if isinstance(value, dict):
            return field.struct().decode(value, None, Run())
        if value.__class__ is bool:
            return value
        raise MismatchError("boolean or JSON schema expected")

    return schema_or_bool


def _schemas(field: Field, go_type: str) -> Decoder:
    mixed = go_type.endswith("OrStringArray")
    name, item_name = go_name(go_type), go_name(go_type.rpartition("]")[2])

    def schemas(value: Any, path: Path, run: Run) -> Any:
        if not isinstance(value, dict):
            raise field.mismatch(value, name, path)
        run.count(len(value))
        here, decoded = (path, field), dict[str, Any]()
        for key, each in value.items():
            if mixed and isinstance(each, list):
                decoded[str(key)] = each
            elif mixed:
                decoded[str(key)] = field.struct().decode(each, None, Run()) if isinstance(each, dict) else None
            elif each is not None and not isinstance(each, dict):
                raise field.mismatch(each, item_name, path)
            else:
                decoded[str(key)] = field.struct().decode(each or {}, (here, str(key)), run)
        return decoded or NOTHING

    return schemas

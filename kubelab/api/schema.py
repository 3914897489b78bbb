"""The vocabulary compiled for decoding: one decoder for each type, made when it is first needed and kept.

A decoder takes what JSON holds and gives what Kubernetes keeps of it, or `NOTHING`. Decoders are called once for
every value of every manifest, so each does one thing and looks nothing up.

In Kubernetes
    Go's `encoding/json` does this by reflection over the same types, described in `go_types`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from lightkube.models import apiextensions_v1

from kubelab.api.decoders import JSON_TYPE, NOTHING, ZERO, Decoder, MismatchError, Path, Run, decoder_for
from kubelab.api.go_types import EMBEDDED, bare, go_type
from kubelab.api.go_types_extensions import holds_schemas
from kubelab.api.schema_decoders import schema_decoder


class Field:
    """One field of a type: its name in JSON, its Go type, and whether zero is something."""

    __slots__ = ("decode", "embedded", "go_type", "model", "name", "owner", "pointer", "required", "written_empty")

    def __init__(self, model: type[msgspec.Struct], field: Any, declared: Any) -> None:
        self.name: str = field.encode_name
        self.owner = model.__name__
        self.required: bool = field.required
        self.model = _model_in(declared)
        marked = go_type(self.owner, self.name, declared, self.required, model.__module__.rpartition(".")[2])
        self.pointer, self.written_empty = marked.startswith("*"), marked.endswith("!")
        self.go_type = marked.strip("*!")
        if holds_schemas(self.go_type):
            self.model = apiextensions_v1.JSONSchemaProps
        part, outside = EMBEDDED.get(self.owner, ("", ()))
        self.embedded = part if part and self.name not in outside else ""
        keep = self.required or self.pointer or self.written_empty
        self.decode: Decoder = schema_decoder(self, self.go_type) or decoder_for(self, self.go_type, keep)

    def struct(self) -> Struct:
        """The decoder of the parts that this field holds."""
        return struct_of(self.model)

    def place(self, path: Path) -> str:
        """Where this field stands, as Kubernetes writes it: `spec.containers[0].image`."""
        return ".".join(reversed([*_parts((path, self))])).replace(".[", "[")

    def mismatch(self, value: Any, wanted: str, path: Path) -> MismatchError:
        """The complaint about a value in this field, with Go's names for the type and the place."""
        found = JSON_TYPE.get(type(value), "object")
        if found == "number" and wanted in ("int32", "int64", "uint8"):
            found = f"number {value}" if abs(value) < 2**200 else found
        place = ".".join(reversed([*_go_parts((path, self))]))
        return MismatchError(
            f"json: cannot unmarshal {found} into Go struct field {self.owner}.{place} of type {wanted}"
        )


class Struct:
    """The decoder of one type: its fields by name, and those that are written even when nobody gave them."""

    __slots__ = ("always", "fields")

    def __init__(self, model: type[msgspec.Struct]) -> None:
        hints = typing.get_type_hints(model)
        known = [Field(model, field, hints[field.name]) for field in msgspec.structs.fields(model)]
        self.fields = {field.name: field for field in known}
        self.always = [(field.name, zero) for field in known if (zero := _zero_of(field)) is not None]

    def decode(self, value: dict[str, Any], path: Path, run: Run) -> dict[str, Any]:
        """The fields that Kubernetes keeps of this object."""
        fields, result = self.fields, {}
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                run.unknown.append(".".join(reversed([*_parts((path, str(key)))])).replace(".[", "["))
            elif item is not None and (decoded := field.decode(item, path, run)) is not NOTHING:
                result[key] = decoded
        for name, zero in self.always:
            if name not in result:
                result[name] = zero()
        return result


@cache
def struct_of(model: type[msgspec.Struct]) -> Struct:
    """The decoder of a model."""
    return Struct(model)


def _parts(path: Path) -> typing.Iterator[str]:
    """The steps of a path from the last to the first, as Kubernetes writes them."""
    while path is not None:
        path, step = path
        yield step.name if isinstance(step, Field) else f"[{step}]" if isinstance(step, int) else step


def _go_parts(path: Path) -> typing.Iterator[str]:
    """The same as Go writes them: places in lists left out, embedded parts put in."""
    while path is not None:
        path, step = path
        if isinstance(step, Field):
            yield step.name
            if step.embedded:
                yield step.embedded


def _model_in(declared: Any) -> type[msgspec.Struct] | None:
    declared = bare(declared)
    if typing.get_origin(declared) is list:
        declared = typing.get_args(declared)[0]
    return declared if isinstance(declared, type) and issubclass(declared, msgspec.Struct) else None


def _zero_of(field: Field) -> Callable[[], Any] | None:
    """How the value is made that the field has when nobody gave it, or None when it is then not there."""
    if field.pointer:
        return None
    if field.go_type.startswith("[]"):
        return list if field.required else None
    if field.model is not None:
        model = field.model
        return lambda: struct_of(model).decode({}, None, Run())
    by_value = field.required or field.written_empty or field.go_type in ("IntOrString", "Quantity")
    zero = ZERO.get(field.go_type, "")
    return (lambda: zero) if by_value and field.go_type not in ("Time", "MicroTime") else None

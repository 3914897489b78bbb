"""Protobuf: the other language in which clients written in Go send objects. It is read here, and answered in JSON.

kubectl 1.32 and later sends in it what it makes itself: `create configmap`, `create token`, `auth can-i` …

In Kubernetes
    https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding . The bytes `k8s` and 0, then a
    message with the object's type and the object. The wire format: https://protobuf.dev/programming-guides/encoding/

Left out
    Definitions of custom resources and API services, and writing: every client that sends protobuf reads JSON too.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from kubelab.api.kinds import Kind

PROTOBUF = "application/vnd.kubernetes.protobuf"
_MAGIC = b"k8s\0"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_DEEPEST = 100


class ProtobufError(ValueError):
    """The bytes are no such message."""


class Field(NamedTuple):
    """One field of a message: its name, whether there are many or they have names, and its type."""

    name: str
    many: str
    type: str


def read_envelope(data: bytes) -> tuple[str, str, bytes]:
    """The apiVersion, the kind, and the message of an object.

    Raises
    ------
    ProtobufError
        The bytes are none.
    """
    if not data.startswith(_MAGIC):
        raise ProtobufError("provided data does not appear to be a protobuf message, expected prefix 6b 38 73 00")
    said, raw = {1: "", 2: ""}, b""
    for number, value in _fields(data[len(_MAGIC) :]):
        if number == 1 and isinstance(value, bytes):
            said.update({inner: _text(held) for inner, held in _fields(value) if inner in said})
        elif number == 2 and isinstance(value, bytes):
            raw = value
    return said[1], said[2], raw


def read(data: bytes, kind: Kind | None = None) -> dict[str, Any]:
    """The object in a request's body, as plain values. `kind` is what it is where it does not say so itself.

    Raises
    ------
    ProtobufError
        The bytes are no such message, or of a kind that is not read here.
    """
    api_version, name, raw = read_envelope(data)
    if not name and kind is not None:
        api_version, name = kind.api_version, kind.name
    message = _message_of(api_version, name)
    if message not in _messages():
        raise ProtobufError(f"no message of {api_version} is known as {name}")
    return {**_read(raw, message, 0), "apiVersion": api_version, "kind": name}


def _message_of(api_version: str, name: str) -> str:
    group, _, version = api_version.rpartition("/")
    if name in ("DeleteOptions", "Status"):
        return f"meta_v1.{name}"
    module = {"": "core", "rbac.authorization.k8s.io": "rbac"}.get(group, group.partition(".")[0])
    return f"{module}_{version}.{name}"


def _read(data: bytes, message: str, depth: int) -> dict[str, Any]:
    """A message as a plain object."""
    if depth > _DEEPEST:
        raise ProtobufError(f"exceeded max depth of {_DEEPEST}")
    fields, held = _messages()[message], dict[str, Any]()
    for number, wire in _fields(data):
        field = fields.get(number)
        if field is None:
            continue
        if field.name.startswith("~"):
            held.update(_read(_bytes(wire), field.type, depth + 1))
        elif field.many == "{}":
            key, value = _pair(_bytes(wire), field.type, depth)
            held.setdefault(field.name, {})[key] = value
        elif field.many == "[]":
            held.setdefault(field.name, []).append(_value(wire, field.type, depth))
        else:
            value = _value(wire, field.type, depth)
            if value is not None:
                held[field.name] = value
    return held


def _pair(data: bytes, type_: str, depth: int) -> tuple[str, Any]:
    key, value = "", b""
    for number, wire in _fields(data):
        if number == 1:
            key = _text(wire)
        elif number == 2:
            value = wire
    return key, _value(value, type_, depth)


def _value(wire: Any, type_: str, depth: int) -> Any:
    if type_ == "i":
        number = _number(wire)
        return number - 2**64 if number >= 2**63 else number
    if type_ == "t":
        return bool(_number(wire))
    if type_ == "d":
        return wire
    if type_ == "":
        return _text(wire)
    data = _bytes(wire)
    if type_ == "b":
        return base64.b64encode(data).decode()
    special = _SPECIAL.get(type_)
    if special is not None:
        return special(data)
    if type_.endswith(".ExtraValue"):
        return [_text(held) for number, held in _fields(data) if number == 1]
    return _read(data, type_, depth + 1)


def _quantity(data: bytes) -> str:
    return next((_text(held) for number, held in _fields(data) if number == 1), "0")


def _int_or_string(data: bytes) -> int | str:
    held = dict(_fields(data))
    if held.get(1):
        return _text(held.get(3, b""))
    number: int = _value(held.get(2, 0), "i", 0)
    return number


def _raw(data: bytes) -> Any:
    text = next((held for number, held in _fields(data) if number == 1), b"")
    try:
        return json.loads(_bytes(text)) if text else None
    except (ValueError, RecursionError):
        raise ProtobufError("a part that should be JSON is none") from None


def _time(data: bytes) -> str | None:
    when = _instant(data)
    return None if when is None else f"{when:%Y-%m-%dT%H:%M:%SZ}"


def _micro_time(data: bytes) -> str | None:
    when = _instant(data)
    return None if when is None else f"{when:%Y-%m-%dT%H:%M:%S.%fZ}"


def _instant(data: bytes) -> datetime | None:
    held = dict(_fields(data))
    if not held:
        return None
    seconds, nanoseconds = _value(held.get(1, 0), "i", 0), _value(held.get(2, 0), "i", 0)
    try:
        return _EPOCH + timedelta(seconds=seconds, microseconds=nanoseconds // 1000)
    except OverflowError:
        raise ProtobufError(f"a time {seconds} seconds after 1970") from None


_SPECIAL: dict[str, Any] = {
    "Quantity": _quantity,
    "IntOrString": _int_or_string,
    "Raw": _raw,
    "meta_v1.FieldsV1": _raw,
    "meta_v1.Time": _time,
    "meta_v1.MicroTime": _micro_time,
}


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The numbered values of a message: whole numbers, floats or bytes."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == _BYTES:
            size, at = _varint(data, at)
        elif wire in (_DOUBLE, _FLOAT):
            size = 8 if wire == _DOUBLE else 4
        else:
            raise ProtobufError(f"proto: illegal wireType {wire}")
        if at + size > end:
            raise ProtobufError("unexpected EOF")
        piece, at = data[at : at + size], at + size
        yield number, piece if wire == _BYTES else struct.unpack("<d" if wire == _DOUBLE else "<f", piece)[0]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ProtobufError("unexpected EOF")
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value & (2**64 - 1), at


def _bytes(wire: Any) -> bytes:
    if not isinstance(wire, bytes):
        raise ProtobufError("proto: wrong wireType")
    return wire


def _number(wire: Any) -> int:
    if not isinstance(wire, int):
        raise ProtobufError("proto: wrong wireType")
    return wire


def _text(wire: Any) -> str:
    try:
        return _bytes(wire).decode()
    except UnicodeDecodeError:
        raise ProtobufError("a text is not UTF-8") from None


@cache
def _messages() -> dict[str, dict[int, Field]]:
    """All messages: `core_v1.Pod` and its fields by number."""
    found: dict[str, dict[int, Field]] = {}
    module = ""
    for line in (files(__package__) / "protobuf_fields.txt").read_text().splitlines():
        if line.startswith("["):
            module = line.strip("[]")
        elif not line.startswith("#"):
            name, *parts = line.split(" ")
            found[f"{module}.{name}"] = dict(_numbered(parts, module))
    return found


def _numbered(parts: list[str], module: str) -> Iterator[tuple[int, Field]]:
    number = 0
    for part in parts:
        explicit, _, rest = part.rpartition("=")
        number = int(explicit) if explicit else number + 1
        name, _, type_ = rest.partition(":")
        many = type_[:2] if type_[:2] in ("[]", "{}") else ""
        type_ = type_.removeprefix(many)
        type_ = "" if type_ == "s" else type_
        if type_ and type_ not in ("i", "t", "b", "d", "Quantity", "IntOrString", "Raw") and "." not in type_:
            type_ = f"{module}.{type_}"
        yield number, Field(name, many, type_)

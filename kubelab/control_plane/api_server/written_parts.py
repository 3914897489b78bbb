"""What a write has written: the parts of an object that it could have changed, as JSON.

Comparing whole objects would find the same; this is what makes it quick. Parts are values: those that are one and
the same are equal without a look.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from kubelab.api.decoding import decode
from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.api.objects import to_dict
from kubelab.api.versions import in_version, read, shown_as
from kubelab.control_plane.api_server.writer import Writer

_Json = dict[str, Any]

_EVERY_OBJECT_HAS = ("metadata", "spec", "status")
_SERVERS_OWN = ("name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields")


def created_parts(kind: Kind, value: Any, writer: Writer) -> tuple[_Json, _Json]:
    """An empty object, and the new one as its author sent it, filled in, before anybody else had a say in it."""
    made = to_dict(value)
    if writer.sent is not None:
        is_value = isinstance(writer.sent, msgspec.Struct)
        manifest = to_dict(writer.sent) if is_value else msgspec.json.decode(writer.sent)
        with suppress(ApiError):
            made = read(manifest, kind, "Ignore")[0]
    return empty_object(kind, writer.version), shown_as(made, kind, writer.version)


def empty_object(kind: Kind, version: str) -> _Json:
    """An object of a kind of which nothing has been said yet: the parts that Go has all the same."""
    empty = {"apiVersion": version, "kind": kind.name}
    return empty if kind.custom else decode(empty, in_version(kind, version), "Ignore")[0]


def changed_parts(kind: Kind, old: Any, new: Any, version: str) -> tuple[_Json, _Json]:
    """Two values of a kind without what they have in common; whole, where fields may be owned in another version."""
    if type(old) is not type(new) or kind.also:
        return shown_as(to_dict(old), kind, version), shown_as(to_dict(new), kind, version)
    before: _Json = {}
    after: _Json = {}
    for name, written in _names(old):
        one, two = getattr(old, name), getattr(new, name)
        if one is two or one == two:
            continue
        if name in _EVERY_OBJECT_HAS and not isinstance(one, dict) and not isinstance(two, dict):
            before[written], after[written] = _different_fields(one, two)
        else:
            _put(before, written, one)
            _put(after, written, two)
    return before, after


def _different_fields(one: Any, two: Any) -> tuple[_Json, _Json]:
    before: _Json = {}
    after: _Json = {}
    for name, written in _names(one if one is not None else two):
        mine, theirs = getattr(one, name, None), getattr(two, name, None)
        if mine is theirs or mine == theirs or name in _SERVERS_OWN:
            continue
        _put(before, written, mine)
        _put(after, written, theirs)
    return before, after


def _names(part: Any) -> Any:
    """The names of a value's fields, in Python and in JSON."""
    return zip(part.__struct_fields__, part.__struct_encode_fields__, strict=True)


def _put(into: _Json, name: str, value: Any) -> None:
    if value is not None:
        into[name] = msgspec.to_builtins(value)

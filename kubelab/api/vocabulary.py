"""The vocabulary as a tree: which fields an object may have at a path, and of what type each is.

In Kubernetes
    The OpenAPI description of every kind, which `kubectl explain` reads. Here: lightkube's models.
"""

from __future__ import annotations

import re
import types
import typing
from functools import cache
from typing import Any

import msgspec

_PATH = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


@cache
def fields(model: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of a model under their names in JSON, each with its type (`list[Container]`, `str | None`)."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(model)}


@cache
def attribute(model: type[msgspec.Struct], name: str) -> str:
    """The Python name of a field: `from` is `from_`."""
    return next((field.name for field in msgspec.structs.fields(model) if field.encode_name == name), name)


def element(declared: Any) -> Any:
    """What a field holds, without the option of nothing, the list or the map around it.

    Examples
    --------
    >>> element(list[str] | None)
    <class 'str'>
    """
    while True:
        arguments = [part for part in typing.get_args(declared) if part is not types.NoneType]
        if not arguments:
            return declared
        declared = arguments[-1]


def shape(declared: Any) -> str:
    """Whether a field is a `list`, a `map`, a `struct` or a `plain` value.

    Examples
    --------
    >>> shape(list[str] | None), shape(int | None), shape(dict[str, str])
    ('list', 'plain', 'map')
    """
    while typing.get_origin(declared) in (typing.Union, types.UnionType):
        options = [part for part in typing.get_args(declared) if part is not types.NoneType]
        if len(options) != 1:
            return "plain"
        declared = options[0]
    bare = typing.get_origin(declared) or declared
    if not isinstance(bare, type):
        return "plain"
    if issubclass(bare, msgspec.Struct):
        return "struct"
    return "list" if issubclass(bare, list) else "map" if issubclass(bare, dict) else "plain"


def submodel(model: type[msgspec.Struct] | None, name: str) -> type[msgspec.Struct] | None:
    """The model of what a field holds (of each item, for a list); None for plain values and free-form objects."""
    held = element(fields(model).get(name)) if model else None
    return held if isinstance(held, type) and issubclass(held, msgspec.Struct) else None


def model_at(model: type[msgspec.Struct], path: str) -> type[msgspec.Struct] | None:
    """The model at a field path such as `spec.template.spec.containers[0]`; None where the vocabulary has none."""
    current: type[msgspec.Struct] | None = model
    for part in _PATH.findall(path):
        if current and not part.startswith("["):
            current = submodel(current, part)
    return current


def path_parts(path: str) -> list[str]:
    """The parts of a field path: `spec.containers[0].image` has `spec`, `containers`, `[0]` and `image`."""
    return _PATH.findall(path)

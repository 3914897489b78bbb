"""Path elements: one step into an object, in the form in which managed fields write it.

`f:name` is a field, `k:{"name":"web"}` the item of a list that has these keys, `v:"web"` an item of a set, `i:0` a
place in a list. Steps are plain texts in one canonical form, so that equal steps are equal texts.

In Kubernetes
    `fieldpath/element.go` and `serialize-pe.go` of `sigs.k8s.io/structured-merge-diff`.
"""

from __future__ import annotations

import itertools
import json
from functools import lru_cache
from typing import Any

from kubelab.api.managed_fields.values import go_json

FIELD, KEY, VALUE, INDEX = "f:", "k:", "v:", "i:"
_KINDS = (FIELD, KEY, VALUE, INDEX)
_REMEMBERED = 8192

Path = tuple[str, ...]


def field(name: str) -> str:
    """The step into a field of that name."""
    return FIELD + name


def key(fields: dict[str, Any]) -> str:
    """The step to the item of a list that has these keys.

    Examples
    --------
    >>> key({"protocol": "TCP", "containerPort": 80})
    'k:{"containerPort":80,"protocol":"TCP"}'
    """
    fields = {name: _go_number(item) for name, item in fields.items()}
    try:
        return _key(*itertools.chain.from_iterable(fields.items()))
    except TypeError:  # a value that cannot be remembered
        return KEY + go_json(dict(sorted(fields.items())))


@lru_cache(_REMEMBERED, typed=True)
def _key(*names_and_values: Any) -> str:
    pairs = zip(names_and_values[::2], names_and_values[1::2], strict=True)
    return KEY + go_json(dict(sorted(pairs)))


def value(item: Any) -> str:
    """The step to an item of a set."""
    return VALUE + go_json(_go_number(item))


def path_of(*names: str) -> Path:
    """The path through fields of these names."""
    return tuple(map(field, names))


@lru_cache(_REMEMBERED)
def canonical(element: str) -> str | None:
    """A step as it is written here, whoever wrote it; None for a sort of step that nobody knows yet.

    Raises
    ------
    ValueError
        It is no step.
    """
    if len(element) < 2:
        raise ValueError("key must be 2 characters long:")
    sort, rest = element[:2], element[2:]
    if sort[1] != ":":
        raise ValueError(f"missing colon: {element}")
    if sort == KEY:
        fields = json.loads(rest)
        if not isinstance(fields, dict):
            raise ValueError(f"no object: {rest}")
        return key(fields)
    if sort == VALUE:
        return value(json.loads(rest))
    if sort == INDEX:
        return f"{INDEX}{int(rest)}"
    return element if sort == FIELD else None


@lru_cache(_REMEMBERED)
def order(element: str) -> tuple[Any, ...]:
    """What steps are sorted by: fields by name, then keys, then values, numbers before texts."""
    sort, rest = element[:2], element[2:]
    place = _KINDS.index(sort)
    if sort == FIELD:
        return place, rest
    if sort == INDEX:
        return place, int(rest)
    content = json.loads(rest)
    if sort == VALUE:
        return place, _value_order(content)
    return place, tuple((name, _value_order(item)) for name, item in content.items())


def shown(path: Path) -> str:
    """A path as messages write it.

    Examples
    --------
    >>> shown(("f:spec", "f:containers", key({"name": "web"}), "f:image"))
    '.spec.containers[name="web"].image'
    """
    return "".join(map(_shown, path))


def _shown(element: str) -> str:
    sort, rest = element[:2], element[2:]
    if sort == FIELD:
        return f".{rest}"
    if sort == INDEX:
        return f"[{rest}]"
    content = json.loads(rest)
    if sort == VALUE:
        return f"[={_text(content)}]"
    return f"[{','.join(f'{name}={_text(item)}' for name, item in content.items())}]"


def _go_number(item: Any) -> Any:
    """A whole number as Go writes it, whatever it was read as: 2.0 is 2."""
    return int(item) if isinstance(item, float) and item.is_integer() and abs(item) < 1e21 else item


def _text(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def _value_order(item: Any) -> tuple[Any, ...]:
    match item:
        case bool():
            return 2, item
        case int() | float():
            return 0, item
        case str():
            return 1, item
        case None:
            return (5,)
        case _:
            return (3 if isinstance(item, list) else 4), _text(item)

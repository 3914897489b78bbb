"""Values: how JSON values compare, and how Go prints them in the messages of typed objects."""

from __future__ import annotations

import json
from typing import Any


def equal(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same: true is not 1, and 1 is 1.0."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(item, right[name]) for name, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)


def go_json(item: Any, *, sort_keys: bool = False) -> str:
    """JSON as Go writes it: nothing between the parts, and nothing in it that HTML would mistake."""
    text = json.dumps(item, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        if letter in text:
            text = text.replace(letter, code)
    return text


def go_type(value: Any) -> str:
    """What Go calls the type of a value."""
    names = {str: "string", bool: "bool", int: "int64", float: "float64", list: "[]interface {}"}
    return names.get(type(value), "map[string]interface {}")


def go_plain(value: Any) -> str:
    """A value as Go prints it: `map[a:1]`, `[a b]`."""
    match value:
        case dict():
            return f"map[{' '.join(f'{name}:{go_plain(value[name])}' for name in sorted(value))}]"
        case list():
            return f"[{' '.join(map(go_plain, value))}]"
        case bool():
            return "true" if value else "false"
        case None:
            return "<nil>"
        case _:
            return str(value)


def go_syntax(value: Any) -> str:
    """A value as Go source would have it: `map[string]interface {}{"a":1}`."""
    match value:
        case dict():
            inner = ", ".join(f'"{name}":{go_syntax(value[name])}' for name in sorted(value))
            return f"map[string]interface {{}}{{{inner}}}"
        case list():
            return f"[]interface {{}}{{{', '.join(map(go_syntax, value))}}}"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case None:
            return "interface {}(nil)"
        case _:
            return go_plain(value)

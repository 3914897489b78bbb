"""The functions that a Go template can call.

In Kubernetes
    The predefined functions of Go's `text/template`, and `exists` and `base64decode` of kubectl's printers.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from kubelab.clients.go_format import number, quoted, shown

_VERB = re.compile(r"%([-+# 0]*)(\*|[0-9]+)?(?:\.([0-9]+))?([a-zA-Z%])")


class TemplateError(Exception):
    """A template that cannot be read or carried out; the message is Go's."""


def is_true(value: Any) -> bool:
    """Whether `if` goes on with a value: not for false, 0, nil and what is empty."""
    return bool(value)


def _printf(form: str, *values: Any) -> str:
    """`printf`: a form with `%s`, `%v`, `%d`, `%q`, `%5.2f` and the like."""
    queue = list(values)

    def filled(found: re.Match[str]) -> str:
        if found[4] == "%":
            return "%"
        if not queue:
            return f"%!{found[4]}(MISSING)"
        return _formatted(found, queue.pop(0))

    return _VERB.sub(filled, form)


def _formatted(found: re.Match[str], value: Any) -> str:
    flags, width, precision, verb = found.groups()
    match verb:
        case "s" | "v":
            text = shown(value) if precision is None else shown(value)[: int(precision)]
        case "q":
            text = quoted(shown(value))
        case "d" if isinstance(value, int):
            text = f"{value:+d}" if "+" in flags else str(value)
        case "t":
            text = shown(value)
        case "x" | "X" | "o" | "b" if isinstance(value, int):
            text = format(value, verb)
        case "x" if isinstance(value, str):
            text = value.encode().hex()
        case "f" | "e" | "g" if isinstance(value, int | float):
            text = number(float(value)) if verb == "g" else f"{value:.{precision or 6}{verb}}"
        case "T":
            text = type(value).__name__
        case "c":
            text = chr(value)
        case _:
            text = f"%!{verb}({_go_type(value)}={shown(value)})"
    if width is None or width == "*":
        return text
    if "-" in flags:
        return text.ljust(int(width))
    return text.rjust(int(width), "0" if "0" in flags and verb not in "sqv" else " ")


def _go_type(value: Any) -> str:
    names = {str: "string", bool: "bool", int: "int64", float: "float64", dict: "map[string]interface {}"}
    return names.get(type(value), "[]interface {}")


def _print(*values: Any) -> str:
    """`print`: values side by side, with a space between two that are both no texts."""
    printed = ""
    for i, value in enumerate(values):
        if i and not isinstance(value, str) and not isinstance(values[i - 1], str):
            printed += " "
        printed += shown(value)
    return printed


def _println(*values: Any) -> str:
    return " ".join(map(shown, values)) + "\n"


def _length(value: Any = None) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateError(f"error calling len: len of type {_go_type(value) if value is not None else 'nil'}")


def _index(value: Any = None, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list | str):
            if not isinstance(key, int):
                raise TemplateError(f"error calling index: cannot index slice/array with type {_go_type(key)}")
            if not 0 <= key < len(value):
                raise TemplateError(f"error calling index: error calling index: index out of range: {key}")
            value = value[key]
        elif value is None:
            raise TemplateError("error calling index: index of untyped nil")
        else:
            raise TemplateError(f"error calling index: can't index item of type {_go_type(value)}")
    return value


def _slice(value: Any, *ends: int) -> Any:
    return value[slice(*(ends if len(ends) > 1 else (ends[0], None) if ends else (None,)))]


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise TemplateError("error calling eq: missing argument for comparison")
    return any(type(first) is type(other) and first == other for other in others)


def _not_equal(first: Any, other: Any) -> bool:
    return not _equal(first, other)


def _less(first: Any, other: Any) -> bool:
    if isinstance(first, str) != isinstance(other, str) or first is None or other is None:
        raise TemplateError("error calling lt: incompatible types for comparison")
    return bool(first < other)


def _at_most(first: Any, other: Any) -> bool:
    return _less(first, other) or bool(first == other)


def _greater(first: Any, other: Any) -> bool:
    return not _at_most(first, other)


def _at_least(first: Any, other: Any) -> bool:
    return not _less(first, other)


def _and(*values: Any) -> Any:
    return next((value for value in values if not is_true(value)), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if is_true(value)), values[-1])


def _not(value: Any = None) -> bool:
    return not is_true(value)


def _exists(value: Any = None, *keys: Any) -> bool:
    """`exists .metadata.labels "app"`: whether there is something under these keys."""
    for key in keys:
        in_list = isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value)
        if not in_list and not (isinstance(value, dict) and key in value):
            return False
        value = value[key]
    return value is not None


def _base64decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, TypeError):
        raise TemplateError(f"error calling base64decode: base64 decode failed: illegal base64 data: {text}") from None


def _html(*values: Any) -> str:
    return html.escape(_print(*values)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")


def _urlquery(*values: Any) -> str:
    return quote_plus(_print(*values))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "printf": _printf,
    "print": _print,
    "println": _println,
    "len": _length,
    "index": _index,
    "slice": _slice,
    "eq": _equal,
    "ne": _not_equal,
    "lt": _less,
    "le": _at_most,
    "gt": _greater,
    "ge": _at_least,
    "and": _and,
    "or": _or,
    "not": _not,
    "exists": _exists,
    "base64decode": _base64decode,
    "html": _html,
    "urlquery": _urlquery,
}

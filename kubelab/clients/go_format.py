"""Values as Go prints them: `map[app:web]`, `[a b]`, `<nil>`.

In Kubernetes
    Go's `fmt` package, by which kubectl prints what has no form of its own.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_EXPONENT_FROM = 6


def shown(value: Any) -> str:
    """A plain value as Go's `%v` prints it.

    Examples
    --------
    >>> shown({"b": [1, True, None], "a": "x"}), shown(0.25), shown(1e6)
    ('map[a:x b:[1 true <nil>]]', '0.25', '1e+06')
    """
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{shown(held)}' for key, held in sorted(value.items()))}]"
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(shown, value))}]"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return str(value).lower()
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """A floating-point number with as many digits as it needs."""
    digits = Decimal(repr(value))
    exponent = digits.adjusted()
    if value and not -4 <= exponent < _EXPONENT_FROM:
        head = f"{digits.scaleb(-exponent).normalize():f}"
        return f"{head}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    text = f"{digits:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compact_json(value: Any) -> str:
    """A value as JSON in one line, with Go's escapes."""
    return escaped(json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True))


def escaped(text: str) -> str:
    """JSON text with the letters of HTML written as Go writes them."""
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    return text


def quoted(text: str) -> str:
    """A text as Go's `%q` prints it."""
    return json.dumps(text, ensure_ascii=False)

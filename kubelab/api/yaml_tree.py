"""YAML as kubectl reads it: a text becomes plain values, each with the line and the column where it stands.

The tree is built from the parser's events, one after the other, so that no depth of nesting can exhaust a stack, and
what aliases repeat is counted, so that a few lines cannot become a thousand million values.

In Kubernetes
    `sigs.k8s.io/yaml` and the go-yaml beneath it (`resolve.go` says what a plain scalar is).
"""

from __future__ import annotations

import base64
import binascii
import copy
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 100
_MAX_REPEATED = 100_000
_MAX_VALUES = 500_000

_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
for _lower in ("y", "yes", "on", "true"):
    _WORDS |= {_lower: True, _lower.capitalize(): True, _lower.upper(): True}
for _lower in ("n", "no", "off", "false"):
    _WORDS |= {_lower: False, _lower.capitalize(): False, _lower.upper(): False}
for _word in (".nan", ".NaN", ".NAN"):
    _WORDS[_word] = math.nan
for _word in (".inf", ".Inf", ".INF"):
    _WORDS |= {_word: math.inf, f"+{_word}": math.inf, f"-{_word}": -math.inf}

_INTEGER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]*|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TAG = "tag:yaml.org,2002:"


class YamlFaultError(Exception):
    """A text that parses but cannot become JSON."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


@dataclass
class Marks:
    """Where a value stands (its key, for a field), and the marks of what it holds by key or index."""

    line: int | None = None
    column: int | None = None
    inside: dict[Any, Marks] = field(default_factory=dict)

    def find(self, path: str) -> Marks:
        """The marks at a field path, or the nearest above it. Keys may hold dots: the longest that fits is taken."""
        here, rest = self, path.lstrip(".")
        while rest:
            step = here._step(rest)
            if step is None:
                return here
            here, rest = step
        return here

    def _step(self, rest: str) -> tuple[Marks, str] | None:
        if rest.startswith("["):
            name, closed, after = rest[1:].partition("]")
            marks = self.inside.get(int(name) if re.fullmatch("[0-9]{1,9}", name) else name) or self.inside.get(name)
            return (marks, after.removeprefix(".")) if closed and marks else None
        for end in [len(rest), *(found.start() for found in reversed([*re.finditer(r"[.\[]", rest)]))]:
            marks = self.inside.get(rest[:end])
            if marks:
                return marks, rest[end:].removeprefix(".")
        return None


@dataclass
class Tree:
    """One document: its value and its marks."""

    value: Any
    marks: Marks


@dataclass
class _Open:
    """A list or an object whose end is still to come."""

    value: Any
    marks: Marks
    anchor: str | None
    size: int = 1
    key: Any = None
    key_marks: Marks | None = None
    merges: list[Any] = field(default_factory=list)


def documents(text: str) -> Iterator[Tree]:
    """The documents of a text, one after the other.

    Raises
    ------
    YamlFaultError, yaml.YAMLError
        The text is no YAML, or YAML that cannot become JSON.
    """
    loader = _Loader(text)
    try:
        builder, events = _Builder(), 0
        while loader.check_event():
            event, events = loader.get_event(), events + 1
            if events > _MAX_VALUES:
                raise YamlFaultError(f"more than {_MAX_VALUES} values", _line(event))
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder()
            elif isinstance(event, yaml.DocumentEndEvent):
                yield Tree(builder.value, builder.marks)
            else:
                builder.take(event)
    finally:
        loader.dispose()


def is_plain_text(text: str) -> bool:
    """Whether a text may stand without quotes and still be read as text."""
    if text in _WORDS:
        return False
    digits = text.replace("_", "")
    return not (text[0] in "-+.0123456789" and (_INTEGER.fullmatch(digits) or _FLOAT.fullmatch(digits)))


class _Builder:
    """Builds the value of one document from its events."""

    def __init__(self) -> None:
        self.value: Any = None
        self.marks = Marks()
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._repeated = 0

    def take(self, event: Any) -> None:
        """The next event of the document."""
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, is_key=self._expects_key())
            if event.anchor:
                self._anchors[event.anchor] = (value, 1)
            self._place(value, _mark(event), 1)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._open) >= _MAX_DEPTH:
                raise YamlFaultError(f"exceeded max depth of {_MAX_DEPTH}", _line(event))
            if self._expects_key():
                raise YamlFaultError("invalid map key: objects and lists cannot be keys", _line(event))
            if event.anchor:
                self._anchors.pop(event.anchor, None)
            empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self._open.append(_Open(empty, _mark(event), event.anchor))
        elif isinstance(event, yaml.AliasEvent):
            self._repeat(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self._open.pop()
            for merged in done.merges:
                done.value.update({key: value for key, value in merged.items() if key not in done.value})
            if done.anchor:
                self._anchors[done.anchor] = (done.value, done.size)
            self._place(done.value, done.marks, done.size)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key_marks is None

    def _repeat(self, event: Any) -> None:
        if any(held.anchor == event.anchor for held in self._open):
            raise YamlFaultError(f"anchor '{event.anchor}' value contains itself", _line(event))
        if event.anchor not in self._anchors:
            raise YamlFaultError(f"unknown anchor '{event.anchor}' referenced", _line(event))
        value, size = self._anchors[event.anchor]
        self._repeated += size
        if self._repeated > _MAX_REPEATED:
            raise YamlFaultError("document contains excessive aliasing", _line(event))
        if self._expects_key() and isinstance(value, dict | list):
            raise YamlFaultError("invalid map key: objects and lists cannot be keys", _line(event))
        self._place(copy.deepcopy(value), _mark(event), size)

    def _place(self, value: Any, marks: Marks, size: int) -> None:
        """Put a finished value where it belongs: a key, a field, an item, or the whole document."""
        if not self._open:
            self.value, self.marks = value, marks
            return
        holder = self._open[-1]
        holder.size += size
        if isinstance(holder.value, list):
            holder.marks.inside[len(holder.value)] = marks
            holder.value.append(value)
        elif holder.key_marks is None:
            holder.key, holder.key_marks = _key(value, marks), marks
        else:
            key_marks, holder.key_marks = holder.key_marks, None
            if holder.key == "<<":
                self._merge(holder, value, key_marks)
                return
            if holder.key in holder.value:
                raise YamlFaultError(f'unmarshal errors: key "{holder.key}" already set in map', key_marks.line or 0)
            holder.value[holder.key] = value
            holder.marks.inside[holder.key] = Marks(key_marks.line, key_marks.column, marks.inside)

    def _merge(self, holder: _Open, value: Any, marks: Marks) -> None:
        """`<<: *base`: what the object does not say itself comes from another one."""
        others = value if isinstance(value, list) else [value]
        if not all(isinstance(other, dict) for other in others):
            raise YamlFaultError("map merge requires map or sequence of maps as the value", marks.line or 0)
        holder.merges += others


def _line(event: Any) -> int:
    return event.start_mark.line + 1


def _mark(event: Any) -> Marks:
    return Marks(event.start_mark.line + 1, event.start_mark.column + 1)


def _key(value: Any, marks: Marks) -> str:
    """A key as JSON has it: always text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise YamlFaultError("unsupported map key: null", marks.line or 0)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _scalar(event: Any, *, is_key: bool) -> Any:
    text, tag = event.value, event.tag
    plain = event.style in (None, "") and event.implicit[0]
    if tag is None or tag == "!":
        return _resolved(event, text, is_key) if plain and tag is None and not (is_key and text == "<<") else text
    if tag == f"{_TAG}binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except binascii.Error:
            raise YamlFaultError("!!binary value contains invalid base64 data", _line(event)) from None
    if tag not in (f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"):
        return text
    value = _resolved(event, text, is_key)
    wanted = {"int": int, "float": int | float, "bool": bool, "null": type(None)}[tag.removeprefix(_TAG)]
    if not isinstance(value, wanted) or (isinstance(value, bool) and not tag.endswith("bool")):
        raise YamlFaultError(f"cannot decode !!str `{text}` as a !!{tag.removeprefix(_TAG)}", _line(event))
    return value


def _resolved(event: Any, text: str, is_key: bool) -> Any:
    """What a plain scalar is: null, a bool, a number, or text."""
    if text in _WORDS:
        value = _WORDS[text]
        if isinstance(value, float) and not is_key:
            raise YamlFaultError(f"json: unsupported value: {text}", _line(event))
        return value
    if text[0] not in "-+.0123456789":
        return text
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits) and len(digits) <= 80:
        sign, magnitude = (-1 if digits[0] == "-" else 1), digits.lstrip("+-").lower()
        octal = len(magnitude) > 1 and magnitude[0] == "0" and magnitude[1].isdigit()
        whole = sign * (int(magnitude, 8) if octal else int(magnitude, 0))
        if -(2**63) <= whole < 2**64:
            return whole
    if _FLOAT.fullmatch(digits):
        number = float(digits)
        if math.isinf(number):
            return text
        return int(number) if number.is_integer() and abs(number) < 1e21 else number
    return text

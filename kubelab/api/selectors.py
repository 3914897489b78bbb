"""Selectors: how a Service finds its pods, a ReplicaSet what it owns and a person what to look at.

A selector is a plain value: it can be compared, copied, pickled, and asked `matches(labels)`. It is written either as
text (`app=web,tier in (front,back),!canary`), as people type it, or as an object (`matchLabels`, `matchExpressions`),
as manifests have it. Field selectors are in `field_selectors`.

In Kubernetes
    `k8s.io/apimachinery/pkg/labels/selector.go`.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause, bad_request

_SIGNS = {"=": "=", "==": "==", "!=": "!=", ">": ">", "<": "<", "in": " in ", "notin": " notin "}
_OPERATORS = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}
_TOKEN = re.compile(r"[^\s=!(),<>]+|==|!=|[=!(),<>]")
_BINARY = "in, notin, =, ==, !=, gt, lt"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label: a key, an operator (`=`, `!=`, `in`, `notin`, `exists`, `!`, `>`, `<`) and values."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels meets the condition."""
        value = labels.get(self.key)
        match self.operator:
            case "=" | "==" | "in":
                return value in self.values
            case "!=" | "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
        number, limit = _integer(value), _integer(self.values[0])
        if number is None or limit is None:
            return False
        return number > limit if self.operator == ">" else number < limit

    def __str__(self) -> str:
        if self.operator == "exists":
            return self.key
        if self.operator == "!":
            return f"!{self.key}"
        listed = ",".join(sorted(self.values))
        return f"{self.key}{_SIGNS[self.operator]}" + (f"({listed})" if self.operator in ("in", "notin") else listed)


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """All of these conditions at once; without any, every object matches (none does when `nothing` is set).

    Examples
    --------
    >>> selector = parse("app=web,tier in (front, back),!canary")
    >>> selector.matches({"app": "web", "tier": "back"}), selector.matches({"app": "web"})
    (True, False)
    >>> str(selector)
    'app=web,!canary,tier in (back,front)'
    """

    requirements: tuple[Requirement, ...] = ()
    nothing: bool = False

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """Whether an object with these labels is selected."""
        if self.nothing:
            return False
        labels = labels or {}
        return all(requirement.matches(labels) for requirement in self.requirements)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for, so that everything matches."""
        return not self.requirements and not self.nothing

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))


EVERYTHING = LabelSelector()
NOTHING = LabelSelector(nothing=True)


@lru_cache(maxsize=1024)
def parse(text: str) -> LabelSelector:
    """The selector that a text such as `app=web,tier!=db,env in (a,b),!canary` stands for.

    Raises
    ------
    ApiError
        400: the text is not a selector.
    """
    return _selector(_Parser(text).requirements())


def from_labels(labels: Mapping[str, str] | None) -> LabelSelector:
    """The selector of a Service: these labels with these values. Without labels everything matches."""
    return _selector(Requirement(key, "=", (value,)) for key, value in (labels or {}).items())


def from_object(selector: Any) -> LabelSelector:
    """The selector of a workload: `matchLabels` and `matchExpressions`, as a dict or an object of the vocabulary.

    None selects nothing, an empty one selects everything.

    Raises
    ------
    ApiError
        400: a key, an operator or a value that cannot be.
    """
    if selector is None:
        return NOTHING
    requirements = [_checked(key, "=", (value,)) for key, value in (_part(selector, "matchLabels") or {}).items()]
    for expression in _part(selector, "matchExpressions") or ():
        operator = str(_part(expression, "operator") or "")
        if operator not in _OPERATORS:
            raise bad_request(f'"{operator}" is not a valid label selector operator')
        values = tuple(_part(expression, "values") or ())
        requirements.append(_checked(str(_part(expression, "key") or ""), _OPERATORS[operator], values))
    return _selector(requirements)


def format_labels(labels: Mapping[str, str] | None) -> str:
    """Labels as kubectl prints them: `app=web,tier=front`, or `<none>`."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or "<none>"


def format_selector(selector: Any) -> str:
    """The selector of a workload as kubectl prints it, `<none>` when it selects everything."""
    return str(from_object(selector)) or "<none>"


def _selector(requirements: Iterable[Requirement]) -> LabelSelector:
    return LabelSelector(tuple(sorted(requirements, key=_key)))


def _key(requirement: Requirement) -> str:
    return requirement.key


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[+-]?[0-9]{1,19}", text) else None


def _checked(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    """A requirement whose key and values can be those of labels."""
    causes = []
    if wrong := formats.qualified_name(key):
        causes.append(Cause.invalid("key", key, "; ".join(wrong)))
    if operator in ("in", "notin") and not values:
        causes.append(Cause.invalid("values", [], "for 'in', 'notin' operators, values set can't be empty"))
    if operator in ("exists", "!") and values:
        causes.append(Cause.invalid("values", list(values), "values set must be empty for exists and does not exist"))
    if operator in (">", "<") and _integer(values[0]) is None:
        causes.append(Cause.invalid("values[0]", values[0], "for 'Gt', 'Lt' operators, the value must be an integer"))
    for i, value in enumerate(values):
        if wrong := formats.label_value(value):
            causes.append(Cause.invalid(f"values[{i}][{key}]", value, "; ".join(wrong)))
    if causes:
        texts = [str(cause) for cause in causes]
        listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
        raise bad_request(f"unable to parse requirement: {listed}")
    return Requirement(key, operator, values)


class _Parser:
    """Reads a selector's text from left to right. An empty token stands for the end of the text."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_TOKEN.findall(text), ""]
        self._at = 0

    def requirements(self) -> list[Requirement]:
        found: list[Requirement] = []
        if not self._peek():
            return found
        while True:
            token = self._peek()
            if token != "!" and not _is_identifier(token):
                expected = "identifier after ','" if found else "!, identifier, or 'end of string'"
                raise bad_request(f"found '{token}', expected: {expected}")
            found.append(self._requirement())
            token = self._next()
            if not token:
                return found
            if token != ",":
                raise bad_request(f"found '{token}', expected: ',' or 'end of string'")

    def _requirement(self) -> Requirement:
        negated = self._peek() == "!"
        if negated:
            self._next()
        key = self._next()
        if not _is_identifier(key):
            raise _unexpected(key, "expected: identifier")
        if wrong := formats.qualified_name(key):
            cause = Cause.invalid("<nil>", key, "; ".join(wrong))
            raise bad_request(f"unable to parse requirement: {cause}")
        if negated or self._peek() in ("", ","):
            return Requirement(key, "!" if negated else "exists")
        operator = self._next()
        if operator in ("in", "notin"):
            return _checked(key, operator, self._values())
        if operator in ("=", "==", "!=", ">", "<"):
            return _checked(key, operator, (self._exact_value(),))
        raise _unexpected(operator, f"expected: {_BINARY}")

    def _exact_value(self) -> str:
        if self._peek() in ("", ","):
            return ""
        token = self._next()
        if not _is_identifier(token):
            raise _unexpected(token, "expected: identifier")
        return token

    def _values(self) -> tuple[str, ...]:
        token = self._next()
        if token != "(":
            raise bad_request(f"unable to parse requirement: found '{token}' expected: '('")
        values = [""]
        while (token := self._next()) != ")":
            if token == ",":
                values.append("")
            elif _is_identifier(token) and not values[-1]:
                values[-1] = token
            else:
                raise _unexpected(token, "expected: ',' or ')'")
        return tuple(sorted(dict.fromkeys(values)))

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _is_identifier(token: str) -> bool:
    return bool(token) and token[0] not in "=!(),<>"


def _unexpected(token: str, expected: str) -> Exception:
    return bad_request(f"unable to parse requirement: found '{token}', {expected}")

"""What becomes of a word: its variables, its `$(…)`, its arithmetic, and its quotes."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any

from kubelab.node.shell.tokens import quoted_end

_NAME = re.compile(r"[A-Za-z_]\w*|[0-9?$#@*!]")
_INNER = re.compile(r"(#?)([A-Za-z_]\w*|[0-9?#@*])(?:(:?[-=+?]|%%|%|##|#)(.*))?", re.DOTALL)
_PLAIN = re.compile(r"[^$`'\"\\~{]*")
_NUMBERS = re.compile(r"\{(-?\d+)\.\.(-?\d+)\}")
_OPERATIONS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda one, other: int(one / other),
    ast.Mod: lambda one, other: one - other * int(one / other),
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
MOST_DIGITS = 18


class Expansion:
    """Expands the words of one command. `said` runs what stands in `$(…)` and answers what it wrote."""

    def __init__(self, variables: MutableMapping[str, str], last: int, said: Callable[[str], str]) -> None:
        self.variables, self.last, self.said = variables, last, said

    def fields(self, words: tuple[str, ...]) -> list[str]:
        """The words that a command gets: what was not in quotes is split at blanks, and is gone where it is empty."""
        found = list[str]()
        for word in words:
            if _PLAIN.fullmatch(word):
                found.append(word)
            elif met := _NUMBERS.fullmatch(word):
                first, last = int(met[1]), int(met[2])
                found += [str(number) for number in range(first, last + 1)[:1000]]
            else:
                found += self._fields(word)
        return found

    def text(self, word: str) -> str:
        """A word that stays one: a value, a file's name."""
        return "".join(text for text, _ in self._pieces(word))

    def _fields(self, word: str) -> list[str]:
        found, held = list[str](), None
        for text, splits in self._pieces(word):
            if not splits:
                held = (held or "") + text
                continue
            parts = text.split()
            if text[:1].isspace() and held is not None:
                found.append(held)
                held = None
            for number, part in enumerate(parts):
                held = part if number or held is None else held + part
                if number + 1 < len(parts) or text[-1:].isspace():
                    found.append(held)
                    held = None
        return found if held is None else [*found, held]

    def _pieces(self, word: str) -> list[tuple[str, bool]]:
        """The parts of a word, each with whether it is split at blanks."""
        found, at = list[tuple[str, bool]](), 0
        if word == "~" or word.startswith("~/"):
            found, at = [(self.variables.get("HOME", "/root"), False)], 1
        while at < len(word):
            letter = word[at]
            if letter not in "\\'\"`$":
                found.append((letter, False))
                at += 1
                continue
            if letter == "$":
                text, end = self._dollar(word, at)
                found.append((text, True))
                at = end
                continue
            end = quoted_end(word, at)
            inner = word[at + 1 : end] if letter == "\\" else word[at + 1 : end - 1]
            if letter == "`":
                found.append((self.said(inner).rstrip("\n"), True))
            else:
                found.append((self._in_double_quotes(inner) if letter == '"' else inner, False))
            at = end
        return found

    def _in_double_quotes(self, text: str) -> str:
        found, at = "", 0
        while at < len(text):
            letter = text[at]
            if letter == "$":
                piece, at = self._dollar(text, at)
                found += piece
            elif letter == "`":
                end = quoted_end(text, at)
                found += self.said(text[at + 1 : end - 1]).rstrip("\n")
                at = end
            elif letter == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
                found += text[at + 1]
                at += 2
            else:
                found += letter
                at += 1
        return found

    def _dollar(self, text: str, at: int) -> tuple[str, int]:
        """What stands for `$…`, and where that ends."""
        if text.startswith("$((", at):
            end = quoted_end(text, at)
            return str(self._number(text[at + 3 : end - 2])), end
        if text.startswith("$(", at):
            end = quoted_end(text, at)
            return self.said(text[at + 2 : end - 1]).rstrip("\n"), end
        if text.startswith("${", at):
            end = quoted_end(text, at)
            return self._inner(text[at + 2 : end - 1]), end
        met = _NAME.match(text, at + 1)
        return (self._variable(met[0]), met.end()) if met else ("$", at + 1)

    def _variable(self, name: str) -> str:
        if name == "?":
            return str(self.last)
        return self.variables.get(name, {"$": "1", "#": "0", "0": "sh"}.get(name, ""))

    def _inner(self, text: str) -> str:
        met = _INNER.fullmatch(text)
        if met is None:
            return ""
        value, how, other = self._variable(met[2]), met[3] or "", met[4] or ""
        if met[1]:
            return str(len(value))
        there = bool(value) if how.startswith(":") else met[2] in self.variables
        if how[-1:] in ("-", "="):
            if not there and how.endswith("="):
                self.variables[met[2]] = self._in_double_quotes(other)
            return value if there else self._in_double_quotes(other)
        if how[-1:] == "+":
            return self._in_double_quotes(other) if there else ""
        return _trimmed(value, how, other) if how and how[-1] in "%#" else value

    def _number(self, text: str) -> int:
        """What an arithmetic expression comes to; 0 where it is none."""
        plain = re.sub(r"\$\{?(\w+)\}?", r"\1", text).replace("&&", " and ").replace("||", " or ").strip()
        if met := re.fullmatch(r"(\w+)\s*(\+\+|--)|(\+\+|--)\s*(\w+)", plain):
            name = met[1] or met[4]
            before = self._whole(name)
            after = before + (1 if "+" in (met[2] or met[3]) else -1)
            self.variables[name] = str(after)
            return before if met[1] else after
        try:
            return self._value(_tree(plain))
        except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
            return 0

    def _whole(self, name: str) -> int:
        text = self.variables.get(name, "").strip()
        return int(text) if re.fullmatch(rf"-?\d{{1,{MOST_DIGITS}}}", text) else 0

    def _value(self, node: Any) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return int(node.value)
        if isinstance(node, ast.Name):
            return self._whole(node.id)
        if isinstance(node, ast.BinOp):
            found = _OPERATIONS.get(type(node.op))
            if found is None:
                raise ValueError
            result = found(self._value(node.left), self._value(node.right))
            return ((result + 2**63) % 2**64) - 2**63
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _OPERATIONS:
            return int(_OPERATIONS[type(node.ops[0])](self._value(node.left), self._value(node.comparators[0])))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._value(node.operand)
        if isinstance(node, ast.BoolOp):
            values = [bool(self._value(each)) for each in node.values]
            return int(all(values) if isinstance(node.op, ast.And) else any(values))
        raise ValueError


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _trimmed(value: str, how: str, pattern: str) -> str:
    """A value without what matches at its beginning (`#`) or its end (`%`): the shortest piece, or the longest."""
    from fnmatch import fnmatchcase

    places = range(len(value) + 1)
    if how[0] == "%":
        ends = [at for at in places if fnmatchcase(value[at:], pattern)]
        return value[: (ends[0] if how == "%%" else ends[-1])] if ends else value
    ends = [at for at in places if fnmatchcase(value[:at], pattern)]
    return value[(ends[-1] if how == "##" else ends[0]) :] if ends else value

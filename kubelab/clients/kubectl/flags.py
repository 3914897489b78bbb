"""Flags: what stands on a command line beside the words, read as kubectl reads it.

In Kubernetes
    kubectl's commands are built with cobra and pflag: `--name=value`, `--name value`, `-n value`, `-nvalue`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class CommandError(Exception):
    """A command that kubectl does not run: `text` is what it prints instead."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def error(message: str) -> CommandError:
    """An error as most commands print it: `error: …`."""
    return CommandError(f"error: {message}")


@dataclass(frozen=True)
class Flag:
    """One flag. `kind` is text, bool, int, seconds, choice, list (may be given several times) or words (commas too).

    `implied` is the value of a flag that is given without one (`--dry-run` alone); only bools and such flags may be.
    """

    name: str
    short: str = ""
    kind: str = "text"
    default: Any = ""
    implied: str = ""

    @property
    def shown(self) -> str:
        """How an error message names it."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


def text(name: str, short: str = "", default: str = "") -> Flag:
    """A flag that takes a text."""
    return Flag(name, short, "text", default)


def switch(name: str, short: str = "", default: bool = False) -> Flag:
    """A flag that is on or off."""
    return Flag(name, short, "bool", default, "true")


def number(name: str, default: int) -> Flag:
    """A flag that takes a whole number."""
    return Flag(name, "", "int", default)


def duration(name: str, default: float = 0.0) -> Flag:
    """A flag that takes a duration: `30s`, `1m30s`."""
    return Flag(name, "", "seconds", default)


def several(name: str, short: str = "") -> Flag:
    """A flag that may be given more than once."""
    return Flag(name, short, "list", ())


def words(name: str, short: str = "") -> Flag:
    """A flag that may be given more than once, or once with commas."""
    return Flag(name, short, "words", ())


NAMESPACE = text("namespace", "n")
ALL_NAMESPACES = switch("all-namespaces", "A")
SELECTOR = text("selector", "l")
FIELD_SELECTOR = text("field-selector")
FILENAME = several("filename", "f")
KUSTOMIZE = text("kustomize", "k")
RECURSIVE = switch("recursive", "R")
FILES = (FILENAME, KUSTOMIZE, RECURSIVE)
OUTPUT = text("output", "o")
DRY_RUN = Flag("dry-run", "", "choice", "none", "unchanged")
# What every command takes and nothing here needs, so that copied command lines work.
GLOBAL = (
    NAMESPACE,
    *(text(name) for name in ("context", "cluster", "user", "kubeconfig", "as", "as-uid", "field-manager", "token")),
    *(text("server", "s"), several("as-group"), text("cache-dir"), text("certificate-authority"), text("log-dir")),
    *(
        duration("request-timeout"),
        Flag("v", "v", "int", 0),
        number("chunk-size", 500),
        switch("insecure-skip-tls-verify"),
    ),
    *(switch("show-managed-fields"), switch("allow-missing-template-keys", default=True), text("template")),
    *(switch("match-server-version"), switch("warnings-as-errors"), switch("help", "h")),
)


class Flags(dict[str, Any]):
    """The values of a command's flags; `given` names those that stood on the command line.

    `before_dashes` is how many words stood before `--`, None when there was no `--`.
    """

    def __init__(self, table: Iterable[Flag]) -> None:
        super().__init__({flag.name: flag.default for flag in table})
        self.given: list[str] = []
        self.before_dashes: int | None = None

    @property
    def dry_run(self) -> str:
        """`none`, `client` or `server`."""
        return self.get("dry-run", "none")


def parse(words: list[str], table: Iterable[Flag], path: str) -> tuple[list[str], Flags]:
    """The words and the flags of a command line. `path` is the command as messages name it: `kubectl get`.

    Raises
    ------
    CommandError
        An unknown flag, or one without its value or with an impossible one.
    """
    own = list(table)
    taken = [name for flag in own for name in (flag.name, flag.short) if name]
    table = [*own, *(flag for flag in GLOBAL if flag.name not in taken)]
    long_names = {flag.name: flag for flag in table}
    short_names = {flag.short: flag for flag in reversed(table) if flag.short}
    flags, queue = Flags(table), list(words)
    rest: list[str] = []
    while queue:
        word = queue.pop(0)
        if word == "--":
            flags.before_dashes = len(rest)
            return [*rest, *queue], flags
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            flag = long_names.get(name)
            if flag is None:
                raise _usage(f"unknown flag: --{name}", path)
            _take(flags, flag, value if equals else None, queue, f"--{name}", path)
        elif word.startswith("-") and len(word) > 1:
            _take_short(flags, word, short_names, queue, path)
        else:
            rest.append(word)
    return rest, flags


def _take_short(flags: Flags, word: str, names: dict[str, Flag], queue: list[str], path: str) -> None:
    """`-n shop`, `-nshop`, `-n=shop`, `-Aw`."""
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = names.get(letter)
        if flag is None:
            raise _usage(f"unknown shorthand flag: '{letter}' in {word}", path)
        if letters.startswith("="):
            _take(flags, flag, letters[1:], queue, f"'{letter}' in {word}", path)
            return
        if flag.implied:
            _take(flags, flag, None, queue, "", path)
        else:
            _take(flags, flag, letters or None, queue, f"'{letter}' in {word}", path)
            return


def _take(flags: Flags, flag: Flag, value: str | None, queue: list[str], shown: str, path: str) -> None:
    if value is None:
        if flag.implied:
            value = flag.implied
        elif queue:
            value = queue.pop(0)
        else:
            raise _usage(f"flag needs an argument: {shown}", path)
    flags.given.append(flag.name)
    if flag.kind in ("list", "words"):
        flags[flag.name] = (*flags[flag.name], *(value.split(",") if flag.kind == "words" else [value]))
    else:
        flags[flag.name] = _value(flag, value, path)


def _value(flag: Flag, value: str, path: str) -> Any:
    match flag.kind:
        case "bool":
            if value in ("1", "t", "T", "TRUE", "true", "True"):
                return True
            if value in ("0", "f", "F", "FALSE", "false", "False"):
                return False
            raise _bad_value(flag, value, f'strconv.ParseBool: parsing "{value}": invalid syntax', path)
        case "int":
            if re.fullmatch(r"[+-]?[0-9]{1,9}", value):
                return int(value)
            raise _bad_value(flag, value, f'strconv.ParseInt: parsing "{value}": invalid syntax', path)
        case "seconds":
            found = seconds(value)
            if found is None:
                raise _bad_value(flag, value, f'time: invalid duration "{value}"', path)
            return found
        case "choice" if value not in ("none", "client", "server"):
            raise error(f'Invalid dry-run value ({value}). Must be "none", "server", or "client".')
    return value


def seconds(text: str) -> float | None:
    """A duration as Go writes it, in seconds; None when it is none.

    Examples
    --------
    >>> seconds("1m30s"), seconds("500ms"), seconds("0"), seconds("soon")
    (90.0, 0.5, 0.0, None)
    """
    if text in ("0", "-1"):
        return float(text)
    units = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|h|m|s)", text)
    if not parts or "".join(map("".join, parts)) != text.removeprefix("-"):
        return None
    total = sum(float(amount) * units[unit] for amount, unit in parts)
    return -total if text.startswith("-") else total


def go_duration(seconds: float) -> str:
    """A duration as Go prints it.

    Examples
    --------
    >>> go_duration(90), go_duration(5), go_duration(3600.5), go_duration(0.25)
    ('1m30s', '5s', '1h0m0.5s', '250ms')
    """
    if 0 < seconds < 1:
        return f"{seconds * 1000:g}ms"
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    text = f"{hours:.0f}h" if hours else ""
    return f"{text}{minutes:.0f}m{rest:g}s" if hours or minutes else f"{rest:g}s"


def _bad_value(flag: Flag, value: str, why: str, path: str) -> CommandError:
    return _usage(f'invalid argument "{value}" for "{flag.shown}" flag: {why}', path)


def _usage(message: str, path: str) -> CommandError:
    return CommandError(f"error: {message}\nSee '{path} --help' for usage.")

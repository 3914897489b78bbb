"""What stands after a `|`: `grep`, `head`, `tail`, `wc`, `sort`, `uniq` and `base64`, as far as lessons need them.

In Kubernetes
    Nothing: they are programs beside kubectl, and kubectl's documentation is full of them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import partial

from kubelab.clients.command_line import CommandLineError
from kubelab.language import say

Filter = Callable[[str], str]


def made(words: list[str]) -> Filter:
    r"""The filter that the words ask for.

    Raises
    ------
    CommandLineError
        There is no such filter here, or it does not know that option.

    Examples
    --------
    >>> made(["grep", "-v", "Running"])("a Running\nb Pending\n")
    'b Pending\n'
    >>> made(["wc", "-l"])("a\nb\n")
    '2\n'
    """
    name, rest = words[0], words[1:]
    if name not in _MAKERS:
        known = ", ".join(_MAKERS)
        raise CommandLineError(
            say(
                es=f"detrás de | no hay aquí ningún «{name}»: hay {known}, y kubectl",
                en=f"there is no «{name}» after a | here: there are {known}, and kubectl",
            )
        )
    return _MAKERS[name](rest)


def _options(name: str, words: list[str], switches: str, values: str = "") -> tuple[dict[str, str], list[str]]:
    """Short options (`-vi`, `-n 3`, `-n3`) and the other words."""
    found, rest, queue = dict[str, str](), list[str](), list(words)
    while queue:
        word = queue.pop(0)
        if word == "--":
            return found, [*rest, *queue]
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in values and (letters or queue):
                found[letter], letters = letters or queue.pop(0), ""
            elif letter in switches:
                found[letter] = ""
            else:
                raise _unknown(name, word)
    return found, rest


def _unknown(name: str, word: str) -> CommandLineError:
    return CommandLineError(
        say(es=f"este {name} no conoce la opción {word}", en=f"this {name} does not know the option {word}")
    )


def _no_files(name: str, words: list[str]) -> None:
    if words:
        raise CommandLineError(
            say(
                es=f"{name} lee aquí lo que le llega por |, no ficheros como «{words[0]}»",
                en=f"{name} reads here what comes through the |, not files such as «{words[0]}»",
            )
        )


def _number(name: str, text: str) -> int:
    if not text.lstrip("+-").isdigit():
        raise _unknown(name, text)
    return int(text)


def _grep(words: list[str]) -> Filter:
    words = ["-e" if word == "--regexp" else {"--color": "", "--color=auto": ""}.get(word, word) for word in words]
    options, rest = _options("grep", [word for word in words if word], "vicEFnwoxq", "eABC")
    if "e" in options:
        rest = [options["e"], *rest]
    if not rest:
        raise CommandLineError(say(es="grep necesita un texto que buscar", en="grep needs a text to look for"))
    _no_files("grep", rest[1:])
    pattern = re.escape(rest[0]) if "F" in options else rest[0] if "E" in options else _basic(rest[0])
    pattern = rf"\b(?:{pattern})\b" if "w" in options else rf"^(?:{pattern})$" if "x" in options else pattern
    try:
        wanted = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    except re.error as wrong:
        raise CommandLineError(f"grep: {wrong}") from None
    around = {letter: _number("grep", options[letter]) for letter in "ABC" if letter in options}
    return partial(_matching, wanted, "".join(options), around)


def _basic(pattern: str) -> str:
    r"""A basic regular expression in Python's words: there `\|` is "or" and `|` is a letter."""
    return re.sub(r"\\?[|+?(){}]", _turned, pattern)


def _turned(found: re.Match[str]) -> str:
    return found[0][1:] if len(found[0]) > 1 else "\\" + found[0]


def _matching(wanted: re.Pattern[str], letters: str, around: dict[str, int], text: str) -> str:
    lines = text.splitlines()
    hits = [place for place, line in enumerate(lines) if bool(wanted.search(line)) != ("v" in letters)]
    if "q" in letters:
        return ""
    if "c" in letters:
        return f"{len(hits)}\n"
    if "o" in letters:
        return "".join(f"{each[0]}\n" for place in hits for each in wanted.finditer(lines[place]) if each[0])
    before, after = (around.get(letter, around.get("C", 0)) for letter in "BA")
    shown = [place for place in range(len(lines)) if any(hit - before <= place <= hit + after for hit in hits)]
    answer = ""
    for last, place in zip([None, *shown], shown, strict=False):
        answer += "--\n" if around and last is not None and place > last + 1 else ""
        answer += (f"{place + 1}{':' if place in hits else '-'}" if "n" in letters else "") + f"{lines[place]}\n"
    return answer


def _some(name: str, words: list[str]) -> Filter:
    words = [f"-n{word[1:]}" if re.fullmatch(r"-\d+", word) else re.sub(r"^--lines=", "-n", word) for word in words]
    options, rest = _options(name, words, "", "n")
    _no_files(name, rest)
    return partial(_first if name == "head" else _last, options.get("n", "10"), _number(name, options.get("n", "10")))


def _first(_: str, many: int, text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:many])


def _last(said: str, many: int, text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[many - 1 :] if said.startswith("+") else lines[max(len(lines) - abs(many), 0) :])


def _wc(words: list[str]) -> Filter:
    options, rest = _options("wc", ["-l" if word == "--lines" else word for word in words], "lwc")
    _no_files("wc", rest)
    return partial(_counted, [letter for letter in "lwc" if letter in options] or ["l", "w", "c"])


def _counted(letters: list[str], text: str) -> str:
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    if len(letters) == 1:
        return f"{counts[letters[0]]}\n"
    return "".join(f"{counts[letter]:7} " for letter in letters).rstrip() + "\n"


def _sort(words: list[str]) -> Filter:
    options, rest = _options("sort", words, "rnu", "k")
    _no_files("sort", rest)
    column = _number("sort", options.get("k", "0").partition(",")[0])
    return partial(_sorted, column, "n" in options, "r" in options, "u" in options)


def _sorted(column: int, numbers: bool, backwards: bool, once: bool, text: str) -> str:
    keys = {line: _key(line, column, numbers) for line in text.splitlines()}
    lines = list(dict.fromkeys(text.splitlines())) if once else text.splitlines()
    return "".join(f"{line}\n" for line in sorted(lines, key=keys.__getitem__, reverse=backwards))


def _key(line: str, column: int, numbers: bool) -> tuple[float, str]:
    part = " ".join(line.split()[column - 1 :]) if column else line
    found = re.match(r"\s*(-?\d+(?:\.\d+)?)", part) if numbers else None
    return float(found[1]) if found else 0.0, part


def _uniq(words: list[str]) -> Filter:
    options, rest = _options("uniq", words, "c")
    _no_files("uniq", rest)
    return partial(_once, "c" in options)


def _once(counted: bool, text: str) -> str:
    groups: list[list[str]] = []
    for line in text.splitlines():
        if groups and groups[-1][0] == line:
            groups[-1].append(line)
        else:
            groups.append([line])
    return "".join(f"{len(group):7} {group[0]}\n" if counted else f"{group[0]}\n" for group in groups)


def _base64(words: list[str]) -> Filter:
    options, rest = _options("base64", ["-d" if word in ("--decode", "-D") else word for word in words], "d", "w")
    _no_files("base64", rest)
    return _decoded if "d" in options else _encoded


def _decoded(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode(errors="replace")
    except binascii.Error:
        return "base64: invalid input\n"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode() + "\n"


_MAKERS: dict[str, Callable[[list[str]], Filter]] = {
    "grep": _grep,
    "head": partial(_some, "head"),
    "tail": partial(_some, "tail"),
    "wc": _wc,
    "sort": _sort,
    "uniq": _uniq,
    "base64": _base64,
}

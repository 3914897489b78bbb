"""Small programs that turn text into text: `echo`, `grep`, `head`, `wc`, `sed`, `awk` and their like.

Left out
    Most of their options. A regular expression is Python's.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence

from kubelab.node.shell.world import Done, World

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\", "\\e": "\x1b", "\\033": "\x1b"}
_ESCAPE = re.compile(r"\\n|\\t|\\r|\\\\|\\e|\\033")
MOST_NUMBERS = 10_000  # that `seq` counts
_FIELD = re.compile(r"%%|%-?\d*[sdi]")
_SED = re.compile(r"s(.)((?:\\.|(?!\1).)*)\1((?:\\.|(?!\1).)*)\1([gIip]*)")


def _flags(args: Sequence[str], valued: str = "") -> tuple[dict[str, str], list[str]]:
    """The options (`-n5`, `-n 5`, `-iv`), and what is left."""
    options, rest, held = dict[str, str](), list[str](), ""
    for arg in args:
        if held:
            options[held], held = arg, ""
        elif len(arg) < 2 or arg[0] != "-":
            rest.append(arg)
        elif arg[1] in valued:
            options[arg[1]], held = arg[2:], "" if arg[2:] else arg[1]
        elif arg[1:].isdigit():
            options["n"] = arg[1:]
        else:
            options |= dict.fromkeys(arg.lstrip("-"), "")
            held = arg[-1] if arg[-1] in valued else ""
    return options, rest


def _input(name: str, paths: Sequence[str], stdin: str | None, world: World) -> tuple[str, str]:
    """The text of the files, or of what is piped in; and what is said of files that are not there."""
    if not paths:
        return stdin or "", ""
    text, wrong = "", ""
    for path in paths:
        held = (stdin or "") if path == "-" else world.read(path)
        text += held or ""
        wrong += f"{name}: {path}: No such file or directory\n" if held is None else ""
    return text, wrong


def _lines(lines: Sequence[str], err: str = "", code: int = 0) -> Done:
    return Done("".join(f"{line}\n" for line in lines), err, code or int(bool(err)))


def _echo(args: list[str], stdin: str | None, world: World) -> Done:
    switches = 0
    while switches < len(args) and re.fullmatch(r"-[neE]+", args[switches]):
        switches += 1
    flags, text = "".join(args[:switches]), " ".join(args[switches:])
    return (
        Done(_escaped(text) + ("" if "n" in flags else "\n"))
        if "e" in flags
        else Done(text + ("" if "n" in flags else "\n"))
    )


def _escaped(text: str) -> str:
    return _ESCAPE.sub(lambda met: _ESCAPES[met[0]], text)


def _printf(args: list[str], stdin: str | None, world: World) -> Done:
    if not args:
        return Done(err="printf: usage: printf FORMAT [ARG]...\n", code=1)
    form, values, text = _escaped(args[0]), args[1:], ""
    wanted = len(_FIELD.findall(form.replace("%%", "")))
    try:
        while True:
            taken = iter([*values[:wanted], *[""] * wanted])
            text += _FIELD.sub(lambda met, taken=taken: _filled(met[0], taken), form)  # type: ignore[misc]
            values = values[wanted:]
            if not values or not wanted:
                return Done(text)
    except ValueError:
        return Done(text, "printf: invalid number\n", 1)


def _filled(form: str, values: Iterator[str]) -> str:
    if form == "%%":
        return "%"
    value = next(values)
    return form.replace("i", "d") % int(value or 0) if form[-1] in "di" else form % value


def _cat(args: list[str], stdin: str | None, world: World) -> Done:
    paths, text, wrong = [arg for arg in args if arg == "-" or not arg.startswith("-")], "", ""
    for path in paths or ["-"]:
        held = (stdin or "") if path == "-" else world.read(path)
        text += held or ""
        wrong += f"cat: can't open '{path}': No such file or directory\n" if held is None else ""
    return Done(text, wrong, int(bool(wrong)))


def _grep(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "em")
    pattern = options.get("e") or (rest.pop(0) if rest else "")
    text, wrong = _input("grep", rest, stdin, world)
    pattern = re.escape(pattern) if "F" in options else pattern
    pattern = rf"\b(?:{pattern})\b" if "w" in options else pattern
    try:
        wanted = re.compile(pattern, re.IGNORECASE if "i" in options else 0)
    except re.error:
        return Done(err=f"grep: bad regex '{pattern}'\n", code=2)
    found = [
        (at, line) for at, line in enumerate(text.splitlines(), 1) if bool(wanted.search(line)) != ("v" in options)
    ]
    found = found[: int(options["m"])] if options.get("m", "").isdigit() else found
    code = 2 if wrong else int(not found)
    if "q" in options:
        return Done("", "", code)
    if "c" in options:
        return Done(f"{len(found)}\n", wrong, code)
    if "o" in options:
        return _lines([met[0] for _, line in found for met in wanted.finditer(line)], wrong, code)
    return _lines([f"{at}:{line}" if "n" in options else line for at, line in found], wrong, code)


def _head(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "nc")
    text, wrong = _input("head", rest, stdin, world)
    if options.get("c", "").isdigit():
        return Done(text[: int(options["c"])], wrong, int(bool(wrong)))
    many = options.get("n", "10")
    return _lines(text.splitlines()[: int(many) if many.lstrip("-").isdigit() else 10], wrong)


def _tail(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "nc")
    if "f" in options or "F" in options:
        return Done(seconds=float("inf"))
    text, wrong = _input("tail", rest, stdin, world)
    many, lines = options.get("n", "10"), text.splitlines()
    if many.startswith("+") and many[1:].isdigit():
        return _lines(lines[int(many[1:]) - 1 :], wrong)
    return _lines(lines[-int(many) :] if many.isdigit() and int(many) else [], wrong)


def _wc(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args)
    text, wrong = _input("wc", rest, stdin, world)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode()), "m": len(text)}
    asked = [str(counts[flag]) for flag in options if flag in counts] or [f"{counts[flag]:8d}" for flag in "lwc"]
    return _lines([" ".join([*asked, *rest])], wrong)


def _sort(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "kt")
    text, wrong = _input("sort", rest, stdin, world)
    column = int(options["k"].split(",")[0]) if options.get("k", "").split(",")[0].isdigit() else 0

    def key(line: str) -> tuple[float, str]:
        word = (line.split(options.get("t")) + [""] * column)[column - 1] if column else line
        met = re.match(r"\s*-?\d+(\.\d+)?", word)
        return (float(met[0]) if met and "n" in options else 0.0, word)

    lines = sorted(text.splitlines(), key=key, reverse="r" in options)
    return _lines(list(dict.fromkeys(lines)) if "u" in options else lines, wrong)


def _uniq(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args)
    text, wrong = _input("uniq", rest, stdin, world)
    runs = list[tuple[str, int]]()
    for line in text.splitlines():
        if runs and runs[-1][0] == line:
            runs[-1] = line, runs[-1][1] + 1
        else:
            runs.append((line, 1))
    return _lines([f"{count:7d} {line}" if "c" in options else line for line, count in runs], wrong)


def _cut(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "dfc")
    text, wrong = _input("cut", rest, stdin, world)
    first, _, last = (options.get("f") or options.get("c") or "1").partition("-")
    low = int(first) - 1 if first.isdigit() else 0
    high = int(last) if last.isdigit() else None if "-" in (options.get("f") or options.get("c") or "") else low + 1
    if "c" in options:
        return _lines([line[low:high] for line in text.splitlines()], wrong)
    mark = options.get("d", "\t")
    return _lines(
        [mark.join(line.split(mark)[low:high]) if mark in line else line for line in text.splitlines()], wrong
    )


def _tr(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args)
    old, new = (_letters(each) for each in [*rest, "", ""][:2])
    if "d" in options:
        return Done("".join(letter for letter in stdin or "" if letter not in old))
    table = {letter: new[min(at, len(new) - 1)] for at, letter in enumerate(old)} if new else {}
    return Done("".join(table.get(letter, letter) for letter in stdin or ""))


def _letters(text: str) -> str:
    ranges = re.sub(r"(.)-(.)", lambda met: "".join(map(chr, range(ord(met[1]), ord(met[2]) + 1))), _escaped(text))
    lower, upper = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return ranges.replace("[:lower:]", lower).replace("[:upper:]", upper)


def _sed(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "e")
    script = options.get("e") or (rest.pop(0) if rest else "")
    met, text = _SED.fullmatch(script), _input("sed", rest, stdin, world)
    if met is None:
        return Done(err=f"sed: unsupported command {script}\n", code=1)
    new = re.sub(r"(?<!\\)&", r"\\g<0>", met[3])
    try:
        found = re.compile(met[2], re.IGNORECASE if "i" in met[4].lower() else 0)
        lines = [found.sub(new, line, count=0 if "g" in met[4] else 1) for line in text[0].splitlines()]
    except (re.error, IndexError):
        return Done(err=f"sed: bad regex '{met[2]}'\n", code=1)
    return _lines(lines, text[1])


def _awk(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "F")
    met = re.fullmatch(r"\s*(?:/(.*)/)?\s*\{\s*print\s*(.*?)\s*\}\s*", rest[0]) if rest else None
    text, wrong = _input("awk", rest[1:], stdin, world)
    if met is None:
        return Done(err="awk: only {print …} is known\n", code=2)
    lines = list[str]()
    for line in text.splitlines():
        if met[1] and not re.search(met[1], line):
            continue
        parts = line.split(options.get("F"))
        fields = {"$0": line, "$NF": parts[-1] if parts else "", **{f"${at}": part for at, part in enumerate(parts, 1)}}
        words = re.findall(r'"[^"]*"|\$\w+|,', met[2]) or ["$0"]
        lines.append(
            "".join(" " if each == "," else each[1:-1] if each[0] == '"' else fields.get(each, "") for each in words)
        )
    return _lines(lines, wrong)


def _seq(args: list[str], stdin: str | None, world: World) -> Done:
    numbers = [int(arg) for arg in args if arg.lstrip("-").isdigit()]
    if not numbers:
        return Done(err="seq: missing operand\n", code=1)
    first, step, last = (
        (1, 1, *numbers) if len(numbers) == 1 else (numbers[0], 1 if len(numbers) == 2 else numbers[1], numbers[-1])
    )
    return _lines([str(number) for number in range(first, last + (1 if step > 0 else -1), step or 1)[:MOST_NUMBERS]])


def _tee(args: list[str], stdin: str | None, world: World) -> Done:
    for path in (arg for arg in args if not arg.startswith("-")):
        world.write(path, stdin or "", append="-a" in args)
    return Done(stdin or "")


def _base64(args: list[str], stdin: str | None, world: World) -> Done:
    options, rest = _flags(args, "w")
    text, wrong = _input("base64", rest, stdin, world)
    if "d" not in options:
        return Done(base64.b64encode(text.encode()).decode() + "\n", wrong, int(bool(wrong)))
    try:
        return Done(base64.b64decode(text).decode(errors="replace"), wrong, int(bool(wrong)))
    except ValueError:
        return Done(err="base64: truncated input\n", code=1)


TEXTS: dict[str, Callable[[list[str], str | None, World], Done]] = {
    "awk": _awk,
    "base64": _base64,
    "cat": _cat,
    "cut": _cut,
    "echo": _echo,
    "egrep": _grep,
    "grep": _grep,
    "head": _head,
    "printf": _printf,
    "sed": _sed,
    "seq": _seq,
    "sort": _sort,
    "tail": _tail,
    "tee": _tee,
    "tr": _tr,
    "uniq": _uniq,
    "wc": _wc,
}

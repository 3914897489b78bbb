"""A command line carried out: the command itself, the filters after it, the files that it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kubelab.clients import filters
from kubelab.clients.command_line import CommandLine, CommandLineError
from kubelab.language import say

Pieces = Sequence[tuple[bool, str]]  # what was printed, in its order: whether to standard output, and the text
Program = Callable[[list[str], str], Pieces]  # a command with its words and its standard input


def carried_out(line: CommandLine, stdin: str, program: Program, others: dict[str, Program]) -> str:
    """What the screen shows of a line. `others` are programs that may stand after a `|` beside the filters.

    Nothing is run before it is clear that all of the line can be.

    Raises
    ------
    CommandLineError
        One of the filters is unknown here, or a file cannot be read or written.
    """
    stages = [_stage(words, others) for words in line.filters]
    text = _input(line, stdin)
    if line.target:
        _open(line)
    pieces = program(line.words, text)
    if line.plain:
        return "".join(text for _, text in pieces)
    out = "".join(text for good, text in pieces if good or line.joined)
    screen = "" if line.joined or line.hushed else "".join(text for good, text in pieces if not good)
    for stage in stages:
        found = stage(out)
        out = "".join(text for good, text in found if good)
        screen += "".join(text for good, text in found if not good)
    if not line.target:
        return screen + out
    if line.target != "/dev/null":
        with Path(line.target).open("a", encoding="utf-8") as file:
            file.write(out)
    return screen


def _stage(words: list[str], others: dict[str, Program]) -> Callable[[str], Pieces]:
    if words[0] in others:
        program, rest = others[words[0]], words[1:]
        return lambda text: program(rest, text)
    chosen = filters.made(words)
    return lambda text: [(True, chosen(text))]


def _input(line: CommandLine, stdin: str) -> str:
    """What the command reads: the file of `<`, or the cell, up to the word of `<<EOF` where there is one."""
    if line.source:
        try:
            return Path(line.source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise _no_file(line.source) from None
    lines = stdin.splitlines(keepends=True)
    if line.here:
        ends = [place for place, each in enumerate(lines) if each.strip() == line.here]
        if not stdin.strip():
            raise CommandLineError(
                say(
                    es=f"lo que va detrás de <<{line.here} son las demás líneas de una celda que empiece por %%",
                    en=f"what follows <<{line.here} are the other lines of a cell that begins with %%",
                )
            )
        return "".join(lines[: ends[0]] if ends else lines)
    return stdin


def _open(line: CommandLine) -> None:
    """Make the file, or empty it, before the command runs, as a shell does."""
    if line.target == "/dev/null":
        return
    try:
        Path(line.target).open("a" if line.appends else "w", encoding="utf-8").close()
    except OSError:
        raise _no_file(line.target) from None


def _no_file(name: str) -> CommandLineError:
    return CommandLineError(say(es=f"no se puede abrir el fichero {name}", en=f"the file {name} cannot be opened"))

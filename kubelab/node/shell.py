"""A little shell: how long a script takes, what it writes, which files it makes, and how it ends."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

FOREVER = float("inf")
OPERATORS = (";", "&&", "||", "&", "|")
LONGEST_LOOP = 1000

Statement = tuple[str, list[str]]  # the operator before it, and its words


@dataclass
class Run:
    """A script on its way: the time since its start and what has come of it so far.

    `code` is set when the script has ended itself; `server` is the command that it became, for good; `traps` tells
    whether it heeds SIGTERM.
    """

    files: list[list[float | str]] = field(default_factory=list)
    time: float = 0.0
    code: int | None = None
    last: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)
    loop: tuple[float, float, tuple[tuple[float, str], ...]] | None = None
    server: list[str] | None = None
    traps: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing after this is run any more."""
        return self.code is not None or self.time == FOREVER or self.server is not None

    def has(self, path: str) -> bool:
        """Whether the file is there at this time of the script."""
        return any(name == path and since <= self.time < until for name, since, until in self.files)  # type: ignore[operator]


def run(script: str, servers: tuple[str, ...] = (), start: Run | None = None) -> Run:
    """Go through a script in one step. Commands that are not known take no time and succeed.

    `servers` are programs that never come back.

    Left out
        Variables, functions, pipes, `if` and `case`: their words are taken for commands that do nothing.

    Examples
    --------
    >>> done = run("echo hello; sleep 30; exit 3")
    >>> done.time, done.code, done.lines
    (30.0, 3, [(0.0, 'hello')])
    """
    state = start or Run()
    try:
        words = list(shlex.shlex(script.replace("\n", " ; "), posix=True, punctuation_chars=";&|<>"))
    except ValueError:
        state.lines.append((0.0, "sh: syntax error: unterminated quoted string"))
        state.code = 2
        return state
    _statements(_split(words), state, servers)
    if not state.over:
        state.code = state.last
    return state


def _split(words: list[str]) -> list[Statement]:
    """Statements, each with the operator before it."""
    found: list[Statement] = []
    operator, held = ";", list[str]()
    for word in words:
        if word in OPERATORS:
            if held:
                found.append((operator, held))
            operator, held = word, []
        elif word and set(word) == {";"}:
            if held:
                found.append((operator, held))
            operator, held = ";", []
        else:
            held.append(word)
    return [*found, (operator, held)] if held else found


def _statements(statements: list[Statement], state: Run, servers: tuple[str, ...]) -> None:
    index = 0
    while index < len(statements) and not state.over:
        operator, words = statements[index]
        index += 1
        if (operator == "&&" and state.last) or (operator == "||" and not state.last):
            continue
        if words[0] in ("while", "until", "for"):
            index = _loop(statements, index, words, state, servers)
            continue
        while words and words[0] in ("do", "then", "else", "{", "exec", "command", "nohup"):
            words = words[1:]
        if words and words[0] not in ("done", "fi", "}", "if", "elif"):
            _command(words, state, servers)


def _loop(statements: list[Statement], index: int, head: list[str], state: Run, servers: tuple[str, ...]) -> int:
    """Run a loop whose head has been read; answers the index after its `done`."""
    depth, body = 1, list[Statement]()
    while index < len(statements):
        operator, words = statements[index]
        index += 1
        first = words[1] if words[0] == "do" and len(words) > 1 else words[0]
        depth += first in ("while", "until", "for")
        depth -= words[0] == "done"
        if depth == 0:
            break
        body.append((operator, words))
    if head[0] == "for":
        for _ in _items(head[3:])[:LONGEST_LOOP]:
            _statements(body, state, servers)
        return index
    began, written = state.time, len(state.lines)
    if head[0] == "while" and head[1:2] and head[1] in ("true", ":", "[", "test"):
        _statements(body, state, servers)
        if not state.over:
            period = max(state.time - began, 0.001)
            again = tuple((time - began, text) for time, text in state.lines[written:])
            del state.lines[written:]
            state.loop, state.time = (began, period, again), FOREVER
    return index


def _items(words: list[str]) -> list[str]:
    """What a `for` goes through: its words, or the numbers of `$(seq 1 10)`."""
    text = " ".join(words)
    if "seq" in text:
        numbers = [int(part) for part in text.replace(")", " ").replace("`", " ").split() if part.isdigit()]
        if numbers:
            return [str(n) for n in range(numbers[0] if len(numbers) > 1 else 1, numbers[-1] + 1)]
    if text.startswith("{") and ".." in text:
        first, _, last = text.strip("{}").partition("..")
        if first.isdigit() and last.isdigit():
            return [str(n) for n in range(int(first), int(last) + 1)]
    return words


def _command(words: list[str], state: Run, servers: tuple[str, ...]) -> None:
    words, target = _redirected(words)
    name, args = words[0].rpartition("/")[2], words[1:]
    state.last = 0
    if target and target != "/dev/null" and not target.startswith(("&", "/dev/", "/proc/")):
        _touch(state, target)
    elif name in ("echo", "printf", "date") and not target:
        text = "$(date)" if name == "date" else " ".join(args[1:] if args[:1] in (["-n"], ["-e"]) else args)
        state.lines.append((state.time, text.replace("\\n", "")))
    if name == "sleep":
        state.time += seconds_of(args)
    elif name == "exit":
        state.code = int(args[0]) if args and args[0].isdigit() else 0
    elif name == "false":
        state.last = 1
    elif name == "touch":
        for path in args:
            _touch(state, path)
    elif name == "rm":
        for held in state.files:
            if held[0] in args and held[2] == FOREVER:
                held[2] = state.time
    elif name in ("cat", "ls", "stat", "test", "[") and (paths := [arg for arg in args if arg.startswith("/")]):
        state.last = 0 if all(state.has(path) for path in paths) else 1
        if state.last and name == "cat":
            state.lines.append((state.time, f"cat: can't open '{paths[0]}': No such file or directory"))
    elif name == "trap":
        state.traps = True
    elif name == "tail" and any(arg.startswith(("-f", "-F")) for arg in args):
        state.time = FOREVER
    elif name in ("sh", "bash", "ash") and args[:1] == ["-c"] and len(args) > 1:
        inner = run(args[1], servers, state)
        state.last, state.code = inner.code or 0, None
    elif name in servers or (name == "nc" and any("l" in arg for arg in args if arg.startswith("-"))):
        state.server = [name, *args]


def seconds_of(args: list[str]) -> float:
    """How long `sleep` sleeps.

    Examples
    --------
    >>> seconds_of(["90"]), seconds_of(["1m", "30s"]), seconds_of(["infinity"])
    (90.0, 90.0, inf)
    """
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    total = 0.0
    for arg in args:
        number, unit = (arg[:-1], units[arg[-1]]) if arg[-1:] in units else (arg, 1)
        try:
            total += float(number) * unit
        except ValueError:
            continue
    return total


def _redirected(words: list[str]) -> tuple[list[str], str]:
    """The words without their redirection, and the file that is written to."""
    for index, word in enumerate(words):
        if word in (">", ">>", ">&", "<") and index:
            kept = words[: index - 1] if words[index - 1] in ("1", "2") and index > 1 else words[:index]
            return kept, words[index + 1] if index + 1 < len(words) and word in (">", ">>") else "/dev/null"
    return words, ""


def _touch(state: Run, path: str) -> None:
    if not state.has(path):
        state.files.append([path, state.time, FOREVER])

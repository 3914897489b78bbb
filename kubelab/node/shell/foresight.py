"""Foresight: what a script will do that looks at nothing outside its container, thought through before it begins.

Such a script costs nothing while it runs: its lines, its files and its end are known with their times.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field

from kubelab.node.shell import files
from kubelab.node.shell.durations import FOREVER
from kubelab.node.shell.machine import Machine
from kubelab.node.shell.world import Done, Lifetime, whole
from kubelab.node.unplayed import in_a_script

LONGEST = 2_000  # times that it waits, before nobody looks any further
TURNS = 4  # of a loop that nothing can end, before it counts as one that writes otherwise each time
SHORTEST_TURN = 0.001
KEPT = 10_000  # lines of a diary: the last ones
DATE = re.compile("\x01([^\x02]*)\x02")  # stands for the date, in this form, at the instant of its line
DATE_FORM = "%a %b %e %H:%M:%S UTC %Y"
_LEAVES = re.compile(r"\b(break|exit|return)\b")
Loop = tuple[float, float, tuple[tuple[float, str], ...]]


class Alone:
    """What is around a script that nobody helps: the files it makes, and the programs that need nothing else.

    Programs that are not known take no time and succeed. `servers` are those that never come back.
    """

    def __init__(self, servers: Sequence[str] = (), held: Sequence[str] = ()) -> None:
        self.servers, self.age, self.folder = servers, 0.0, "/"
        self.texts = dict.fromkeys(held, "")
        self.lifetimes = [Lifetime(path, 0.0) for path in held]
        self.server: list[str] | None = None

    def run(self, argv: list[str], stdin: str | None, variables: MutableMapping[str, str]) -> Done:
        """Run a program."""
        name, args = argv[0], argv[1:]
        if name == "date":
            form = next((arg[1:] for arg in args if arg.startswith("+")), DATE_FORM)
            return Done(f"\x01{form}\x02\n")
        if name == "hostname":
            return Done(f"{variables.get('HOSTNAME', '')}\n")
        if name in self.servers or (name == "nc" and any("l" in arg for arg in args if arg.startswith("-"))):
            self.server = argv
            return Done(seconds=FOREVER)
        return files.run(self, argv, stdin, variables) or Done(err=in_a_script(name))

    def read(self, path: str) -> str | None:
        """The text of a file."""
        return self.texts.get(whole(path, self.folder))

    def write(self, path: str, text: str, *, append: bool) -> None:
        """Write a file."""
        path = whole(path, self.folder)
        new = (self.texts.get(path, "") if append else "") + text
        if path.startswith(("/dev/", "/proc/")) or new == self.texts.get(path):
            return
        self._end(path)
        self.lifetimes.append(Lifetime(path, self.age, text=new))
        self.texts[path] = new

    def remove(self, path: str) -> None:
        """Take a file away."""
        path = whole(path, self.folder)
        if self.texts.pop(path, None) is not None:
            self._end(path)

    def _end(self, path: str) -> None:
        """What the file was until now, it is no more."""
        at = next((at for at in reversed(range(len(self.lifetimes))) if self.lifetimes[at].path == path), None)
        if at is not None and self.lifetimes[at].until == FOREVER:
            ended = self.lifetimes[at]._replace(until=self.age)
            self.lifetimes[at : at + 1] = [ended] if ended.since < self.age else []

    def paths(self) -> list[str]:
        """The files there are."""
        return list(self.texts)


@dataclass
class Foreseen:
    """What will become of a script: after `time` seconds it has ended with `code`, or `time` is for ever.

    `lines` come once, those of the `loop` again and again. Nothing can end a script that `counts`, and each turn of it
    writes otherwise: a `Diary` tells what. Of one that is `open_ended` nobody knows whether it ends: it has to be lived
    through. One that `spins` never waits. `server` is what it became for good; `traps` says whether it heeds SIGTERM.
    """

    time: float = 0.0
    code: int = 0
    lines: list[tuple[float, str]] = field(default_factory=list)
    loop: Loop | None = None
    files: tuple[Lifetime, ...] = ()
    server: list[str] | None = None
    traps: bool = False
    counts: bool = False
    open_ended: bool = False
    spins: bool = False


def foreseen(
    script: str, servers: Sequence[str] = (), variables: dict[str, str] | None = None, held: Sequence[str] = ()
) -> Foreseen:
    """Think a script through; `held` are the files that are there at its beginning.

    Examples
    --------
    >>> done = foreseen("echo hello; sleep 30; exit 3")
    >>> done.time, done.code, done.lines
    (30.0, 3, [(0.0, 'hello')])
    """
    machine, world, writer = Machine.of(script, dict(variables or {})), Alone(servers, held), Writer()
    found, turn = Foreseen(), None
    for _ in range(LONGEST):
        seconds = machine.advance(world)
        writer.take(machine, world.age)
        if machine.turned:
            before, turn = turn, (world.age, len(writer.lines), dict(machine.variables))
            if before is not None and before[2] == turn[2]:
                found.loop = _loop(before[0], world.age, writer.lines[before[1] :])
                del writer.lines[before[1] :]
                found.spins = world.age == before[0]
                break
            found.counts = machine.turns > TURNS and _LEAVES.search(script) is None
            if found.counts:
                break
        if machine.over or world.server is not None or seconds == FOREVER:
            found.spins = seconds == FOREVER and world.server is None and machine.turns > 0
            break
        world.age += seconds
    else:
        found.open_ended = True
    found.time = world.age if machine.over or world.server is not None else FOREVER
    found.code, found.lines, found.files = machine.code or 0, writer.whole(world.age), tuple(world.lifetimes)
    found.server, found.traps = world.server, machine.traps
    return found


def _loop(since: float, until: float, lines: list[tuple[float, str]]) -> Loop:
    return since, max(until - since, SHORTEST_TURN), tuple((at - since, text) for at, text in lines)


class Diary:
    """What a script that counts has written: it is caught up with when somebody reads it."""

    __slots__ = ("at_turn", "machine", "world", "writer")

    def __init__(self, script: str, variables: dict[str, str]) -> None:
        self.machine, self.world, self.writer = Machine.of(script, dict(variables)), Alone(), Writer()
        self.at_turn = False  # a turn has ended, and no time has passed since

    def until(self, age: float) -> list[tuple[float, str]]:
        """Its last lines up to an age."""
        while self.world.age <= age and not self.machine.over:
            seconds = self.machine.advance(self.world)
            self.writer.take(self.machine, self.world.age)
            if seconds == FOREVER:
                break
            again, self.at_turn = self.at_turn, self.machine.turned and not seconds
            self.world.age += SHORTEST_TURN if again and self.at_turn else seconds
            del self.writer.lines[:-KEPT]
        return self.writer.lines


class Writer:
    """Puts what is written together to lines, each with the time of its end."""

    __slots__ = ("lines", "rest")

    def __init__(self) -> None:
        self.lines: list[tuple[float, str]] = []
        self.rest = ""

    def take(self, machine: Machine, at: float) -> None:
        """What a machine has written by then."""
        for _, text in machine.take():
            self.put(text, at)

    def put(self, text: str, at: float) -> None:
        """A text comes after the others."""
        *lines, self.rest = (self.rest + text).split("\n")
        self.lines += [(at, line) for line in lines]

    def whole(self, at: float) -> list[tuple[float, str]]:
        """All lines; the last one may have no end."""
        return [*self.lines, (at, self.rest)] if self.rest else self.lines

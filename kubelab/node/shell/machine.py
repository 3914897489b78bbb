"""The machine that goes through a script, and stops wherever time has to pass."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from kubelab.node.shell.durations import FOREVER, seconds_of
from kubelab.node.shell.expansion import Expansion
from kubelab.node.shell.grammar import read
from kubelab.node.shell.steps import Redirect, Simple, Stage, Steps
from kubelab.node.shell.tokens import HERE, ScriptError
from kubelab.node.shell.world import Done, World, whole

MOST_STEPS = 20_000  # without any time passing: then it spins for ever
MOST_STOPS = 2_000  # of a script that nobody waits for
DEEPEST = 16  # one `$(…)` in the other
SHELLS = ("sh", "bash", "ash", "dash")
WRONG, NOT_FOUND = 2, 127


class Machine:
    """One run of a script: where it is, its variables, and what it has written since somebody took that.

    It knows nothing of time: `advance` answers how many seconds have to pass before it is called again. What a command
    writes that takes time stands in `written` once it has passed. `turned` says that it has just come to the end of a
    turn of a loop that nothing in its head ends.
    """

    __slots__ = (
        "code", "depth", "functions", "last", "late", "loops", "place", "stdin", "steps", "traps", "turned", "turns",
        "variables", "written",
    )  # fmt: skip

    def __init__(self, steps: Steps, variables: dict[str, str], stdin: str | None = None, depth: int = 0) -> None:
        self.steps, self.variables, self.stdin, self.depth = steps, variables, stdin, depth
        self.place, self.last = 0, 0
        self.code: int | None = None  # set when it has ended
        self.functions: dict[str, Steps] = {}
        self.loops: list[list[str]] = []  # what each `for` has still before it
        self.written: list[tuple[bool, str]] = []  # whether as an error, and the text
        self.late: list[tuple[bool, str]] = []
        self.turns, self.turned, self.traps = 0, False, False

    @classmethod
    def of(cls, script: str, variables: dict[str, str]) -> Machine:
        """A machine at the beginning of a script; one that has ended where the script is none."""
        try:
            return cls(read(script), variables)
        except (ScriptError, RecursionError) as fault:
            made, said = cls(Steps(), variables), str(fault) if isinstance(fault, ScriptError) else "sh: out of memory"
            made.written, made.code = [(True, f"{said}\n")], WRONG
            return made

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.code is not None

    def take(self) -> list[tuple[bool, str]]:
        """What it has written since the last time."""
        taken, self.written = self.written, []
        return taken

    def advance(self, world: World) -> float:
        """Go on until time has to pass, and answer how much."""
        self.written += self.late
        self.late, self.turned = [], False
        for _ in range(MOST_STEPS):
            if self.code is None and self.place >= len(self.steps):
                self.code = self.last
            if self.code is not None:
                return 0.0
            seconds = self._step(world)
            if seconds or self.turned:
                return seconds
        return FOREVER

    def finish(self, world: World) -> float:
        """Go on to the end without waiting, and answer how much time that would have taken."""
        total, stops = 0.0, 0
        while not self.over and total < FOREVER:
            stops += 1
            total += self.advance(world) if stops < MOST_STOPS else FOREVER
        self.written += self.late
        return total

    # -- steps

    def _step(self, world: World) -> float:
        verb, what, to = self.steps[self.place]
        self.place += 1
        if verb == "run":
            return self._run(world, what)
        if verb == "pipe":
            return self._pipe(world, what)
        if verb == "each":
            self.loops.append(self._expansion(world).fields(what)[::-1])
        elif verb == "next":
            if self.loops[-1]:
                self.variables[what] = self.loops[-1].pop()
            else:
                self.loops.pop()
                self.place = to
        elif verb == "end each":
            self.loops.pop()
        elif verb == "function":
            self.functions[what[0]] = what[1]
        elif verb == "not":
            self.last = int(not self.last)
        elif verb == "turn":
            self.turns, self.turned, self.place = self.turns + 1, bool(what), to
        elif verb == "case":
            expansion = self._expansion(world)
            subject = expansion.text(what[0])
            if not any(fnmatchcase(subject, expansion.text(pattern)) for pattern in what[1]):
                self.place = to
        elif verb == "jump" or (verb == "unless") == bool(self.last):
            self.place = to
        return 0.0

    def _expansion(self, world: World) -> Expansion:
        return Expansion(self.variables, self.last, _Said(self, world))

    def _run(self, world: World, command: Simple) -> float:
        expansion = self._expansion(world)
        argv = expansion.fields(command.words)
        values = {name: expansion.text(word) for name, word in command.assigned}
        if not argv:
            self.variables.update(values)
            self.last = 0
            return self._keep(world, Done(), command.redirects, expansion)
        before = {name: self.variables.get(name) for name in values}
        self.variables.update(values)
        done = self._program(world, argv, self._stdin(world, command.redirects, expansion))
        for name, value in before.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value
        if done.again:
            self.place -= 1
            return done.seconds
        if command.background and done.seconds < FOREVER:
            done = done._replace(code=0, seconds=0.0)
        self.last = done.code
        return self._keep(world, done, command.redirects, expansion)

    def _stdin(self, world: World, redirects: tuple[Redirect, ...], expansion: Expansion) -> str | None:
        for _, how, target in redirects:
            if how.startswith("<"):
                text = expansion.text(target)
                return text if how == HERE else world.read(text) or ""
        return self.stdin

    def _keep(self, world: World, done: Done, redirects: tuple[Redirect, ...], expansion: Expansion) -> float:
        """Put what a command has written where it goes."""
        streams: dict[str, Any] = {"1": 1, "2": 2}
        for stream, how, target in redirects:
            if how == "&":
                streams[stream] = streams.get(target, 0)
            elif how in (">", ">>"):
                path = expansion.text(target)
                streams[stream] = path
                if path != "/dev/null":
                    world.write(path, "", append=how == ">>")
        for stream, text in (("1", done.out), ("2", done.err)):
            where = streams[stream]
            if where in (1, "/dev/stdout", "/proc/1/fd/1"):
                self._write(text, err=False, late=done.seconds > 0)
            elif where in (2, "/dev/stderr", "/proc/1/fd/2"):
                self._write(text, err=True, late=done.seconds > 0)
            elif text and where and where != "/dev/null":
                world.write(where, text, append=True)
        return done.seconds

    def _write(self, text: str, *, err: bool, late: bool) -> None:
        if text:
            (self.late if late else self.written).append((err, text))

    def _pipe(self, world: World, stages: tuple[Stage, ...]) -> float:
        text, total = self.stdin, 0.0
        for number, (steps, redirects) in enumerate(stages):
            inner = Machine(steps, dict(self.variables) if len(stages) > 1 else self.variables, text, self.depth + 1)
            inner.functions = self.functions
            total += inner.finish(world) if self.depth < DEEPEST else 0.0
            out = "".join(piece for err, piece in inner.take() if not err or self._shown(piece, total))
            done = Done(out, "", inner.code or 0, total)
            self.last, self.traps = done.code, self.traps or inner.traps
            if number + 1 == len(stages) or redirects:
                self._keep(world, done, redirects, self._expansion(world))
                out = ""
            text = out
        return total

    def _shown(self, text: str, total: float) -> bool:
        """Errors do not go through a pipe: they are shown."""
        self._write(text, err=True, late=total > 0)
        return False

    # -- programs

    def _program(self, world: World, argv: list[str], stdin: str | None) -> Done:
        """What the shell does itself, and everything else, which the world does."""
        name, args = argv[0].rpartition("/")[2], argv[1:]
        if name in self.functions:
            given = {str(at): arg for at, arg in enumerate(args, 1)} | {"@": " ".join(args), "#": str(len(args))}
            self.variables.update(given)
            return self._finished(world, Machine(self.functions[name], self.variables), stdin)
        if name == "exit" or name == "return":
            self.code = int(args[0]) % 256 if args and args[0].isdigit() else self.last
            return Done(code=self.code)
        if name in ("export", "local", "readonly", "declare"):
            self.variables.update({key: text for key, equals, text in (arg.partition("=") for arg in args) if equals})
            return Done()
        if name == "unset":
            for each in args:
                self.variables.pop(each, None)
            return Done()
        if name == "trap":
            self.traps = True
            return Done()
        if name == "read":
            return self._read([arg for arg in args if not arg.startswith("-")] or ["REPLY"])
        if name == "sleep":
            return Done(seconds=seconds_of(args))
        if name in ("exec", "command", "nohup", "time", "eval", "busybox") and args:
            return self._nested(world, " ".join(args), stdin) if name == "eval" else self._program(world, args, stdin)
        if name in SHELLS and (script := _script_of(args)) is not None:
            return self._nested(world, script, stdin)
        if name == "cd":
            world.folder = self.variables["PWD"] = whole(args[0] if args else "/root", world.folder)
            return Done()
        if name in ("set", "wait", "umask", "shift", ":", "ulimit"):
            return Done()
        return world.run([name, *args], stdin, self.variables)

    def _read(self, names: list[str]) -> Done:
        if not self.stdin:
            return Done(code=1)
        line, _, self.stdin = self.stdin.partition("\n")
        parts = line.split(None, len(names) - 1)
        self.variables.update({name: parts[at] if at < len(parts) else "" for at, name in enumerate(names)})
        return Done()

    def _nested(self, world: World, script: str, stdin: str | None) -> Done:
        folder = world.folder
        done = self._finished(world, Machine.of(script, dict(self.variables)), stdin)
        world.folder = folder
        return done

    def _finished(self, world: World, inner: Machine, stdin: str | None) -> Done:
        """What comes of a script within this one."""
        if self.depth >= DEEPEST:
            return Done(err="sh: out of memory\n", code=WRONG)
        inner.stdin, inner.depth, inner.functions = stdin, self.depth + 1, self.functions
        seconds = inner.finish(world)
        self.traps = self.traps or inner.traps
        taken = inner.take()
        out, err = ("".join(text for bad, text in taken if bad == wanted) for wanted in (False, True))
        return Done(out, err, inner.code or 0, seconds)


class _Said:
    """Runs what stands in `$(…)`, and answers what it wrote."""

    def __init__(self, machine: Machine, world: World) -> None:
        self.machine, self.world = machine, world

    def __call__(self, script: str) -> str:
        done = self.machine._nested(self.world, script, None)
        self.machine.last = done.code
        return done.out


def _script_of(args: list[str]) -> str | None:
    """The script of `sh -c SCRIPT`, `sh -xec SCRIPT`."""
    flag = next((at for at, arg in enumerate(args) if arg.startswith("-") and arg.endswith("c")), None)
    return args[flag + 1] if flag is not None and flag + 1 < len(args) else None

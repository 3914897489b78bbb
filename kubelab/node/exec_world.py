"""A command that the kubelet runs in a container: what it finds there now, or will find there.

In Kubernetes
    `ExecSync` of the Container Runtime Interface: probes and lifecycle hooks of the kind `exec`.

Left out
    Programs that kubelab does not play (`pg_isready`, `redis-cli`, a program of one's own): they succeed as soon as the
    container's behaviour says that it is ready, and until it hangs. So does what reads files of a program that nobody
    knows. What a probe writes is gone when it has ended.
"""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kubelab.node import localhost, tools
from kubelab.node.container_files import ContainerFiles
from kubelab.node.container_log import dated
from kubelab.node.scripts import LOOKING, quoted
from kubelab.node.shell import Done, Machine, files
from kubelab.node.shell.foresight import DATE_FORM
from kubelab.node.shell.machine import NOT_FOUND, SHELLS
from kubelab.node.shell.world import whole

if TYPE_CHECKING:
    from kubelab.node.runtime import Container, Sandbox


class Ran(NamedTuple):
    """How a command ended. `missing` says why it could not be begun.

    One that `asks` the network has to be run when it is time. Where kubelab knows a program no better than by its
    container's behaviour, its end is `guessed`.
    """

    said: str = ""
    code: int = 0
    seconds: float = 0.0
    missing: str = ""
    asks: bool = False
    guessed: bool = False
    written: tuple[tuple[str, str | None], ...] = ()


class ExecWorld:
    """What is around such a command, `age` seconds after the container's start. What it writes it keeps to itself."""

    def __init__(self, held: Container, sandbox: Sandbox | None, age: float) -> None:
        self.held, self.sandbox, self.age = held, sandbox, age
        self.files, self.folder = ContainerFiles(held, age), "/"
        self.written: dict[str, str | None] = {}
        self.asks = False  # it asks the network: what comes of that nobody knows before
        self.left_open = False  # it depends on what is not known of the container's program

    @property
    def well(self) -> bool:
        """What the behaviour says of the container."""
        behavior = self.held.behavior
        return self.age >= max(behavior.starts_after, behavior.ready_after) and not behavior.hanging(self.age)

    def run(self, argv: list[str], stdin: str | None, variables: MutableMapping[str, str]) -> Done:
        """Run a program."""
        name = argv[0]
        if tools.lacks(self.held.image, name):
            return Done("", f"sh: {name}: not found\n", NOT_FOUND)
        if name == "date":
            form = next((arg[1:] for arg in argv if arg.startswith("+")), DATE_FORM)
            return Done(f"{dated(self.held.clock.date_at(self.held.started + self.age), form)}\n")
        if name == "hostname":
            address = self.sandbox.address if self.sandbox is not None else ""
            return Done(f"{address if argv[1:2] in (['-i'], ['-I']) else variables.get('HOSTNAME', '')}\n")
        if name in LOOKING or name == "nc":
            done = localhost.asked(argv, self.held, self.sandbox, self.age)
            self.asks = self.asks or done is None
            return done or Done()
        if name in SHELLS and argv[1:] and (text := self.read(argv[1])):
            inner = Machine.of(text, dict(variables))
            seconds = inner.finish(self)
            return Done("".join(piece for _, piece in inner.take()), "", inner.code or 0, seconds)
        done = files.run(self, argv, stdin, variables)
        if done is not None:
            return done
        self.left_open = True
        return Done(code=int(not self.well))

    def read(self, path: str) -> str | None:
        """The text of a file."""
        path = whole(path, self.folder)
        found = self.written[path] if path in self.written else self.files.read(path)
        self.left_open = self.left_open or (found is None and not self.files.known)
        return found

    def write(self, path: str, text: str, *, append: bool) -> None:
        """Write a file."""
        if not path.startswith(("/dev/", "/proc/")):
            self.written[whole(path, self.folder)] = ((self.read(path) or "") if append else "") + text

    def remove(self, path: str) -> None:
        """Take a file away."""
        self.written[whole(path, self.folder)] = None

    def paths(self) -> list[str]:
        """The files there are."""
        self.left_open = self.left_open or not self.files.known
        made = [path for path, text in self.written.items() if text is not None]
        return list(dict.fromkeys([*(each for each in self.files.paths() if each not in self.written), *made]))


def run(command: Sequence[str], held: Container, sandbox: Sandbox | None, age: float) -> Ran:
    """Run a command to its end, without waiting for it."""
    if not command:
        return Ran()
    world = ExecWorld(held, sandbox, age)
    text = world.files.read(command[0]) if "/" in command[0] else None
    if text is None and tools.lacks(held.image, command[0]):
        return Ran(missing=not_found(command[0]))
    machine = Machine.of(text or quoted(list(command)), dict(held.environment.variables()) if held.environment else {})
    seconds = machine.finish(world)
    said, code = "".join(text for _, text in machine.take()), machine.code or 0
    guessed = world.left_open and code != NOT_FOUND
    if guessed:
        said, code = ("", 0) if world.well else (said or f"command {' '.join(command)!r} failed", 1)
    return Ran(said, code, seconds, asks=world.asks, guessed=guessed, written=tuple(world.written.items()))


def not_found(program: str) -> str:
    """What the runtime says of a program that is not there."""
    if "/" in program:
        return f'exec: "{program}": stat {program}: no such file or directory: unknown'
    return f'exec: "{program}": executable file not found in $PATH: unknown'

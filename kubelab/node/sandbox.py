"""What a container runtime holds: a pod's sandbox, the containers in it, and how they ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.node.behavior import Behavior
from kubelab.node.shell import Diary
from kubelab.node.shell.foresight import KEPT
from kubelab.node.usage import Load

if TYPE_CHECKING:
    from kubelab.clock import Clock
    from kubelab.node.environment import Environment

REQUESTS_KEPT = 1000  # lines of its access log


class Exit(NamedTuple):
    """How and when a process ended."""

    code: int
    reason: str
    at: float


class Container:
    """One process in a sandbox, running or ended. `attempt` counts its restarts, `previous` is the one before it."""

    __slots__ = (
        "attempt", "behavior", "clock", "diary", "disk", "environment", "exit", "id", "image", "lines", "load", "name",
        "previous", "process", "program", "requests", "sandbox", "started",
    )  # fmt: skip

    def __init__(
        self, name: str, image: str, identity: str, behavior: Behavior, attempt: int, clock: Clock, sandbox: int
    ) -> None:
        self.name, self.image, self.id, self.behavior = name, image, identity, behavior
        self.attempt, self.clock, self.started, self.sandbox = attempt, clock, clock.now, sandbox
        self.exit: Exit | None = None
        self.previous: Container | None = None
        self.requests: deque[tuple[float, str]] = deque(maxlen=REQUESTS_KEPT)
        self.lines: deque[tuple[float, str]] = deque(maxlen=KEPT)  # that a script has written which lives on the clock
        self.diary: Diary | None = None
        self.disk: dict[str, str] = {}  # what was written into files
        self.process: Any = None  # what lives a script through: `clients/inside/process.py`
        self.load = Load()
        self.environment: Environment | None = None
        self.program: Any = None  # what hands requests on: `network/program.py`

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self.exit is None

    @property
    def started_at(self) -> datetime:
        """When the process started, in whole seconds."""
        return self.clock.date_at(self.started)

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""
        return None if self.exit is None else self.clock.date_at(self.exit.at)

    def answer(self, line: str) -> None:
        """A request was answered: the line goes to the access log."""
        self.requests.append((self.clock.now, line))
        self.load.count(self.clock.now)

    def answer_many(self, last: Iterable[tuple[float, str]], seconds: Iterable[tuple[int, int]]) -> None:
        """Many requests were answered: the last of them with their lines, and how many in each second."""
        self.requests.extend(last)
        for second, many in seconds:
            self.load.count(second, many)

    def read_diary(self, age: float) -> list[tuple[float, str]]:
        """The lines of a script that counts, up to an age."""
        if self.diary is None:
            variables = self.environment.variables() if self.environment is not None else {}
            self.diary = Diary(self.behavior.script, variables)
        return self.diary.until(age)

    def page(self, path: str) -> str | None:
        """What was written where a web server looks for a path; None where it shows its own."""
        root, path = self.behavior.root, path.partition("?")[0]
        return self.disk.get(f"{root}{path}index.html" if path.endswith("/") else f"{root}{path}") if root else None

    def next_stage(self, now: float) -> float:
        """When, after `now`, it will by itself do otherwise than now."""
        stages = () if self.exit is not None else self.behavior.stages()
        return next((at for stage in stages if (at := self.started + stage) > now), float("inf"))

    def listens(self, port: int, now: float) -> bool:
        """Whether the process takes connections to the port."""
        return self.exit is None and self.behavior.listening(port, now - self.started)


class Sandbox:
    """A pod's surroundings on its node: one network address that all its containers share."""

    __slots__ = ("address", "alive", "containers", "generation", "host_network", "name", "namespace", "ports", "uid")

    def __init__(self, uid: str, namespace: str, name: str, host_network: bool) -> None:
        self.uid, self.namespace, self.name, self.host_network = uid, namespace, name, host_network
        self.address = ""
        self.alive = False
        self.generation = 0
        self.ports: dict[int, int] = {}  # host port -> container port
        self.containers: dict[str, Container] = {}

    def listener(self, port: int, now: float, *, inside: bool = False) -> Container | None:
        """The container that takes connections to the port: from everywhere, or those from `inside` the pod."""
        found = (held for held in self.containers.values() if held.listens(port, now))
        return next((held for held in found if inside or not held.behavior.loopback), None)

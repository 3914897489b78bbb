"""What a container runtime holds: a pod's sandbox, the containers in it, and how they ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from math import nextafter
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.node.behavior import Behavior
from kubelab.node.container_files import ContainerFiles, place_of
from kubelab.node.shell import Diary
from kubelab.node.shell.foresight import KEPT
from kubelab.node.usage import Load

if TYPE_CHECKING:
    from kubelab.clock import Clock
    from kubelab.node.environment import Environment
    from kubelab.node.volume_files import Mount, Volume

NEVER = float("inf")
START_ERROR = "StartError"
REQUESTS_KEPT = 1000  # lines of its access log


class Exit(NamedTuple):
    """How and when a process ended; `message` is what the runtime says of one that could not be started."""

    code: int
    reason: str
    at: float
    message: str = ""


class Container:
    """One process in a sandbox, running or ended. `attempt` counts its restarts, `previous` is the one before it."""

    __slots__ = (
        "attempt", "behavior", "clock", "diary", "environment", "exit", "id", "image", "lines", "load", "mounts",
        "name", "pages", "pod", "previous", "process", "program", "removed", "requests", "sandbox", "started",
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
        self.pod = ""  # its name
        self.mounts: tuple[Mount, ...] = ()
        self.removed: dict[str, None] = {}  # files of its image that somebody has taken away
        self.pages = behavior.paths  # that its image brings, where it is a web server
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
        """When the process started, in whole seconds; of one that could not be started, containerd knows no time."""
        if self.exit is not None and self.exit.reason == START_ERROR:
            return datetime.fromtimestamp(0, UTC)
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

    def page(self, path: str, age: float | None = None) -> str | None:
        """What was written where a web server looks for a path (now, or at an age); None where it shows its own."""
        root, path = self.behavior.root, path.partition("?")[0]
        if not root:
            return None
        files, place = ContainerFiles(self, self.clock.now - self.started if age is None else age), place_of(root, path)
        return files.read(place) if files.is_own(place) else None

    def http_status(self, path: str, age: float, method: str = "GET") -> int:
        """What a request is answered with."""
        behavior = self.behavior
        able = age >= behavior.ready_after and not behavior.hanging(age)
        shows = able and self.page(path, age) is not None
        return behavior.http_status(path, age, method, shows=shows)

    def next_stage(self, now: float) -> float:
        """When, after `now`, it will by itself do otherwise than now."""
        age = now - self.started  # what its behaviour goes by: the sum may be rounded otherwise
        stages = () if self.exit is not None else self.behavior.stages()
        later = next((self.started + stage for stage in stages if stage > age), NEVER)
        return max(later, nextafter(now, NEVER))

    def listens(self, port: int, now: float) -> bool:
        """Whether the process takes connections to the port."""
        return self.exit is None and self.behavior.listening(port, now - self.started)


class Sandbox:
    """A pod's surroundings on its node: one network address that all its containers share."""

    __slots__ = (
        "address", "alive", "containers", "generation", "host_network", "name", "namespace", "ports", "uid", "volumes",
    )  # fmt: skip

    def __init__(self, uid: str, namespace: str, name: str, host_network: bool) -> None:
        self.uid, self.namespace, self.name, self.host_network = uid, namespace, name, host_network
        self.address = ""
        self.alive = False
        self.generation = 0
        self.ports: dict[int, int] = {}  # host port -> container port
        self.containers: dict[str, Container] = {}
        self.volumes: dict[str, Volume] = {}  # that its containers have mounted

    def listener(self, port: int, now: float, *, inside: bool = False) -> Container | None:
        """The container that takes connections to the port: from everywhere, or those from `inside` the pod."""
        found = (held for held in self.containers.values() if held.listens(port, now))
        return next((held for held in found if inside or not held.behavior.loopback), None)

"""One running container, as somebody who went into it sees it: its files, its variables, its programs."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside import commands, tools
from kubelab.clients.inside.surroundings import mounted_files
from kubelab.node.shell import FOREVER, Done, files

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster
    from kubelab.node.sandbox import Container


INSTALLERS = ("apk", "apt", "apt-get", "dnf", "microdnf", "yum")


class Inside:
    """The container `name` of a pod; `held` is its process in the runtime.

    It is the world that a shell in the container finds around it (`kubelab.node.shell.World`). With `lenient` programs
    that are not known take no time and succeed: it is the image's own script that runs them.
    """

    def __init__(
        self, cluster: Cluster, client: Client, pod: Any, name: str, held: Container, *, lenient: bool = False
    ) -> None:
        self.cluster, self.client, self.pod, self.name, self.held = cluster, client, pod, name, held
        self.lenient, self.installed = lenient, False
        self.silent_for = 0.0  # how long the last program waited for a connection, in vain
        specs = [*pod.spec.containers, *(pod.spec.initContainers or ())]
        self.spec = next(spec for spec in specs if spec.name == name)

    @property
    def age(self) -> float:
        """Seconds since the process began."""
        return self.cluster.clock.now - self.held.started

    def variables(self) -> dict[str, str]:
        """The environment that its process was started with: a copy."""
        return dict(self.held.environment.variables()) if self.held.environment is not None else {}

    # -- its programs

    def run(self, argv: list[str], stdin: str | None, variables: MutableMapping[str, str]) -> Done:
        """Run a program."""
        command = commands.COMMANDS.get(argv[0])
        if command is not None and self.has(argv[0]):
            return command(self, argv[1:])
        done = files.run(self, argv, stdin, variables)
        if done is not None:
            return done
        if argv[0] in INSTALLERS:
            self.installed = self.installed or any(arg in ("add", "install") for arg in argv)
            return Done()
        fails = command is not None or not self.lenient
        return Done("", f"sh: {argv[0]}: not found\n", commands.NOT_FOUND) if fails else Done()

    def has(self, program: str) -> bool:
        """Whether its image brings one of the known programs along, or it was installed."""
        return self.installed or tools.has(self.spec.image or "", program)

    # -- its files

    def read(self, path: str) -> str | None:
        """The text of a file: what was written, what is mounted, or nothing where the container's program made it."""
        written = self.held.disk.get(path)
        if written is not None and self.has_file(path):
            return written
        mounted = self._mounted(path).get(path)
        return mounted if mounted is not None else "" if self.has_file(path) else None

    def write(self, path: str, text: str, *, append: bool) -> None:
        """Write a file; probes that look at it notice."""
        if path.startswith(("/dev/", "/proc/")):
            return
        self.held.disk[path] = ((self.read(path) or "") if append else "") + text
        if not self.has_file(path):
            self._keep((*(self.held.behavior.files or ()), (path, self.age, FOREVER)))

    def remove(self, path: str) -> None:
        """Take a file away."""
        self.held.disk.pop(path, None)
        age = self.age
        self._keep(
            tuple(
                (name, since, min(until, age) if name == path else until)
                for name, since, until in self.held.behavior.files or ()
            )
        )

    def paths(self) -> list[str]:
        """All files that are known of."""
        made = [path for path, since, until in self.held.behavior.files or () if since <= self.age < until]
        return list(dict.fromkeys([*self._mounted("/"), *made]))

    def has_file(self, path: str) -> bool:
        """Whether the container's own program, or somebody by hand, has made such a file."""
        return self.held.behavior.has_file(path, self.age)

    def _keep(self, files: tuple[tuple[str, float, float], ...]) -> None:
        worker = self.cluster.workers[self.pod.spec.nodeName]
        worker.runtime.changed(self.pod.metadata.uid, self.held, replace(self.held.behavior, files=files))

    def _mounted(self, under: str) -> dict[str, str]:
        return mounted_files(self.client, self.pod, self.spec, self.cluster.overlay.ranges.dns, under)

"""One running container, as somebody who went into it sees it: its files, its variables, its programs."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside import commands
from kubelab.clients.inside.surroundings import given_files
from kubelab.node import tools
from kubelab.node.container_files import ContainerFiles
from kubelab.node.shell import Done, files
from kubelab.node.shell.world import whole
from kubelab.node.unplayed import in_a_script

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster
    from kubelab.node.behavior import Behavior
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
        self.folder = "/"
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
        if command is not None or (self.lacks(argv[0]) and not self.lenient):
            return Done("", f"sh: {argv[0]}: not found\n", commands.NOT_FOUND)
        if self.lenient:
            return Done(err=in_a_script(argv[0]))
        return Done("", f"{commands.not_played(self, argv[0])}\n", commands.NOT_FOUND)

    def has(self, program: str) -> bool:
        """Whether its image brings one of the known programs along, or it was installed."""
        return self.installed or tools.has(self.spec.image or "", program)

    def lacks(self, program: str) -> bool:
        """Whether there is certainly no such program."""
        places = [mount.mountPath for mount in self.spec.volumeMounts or ()]
        return not self.installed and tools.lacks(self.spec.image or "", program, places)

    # -- its files

    def read(self, path: str) -> str | None:
        """The text of a file; None where there is none."""
        files, path = self._files(), whole(path, self.folder)
        given = self._given().get(path) if files.mount(path) is None else None
        return files.read(path) if given is None else given

    def write(self, path: str, text: str, *, append: bool) -> None:
        """Write a file; probes that look at it notice."""
        self._changed(self._files().write(whole(path, self.folder), text, append=append))

    def remove(self, path: str) -> None:
        """Take a file away."""
        self._changed(self._files().remove(whole(path, self.folder)))

    def paths(self) -> list[str]:
        """All files that are known of."""
        return list(dict.fromkeys([*self._given(), *self._files().paths()]))

    def _files(self) -> ContainerFiles:
        return ContainerFiles(self.held, self.age)

    def _given(self) -> dict[str, str]:
        return given_files(self.pod, self.cluster.overlay.ranges.dns)

    def _changed(self, behavior: Behavior | None) -> None:
        if behavior is not None:
            worker = self.cluster.workers[self.pod.spec.nodeName]
            worker.runtime.files_changed(self.pod.metadata.uid, self.held, behavior)

"""Shells that look at the cluster: a container's own script, lived through on the clock.

Such a script asks the network, or reads what others write; what it finds there depends on when it looks. Each of its
requests goes the way that every request goes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside.container import Inside
from kubelab.clients.inside.network import LEAST
from kubelab.network.links import RETRANSMISSION
from kubelab.node import scripts
from kubelab.node.exec_world import Ran
from kubelab.node.programs import SERVERS, server_of
from kubelab.node.runtime import SOON
from kubelab.node.shell import FOREVER, Done, Machine
from kubelab.node.shell.foresight import Writer
from kubelab.node.shell.world import whole

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from kubelab.client_go.client import Client
    from kubelab.clock import Call
    from kubelab.cluster import Cluster
    from kubelab.node.runtime import Runtime
    from kubelab.node.sandbox import Container, Sandbox

OVERLAP = 200  # letters by which `tail -f` knows its place again in a file that is cut at its beginning


class Shells:
    """Starts the shell of a container whose script looks at the cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def launch(self, runtime: Runtime, sandbox: Sandbox, held: Container) -> None:
        """Start it; what it does it does from the next turn of the clock on."""
        worker = runtime.kubelet.workers.get(sandbox.uid) if runtime.kubelet is not None else None
        if worker is None:
            return
        inside = Own(self.cluster, worker.kubelet.client, worker.pod, held.name, held)
        held.process = ShellProcess(inside, runtime, sandbox.uid)
        held.process.start()

    def run(self, runtime: Runtime, sandbox: Sandbox, held: Container, command: Sequence[str]) -> Ran:
        """Run a command that the kubelet wants run, and that asks the network."""
        worker = runtime.kubelet.workers.get(sandbox.uid) if runtime.kubelet is not None else None
        if worker is None:
            return Ran()
        inside = Inside(self.cluster, worker.kubelet.client, worker.pod, held.name, held)
        machine = Machine.of(scripts.quoted(list(command)), inside.variables())
        seconds = machine.finish(inside)
        return Ran("".join(text for _, text in machine.take()), machine.code or 0, seconds)


class Own(Inside):
    """The container as its own script sees it: the script may also become a server, or follow what others write.

    Who hears nothing when it wants to connect sends its first packet again, after a second, two more, four more: by
    then the way may be open.
    """

    server: list[str] | None = None
    shown = ""  # by `tail -f`, at once
    tries = 0
    waited = 0.0

    def __init__(self, cluster: Cluster, client: Client, pod: Any, name: str, held: Container) -> None:
        super().__init__(cluster, client, pod, name, held, lenient=True)
        self.followed: dict[str, str] = {}  # by `tail -f`: the files, as they were when it looked last

    def run(self, argv: list[str], stdin: str | None, variables: MutableMapping[str, str]) -> Done:
        """Run a program."""
        listens = argv[0] == "nc" and any("l" in arg for arg in argv[1:] if arg.startswith("-"))
        if argv[0] in SERVERS or listens:
            self.server = argv
            return Done(seconds=FOREVER)
        if argv[0] == "tail" and any(arg[1:2] in ("f", "F") for arg in argv[1:] if arg.startswith("-")):
            return self._follow(argv, variables)
        self.silent_for = 0.0
        done = super().run(argv, stdin, variables)
        pause = RETRANSMISSION * 2**self.tries
        if self.silent_for and self.waited + pause < self.silent_for:
            self.tries, self.waited = self.tries + 1, self.waited + pause
            return Done(seconds=pause, again=True)
        left = max(done.seconds - self.waited, LEAST) if self.silent_for else done.seconds
        self.tries, self.waited = 0, 0.0
        return done._replace(seconds=left)

    def news(self) -> str:
        """What has been added to the files that `tail -f` follows."""
        added = ""
        for path, seen in self.followed.items():
            text = self.read(path) or ""
            at = text.rfind(seen[-OVERLAP:]) + len(seen[-OVERLAP:]) if seen and not text.startswith(seen) else len(seen)
            added += text[at:] if at <= len(text) else text
            self.followed[path] = text
        return added

    def _follow(self, argv: list[str], variables: MutableMapping[str, str]) -> Done:
        """`tail -f`: first what there is of the files, then what is added to them."""
        done = super().run([re.sub(r"^(-\w*?)[fF](?=\w*$)", r"\1", arg) for arg in argv], None, variables)
        paths = [whole(arg, self.folder) for arg in argv[1:] if "/" in arg]
        self.followed = {path: self.read(path) or "" for path in paths}
        self.shown = done.out
        return Done(seconds=FOREVER)


class ShellProcess:
    """One run of a container's script.

    While it waits it costs nothing. In a loop it is no reason for `settle` to wait.

    Left out
        SIGTERM comes between two commands only: what a `trap` would do is not done.
    """

    def __init__(self, inside: Own, runtime: Runtime, uid: str) -> None:
        self.inside, self.runtime, self.uid = inside, runtime, uid
        self.machine = Machine.of(inside.held.behavior.script, inside.variables())
        self.writer = Writer()
        self._call: Call | None = None

    def start(self) -> None:
        """Begin."""
        self._call = self.runtime.clock.call_later(0.0, self._go_on)

    def noticed(self) -> None:
        """A file has changed that the container can see."""
        if self.inside.followed and self.inside.held.running:
            self._say(self.inside.news())

    def stop(self) -> None:
        """The container has ended."""
        if self._call is not None:
            self._call.cancel()

    def _go_on(self) -> None:
        """Run up to where time has to pass."""
        held, machine, clock = self.inside.held, self.machine, self.runtime.clock
        if not held.running:
            return
        seconds = machine.advance(self.inside)
        if machine.turned and not seconds:
            seconds = machine.advance(self.inside)
        self._write()
        if machine.over:
            self._say_rest()
            self.runtime.ended(self.uid, held, machine.code or 0)
        elif self.inside.server is not None:
            self._become(self.inside.server)
        elif self.inside.followed:
            self._say(self.inside.shown)
        elif seconds < FOREVER and not (machine.turned and not seconds):
            quiet = machine.turns > 0 or seconds > SOON
            self._call = clock.call_later(seconds, self._go_on, quiet=quiet)

    def _write(self) -> None:
        """What it has written goes to the container's log."""
        self.writer.take(self.machine, self.runtime.clock.now)
        self._keep()

    def _keep(self) -> None:
        self.inside.held.lines.extend(self.writer.lines)
        self.writer.lines = []

    def _say(self, text: str) -> None:
        self.writer.put(text, self.runtime.clock.now)
        self._keep()

    def _say_rest(self) -> None:
        if self.writer.rest:
            self.inside.held.lines.append((self.runtime.clock.now, self.writer.rest))

    def _become(self, argv: list[str]) -> None:
        """A server in the shell's place, from now on."""
        held = self.inside.held
        serves = scripts.after(server_of(argv, self.inside.spec), self.inside.age, (), held.behavior.files or ())
        self.runtime.changed(self.uid, held, replace(serves, program="", script=""))


__all__: list[Any] = ["ShellProcess", "Shells"]

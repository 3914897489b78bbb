"""`kubectl run -i`: a pod for one command, with its output on the screen.

Virtual time moves on until the command has ended. There is no keyboard: a shell reads the text of standard input, which
in a notebook is the rest of the cell.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/run`, what it does with `--attach`.
Left out
    A shell reads all of its standard input at the instant it is started.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside import commands
from kubelab.clients.inside.commands import SHELLS, Outcome
from kubelab.clients.inside.container import Inside
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.session import Session
from kubelab.language import say
from kubelab.node.catalogue import PROGRAMS
from kubelab.node.image_store import entry_of
from kubelab.node.programs import KNOWN
from kubelab.node.scripts import quoted
from kubelab.node.shell import files
from kubelab.node.tools import is_usual

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.node.runtime import Container

_ENDED = ("Succeeded", "Failed")


def no_terminal(one_shot: str) -> CommandError:
    """The refusal of a shell that somebody would have to type into; `one_shot` is what to write instead."""
    return error(
        say(
            es=f"no hay terminal en el que escribir: pon la orden detrás de -- ({one_shot} -- sh -c 'hostname; env'), "
            f"o en las demás líneas de la celda (%%kubectl {one_shot.removeprefix('kubectl ')} -- sh)",
            en=f"there is no terminal to type into: put the command behind -- ({one_shot} -- sh -c 'hostname; env'), "
            f"or into the cell's other lines (%%kubectl {one_shot.removeprefix('kubectl ')} -- sh)",
        )
    )


@dataclass
class Attached:
    """A pod that was made by this command line, and what is waited for on its way."""

    session: Session
    pod: Any
    ending: str = "(Error)"  # what the API server says of it when it has failed

    def run(self) -> Outcome | None:
        """Wait for the container, and for the end of its process. None: it does not end by itself."""
        session = self.session
        if not session.wait_until(self.started, session.flags["pod-running-timeout"]):
            raise error("timed out waiting for the condition")
        held, outcome = self.container(session.cluster), self._read()
        if held is None or not self._wait_for_the_end(held):
            session.show(self._logged())
            session.tell(
                say(
                    es="(no acaba por sí solo: aquí se suelta, como haría Ctrl-C)",
                    en="(it does not end by itself: let go of here, as Ctrl-C would)",
                )
            )
            return None
        if outcome is None:
            outcome = Outcome(self._logged(), "", held.exit.code if held.exit is not None else 0)
        self.ending = self._ending()
        session.show(outcome.out + (outcome.err if session.flags["tty"] else ""))
        if outcome.err and not session.flags["tty"]:
            session.tell(outcome.err.rstrip("\n"))
        return outcome

    def container(self, cluster: Cluster) -> Container | None:
        """The pod's container, where its node has started it."""
        meta = self.pod.metadata
        for worker in cluster.workers.values():
            sandbox = worker.runtime.sandboxes.get(meta.uid)
            if sandbox is not None and meta.name in sandbox.containers:
                return sandbox.containers[meta.name]
        return None

    def started(self, cluster: Cluster) -> bool:
        """Whether its process has begun."""
        return self.container(cluster) is not None

    def ended(self, cluster: Cluster) -> bool:
        """Whether its process is over, and the API server knows if there is no second one."""
        held = self.container(cluster)
        if held is None or held.running:
            return False
        return self.pod.spec.restartPolicy == "Always" or self._live().status.phase in _ENDED or held.exit.code != 0

    def _live(self) -> Any:
        meta = self.pod.metadata
        return self.session.cluster.api.get("pods", meta.name, meta.namespace)

    def _ending(self) -> str:
        """The reason and the message with which its container has ended."""
        for status in self._live().status.containerStatuses or ():
            if status.state.terminated is not None:
                return f"({status.state.terminated.reason})\n{status.state.terminated.message or ''}".rstrip("\n")
        return self.ending

    def _wait_for_the_end(self, held: Container) -> bool:
        """Wait for what ends by itself; of a server or of an endless loop only see what it does at first."""
        session = self.session
        session.pass_time()
        if self.ended(session.cluster):
            return True
        script = held.process.machine if held.process is not None else None
        ends = held.behavior.exit_after is not None or (script is not None and not script.turns)
        return ends and session.wait_until(self.ended)

    def _read(self) -> Outcome | None:
        """What a shell does that reads its commands from standard input, or a program that no node plays; else None."""
        session, spec = self.session, self.pod.spec.containers[0]
        held = self.container(session.cluster)
        argv = [*(spec.command or ()), *(spec.args or ())]
        if held is None or not held.running:
            return None
        inside = Inside(session.cluster, session.client, self._live(), spec.name, held)
        if session.stdin.strip() and is_a_shell(spec.image or "", argv):
            outcome = commands.script(inside, session.stdin)
        elif argv and _is_left_to_us(argv[0].rpartition("/")[2]):
            outcome = commands.script(inside, quoted(argv))
        else:
            return None
        self._ends(held, outcome)
        return outcome

    def _ends(self, held: Container, outcome: Outcome) -> None:
        """The process has written its lines, and is over."""
        age, sandbox = self.session.cluster.now - held.started, self.pod.metadata.uid
        lines = tuple((age, line) for line in (outcome.out + outcome.err).splitlines())
        held.behavior = replace(
            held.behavior, logs=lines, stops_after=0.0, sigterm_exit=outcome.code, ignores_sigterm=False
        )
        for worker in self.session.cluster.workers.values():
            if sandbox in worker.runtime.sandboxes:
                worker.runtime.stop_container(sandbox, held.name, 1.0)

    def _logged(self) -> str:
        meta = self.pod.metadata
        for worker in self.session.cluster.workers.values():
            if meta.uid in worker.runtime.sandboxes:
                return "".join(f"{line}\n" for line in worker.runtime.logs(meta.uid, meta.name))
        return ""


def _is_left_to_us(program: str) -> bool:
    """Whether it is a usual program of a system, and one that a node only lets stand there."""
    return is_usual(program) and not (files.known(program) or program in KNOWN or program in PROGRAMS)


def is_a_shell(image: str, argv: list[str]) -> bool:
    """Whether a command is a shell that reads what is typed; without any it is what the image starts."""
    entry = entry_of(image)
    argv = argv or list(entry.command if entry is not None else ())
    return len(argv) == 1 and argv[0].rpartition("/")[2] in SHELLS

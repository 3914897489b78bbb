"""Commands: what `kubectl exec` can run inside a container.

Left out
    Every program but the usual small ones, and time: `sleep` is over at once, and what never ends is broken off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.clients.inside import network
from kubelab.network import interfaces
from kubelab.node.container_log import dated
from kubelab.node.exec_world import not_found
from kubelab.node.host_name import domain_of, host_name_of, kernel_name_of
from kubelab.node.image_store import entry_of
from kubelab.node.scripts import quoted
from kubelab.node.shell import Done, Machine, files
from kubelab.node.shell.foresight import DATE_FORM
from kubelab.node.shell.machine import NOT_FOUND, SHELLS
from kubelab.node.unplayed import unplayed

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

INTERRUPTED = 130
_SECOND = 7  # the number of the process that looks; the runtime's own have taken some before it
_SHOWN = ("cat", "curl", "env", "grep", "hostname", "ls", "nslookup", "ping", "wget")
_OWN = ("sleep", "exit", "export", "exec", "command", "read", "trap", "unset", "set", "cd", "wait", ":", "busybox")


@dataclass
class Outcome:
    """What a command wrote, and how it ended."""

    out: str = ""
    err: str = ""
    code: int = 0


def known(name: str, inside: Inside | None = None) -> bool:
    """Whether there is such a program: at all, or inside a container."""
    base = name.rpartition("/")[2]
    if inside is not None and not inside.has(base):
        return False
    return base in COMMANDS or base in SHELLS or base in _OWN or files.known(base)


def refusal(name: str, inside: Inside) -> str:
    """Why a program cannot be started: the runtime's words where the image has none; empty where it can."""
    if known(name, inside):
        return ""
    if not inside.lacks(name):
        return not_played(inside, name)
    return (
        "Internal error occurred: error executing command in container: failed to exec in container: failed to "
        f"start exec: OCI runtime exec failed: exec failed: unable to start container process: {not_found(name)}"
    )


def not_played(inside: Inside, name: str) -> str:
    """The sentence about a program that only the real container has."""
    return unplayed(name.rpartition("/")[2], *(each for each in _SHOWN if inside.has(each)))


def run(inside: Inside, argv: list[str]) -> Outcome:
    """Run one program. A shell without a script finds no terminal, and ends."""
    if argv[0].rpartition("/")[2] in SHELLS and len(argv) == 1:
        return Outcome()
    return script(inside, quoted(argv))


def script(inside: Inside, text: str) -> Outcome:
    """Run a script to its end."""
    machine = Machine.of(text, inside.variables())
    machine.finish(inside)
    taken = machine.take()
    out, err = ("".join(piece for bad, piece in taken if bad == wanted) for wanted in (False, True))
    return Outcome(out, err, INTERRUPTED if machine.code is None else machine.code)


def _hostname(inside: Inside, args: list[str]) -> Done:
    if args[:1] in (["-i"], ["-I"]):
        return Done(f"{_address(inside)}\n")
    name, domain = host_name_of(inside.pod), domain_of(inside.pod)
    if args[:1] in (["-f"], ["--fqdn"]):
        return Done(f"{name}.{domain}\n" if domain else f"{name}\n")
    return Done(f"{name if args[:1] == ['-s'] else kernel_name_of(inside.pod)}\n")


def _date(inside: Inside, args: list[str]) -> Done:
    form = next((arg[1:] for arg in args if arg.startswith("+")), DATE_FORM)
    return Done(f"{dated(inside.cluster.clock.date, form)}\n")


def _ip(inside: Inside, args: list[str]) -> Done:
    overlay, address = inside.cluster.overlay, _address(inside)
    what = next((arg for arg in args if not arg.startswith("-")), "")
    if what and "address".startswith(what):
        return Done(interfaces.ip_addr(interfaces.of_pod(overlay, address)))
    if what and "route".startswith(what):
        return Done(interfaces.routes_of_pod(overlay, address))
    return Done("", "Usage: ip { address | route }\n", 1)


def _ps(inside: Inside, args: list[str]) -> Done:
    """The container's process, which has number 1 in its own namespace, and the one that looks.

    Left out
        Children of the first process, and those of other containers where `shareProcessNamespace` is set.
    """
    entry = entry_of(inside.spec.image or "")
    given = [*(inside.spec.command or (entry.entrypoint if entry is not None else ()))]
    given += inside.spec.args or (entry.command if entry is not None and not inside.spec.command else ())
    looking = " ".join(["ps", *args])
    lines = [(1, " ".join(given) or inside.name)]
    if lines[0][1] != looking:
        lines.append((_SECOND, looking))
    return Done(
        "PID   USER     TIME  COMMAND\n" + "".join(f"{number:5} root      0:00 {said}\n" for number, said in lines)
    )


def _address(inside: Inside) -> str:
    worker = inside.cluster.workers.get(inside.pod.spec.nodeName)
    sandbox = worker.runtime.sandboxes.get(inside.pod.metadata.uid) if worker is not None else None
    return sandbox.address if sandbox is not None else ""


COMMANDS: dict[str, Callable[[Any, list[str]], Done]] = {
    "curl": network.curl,
    "date": _date,
    "hostname": _hostname,
    "ip": _ip,
    "nc": network.nc,
    "nslookup": network.nslookup,
    "ping": network.ping,
    "ps": _ps,
    "wget": network.wget,
}

__all__ = ["COMMANDS", "NOT_FOUND", "SHELLS", "Outcome", "known", "run", "script"]

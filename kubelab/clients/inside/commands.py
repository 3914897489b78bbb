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
from kubelab.node.host_name import domain_of, host_name_of, kernel_name_of
from kubelab.node.scripts import quoted
from kubelab.node.shell import Done, Machine, files
from kubelab.node.shell.foresight import DATE_FORM
from kubelab.node.shell.machine import NOT_FOUND, SHELLS

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

INTERRUPTED = 130
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
    "wget": network.wget,
}

__all__ = ["COMMANDS", "NOT_FOUND", "SHELLS", "Outcome", "known", "run", "script"]

"""Which program a container runs, and how it behaves: its image, its command, its arguments, its annotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kubelab.node import scripts, tools
from kubelab.node.behavior import ANNOTATION, Behavior, overridden
from kubelab.node.catalogue import NEEDS_ENVIRONMENT, PROGRAMS
from kubelab.node.environment import expanded
from kubelab.node.exec_world import not_found
from kubelab.node.image_store import entry_of, name_of
from kubelab.node.port_in_use import WORDS
from kubelab.node.scripts import Variables
from kubelab.node.shell import FOREVER, files, seconds_of
from kubelab.node.shell.machine import NOT_FOUND

if TYPE_CHECKING:
    from lightkube.models import core_v1

_SCRIPT = "/usr/local/bin/docker-entrypoint.sh"
SHELLS = ("sh", "bash", "ash", "dash", "busybox")
SMALL = ("date", "exit", "hostname", *scripts.LOOKING)
KNOWN = (*SHELLS, *SMALL, "sleep", "nc")
LANGUAGES = ("python", "python3", "node", "ruby", "java", "perl", "php")
# What a shell script can become for good.
FLAGGED = ("http-echo", "agnhost", "httpd")
SERVERS = (*(name for name in PROGRAMS if name != "tail"), *FLAGGED, "python", "python3", "node", "java", "ruby")


def behavior_of(
    container: core_v1.Container, annotations: Mapping[str, str] | None, variables: Variables = dict
) -> Behavior:
    """How the container's process behaves; `variables` answers its environment.

    Raises
    ------
    ValueError
        Its annotation is faulty.
    """
    behavior = _behavior(container, variables)
    if "{tag}" in behavior.body:
        behavior = replace(behavior, body=behavior.body.replace("{tag}", name_of(container.image or "").tag))
    return annotated(behavior, container, annotations)


def missing_program(container: core_v1.Container) -> str:
    """What the runtime says of a container whose program is not in its image; empty where it is."""
    image, entry = container.image or "", entry_of(container.image or "")
    own = entry is not None and not entry.entrypoint and not tools.has_script(image)
    words = container.command or (container.args if own else None)
    return not_found(words[0]) if words and _lacks(container, words[0]) else ""


def _lacks(container: core_v1.Container, program: str) -> bool:
    places = [mount.mountPath for mount in container.volumeMounts or ()]
    return "$" not in program and tools.lacks(container.image or "", program, places)


def annotated(behavior: Behavior, container: core_v1.Container, annotations: Mapping[str, str] | None) -> Behavior:
    """The behaviour with what the container's annotation says otherwise."""
    text = (annotations or {}).get(ANNOTATION + container.name)
    return behavior if text is None else overridden(behavior, container.name, text)


def _behavior(container: core_v1.Container, variables: Variables) -> Behavior:
    entry = entry_of(container.image or "")
    if container.command:
        argv = [*container.command, *(container.args or ())]
    elif entry is not None:
        argv = [*entry.entrypoint, *(container.args or entry.command)]
    else:
        return _unknown(container)
    if not container.command and _lacks(container, argv[0]):
        return Behavior(exit_after=0.01, exit_code=NOT_FOUND, logs=((0.0, f"{_SCRIPT}: exec: {argv[0]}: not found"),))
    if any("$" in word for word in argv):
        argv = [expanded(word, variables()) for word in argv]
    name = argv[0].rpartition("/")[2]
    needs = NEEDS_ENVIRONMENT.get(name)
    if needs is not None and not any(each.name in needs[0] for each in container.env or ()) and not container.envFrom:
        return Behavior(exit_after=0.1, exit_code=needs[1], logs=((0.0, needs[2]),))
    return _of_command(argv, container, variables)


def _of_command(argv: list[str], container: core_v1.Container, variables: Variables) -> Behavior:
    name, found = argv[0].rpartition("/")[2], _by_name(argv, container, variables)
    return replace(found, port_in_use=WORDS[name]) if name in WORDS else found


def _by_name(argv: list[str], container: core_v1.Container, variables: Variables) -> Behavior:
    name, args = argv[0].rpartition("/")[2], argv[1:]
    if name == "busybox" and args:
        return _of_command(args, container, variables)
    if name in SHELLS:
        return _script(args, container, variables)
    if name == "sleep":
        seconds = seconds_of(args)
        ends = None if seconds == FOREVER else seconds
        return Behavior(exit_after=ends, ignores_sigterm=True, files=(), cpu=0.0, memory=500_000)
    if name == "entrypoint.sh":  # curlimages/curl's: it runs curl, unless it is given a program
        own = not args or args[0].startswith("-") or not (files.known(args[0]) or args[0] in KNOWN)
        return _of_command(["curl", *args] if own else args, container, variables)
    if (files.known(name) and name not in PROGRAMS) or name in SMALL:
        return _script(["-c", scripts.quoted(argv)], container, variables)
    if name in FLAGGED:
        return _flags(name, args, entry_of(container.image or "") is not None)
    if name in ("stress", "stress-ng"):
        return _stress(args)
    if name in LANGUAGES:
        return _language(name, args, container)
    if name == "tail" and scripts.looks_around(scripts.quoted(argv), container):
        return _script(["-c", scripts.quoted(argv)], container, variables)
    if name == "nc" and not any("l" in arg for arg in args if arg.startswith("-")):
        return _script(["-c", scripts.quoted(argv)], container, variables)
    if name == "nc":
        return replace(_unknown(container), listens=_numbers(args), ignores_sigterm=True)
    return PROGRAMS[name] if name in PROGRAMS else _unknown(container)


def _unknown(container: core_v1.Container) -> Behavior:
    """A program that nothing is known of runs, and listens where its manifest says that it does."""
    declared = [port.containerPort for port in container.ports or ()]
    if not declared:
        declared = [port for port in _probed(container) if isinstance(port, int)]
    return Behavior(listens=tuple(declared))


def _probed(container: core_v1.Container) -> list[int | str]:
    probes = [probe for probe in (container.readinessProbe, container.livenessProbe, container.startupProbe) if probe]
    actions = [action for probe in probes for action in (probe.httpGet, probe.tcpSocket, probe.grpc) if action]
    return [action.port for action in actions]


def _script(args: list[str], container: core_v1.Container, variables: Variables) -> Behavior:
    """A shell: without a script it finds no terminal and ends, unless somebody keeps its standard input open."""
    flag = next((at for at, arg in enumerate(args) if arg.startswith("-") and arg.endswith("c")), None)
    if flag is None or flag + 1 == len(args):
        known = args and not args[0].startswith("-")
        waits = container.stdin and not args
        return _unknown(container) if known or waits else Behavior(exit_after=0.01, files=())

    def serving(argv: list[str]) -> Behavior:
        return _of_command(argv, container, variables)

    return scripts.behavior_of(args[flag + 1], container, variables, SERVERS, serving)


def server_of(argv: list[str], container: core_v1.Container) -> Behavior:
    """How a server behaves that a container's script became."""
    return _of_command(argv, container, dict)


def _flags(name: str, args: list[str], known: bool) -> Behavior:
    """Small servers that are told by flags where to listen and what to say; the files of a `known` image are known."""
    flags: dict[str, str] = {}
    for index, arg in enumerate(args):
        key, equals, value = arg.lstrip("-").partition("=")
        following = args[index + 1] if index + 1 < len(args) else ""
        flags[key] = value if equals else following
    port = next((_port(flags[key]) for key in ("listen", "http-port", "port", "p") if key in flags), None)
    if name == "http-echo":
        number = port or 5678
        logs = ((0.0, f"[INFO] server is listening on :{number}"),)
        return Behavior(listens=(number,), body=flags.get("text", "hello-world"), logs=logs)
    if name == "httpd":  # busybox's
        root = flags.get("h", "").rstrip("/")
        paths = ("",) if root and known else ()  # none of its own
        return Behavior(listens=(port or 80,), ignores_sigterm=True, root=root, paths=paths)
    command = next((arg for arg in args if not arg.startswith("-")), "pause")
    if command in ("netexec", "serve-hostname"):
        number = port or (8080 if command == "netexec" else 9376)
        logs = ((0.0, f"Started HTTP server on port {number}"),)
        return Behavior(listens=(number,), body="{pod}", logs=logs, sigterm_exit=2)
    return Behavior(sigterm_exit=2)


def _stress(args: list[str]) -> Behavior:
    """A program that does nothing but use things up: `stress --cpu 2 --vm 1 --vm-bytes 250M --timeout 60`."""
    flags = {key: value for key, value in zip(args, [*args[1:], ""], strict=True) if key.startswith("-")}
    flags |= {key: value for key, _, value in (arg.partition("=") for arg in args) if value}
    spinning = sum(_count(flags[key]) for key in ("--cpu", "-c", "--vm", "-m") if key in flags)
    held = _count(flags.get("--vm", flags.get("-m", "0"))) * _bytes(flags.get("--vm-bytes", "256M"))
    seconds = flags.get("--timeout", flags.get("-t"))
    return Behavior(
        cpu=float(spinning),
        memory=2_000_000 + held,
        exit_after=seconds_of([seconds]) if seconds else None,
        logs=((0.0, "stress: info: [1] dispatching hogs"),),
    )


def _count(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _bytes(text: str) -> int:
    number, factor = text.rstrip("BKMGbkmg"), {"K": 2**10, "M": 2**20, "G": 2**30}
    return int(number) * factor.get(text[len(number) :].upper()[:1], 1) if number.isdigit() else 0


def _language(name: str, args: list[str], container: core_v1.Container) -> Behavior:
    """An interpreter: as PID 1 it does not heed SIGTERM unless the program asks for it, which nobody knows."""
    if args[:2] == ["-m", "http.server"]:
        port = next((int(arg) for arg in args[2:] if arg.isdigit()), 8000)
        logs = ((0.0, f"Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ..."),)
        return Behavior(listens=(port,), ignores_sigterm=True, logs=logs)
    if name == "perl" and any("bpi" in arg for arg in args):
        digits = "3.14159265358979323846264338327950288419716939937510"
        return Behavior(exit_after=5.0, logs=((5.0, digits),), cpu=1.0)
    if not args:
        return Behavior(exit_after=0.1)
    return replace(_unknown(container), ignores_sigterm=name in ("python", "python3", "node", "ruby"))


def _port(text: str) -> int | None:
    number = text.rpartition(":")[2]
    return int(number) if number.isdigit() else None


def _numbers(args: list[str]) -> tuple[int, ...]:
    return tuple(int(arg) for arg in args if arg.isdigit())

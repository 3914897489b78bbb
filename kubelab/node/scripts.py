"""Which life a script leads: thought through before it begins, or, as it looks at the cluster, lived on the clock."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kubelab.node.behavior import Behavior
from kubelab.node.shell import FOREVER, foreseen
from kubelab.node.shell.world import Lifetime

if TYPE_CHECKING:
    from lightkube.models import core_v1

Variables = Callable[[], dict[str, str]]
PROGRAM = "sh"  # a behaviour's `program`, where its script is lived through
LOOKING = ("wget", "curl", "nslookup", "dig", "host", "getent", "ping", "ip")  # programs that ask the network
_LOOKING = re.compile(rf"(?<![\w./-])({'|'.join(LOOKING)}|hostname\s+-[iI]|nc(?!\s+-\w*l))(?![\w./-])")
_ACCOUNT = "/var/run/secrets/"
_OF_THE_POD = ("/etc/resolv.conf", "/etc/hosts", "/etc/hostname", _ACCOUNT)


def looks_around(script: str, container: core_v1.Container, variables: Variables = dict) -> bool:
    """Whether what the script does depends on the cluster, or others see it: the network, and files in volumes."""
    if _LOOKING.search(script) or any(path in script for path in _OF_THE_POD):
        return True
    places = [mount.mountPath.rstrip("/") for mount in container.volumeMounts or ()]
    places = [place for place in places if not f"{place}/".startswith(_ACCOUNT)]
    texts = [script, *(variables().values() if places and "$" in script else ())]
    return any(place in text for place in places for text in texts)


def behavior_of(
    script: str,
    container: core_v1.Container,
    variables: Variables,
    servers: Sequence[str],
    serving: Callable[[list[str]], Behavior],
) -> Behavior:
    """How a shell behaves that is given a script; `serving` tells how one of the `servers` does that it becomes."""
    traps = re.search(r"(?<!\w)trap\s", script) is not None
    if looks_around(script, container, variables):
        return Behavior(program=PROGRAM, script=script, ignores_sigterm=not traps, files=())
    done = foreseen(script, servers, variables() if "$" in script or "env" in script or "host" in script else {})
    if done.open_ended:
        return Behavior(program=PROGRAM, script=script, ignores_sigterm=not traps, files=())
    if done.server is not None:
        return after(serving(done.server), done.time, tuple(done.lines), done.files)
    return Behavior(
        exit_after=None if done.time == FOREVER else max(done.time, 0.01),
        exit_code=done.code,
        ignores_sigterm=not traps,
        script=script if done.counts else "",
        logs=() if done.counts else tuple(done.lines),
        loop=done.loop,
        files=done.files,
        cpu=1.0 if done.spins else 0.001,
    )


def after(served: Behavior, age: float, logs: tuple[tuple[float, str], ...], files: tuple[Lifetime, ...]) -> Behavior:
    """How a server behaves that a shell became at that age."""
    return replace(
        served,
        starts_after=age + served.starts_after,
        ready_after=age + served.ready_after,
        logs=(*logs, *((age + later, text) for later, text in served.logs)),
        files=files,
    )


def quoted(argv: list[str]) -> str:
    """A command as a script of one line."""
    return " ".join(shlex.quote(word) for word in argv)

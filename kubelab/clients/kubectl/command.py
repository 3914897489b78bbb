"""kubectl: command lines in, the text that a terminal would show out.

In Kubernetes
    `kubectl`, the client that everybody meets first. It holds no state of its own: everything it does, it asks of the
    API server. https://kubernetes.io/docs/reference/kubectl/
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.clients import command_line
from kubelab.clients.command_line import CommandLineError
from kubelab.clients.kubectl import help as helping
from kubelab.clients.kubectl.commands import COMMANDS, FAMILIES
from kubelab.clients.kubectl.elsewhere import ELSEWHERE, elsewhere
from kubelab.clients.kubectl.flags import CommandError, error, parse
from kubelab.clients.kubectl.session import Session, explain_refusal
from kubelab.clients.pipeline import Pieces, carried_out

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

_HELP = ("-h", "--help")
_DEEPEST = 3


class Kubectl:
    """kubectl for one cluster.

    Examples
    --------
    >>> from kubelab.cluster import Cluster
    >>> print(Kubectl(Cluster(workers=1)).run("get pods"), end="")
    No resources found in default namespace.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.failed = False

    def run(self, line: str, stdin: str = "") -> str:
        """What `kubectl <line>` prints; `stdin` is what `-f -` reads. `failed` tells afterwards if it went wrong.

        `| grep`, `> file` and their like do what they do in a shell; what only a shell can do is refused.
        """
        self.failed = True
        try:
            read = command_line.read(line)
            if read.words[:1] == ["kubectl"]:
                read.words.pop(0)
            return carried_out(read, stdin, self.carry_out, {"kubectl": self.carry_out})
        except CommandLineError as wrong:
            return f"error: {wrong}\n"

    def carry_out(self, words: list[str], stdin: str) -> Pieces:
        """Carry out one command, given by its words: what it prints, piece by piece."""
        self.failed = True
        try:
            name, rest = _find(words)
            if name not in COMMANDS or _asks_for_help(rest):
                self.failed = False
                return [(True, _help(name))]
            path = f"kubectl {name}"
            rest, flags = parse(rest, COMMANDS[name].flags, path)
        except CommandError as refusal:
            return [(False, f"{refusal.text}\n")]
        session = Session(self.cluster, rest, flags, stdin, path)
        try:
            COMMANDS[name].act(session)
        except CommandError as refusal:
            session.tell(refusal.text)
        except ApiError as refusal:
            session.tell(explain_refusal(refusal))
        else:
            self.failed = session.failed
        return session.pieces


def _find(words: list[str]) -> tuple[str, list[str]]:
    """The command, or the family of commands, that the words begin with; and the rest of the words."""
    words = _flags_last(words)
    for length in range(min(_DEEPEST, len(words)), 0, -1):
        name = " ".join(words[:length])
        if name in COMMANDS:
            return name, words[length:]
        if name in FAMILIES:
            rest = words[length:]
            if rest and not rest[0].startswith("-"):
                raise error(f"unknown command \"{rest[0]}\"\nSee 'kubectl {name} -h' for help and examples")
            return name, rest
    if not words or words[0] in (*_HELP, "help", "options"):
        asked = " ".join(words[1:])
        return asked if words[:1] == ["help"] and (asked in COMMANDS or asked in FAMILIES) else "", ["--help"]
    first = words[0]
    if first in ELSEWHERE:
        raise elsewhere(first)
    near = difflib.get_close_matches(first, list(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS)), n=3)
    hint = "".join(f"\n\t{name}" for name in near)
    raise error(f'unknown command "{first}" for "kubectl"' + (f"\n\nDid you mean this?{hint}\n" if hint else ""))


def _asks_for_help(words: list[str]) -> bool:
    before = words[: words.index("--")] if "--" in words else words
    return any(word in _HELP for word in before)


def _help(name: str) -> str:
    if name in COMMANDS:
        return helping.command(name)
    return helping.family(name) if name in FAMILIES else helping.overview()


def _flags_last(words: list[str]) -> list[str]:
    """`-n shop get pods` is `get pods -n shop`."""
    first = 0
    while first < len(words) and words[first].startswith("-") and words[first] not in _HELP:
        first += 1 if "=" in words[first] or words[first] in ("-A", "--all-namespaces") else 2
    return [*words[first:], *words[:first]]

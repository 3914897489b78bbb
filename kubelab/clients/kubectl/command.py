"""kubectl: command lines in, the text that a terminal would show out.

In Kubernetes
    `kubectl`, the client that everybody meets first. It holds no state of its own: everything it does, it asks of the
    API server. https://kubernetes.io/docs/reference/kubectl/
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.clients.kubectl import (
    about,
    apply,
    change,
    create,
    delete,
    describe,
    drain,
    expose,
    get,
    happenings,
    metadata,
    rollout,
    wait,
)
from kubelab.clients.kubectl.flags import CommandError, Flag, error, parse
from kubelab.clients.kubectl.session import Session, explain_refusal

if TYPE_CHECKING:
    from kubelab.cluster import Cluster


@dataclass(frozen=True)
class Command:
    """A command: what it does, and the flags it takes."""

    act: Callable[[Session], None]
    flags: tuple[Flag, ...] = ()


COMMANDS: dict[str, Command] = {
    "get": Command(get.get, get.FLAGS),
    "describe": Command(describe.describe, describe.FLAGS),
    "apply": Command(apply.apply, apply.FLAGS),
    "create": Command(create.create, create.CREATE_FLAGS[""]),
    "delete": Command(delete.delete, delete.FLAGS),
    "scale": Command(change.scale, change.SCALE_FLAGS),
    "label": Command(metadata.label, metadata.FLAGS),
    "annotate": Command(metadata.annotate, metadata.FLAGS),
    "taint": Command(metadata.taint, metadata.FLAGS),
    "patch": Command(change.patch, change.PATCH_FLAGS),
    "set image": Command(change.set_image, change.SET_IMAGE_FLAGS),
    "rollout status": Command(rollout.status, rollout.FLAGS),
    "rollout history": Command(rollout.history, rollout.FLAGS),
    "rollout undo": Command(rollout.undo, rollout.FLAGS),
    "rollout pause": Command(rollout.pause, rollout.FLAGS),
    "rollout resume": Command(rollout.resume, rollout.FLAGS),
    "rollout restart": Command(rollout.restart, rollout.FLAGS),
    "cordon": Command(drain.cordon, drain.CORDON_FLAGS),
    "uncordon": Command(drain.uncordon, drain.CORDON_FLAGS),
    "drain": Command(drain.drain, drain.FLAGS),
    "logs": Command(happenings.logs, happenings.LOGS_FLAGS),
    "events": Command(happenings.events, happenings.EVENTS_FLAGS),
    "expose": Command(expose.expose, expose.EXPOSE_FLAGS),
    "run": Command(expose.run, expose.RUN_FLAGS),
    "wait": Command(wait.wait, wait.FLAGS),
    "explain": Command(about.explain, about.EXPLAIN_FLAGS),
    "api-resources": Command(about.api_resources, about.API_RESOURCES_FLAGS),
    "api-versions": Command(about.api_versions),
    "version": Command(about.version, about.VERSION_FLAGS),
    "cluster-info": Command(about.cluster_info),
}
for _word, _generator in create.GENERATORS.items():
    _name = {"deploy": "deployment", "ns": "namespace", "cm": "configmap", "svc": "service", "sa": "serviceaccount"}
    COMMANDS[f"create {_word}"] = Command(_generator, create.CREATE_FLAGS[_name.get(_word, _word)])
_FAMILIES = ("rollout", "set")
# Real commands that need what is not here; they are refused by name, not as if they did not exist.
_ELSEWHERE = {
    "attach": "there is no terminal to attach",
    "autoscale": "HorizontalPodAutoscaler is not served yet",
    "config": "there is one cluster, and it is already chosen",
    "cp": "containers have no files",
    "debug": "there is no terminal to attach",
    "diff": "use apply --dry-run=server -o yaml",
    "edit": "there is no editor here: use apply or patch",
    "exec": "there is no terminal to attach",
    "port-forward": "use cluster.request",
    "proxy": "use kubelab serve",
    "replace": "use apply",
    "top": "there is no metrics server",
}


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
        """What `kubectl <line>` prints; `stdin` is what `-f -` reads. `failed` tells afterwards if it went wrong."""
        self.failed = True
        try:
            words = shlex.split(line)
        except ValueError as wrong:
            return f"error: {wrong}\n"
        if words[:1] == ["kubectl"]:
            words = words[1:]
        try:
            path, command, rest = _find(words)
            rest, flags = parse(rest, command.flags, path)
        except CommandError as refusal:
            return f"{refusal.text}\n"
        session = Session(self.cluster, rest, flags, stdin, path)
        try:
            command.act(session)
        except CommandError as refusal:
            session.say(refusal.text)
        except ApiError as refusal:
            session.say(explain_refusal(refusal))
        else:
            self.failed = False
        return session.text


def _find(words: list[str]) -> tuple[str, Command, list[str]]:
    """The command that the words begin with, as it is named in messages, and the rest of the words."""
    words = _flags_last(words)
    if not words:
        raise CommandError(_overview())
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in COMMANDS and len(words) >= length:
            return f"kubectl {name}", COMMANDS[name], words[length:]
    first = words[0]
    if first in _FAMILIES:
        if len(words) == 1 or words[1].startswith("-"):
            names = [name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{first} ")]
            raise CommandError("\n".join(["Available Commands:", *(f"  {name}" for name in names)]))
        raise error(f"unknown command \"{words[1]}\"\nSee 'kubectl {first} -h' for help and examples")
    if first in _ELSEWHERE:
        raise error(f"kubectl {first} is not available: {_ELSEWHERE[first]}")
    near = difflib.get_close_matches(first, list(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS)), n=3)
    hint = "".join(f"\n\t{name}" for name in near)
    raise error(f'unknown command "{first}" for "kubectl"' + (f"\n\nDid you mean this?{hint}\n" if hint else ""))


def _flags_last(words: list[str]) -> list[str]:
    """`-n shop get pods` is `get pods -n shop`."""
    first = 0
    while first < len(words) and words[first].startswith("-"):
        first += 1 if "=" in words[first] or words[first] in ("-A", "--all-namespaces") else 2
    return [*words[first:], *words[:first]]


def _overview() -> str:
    names = "".join(f"  {name}\n" for name in sorted(dict.fromkeys(name.partition(" ")[0] for name in COMMANDS)))
    return f"kubectl controls the Kubernetes cluster manager.\n\nAvailable Commands:\n{names}".rstrip()

"""One command line as it is being carried out: who it talks to, what it was given, what it has printed.

In Kubernetes
    What kubectl's commands share: `k8s.io/kubectl/pkg/cmd/util` and cli-runtime's `IOStreams`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.kinds import Kind
from kubelab.clients.kubectl.flags import CommandError, Flags, error
from kubelab.clients.kubectl.output import name_of, printed, unknown_format

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster

# How long a command without a timeout of its own waits, in virtual seconds, before it says that nothing happens.
PATIENCE = 3600.0


class Session:
    """One command line: its words and flags, the cluster, and what has been printed so far.

    What a real terminal shows of standard output and of the error stream stands in `text`, in the order of printing.
    """

    def __init__(self, cluster: Cluster, words: list[str], flags: Flags, stdin: str, path: str) -> None:
        self.cluster, self.words, self.flags, self.stdin, self.path = cluster, words, flags, stdin, path
        self.text = ""

    @property
    def client(self) -> Client:
        """The API server, as kubectl reaches it."""
        return self.cluster.api

    @property
    def now(self) -> datetime:
        """The date that ages are counted to."""
        return self.cluster.clock.micro_date

    @property
    def namespace(self) -> str:
        """The namespace of `-n`, or `default`."""
        return self.flags["namespace"] or "default"

    @property
    def everywhere(self) -> bool:
        """Whether all namespaces are meant: `-A`."""
        return bool(self.flags.get("all-namespaces"))

    def say(self, text: str) -> None:
        """Print a line."""
        self.text += f"{text}\n"

    def show(self, text: str) -> None:
        """Print text that brings its own line ends."""
        self.text += text

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.say(f"Warning: {text}")

    def warnings(self) -> None:
        """Print what the API server warned of in its last answer."""
        for text in self.client.warnings:
            self.warn(text)
        self.client.warnings = []

    def done(self, kind: Kind, name: str, operation: str, obj: Any = None) -> None:
        """Print what was done to an object, or the object itself where `-o` asks for it."""
        suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(self.flags.dry_run, "")
        output = self.flags.get("output") or ""
        if output == "name":
            self.say(name_of(kind, name))
        elif output == "wide":
            raise unknown_format(output)
        elif output and obj is not None:
            self.show(printed(output, [obj], single=True))
        else:
            self.say(f"{name_of(kind, name)} {operation}{suffix}")

    def wait_until(self, condition: Callable[[Cluster], Any], timeout: float = 0.0) -> bool:
        """Let virtual time pass until a condition holds; False when it does not within the timeout."""
        try:
            self.cluster.run(until=condition, limit=timeout or PATIENCE)
        except TimeoutError:
            return False
        return True

    def usage(self, message: str) -> CommandError:
        """A refusal that points at the command's help."""
        return error(f"{message}\nSee '{self.path} -h' for help and examples")


def explain_refusal(refusal: ApiError) -> str:
    """An API server's refusal as kubectl prints it, with the line of the YAML and what was probably meant."""
    said = _refusal(refusal)
    return f"{said}\n  {refusal.place}" if refusal.place else said


def _refusal(refusal: ApiError) -> str:
    if refusal.reason == "Invalid":
        if not refusal.kind and not refusal.name:
            return f"The request is invalid: {refusal.message}"
        head = f'The {refusal.kind} "{refusal.name}" is invalid'
        causes = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in refusal.causes))
        if not causes:
            return head
        return f"{head}: {causes[0]}" if len(causes) == 1 else "\n* ".join([f"{head}: ", *causes])
    if refusal.reason == "ServiceUnavailable":
        return "The connection to the server master:6443 was refused - did you specify the right host or port?"
    return refusal.said

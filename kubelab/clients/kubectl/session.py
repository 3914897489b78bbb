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
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl.credentials import client_of
from kubelab.clients.kubectl.flags import CommandError, Flags, error
from kubelab.clients.kubectl.kubeconfig import Kubeconfig, kubeconfig_of
from kubelab.clients.kubectl.output import ALLOWED, name_of, printed, unknown_format
from kubelab.control_plane.api_server.authorization.attributes import Attributes
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.api.served_kinds import ServedKinds
    from kubelab.client_go.client import Client
    from kubelab.cluster import Cluster

# How long a command without a timeout of its own waits, in virtual seconds, before it says that nothing happens.
PATIENCE = 3600.0
# Commands whose writes stand under another name than `kubectl-<command>` in managed fields.
_MANAGERS = {"apply": "kubectl-client-side-apply", "scale": "kubectl", "cordon": "kubectl", "uncordon": "kubectl"}
_MANAGERS |= {"drain": "kubectl"}
# Commands that begin anew with each object; where the others print several as YAML, `---` stands between them.
_ONE_BY_ONE = ("apply", "autoscale", "cordon", "edit", "label", "patch", "rollout", "taint", "uncordon")


class Session:
    """One command line: its words and flags, the cluster, and what has been printed so far.

    What goes to standard output and to the error stream stands in `pieces`, in the order of printing.
    """

    def __init__(self, cluster: Cluster, words: list[str], flags: Flags, stdin: str, path: str) -> None:
        self.cluster, self.words, self.flags, self.stdin, self.path = cluster, words, flags, stdin, path
        self.pieces: list[tuple[bool, str]] = []  # whether to standard output, and the text
        self.failed = False  # set by commands that end badly without an error message
        self._documents = 0
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        """The API server, as the user of this command line reaches it."""
        if self._client is None:
            self._client = client_of(self.cluster.api, self.flags, self.config)
        return self._client

    @property
    def served(self) -> ServedKinds:
        """The kinds that the API server serves now, custom ones among them."""
        return self.client.kinds

    @property
    def config(self) -> Kubeconfig:
        """Which cluster is talked to, as whom, and in which namespace."""
        return kubeconfig_of(self.cluster)

    @property
    def command(self) -> str:
        """The command, without its subcommand."""
        return self.path.removeprefix("kubectl ").partition(" ")[0]

    @property
    def manager(self) -> str:
        """In whose name this command sets fields."""
        return self.flags["field-manager"] or _MANAGERS.get(self.command, f"kubectl-{self.command}")

    @property
    def now(self) -> datetime:
        """The date that ages are counted to."""
        return self.cluster.clock.micro_date

    @property
    def namespace(self) -> str:
        """The namespace of `-n`, or that of the current context, or `default`."""
        return self.flags["namespace"] or self.config.context(self.flags["context"]).get("namespace") or "default"

    def check(self, verb: str, resource: str, obj: Any) -> None:
        """Refuse what the API server would not let this user do to an object's subresource."""
        wanted = Attributes(verb, "", resource, obj.metadata.namespace or "", obj.metadata.name)
        self.client.gate.check(self.client.identity, wanted)

    @property
    def everywhere(self) -> bool:
        """Whether all namespaces are meant: `-A`."""
        return bool(self.flags.get("all-namespaces"))

    @property
    def text(self) -> str:
        """What a terminal shows: all that was printed."""
        return "".join(text for _, text in self.pieces)

    def say(self, text: str) -> None:
        """Print a line."""
        self.show(f"{text}\n")

    def show(self, text: str) -> None:
        """Print text that brings its own line ends."""
        self.pieces.append((True, text))

    def tell(self, text: str) -> None:
        """Print a line on the error stream, which a `|` leaves alone."""
        self.pieces.append((False, f"{text}\n"))

    def warn(self, text: str) -> None:
        """Print a warning."""
        self.tell(f"Warning: {text}")

    def warnings(self) -> None:
        """Print what the API server warned of in its last answer."""
        for text in self.client.warnings:
            self.warn(text)
        self.client.warnings = []

    def plain(self, obj: Any) -> dict[str, Any]:
        """An object as YAML and JSON show it: without its managed fields, unless they are asked for."""
        return to_dict(self.client.with_managed_fields(obj) if self.flags["show-managed-fields"] else obj)

    def shown(self, obj: Any) -> dict[str, Any]:
        """An object as `-o` shows it: templates see its managed fields too."""
        templates = self.output not in ("yaml", "json")
        return to_dict(self.client.with_managed_fields(obj)) if templates else self.plain(obj)

    def done(self, kind: Kind, name: str, operation: str, obj: Any = None) -> None:
        """Print what was done to an object, or the object itself where `-o` asks for it."""
        suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(self.flags.dry_run, "")
        output = self.flags.get("output") or ""
        if output == "name":
            self.say(name_of(kind, name))
        elif output in ("wide", "custom-columns", "custom-columns-file"):
            raise unknown_format(output, ALLOWED)
        elif output and obj is not None:
            self.show_one(obj)
        else:
            self.say(f"{name_of(kind, name)} {operation}{suffix}")

    def show_one(self, obj: Any) -> None:
        """Print an object as `-o` asks for it."""
        if self._documents and self.output == "yaml" and self.command not in _ONE_BY_ONE:
            self.show("---\n")
        self._documents += 1
        self.show(printed(self.output, [obj if isinstance(obj, dict) else self.shown(obj)], single=True))

    def show_all(self, objects: list[Any]) -> None:
        """Print objects as `-o` asks for it, several of them as a list."""
        plain = [obj if isinstance(obj, dict) else self.shown(obj) for obj in objects]
        if len(plain) > 1:
            plain = [{"apiVersion": "v1", "items": plain, "kind": "List", "metadata": {}}]
        self.show(printed(self.output, plain, single=True))

    @property
    def output(self) -> str:
        """The value of `-o`, with the template of `--template` where there is one."""
        output, template = self.flags.get("output") or "", self.flags["template"]
        if template and "=" not in output:
            output = f"{output or 'go-template'}={template}"
        return output

    def wait_until(self, condition: Callable[[Cluster], Any], timeout: float = 0.0) -> bool:
        """Let virtual time pass until a condition holds; False when it does not within the timeout."""
        try:
            self.cluster.run(until=condition, limit=timeout or PATIENCE)
        except TimeoutError:
            return False
        return True

    def pass_time(self) -> None:
        """Let time pass for as long as `--request-timeout` says; without it, until nothing is under way any more."""
        seconds = self.flags["request-timeout"]
        if seconds > 0:
            self.cluster.run(seconds)
        else:
            self.cluster.settle()

    def say_at_rest(self, flag: str) -> None:
        """Nothing has come while time passed: say whose hand moves it, where nobody said for how long."""
        if not self.flags["request-timeout"]:
            self.tell(
                say(
                    es=f"(el clúster está en reposo y {flag} acaba: deja pasar el tiempo con cluster.run(30) y repite, "
                    f"o pon {flag} --request-timeout=30s)",
                    en=f"(the cluster is at rest, and {flag} ends: let time pass with cluster.run(30) and ask again, "
                    f"or say {flag} --request-timeout=30s)",
                )
            )

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
        if refusal.message.endswith("i/o timeout"):
            return "Unable to connect to the server: dial tcp master:6443: i/o timeout"
        return "The connection to the server master:6443 was refused - did you specify the right host or port?"
    return refusal.said

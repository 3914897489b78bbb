"""`kubectl wait`: letting time pass until objects are as one wants them.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/wait`. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.clients.go_format import quoted, shown
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl import jsonpath
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session, explain_refusal

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

FLAGS = (
    *(*f.FILES, f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.OUTPUT, f.switch("all"), f.several("for")),
    *(f.duration("timeout", 30.0), f.switch("local")),
)
_WEEK = 168 * 3600.0


def wait(session: Session) -> None:
    """Wait for conditions, values, the making or the end of objects."""
    wanted = [_parsed(text) for text in session.flags["for"]]
    if not wanted:
        raise error("unrecognized condition: []")
    timeout = session.flags["timeout"]
    deadline = session.cluster.now + (_WEEK if timeout < 0 else timeout)
    deletion = any(kind == "delete" for kind, _, _ in wanted)
    if any(kind == "create" for kind, _, _ in wanted):
        _wait_for_creation(session, deadline)
    try:
        targets = named(session)
    except ApiError as refusal:
        if not deletion or refusal.code != 404:
            raise
        targets = []
    if not targets and not deletion:
        raise error("no matching resources found")
    failures = [text for target in targets if (text := _one(session, target, wanted, deadline))]
    if failures:
        raise CommandError("\n".join(failures))


def _parsed(text: str) -> tuple[str, str, str]:
    """What is waited for: its kind, the condition or path, and the value; an empty value is any."""
    kind, _, rest = text.partition("=")
    if text.lower() in ("delete", "create"):
        return text.lower(), "", ""
    if kind == "condition" and rest:
        name, _, value = rest.partition("=")
        return kind, name, value or "true"
    if kind != "jsonpath":
        raise error(f"unrecognized condition: {quoted(text)}")
    parts = rest.replace("==", "\0").split("=")
    if len(parts) > 2:
        raise error(
            "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or "
            "--for=jsonpath='{.status.readyReplicas}'"
        )
    path, *values = [part.replace("\0", "==") for part in parts]
    if not path:
        raise error("jsonpath expression cannot be empty")
    if values and not values[0].strip("'\""):
        raise error(
            "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"
        )
    return kind, path.strip("'{}"), values[0].strip("'\"") if values else ""


def _wait_for_creation(session: Session, deadline: float) -> None:
    """Let time pass until what the command line names is there."""
    creation = _Creation(session)
    if creation.met(session.cluster):
        return
    left = deadline - session.cluster.now
    if left <= 0 or not session.wait_until(creation.met, left):
        raise error("timed out waiting for the condition")


class _Creation:
    """What `--for=create` waits for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def met(self, cluster: Cluster) -> bool:
        """Whether there is something under the name, or something that the selectors choose."""
        try:
            return bool(named(self.session))
        except ApiError as refusal:
            if refusal.code == 404:
                return False
            raise


def _one(session: Session, target: Found, wanted: list[tuple[str, str, str]], deadline: float) -> str:
    """Wait for one object. What went wrong, empty when nothing did."""
    name = f"{target.kind.plural}/{target.name}"
    for one in wanted:
        waiting = _Waiting(target, *one)
        left = deadline - session.cluster.now
        if not waiting.met(session.cluster):
            if session.flags["timeout"] == 0:
                return f"error: condition not met for {name}"
            if left <= 0 or not session.wait_until(waiting.met, left):
                return f"error: timed out waiting for the condition on {name}"
        if waiting.refusal:
            return explain_refusal(waiting.refusal)
        if waiting.wrong:
            return f"error: {waiting.wrong}"
        session.done(target.kind, target.name, "condition met", target.obj)
    return ""


class _Waiting:
    """One object and one thing that is waited for."""

    def __init__(self, target: Found, kind: str, path: str, value: str) -> None:
        self.target, self.kind, self.path, self.value = target, kind, path, value
        self.uid = target.obj.metadata.uid
        self.refusal: ApiError | None = None
        self.wrong = ""

    def met(self, cluster: Cluster) -> bool:
        """Whether there is nothing more to wait for."""
        kind = self.target.kind
        try:
            obj = cluster.api.get(kind.resource, self.target.name, self.target.namespace or None)
        except ApiError as refusal:
            if refusal.code == 404:
                return self.kind == "delete"
            self.refusal = refusal
            return True
        if self.kind == "delete":
            return obj.metadata.uid != self.uid
        if self.kind == "create":
            return True
        plain = to_dict(obj)
        return self._value(plain) if self.kind == "jsonpath" else self._condition(plain)

    def _value(self, plain: dict[str, Any]) -> bool:
        found = jsonpath.find(self.path, plain)
        if len(found) > 1:
            self.wrong = "given jsonpath expression matches more than one value"
        elif found and self.value and isinstance(found[0], dict | list):
            self.wrong = "jsonpath leads to a nested object or list which is not supported"
        if self.wrong:
            return True
        return bool(found) and (not self.value or shown(found[0]).strip() == self.value.strip())

    def _condition(self, plain: dict[str, Any]) -> bool:
        status = plain.get("status") or {}
        for held in status.get("conditions") or ():
            if str(held.get("type", "")).lower() != self.path.lower():
                continue
            observed = held.get("observedGeneration", status.get("observedGeneration"))
            if observed is not None and observed < plain["metadata"].get("generation", 0):
                return False
            return str(held.get("status", "")).lower() == self.value.lower()
        return False

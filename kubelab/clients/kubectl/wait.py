"""`kubectl wait`: letting time pass until objects are as one wants them.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/wait`. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl import jsonpath
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session, explain_refusal

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

FLAGS = (
    *(f.FILENAME, f.SELECTOR, f.FIELD_SELECTOR, f.ALL_NAMESPACES, f.OUTPUT, f.switch("all"), f.text("for")),
    *(f.duration("timeout", 30.0), f.switch("local"), f.switch("recursive", "R")),
)


def wait(session: Session) -> None:
    """Wait for a condition, a value or the end of objects."""
    wanted = session.flags["for"]
    if not (wanted in ("delete", "create") or wanted.startswith(("condition=", "jsonpath="))):
        raise error(f'unrecognized condition: "{wanted}"')
    try:
        targets = named(session)
    except ApiError as refusal:
        if wanted != "delete" or refusal.code != 404:
            raise
        targets = []
    if not targets and wanted != "delete":
        raise error("no matching resources found")
    failures = []
    for target in targets:
        waiting = _Waiting(session, target, wanted)
        timeout = session.flags["timeout"]
        if not waiting.met(session.cluster) and timeout == 0:
            failures.append(f"error: condition not met for {target.kind.plural}/{target.name}")
        elif waiting.met(session.cluster) or session.wait_until(waiting.met, max(timeout, 0.0)):
            if waiting.refusal:
                failures.append(explain_refusal(waiting.refusal))
            else:
                session.done(target.kind, target.name, "condition met")
        else:
            failures.append(f"error: timed out waiting for the condition on {target.kind.plural}/{target.name}")
    if failures:
        raise CommandError("\n".join(failures))


class _Waiting:
    """One object and what is waited for."""

    def __init__(self, session: Session, target: Found, wanted: str) -> None:
        self.target, self.uid = target, target.obj.metadata.uid
        self.refusal: ApiError | None = None
        kind, _, rest = wanted.partition("=")
        self.kind = kind
        if kind == "jsonpath":
            path, _, self.value = rest.partition("}=") if "}=" in rest else (rest, "", "")
            self.path = path.strip("'{}")
            self.value = self.value.strip("'\"")
        else:
            self.path, _, status = rest.partition("=")
            self.value = status or "true"

    def met(self, cluster: Cluster) -> bool:
        """Whether there is nothing more to wait for."""
        kind = self.target.kind
        try:
            obj = cluster.api.get(kind.plural, self.target.name, self.target.namespace or None)
        except ApiError as refusal:
            if self.kind != "delete":
                self.refusal = refusal
            return True
        if self.kind == "delete":
            return obj.metadata.uid != self.uid
        if self.kind == "create":
            return True
        if self.kind == "jsonpath":
            found = jsonpath.find(self.path, to_dict(obj))
            return bool(found) and (not self.value or any(jsonpath.text(value) == self.value for value in found))
        return self._condition(obj)

    def _condition(self, obj: Any) -> bool:
        status = getattr(obj, "status", None)
        observed = getattr(status, "observedGeneration", None)
        if observed is not None and observed < (obj.metadata.generation or 0):
            return False
        for held in getattr(status, "conditions", None) or ():
            if held.type.lower() == self.path.lower():
                return held.status.lower() == self.value.lower()
        return False

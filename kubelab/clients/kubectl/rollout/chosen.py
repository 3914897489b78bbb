"""Which workloads a `kubectl rollout` command means."""

from __future__ import annotations

from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.resources import Found, named
from kubelab.clients.kubectl.session import Session

FLAGS = (
    *(*f.FILES, f.SELECTOR, f.OUTPUT, f.DRY_RUN, f.number("revision", 0), f.number("to-revision", 0)),
    *(f.switch("watch", "w", default=True), f.duration("timeout")),
)
KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_MISSING = {"status": "status viewer", "history": "history viewer", "undo": "rollbacker"}
_DOING = {"pause": "pausing", "resume": "resuming", "restart": "restarting"}


def chosen(session: Session, kinds: tuple[str, ...] = KINDS) -> list[Found]:
    """The workloads that a command names; other kinds than these cannot be rolled out."""
    if not session.words and not session.flags["filename"] and not session.flags["kustomize"]:
        raise error("required resource not specified")
    verb = session.path.rpartition(" ")[2]
    found = named(session, empty_is_all=True)
    for item in found:
        if item.kind.name in kinds:
            continue
        group = f"{item.kind.name}.{item.kind.group}" if item.kind.group else item.kind.name
        if verb == "status":
            raise error(f"no status viewer has been implemented for {item.kind.name}")
        if verb in _MISSING:
            raise error(f'no {_MISSING[verb]} has been implemented for "{group}"')
        raise error(f'{item.kind.qualified} "{item.name}" {_DOING[verb]} is not supported')
    if not found:
        session.tell(f"No resources found in {session.namespace} namespace.")
    return found

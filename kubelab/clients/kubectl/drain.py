"""`kubectl cordon`, `uncordon` and `drain`: taking a node out of service in good order.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/drain` and `…/pkg/drain`. Drain asks for evictions, which disruption budgets can refuse.
    https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import controller_of
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.evictions import Eviction, name_of
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found, find, wanted
from kubelab.clients.kubectl.session import Session
from kubelab.language import say

CORDON_FLAGS = (f.SELECTOR, f.DRY_RUN)
FLAGS = (
    *(f.SELECTOR, f.DRY_RUN, f.switch("force"), f.switch("ignore-daemonsets"), f.switch("delete-emptydir-data")),
    *(f.switch("delete-local-data"), f.number("grace-period", -1), f.duration("timeout"), f.text("pod-selector")),
    *(f.switch("disable-eviction"), f.number("skip-wait-for-delete-timeout", 0)),
)
PATIENCE = 900.0
_MIRROR = "kubernetes.io/config.mirror"
# For each reason not to delete a pod at once: what is said when it is not allowed, and when it is.
_DAEMON = ("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", "ignoring DaemonSet-managed Pods")
_LOCAL = "Pods with local storage (use --delete-emptydir-data to override)"
_BARE = ("Pods that declare no controller (use --force to override)", "deleting Pods that declare no controller")


def cordon(session: Session) -> None:
    """Let no new pods be placed on a node."""
    _set_unschedulable(session, _nodes(session), True)


def uncordon(session: Session) -> None:
    """Let pods be placed on a node again."""
    _set_unschedulable(session, _nodes(session), False)


def _nodes(session: Session) -> list[Found]:
    if not session.words and not session.flags["selector"]:
        verb = session.path.rpartition(" ")[2]
        raise session.usage(f"USAGE: {verb} NODE [flags]")
    if session.words and session.flags["selector"]:
        raise session.usage("error: cannot specify both a node name and a --selector option")
    asked = wanted(session, session.words, default_kind="nodes") if session.words else wanted(session, ["nodes"])
    found, refusals = find(session, asked)
    if refusals:
        raise refusals[0]
    return found


def _set_unschedulable(session: Session, nodes: list[Found], desired: bool) -> None:
    word = "cordoned" if desired else "uncordoned"
    for node in nodes:
        if bool(node.obj.spec and node.obj.spec.unschedulable) == desired:
            session.done(node.kind, node.name, f"already {word}")
            continue
        if session.flags.dry_run != "client":
            patch = {"spec": {"unschedulable": True if desired else None}}
            dry_run = session.flags.dry_run == "server"
            session.client.patch("nodes", node.name, patch, None, dry_run=dry_run, field_manager=session.manager)
        session.done(node.kind, node.name, word)


def drain(session: Session) -> None:
    """Cordon nodes and evict their pods, then wait until these are gone."""
    nodes = _nodes(session)
    _set_unschedulable(session, nodes, True)
    failed: dict[str, list[str]] = {}
    for node in nodes:
        failures = _drain_one(session, node)
        if not failures:
            session.done(node.kind, node.name, "drained")
            continue
        session.tell(f'error: unable to drain node "{node.name}" due to error: {_all(failures)}, continuing command...')
        failed[node.name] = failures
    if failed:
        session.say("There are pending nodes to be drained:")
        for name in failed:
            session.say(f" {name}")
        raise CommandError("\n".join(failure for failures in failed.values() for failure in failures))


def _all(failures: list[str]) -> str:
    return failures[0] if len(failures) == 1 else f"[{', '.join(failures)}]"


def _drain_one(session: Session, node: Found) -> list[str]:
    """Evict the pods of a node. Answers what went wrong."""
    pods, warnings, refusals = _sort_out(session, node.name)
    if refusals:
        return [f"cannot delete {message}: {', '.join(names)}" for message, names in refusals.items()]
    if warnings:
        session.warn("; ".join(f"{message}: {', '.join(names)}" for message, names in warnings.items()))
    if session.flags.dry_run != "none":
        for pod in pods:
            suffix = "dry run" if session.flags.dry_run == "client" else "server dry run"
            session.say(f"evicting pod {name_of(pod)} ({suffix})")
        return []
    failures = _evict(session, pods)
    left = _sort_out(session, node.name)[0] if failures else []
    if left:
        session.say(f'There are pending pods in node "{node.name}" when an error occurred: {_all(failures)}')
        for pod in left:
            session.say(f"pod/{pod.metadata.name}")
    return failures


def _evict(session: Session, pods: list[Any]) -> list[str]:
    """Evict pods and wait until they are gone. Answers what went wrong.

    The real one asks for ever where no `--timeout` is given. Here it ends when a budget says no to what is left and
    nothing is under way that could change that, or after a quarter of an hour.
    """
    eviction = Eviction(session, pods)
    timeout, began = session.flags["timeout"], session.cluster.now
    deadline = began + (timeout or PATIENCE)
    while not eviction.done(session.cluster):
        failure = eviction.ask()
        if failure:
            return [failure]
        left = deadline - session.cluster.now
        if not timeout and (left <= 0 or eviction.hopeless):
            eviction.untold()
            raise _for_ever(session.cluster.now - began)
        if left <= 0:
            eviction.untold()
            return eviction.late(timeout)
        session.wait_until(eviction.done, min(left, eviction.next_due - session.cluster.now))
    eviction.untold()
    return []


def _for_ever(seconds: float) -> CommandError:
    return error(
        say(
            es=f"en {seconds:.0f} s ningún intento ha servido: un PodDisruptionBudget no deja desalojar lo que queda. "
            "El drain de verdad seguiría preguntando cada 5 s hasta Ctrl-C",
            en=f"no try of {seconds:.0f} s was of use: a PodDisruptionBudget does not let go what is left. "
            "The real drain would go on asking every 5 s until Ctrl-C",
        )
    )


def _sort_out(session: Session, node: str) -> tuple[list[Any], dict[str, list[str]], dict[str, list[str]]]:
    """The pods to evict, and what to warn of or fail for, each with the pods concerned."""
    selector = f"spec.nodeName={node}"
    held = session.client.list("pods", None, selector=session.flags["pod-selector"], field_selector=selector)
    pods: list[Any] = []
    warnings: dict[str, list[str]] = {}
    refusals: dict[str, list[str]] = {}
    for pod in held:
        goes, warning, refusal = _judged(session, pod)
        for text, table in ((warning, warnings), (refusal, refusals)):
            if text:
                table.setdefault(text, []).append(name_of(pod))
        if goes:
            pods.append(pod)
    return pods, warnings, refusals


def _judged(session: Session, pod: Any) -> tuple[bool, str, str]:
    """Whether a pod is to go, what to warn of, and why it cannot go.

    As in the real one the last question decides on the warning: of local storage nobody ever hears.
    """
    flags = session.flags
    if _long_deleted(session, pod):
        return False, "", ""
    owner, finished = controller_of(pod), pod.status.phase in ("Succeeded", "Failed")
    if owner and owner.kind == "DaemonSet" and not finished:
        return (False, _DAEMON[1], "") if flags["ignore-daemonsets"] else (False, "", _DAEMON[0])
    if _MIRROR in (pod.metadata.annotations or {}):
        return False, "", ""
    local = any(volume.emptyDir is not None for volume in pod.spec.volumes or ())
    if local and not finished and not flags["delete-emptydir-data"] and not flags["delete-local-data"]:
        return False, "", _LOCAL
    if owner is None and not finished:
        return (True, _BARE[1], "") if flags["force"] else (False, "", _BARE[0])
    return True, "", ""


def _long_deleted(session: Session, pod: Any) -> bool:
    seconds, since = session.flags["skip-wait-for-delete-timeout"], pod.metadata.deletionTimestamp
    return bool(seconds > 0 and since and (session.now - since).total_seconds() > seconds)

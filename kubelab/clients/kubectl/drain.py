"""`kubectl cordon`, `uncordon` and `drain`: taking a node out of service in good order.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/drain` and `…/pkg/drain`. Drain asks for evictions, which disruption budgets can refuse.
    https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.flags import CommandError
from kubelab.clients.kubectl.resources import Found, find, wanted
from kubelab.clients.kubectl.session import PATIENCE, Session

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

CORDON_FLAGS = (f.SELECTOR, f.DRY_RUN)
FLAGS = (
    *(f.SELECTOR, f.DRY_RUN, f.switch("force"), f.switch("ignore-daemonsets"), f.switch("delete-emptydir-data")),
    *(f.switch("delete-local-data"), f.number("grace-period", -1), f.duration("timeout"), f.text("pod-selector")),
    *(f.switch("disable-eviction"), f.number("skip-wait-for-delete-timeout", 0)),
)
RETRY = 5.0
_MIRROR = "kubernetes.io/config.mirror"
# For each reason not to delete a pod at once: what is said when it is not allowed, and when it is.
_DAEMON = ("DaemonSet-managed Pods (use --ignore-daemonsets to ignore)", "ignoring DaemonSet-managed Pods")
_LOCAL = ("Pods with local storage (use --delete-emptydir-data to override)", "deleting Pods with local storage")
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
    asked = wanted(session.words, default_kind="nodes") if session.words else wanted(["nodes"])
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
            session.client.patch("nodes", node.name, patch, None, dry_run=session.flags.dry_run == "server")
        session.done(node.kind, node.name, word)


def drain(session: Session) -> None:
    """Cordon nodes and evict their pods, then wait until these are gone."""
    nodes = _nodes(session)
    _set_unschedulable(session, nodes, True)
    failures = []
    for node in nodes:
        failure = _drain_one(session, node)
        if failure is None:
            session.done(node.kind, node.name, "drained")
            continue
        session.say(f'error: unable to drain node "{node.name}" due to error: {failure}, continuing command...')
        failures.append((node.name, failure))
    if failures:
        session.say("There are pending nodes to be drained:")
        for name, _ in failures:
            session.say(f" {name}")
        raise CommandError("\n".join(failure for _, failure in failures))


def _drain_one(session: Session, node: Found) -> str | None:
    """Evict the pods of a node. Answers what went wrong, or None."""
    pods, warnings, failures = _sort_out(session, node.name)
    if failures:
        listed = [f"cannot delete {message}: {', '.join(names)}" for message, names in failures.items()]
        return listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
    if warnings:
        session.warn("; ".join(f"{message}: {', '.join(names)}" for message, names in warnings.items()))
    if session.flags.dry_run != "none":
        for pod in pods:
            suffix = "dry run" if session.flags.dry_run == "client" else "server dry run"
            session.say(f"evicting pod {_name(pod)} ({suffix})")
        return None
    eviction = _Eviction(session, pods)
    timeout = session.flags["timeout"]
    deadline = session.cluster.now + (timeout or PATIENCE)
    while not eviction.done(session.cluster):
        failure = eviction.ask()
        if failure:
            return failure
        left = deadline - session.cluster.now
        if left <= 0:
            return f"error when waiting for pod terminating: global timeout reached: {timeout:g}s"
        session.wait_until(eviction.done, min(left, RETRY) if eviction.refused else left)
    return None


def _sort_out(session: Session, node: str) -> tuple[list[Any], dict[str, list[str]], dict[str, list[str]]]:
    """The pods to evict, and what to warn of or fail for, each with the pods concerned."""
    flags = session.flags
    selector = f"spec.nodeName={node}"
    held = session.client.list("pods", None, selector=flags["pod-selector"], field_selector=selector)
    pods: list[Any] = []
    warnings: dict[str, list[str]] = {}
    failures: dict[str, list[str]] = {}
    for pod in held:
        if _MIRROR in (pod.metadata.annotations or {}):
            continue
        owner = controller_of(pod)
        finished = pod.status.phase in ("Succeeded", "Failed")
        if owner and owner.kind == "DaemonSet" and not finished:
            table, words = (warnings, _DAEMON[1]) if flags["ignore-daemonsets"] else (failures, _DAEMON[0])
            table.setdefault(words, []).append(_name(pod))
            continue
        if any(volume.emptyDir is not None for volume in pod.spec.volumes or ()) and not finished:
            allowed = flags["delete-emptydir-data"] or flags["delete-local-data"]
            table, words = (warnings, _LOCAL[1]) if allowed else (failures, _LOCAL[0])
            table.setdefault(words, []).append(_name(pod))
        if owner is None and not finished:
            table, words = (warnings, _BARE[1]) if flags["force"] else (failures, _BARE[0])
            table.setdefault(words, []).append(_name(pod))
        pods.append(pod)
    return pods, warnings, failures


class _Eviction:
    """The pods of a node on their way: those still to be asked for, and those still to be waited for."""

    def __init__(self, session: Session, pods: list[Any]) -> None:
        self.session, self.waited, self.refused = session, list(pods), list(pods)
        self._told: list[str] = []

    def ask(self) -> str | None:
        """Ask for the eviction of each pod that a disruption budget has not let go yet."""
        grace = self.session.flags["grace-period"]
        again = []
        for pod in self.refused:
            self.session.say(f"evicting pod {_name(pod)}")
            try:
                seconds = None if grace < 0 else grace
                self.session.client.evict(pod.metadata.name, pod.metadata.namespace, grace_period_seconds=seconds)
            except ApiError as refusal:
                where = f'error when evicting pods/"{pod.metadata.name}" -n "{pod.metadata.namespace}"'
                if refusal.code == 429:
                    self.session.say(f"{where} (will retry after 5s): {refusal.message}")
                    again.append(pod)
                elif refusal.code != 404:
                    return f"{where}: {refusal.message}"
        self.refused = again
        return None

    def done(self, cluster: Cluster) -> bool:
        """Whether all of the pods are gone; each is told of once."""
        for pod in list(self.waited):
            if _is_gone(cluster, pod):
                self.waited.remove(pod)
                self.session.say(f"pod/{pod.metadata.name} evicted")
        return not self.waited


def _is_gone(cluster: Cluster, pod: Any) -> bool:
    try:
        live = cluster.api.get("pods", pod.metadata.name, pod.metadata.namespace)
    except ApiError as refusal:
        if refusal.code == 404:
            return True
        raise CommandError(f"error: {refusal.message}") from None
    return live.metadata.uid != pod.metadata.uid


def _name(pod: Any) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"

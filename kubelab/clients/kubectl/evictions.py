"""The evictions of a drain: what is asked for when, and what is waited for.

In Kubernetes
    `evictPods` in `k8s.io/kubectl/pkg/drain`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.clients.kubectl.flags import CommandError, go_duration
from kubelab.clients.kubectl.session import Session
from kubelab.control_plane.api_server.eviction import RETRY as MEETING_RETRY
from kubelab.language import say

if TYPE_CHECKING:
    from kubelab.cluster import Cluster

RETRY = 5.0
SHOWN = 4  # tries of a pod that are told one by one; kubectl tells all
AT_REST = 60.0  # seconds for which nothing else has to be under way before it is clear that nothing will change


class Eviction:
    """The pods of a node on their way: those still to be asked for, each when, and those still to be waited for.

    kubectl asks for all of them at once. So two that want the same budget meet, and one of them has to come again.
    """

    def __init__(self, session: Session, pods: list[Any]) -> None:
        self.session, self.waited = session, list(pods)
        self.asked_at = [(session.cluster.now, pod) for pod in pods]
        self.deletes = session.flags["disable-eviction"]
        self._met: list[str] = []
        self._refusals: dict[str, int] = {}  # by uid: how often a budget has said no
        self._stirred = session.cluster.now  # when something else was last under way

    @property
    def next_due(self) -> float:
        """When the next eviction is to be asked for."""
        return min((due for due, _ in self.asked_at), default=float("inf"))

    def ask(self) -> str | None:
        """Ask for the evictions that are due, all at once."""
        session, now = self.session, self.session.cluster.now
        due = [pod for when, pod in self.asked_at if when <= now]
        self.asked_at = [(when, pod) for when, pod in self.asked_at if when > now]
        revision = session.client.list_and_revision("poddisruptionbudgets")[1] if due else 0
        for pod in due:
            if pod.metadata.uid not in self._met and not self.deletes and self._tells_of(pod):
                session.say(f"evicting pod {name_of(pod)}")
            try:
                self._ask_for(pod, revision)
            except ApiError as refusal:
                failure = self._refused(pod, refusal)
                if failure:
                    return failure
        return None

    def _refused(self, pod: Any, refusal: ApiError) -> str | None:
        """A budget that says no is asked again; what else can be wrong is the end."""
        where = f'error when evicting pods/"{pod.metadata.name}" -n "{pod.metadata.namespace}"'
        now = self.session.cluster.now
        if refusal.code == 409 and refusal.kind == "poddisruptionbudgets":
            self._met.append(pod.metadata.uid)
            self.asked_at.append((now + MEETING_RETRY, pod))
        elif refusal.code == 429:
            if self._tells_of(pod):
                self.session.tell(f"{where} (will retry after 5s): {refusal.message}")
            self._refusals[pod.metadata.uid] = self._refusals.get(pod.metadata.uid, 0) + 1
            self._met = [uid for uid in self._met if uid != pod.metadata.uid]
            self.asked_at.append((now + RETRY, pod))
        elif refusal.code != 404:
            return f"{where}: {refusal.message}"
        return None

    @property
    def hopeless(self) -> bool:
        """Whether budgets have said no for a while, with nothing else under way that could change their mind."""
        cluster = self.session.cluster
        if cluster.clock.busy or not self._refusals or len(self.asked_at) < len(self.waited):
            self._stirred = cluster.now
        return cluster.now - self._stirred >= AT_REST

    def _tells_of(self, pod: Any) -> bool:
        return self._refusals.get(pod.metadata.uid, 0) < SHOWN

    def untold(self) -> None:
        """Say how many tries were not told."""
        left = sum(max(many - SHOWN, 0) for many in self._refusals.values())
        if left:
            text = say(es=f"({left} intentos más, con la misma respuesta)", en=f"({left} more tries, the same answer)")
            self.session.tell(text)

    def _ask_for(self, pod: Any, revision: int) -> None:
        name, namespace, client = pod.metadata.name, pod.metadata.namespace, self.session.client
        grace = self.session.flags["grace-period"]
        seconds = None if grace < 0 else grace
        if self.deletes:
            client.delete("pods", name, namespace, grace_period_seconds=seconds)
        else:
            client.evict(name, namespace, grace_period_seconds=seconds, revision=revision)

    def late(self, timeout: float) -> list[str]:
        """What is said when the time is over."""
        late = []
        for pod in self.waited:
            if any(pod is asked for _, asked in self.asked_at):
                where = f'pods/"{pod.metadata.name}" -n "{pod.metadata.namespace}"'
                late.append(f"error when evicting {where}: global timeout reached: {go_duration(timeout)}")
            else:
                where = f'pod "{pod.metadata.name}" in namespace "{pod.metadata.namespace}"'
                late.append(f"error when waiting for {where} to terminate: context deadline exceeded")
        return late

    def done(self, cluster: Cluster) -> bool:
        """Whether all of the pods are gone; each is told of once."""
        for pod in list(self.waited):
            if _is_gone(cluster, pod):
                self.waited.remove(pod)
                self.session.say(f"pod/{pod.metadata.name} {'deleted' if self.deletes else 'evicted'}")
        return not self.waited


def _is_gone(cluster: Cluster, pod: Any) -> bool:
    try:
        live = cluster.api.get("pods", pod.metadata.name, pod.metadata.namespace)
    except ApiError as refusal:
        if refusal.code == 404:
            return True
        raise CommandError(f"error: {refusal.message}") from None
    return live.metadata.uid != pod.metadata.uid


def name_of(pod: Any) -> str:
    """A pod as drain names it."""
    return f"{pod.metadata.namespace}/{pod.metadata.name}"

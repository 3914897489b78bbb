"""`kubectl rollout status`: how far a rollout is, until it is done.

In Kubernetes
    `rollout_status.go` in `k8s.io/kubectl/pkg/polymorphichelpers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition
from kubelab.clients.kubectl.flags import CommandError, error
from kubelab.clients.kubectl.resources import Found
from kubelab.clients.kubectl.rollout.chosen import chosen
from kubelab.clients.kubectl.rollout.revisions import revision_of
from kubelab.clients.kubectl.session import Session

if TYPE_CHECKING:
    from kubelab.cluster import Cluster
    from kubelab.control_plane.api_server.watch import WatchEvent


def status(session: Session) -> None:
    """Tell how a rollout goes until it is done, failed, or no longer waited for."""
    if session.flags["revision"] < 0:
        raise error(f"revision must be a positive integer: {session.flags['revision']}")
    for found in chosen(session):
        following = _Following(session, found)
        following.look(found.obj)
        if not following.done and session.flags["watch"]:
            following.go()


class _Following:
    """One rollout that is followed: every change of the object is told of."""

    def __init__(self, session: Session, found: Found) -> None:
        self.session, self.found = session, found
        self.done, self.failure = False, ""

    def look(self, obj: Any) -> None:
        """Tell how far it is."""
        said, self.done = _STATUS[self.found.kind.name](obj, self.session.flags["revision"])
        self.session.say(said)

    def go(self) -> None:
        """Let time pass until there is nothing more to wait for."""
        session, found = self.session, self.found
        fields = f"metadata.name={found.name}"
        watch = session.client.watch(
            found.kind.resource, self._changed, found.namespace, field_selector=fields, at_once=True
        )
        try:
            ended = session.wait_until(self._ended, session.flags["timeout"])
        finally:
            watch.close()
        if self.failure:
            raise error(self.failure)
        if not ended:
            raise error("timed out waiting for the condition")

    def _changed(self, event: WatchEvent) -> None:
        if self.done or self.failure:
            return
        if event.type == "DELETED":
            self.failure = "object has been deleted"
            return
        try:
            self.look(event.object)
        except CommandError as refusal:
            self.failure = refusal.text.removeprefix("error: ")
        except ApiError as refusal:
            self.failure = refusal.message

    def _ended(self, cluster: Cluster) -> bool:
        return self.done or bool(self.failure)


def _count(status: Any, name: str) -> int:
    return (getattr(status, name) if status else None) or 0


def _deployment(deployment: Any, revision: int) -> tuple[str, bool]:
    name, spec, state = deployment.metadata.name, deployment.spec, deployment.status
    running = revision_of(deployment)
    if revision > 0 and revision != running:
        raise error(f"desired revision ({revision}) is different from the running revision ({running})")
    if (deployment.metadata.generation or 0) > _count(state, "observedGeneration"):
        return "Waiting for deployment spec update to be observed...", False
    progressing = condition(deployment, "Progressing")
    if progressing and progressing.reason == "ProgressDeadlineExceeded":
        raise error(f'deployment "{name}" exceeded its progress deadline')
    wanted, updated = spec.replicas or 0, _count(state, "updatedReplicas")
    total, available = _count(state, "replicas"), _count(state, "availableReplicas")
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new replicas have been updated...", False
    if total > updated:
        return f"{waiting}{total - updated} old replicas are pending termination...", False
    if available < updated:
        return f"{waiting}{available} of {updated} updated replicas are available...", False
    return f'deployment "{name}" successfully rolled out', True


def _daemon_set(daemon_set: Any, revision: int) -> tuple[str, bool]:
    name, state = daemon_set.metadata.name, daemon_set.status
    _only_rolling(daemon_set)
    if (daemon_set.metadata.generation or 0) > _count(state, "observedGeneration"):
        return "Waiting for daemon set spec update to be observed...", False
    wanted = _count(state, "desiredNumberScheduled")
    updated, available = _count(state, "updatedNumberScheduled"), _count(state, "numberAvailable")
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if updated < wanted:
        return f"{waiting}{updated} out of {wanted} new pods have been updated...", False
    if available < wanted:
        return f"{waiting}{available} of {wanted} updated pods are available...", False
    return f'daemon set "{name}" successfully rolled out', True


def _stateful_set(stateful_set: Any, revision: int) -> tuple[str, bool]:
    spec, state = stateful_set.spec, stateful_set.status
    _only_rolling(stateful_set)
    observed = _count(state, "observedGeneration")
    if not observed or (stateful_set.metadata.generation or 0) > observed:
        return "Waiting for statefulset spec update to be observed...", False
    wanted, ready, updated = spec.replicas or 0, _count(state, "readyReplicas"), _count(state, "updatedReplicas")
    if ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...", False
    rolling = spec.updateStrategy.rollingUpdate
    if rolling is not None:
        if rolling.partition is not None and updated < wanted - rolling.partition:
            head = "Waiting for partitioned roll out to finish:"
            return f"{head} {updated} out of {wanted - rolling.partition} new pods have been updated...", False
        return f"partitioned roll out complete: {updated} new pods have been updated...", True
    if state.updateRevision != state.currentRevision:
        head = "waiting for statefulset rolling update to complete"
        return f"{head} {updated} pods at revision {state.updateRevision}...", False
    current = _count(state, "currentReplicas")
    return f"statefulset rolling update complete {current} pods at revision {state.currentRevision}...", True


def _only_rolling(obj: Any) -> None:
    if obj.spec.updateStrategy is None or obj.spec.updateStrategy.type != "RollingUpdate":
        raise error("rollout status is only available for RollingUpdate strategy type")


_STATUS = {"Deployment": _deployment, "DaemonSet": _daemon_set, "StatefulSet": _stateful_set}

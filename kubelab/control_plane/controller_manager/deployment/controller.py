"""The controller itself: which Deployment to look at, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lightkube.models import apps_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of, key_of, path_of, replace, with_meta
from kubelab.api.selectors import from_object
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.deployment import progress, recreate, rolling, scaling
from kubelab.control_plane.controller_manager.deployment.conditions import find, has_deadline, with_condition
from kubelab.control_plane.controller_manager.deployment.revisions import (
    REVISION,
    annotations_for,
    made_for,
    newest,
    number_of,
    size_annotations,
)
from kubelab.control_plane.controller_manager.deployment.sizes import is_rolling, new_replicas
from kubelab.control_plane.controller_manager.owners import OwnerIndex


@dataclass
class Rollout:
    """One look at a Deployment: itself, its newest ReplicaSet (None: not made yet), and the older ones.

    It stays as it was seen while the ReplicaSets are scaled: what became of them is for the next look.
    """

    deployment: apps_v1.Deployment
    new: apps_v1.ReplicaSet | None
    old: list[apps_v1.ReplicaSet]

    @property
    def all(self) -> list[apps_v1.ReplicaSet]:
        """All its ReplicaSets, the newest last."""
        return [*self.old, self.new] if self.new is not None else list(self.old)


class DeploymentController(Controller):
    """Makes a ReplicaSet for each version of a Deployment's template, and moves the pods from the old ones to the new.

    In Kubernetes
        pkg/controller/deployment; https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
    """

    name = "deployment-controller"
    watches = ("deployments", "replicasets", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.sets = OwnerIndex()

    def forget(self) -> None:
        """Lose the index."""
        self.sets.clear()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A Deployment is looked at when it, or a ReplicaSet of it, changes; Recreate also waits for pods to go."""
        if kind == "deployments":
            self.queue.add(key_of(new if new is not None else old))
        elif kind == "replicasets":
            self.sets.change(old, new)
            self._on_replica_set(old, new)
        elif new is None:
            self._on_pod_gone(old)

    def _on_replica_set(self, old: Any, new: Any) -> None:
        held = new if new is not None else old
        owners = [owner for rs in (old, new) if rs is not None and (owner := controller_of(rs)) is not None]
        for name in dict.fromkeys(owner.name for owner in owners if owner.kind == "Deployment"):
            self.queue.add(f"{held.metadata.namespace}/{name}")
        if new is not None and controller_of(new) is None:
            for deployment in self.informer("deployments"):
                if deployment.metadata.namespace == new.metadata.namespace and from_object(
                    deployment.spec.selector
                ).matches(new.metadata.labels):
                    self.queue.add(key_of(deployment))

    def _on_pod_gone(self, pod: Any) -> None:
        owner = controller_of(pod)
        rs = None if owner is None else self.informer("replicasets").get(f"{pod.metadata.namespace}/{owner.name}")
        above = None if rs is None else controller_of(rs)
        if above is not None:
            deployment = self.informer("deployments").get(f"{pod.metadata.namespace}/{above.name}")
            if deployment is not None and not is_rolling(deployment):
                self.queue.add(key_of(deployment))

    def reconcile(self, key: str) -> None:
        """Take the Deployment one step nearer to its template and size."""
        deployment = self.informer("deployments").get(key)
        if deployment is None:
            return
        selector = from_object(deployment.spec.selector)
        sets = claim(self, deployment, selector, self.sets)
        rollout = Rollout(deployment, None, sets)
        self._find_newest(rollout)
        ending = deployment.metadata.deletionTimestamp is not None
        if not ending:
            self._note_pause(rollout)
        self._number_newest(rollout)
        if ending:
            progress.report_status(self, rollout)
        elif deployment.spec.paused or scaling.is_scaling(rollout):
            scaling.scale(self, rollout)
            if deployment.spec.paused:
                rolling.clean_up(self, rollout)
            progress.report_status(self, rollout)
        elif is_rolling(deployment):
            rolling.roll(self, rollout)
        else:
            recreate.recreate(self, rollout)

    # -- steps that the strategies share

    def _find_newest(self, rollout: Rollout) -> None:
        rollout.new = newest(rollout.deployment, rollout.old)
        rollout.old = [rs for rs in rollout.old if rs is not rollout.new]

    def ensure_newest(self, rollout: Rollout) -> None:
        """Make the ReplicaSet of the Deployment's template if there is none, and give it the next revision."""
        if rollout.new is not None:
            return
        deployment = rollout.deployment
        revision = max((number_of(rs) for rs in rollout.old), default=0) + 1
        replicas = new_replicas(deployment, rollout.old, 0)
        wanted = made_for(deployment, replicas, revision)
        name = wanted.metadata.name
        self.note(path_of(deployment), {"template": "new", "replica set": name, "revision": revision})
        try:
            rollout.new = self.client.create(wanted)
        except ApiError as refused:
            if refused.code == 409:
                self._taken(rollout, wanted, refused)
                self._note(rollout, "", "", "", revision)
                return
            if not refused.namespace_is_terminating:
                text = f'Failed to create new replica set "{name}": {refused.message}'
                self.recorder.event(deployment, "Warning", "ReplicaSetCreateError", text)
                self._note(rollout, "False", "ReplicaSetCreateError", text)
            raise
        if replicas:
            self.recorder.event(
                deployment, "Normal", "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to {replicas}"
            )
        self._note(rollout, "True", "NewReplicaSetCreated", f'Created new replica set "{name}"', revision)

    def _taken(self, rollout: Rollout, wanted: apps_v1.ReplicaSet, refused: ApiError) -> None:
        """The name is taken: by our own ReplicaSet that the cache does not show yet, or by another of the same hash."""
        held = self.client.get("replicasets", wanted.metadata.name, wanted.metadata.namespace)
        owner = controller_of(held)
        ours = owner is not None and owner.uid == rollout.deployment.metadata.uid
        if ours and newest(rollout.deployment, [held]) is not None:
            rollout.new = held
            return
        deployment = rollout.deployment
        count = (deployment.status.collisionCount or 0) + 1
        self.client.update_status(replace(deployment, status=replace(deployment.status, collisionCount=count)))
        raise refused

    def _number_newest(self, rollout: Rollout) -> None:
        deployment, rs = rollout.deployment, rollout.new
        if rs is None:
            return
        revision = max((number_of(held) for held in rollout.old), default=0) + 1
        annotations = annotations_for(deployment, rs, revision)
        seconds = deployment.spec.minReadySeconds
        if annotations != (rs.metadata.annotations or {}) or rs.spec.minReadySeconds != seconds:
            changed = replace(with_meta(rs, annotations=annotations), spec=replace(rs.spec, minReadySeconds=seconds))
            rs = rollout.new = self.client.update(changed)
        progressing = find(tuple(deployment.status.conditions or ()), "Progressing")
        if progressing is None:
            text = f'Found new replica set "{rs.metadata.name}"'
            self._note(rollout, "True", "FoundNewReplicaSet", text, number_of(rs))
        else:
            self._note(rollout, "", "", "", number_of(rs))

    def _note_pause(self, rollout: Rollout) -> None:
        deployment = rollout.deployment
        held = find(tuple(deployment.status.conditions or ()), "Progressing")
        reason = held.reason if held is not None else ""
        if reason == "ProgressDeadlineExceeded":
            return
        if deployment.spec.paused and reason != "DeploymentPaused":
            self._note(rollout, "Unknown", "DeploymentPaused", "Deployment is paused")
        elif not deployment.spec.paused and reason == "DeploymentPaused":
            self._note(rollout, "Unknown", "DeploymentResumed", "Deployment is resumed")
        # Kubernetes goes on with what it had read: its next write of the Deployment conflicts, and the key comes again.
        rollout.deployment = with_meta(rollout.deployment, resourceVersion=deployment.metadata.resourceVersion)

    def _note(self, rollout: Rollout, status: str, reason: str, message: str, revision: int | None = None) -> None:
        """Write the Progressing condition (none where `status` is empty) and the revision, if they say anything new."""
        deployment = rollout.deployment
        conditions = tuple(deployment.status.conditions or ())
        if status and has_deadline(deployment):
            conditions = with_condition(conditions, "Progressing", status, reason, message, self.clock.date)
        annotations = deployment.metadata.annotations or {}
        if revision is not None:
            annotations = {**annotations, REVISION: str(revision)}
        noted = replace(
            with_meta(deployment, annotations=annotations or None),
            status=replace(deployment.status, conditions=list(conditions) or None),
        )
        if noted != deployment:
            rollout.deployment = self.client.update_status(noted)

    def resize(self, deployment: apps_v1.Deployment, rs: apps_v1.ReplicaSet, replicas: int) -> apps_v1.ReplicaSet:
        """Let a ReplicaSet want another number of pods; one that wants that number stays the very same."""
        return rs if rs.spec.replicas == replicas else self.scale_set(deployment, rs, replicas)

    def scale_set(self, deployment: apps_v1.Deployment, rs: apps_v1.ReplicaSet, replicas: int) -> apps_v1.ReplicaSet:
        """Let a ReplicaSet want a number of pods, and remember the Deployment's size. Answers it as it is now."""
        wanted = size_annotations(deployment)
        held, before = rs.metadata.annotations or {}, rs.spec.replicas
        if before == replicas and all(held.get(key) == text for key, text in wanted.items()):
            return rs
        changed = with_meta(rs, annotations={**held, **wanted})
        if before == replicas:
            return self.client.update(changed)
        self.note(path_of(deployment), {"replica set": rs.metadata.name, "from": before, "to": replicas})
        rs = self.client.update(replace(changed, spec=replace(rs.spec, replicas=replicas)))
        way = "up" if replicas > before else "down"
        text = f"Scaled {way} replica set {rs.metadata.name} from {before} to {replicas}"
        self.recorder.event(deployment, "Normal", "ScalingReplicaSet", text)
        return rs

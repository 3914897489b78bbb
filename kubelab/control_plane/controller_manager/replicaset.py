"""The ReplicaSet controller: as many pods as are wanted, no more and no fewer."""

from __future__ import annotations

from typing import Any

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import (
    condition,
    controller_of,
    is_active,
    is_available,
    is_ready,
    key_of,
    path_of,
    replace,
)
from kubelab.api.selectors import LabelSelector, from_object
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.claims import claim
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.expectations import Expectations
from kubelab.control_plane.controller_manager.owners import OwnerIndex
from kubelab.control_plane.controller_manager.pod_control import BURST, create_pods, delete_pod, pod_from
from kubelab.control_plane.controller_manager.pods_to_delete import pods_to_delete


class ReplicaSetController(Controller):
    """Counts the pods of each ReplicaSet, makes those that are missing, deletes those that are too many.

    `kind`, `condition_type`, `status_of` and `selector_of` say what a ReplicationController, which lives by the same
    rules, has otherwise.

    In Kubernetes
        pkg/controller/replicaset/replica_set.go;
        https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/
    """

    name = "replicaset-controller"
    watches = ("replicasets", "pods")
    kind = "ReplicaSet"
    condition_type: type[Any] = apps_v1.ReplicaSetCondition

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.expectations = Expectations()
        self.pods = OwnerIndex()
        self.siblings = OwnerIndex()  # ReplicaSets by their Deployment
        self._selectors: dict[str, tuple[Any, LabelSelector]] = {}

    def forget(self) -> None:
        """Lose what was expected and indexed."""
        self.expectations.clear()
        self.pods.clear()
        self.siblings.clear()
        self._selectors = {}

    def relisted(self) -> None:
        """After a lost connection the caches are as fresh as can be."""
        self.expectations.clear()

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A ReplicaSet is looked at when it changes, or when a pod of it, or one that it may adopt, does."""
        if kind == self.watches[0]:
            self.siblings.change(old, new)
            self.queue.add(key_of(new if new is not None else old))
            return
        self.pods.change(old, new)
        pod = new if new is not None else old
        before = None if old is None else controller_of(old)
        after = None if new is None else controller_of(new)
        for owner in dict.fromkeys(held.uid for held in (before, after) if held is not None):
            held = before if before is not None and before.uid == owner else after
            if held.kind == self.kind:
                key = f"{pod.metadata.namespace}/{held.name}"
                self._observe(key, pod, old, new)
                self.queue.add(key)
        if new is not None and after is None:
            self._offer(new)

    def _observe(self, key: str, pod: Any, old: Any, new: Any) -> None:
        if old is None:
            self.expectations.seen(key, pod.metadata.uid, "created")
        if new is None or new.metadata.deletionTimestamp is not None:
            self.expectations.seen(key, pod.metadata.uid, "deleted")
            self.expectations.seen(key, pod.metadata.uid, "created")

    def _offer(self, orphan: core_v1.Pod) -> None:
        """A pod that nobody controls: every ReplicaSet that would have it looks at it."""
        for rs in self.informer(self.watches[0]):
            if rs.metadata.namespace == orphan.metadata.namespace and self._selector(rs).matches(
                orphan.metadata.labels
            ):
                self.queue.add(key_of(rs))

    def reconcile(self, key: str) -> None:
        """Bring the number of a ReplicaSet's pods to what is wanted, and its status to what is."""
        rs = self.informer(self.watches[0]).get(key)
        if rs is None:
            self.expectations.forget(key)
            self._selectors.pop(key, None)
            return
        counted = self.expectations.fulfilled(key)
        mine = claim(self, rs, self._selector(rs), self.pods, is_active)
        active = [pod for pod in mine if is_active(pod)]
        failure: ApiError | None = None
        if counted and rs.metadata.deletionTimestamp is None:
            failure = self._manage(key, rs, active)
        going = sum(
            1
            for pod in mine
            if pod.metadata.deletionTimestamp is not None and pod.status.phase not in ("Succeeded", "Failed")
        )
        self._report(rs, active, going, failure)
        if failure is not None:
            raise failure
        self._come_back(key, rs, active)

    def _manage(self, key: str, rs: apps_v1.ReplicaSet, active: list[core_v1.Pod]) -> ApiError | None:
        missing = rs.spec.replicas - len(active)
        if missing > 0:
            self.note(path_of(rs), {"has": len(active), "wants": rs.spec.replicas, "creates": min(missing, BURST)})
            return create_pods(self, key, rs, [pod_from(rs.spec.template, rs)] * min(missing, BURST))
        if missing < 0:
            count = min(-missing, BURST)
            self.note(path_of(rs), {"has": len(active), "wants": rs.spec.replicas, "deletes": count})
            chosen = pods_to_delete(active, self._related(rs), count, self.clock.micro_date)
            failures = [failure for pod in chosen if (failure := delete_pod(self, key, rs, pod)) is not None]
            return failures[0] if failures else None
        return None

    def _related(self, rs: apps_v1.ReplicaSet) -> list[core_v1.Pod]:
        """The active pods of all ReplicaSets of the same Deployment; one without a Deployment has no relations."""
        owner = controller_of(rs)
        family = self.siblings.owned(owner.uid) if owner is not None else []
        return [pod for held in family for pod in self.pods.owned(held.metadata.uid) if is_active(pod)]

    def _report(self, rs: apps_v1.ReplicaSet, active: list[core_v1.Pod], going: int, failure: ApiError | None) -> None:
        labels = rs.spec.template.metadata.labels or {}
        ready = [pod for pod in active if is_ready(pod)]
        now, seconds = self.clock.micro_date, rs.spec.minReadySeconds or 0
        available = [pod for pod in ready if is_available(pod, seconds, now)] if seconds else ready
        conditions = [held for held in rs.status.conditions or () if held.type != "ReplicaFailure"]
        if failure is not None:
            held = condition(rs, "ReplicaFailure") or self.condition_type(
                type="ReplicaFailure",
                status="True",
                reason="FailedCreate" if len(active) < rs.spec.replicas else "FailedDelete",
                message=failure.message,
                lastTransitionTime=self.clock.date,
            )
            conditions.append(held)
        status = self.status_of(
            rs,
            replicas=len(active),
            fullyLabeledReplicas=sum(1 for pod in active if _has(pod, labels)) or None,
            readyReplicas=len(ready) or None,
            availableReplicas=len(available) or None,
            terminatingReplicas=going,
            observedGeneration=rs.metadata.generation,
            conditions=conditions or None,
        )
        if status != rs.status:
            self.client.update_status(replace(rs, status=status))

    def status_of(self, rs: Any, **fields: Any) -> Any:
        """A status of the kind's own type."""
        return apps_v1.ReplicaSetStatus(**fields)

    def selector_of(self, rs: Any) -> LabelSelector:
        """The kind's own selector, in one form."""
        return from_object(rs.spec.selector)

    def _come_back(self, key: str, rs: apps_v1.ReplicaSet, active: list[core_v1.Pod]) -> None:
        """Look again when the next ready pod has been so for minReadySeconds."""
        seconds = rs.spec.minReadySeconds or 0
        if not seconds:
            return
        now = self.clock.micro_date
        waits = [
            seconds - (now - condition(pod, "Ready").lastTransitionTime).total_seconds()
            for pod in active
            if is_ready(pod) and not is_available(pod, seconds, now)
        ]
        if waits:
            self.queue.add_after(key, min(waits))

    def _selector(self, rs: apps_v1.ReplicaSet) -> LabelSelector:
        key = key_of(rs)
        held = self._selectors.get(key)
        if held is None or held[0] is not rs.spec.selector:
            held = self._selectors[key] = (rs.spec.selector, self.selector_of(rs))
        return held[1]


def _has(pod: core_v1.Pod, labels: dict[str, str]) -> bool:
    return pod.metadata.labels is labels or labels.items() <= (pod.metadata.labels or {}).items()

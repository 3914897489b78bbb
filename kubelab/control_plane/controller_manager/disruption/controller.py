"""The disruption controller: it keeps the figures by which the API server allows or refuses an eviction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lightkube.models import core_v1, policy_v1

from kubelab.api import disruption
from kubelab.api.errors import ApiError
from kubelab.api.go_selector import as_go_prints
from kubelab.api.objects import condition, is_ready, key_of, path_of, replace
from kubelab.api.selectors import LabelSelector, from_object
from kubelab.client_go.component import Component
from kubelab.client_go.events import EventRecorder
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.disruption.expected import UncountableError, expected_of
from kubelab.control_plane.controller_manager.pod_conditions import with_condition

UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of "
    "the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please "
    'set ".spec.minAvailable" field of the PDB to an integer value.'
)


class DisruptionController(Controller):
    """Counts the healthy pods of every PodDisruptionBudget, and says how many of them may be evicted.

    It also takes back the DisruptionTarget condition of a pod that was to be disrupted two minutes ago and still lives.

    In Kubernetes
        pkg/controller/disruption/disruption.go;
        https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets

    Left out
        Of several budgets of one pod Kubernetes looks only at one, any of them, when the pod changes; here at all.
    """

    name = "disruption-controller"
    watches = ("poddisruptionbudgets", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.recorder = EventRecorder(self.client, "controllermanager", self.clock)
        for kind in ("deployments", "replicasets"):
            self.informer(kind)
        self.stale = manager.queue(self._look_at_condition)
        self._selectors: dict[str, tuple[Any, LabelSelector]] = {}

    def forget(self) -> None:
        """Lose the selectors that were read."""
        self._selectors = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A budget is looked at when it changes, or when a pod that it selects does."""
        if kind == "poddisruptionbudgets":
            self.queue.add(key_of(new if new is not None else old))
            return
        pod = new if new is not None else old
        budgets = self._budgets_of(pod)
        if len(budgets) > 1 and new is not None:
            where = f'"{pod.metadata.namespace}"/"{pod.metadata.name}"'
            chosen = budgets[0].metadata.name
            message = f'Pod {where} matches multiple PodDisruptionBudgets.  Chose "{chosen}" arbitrarily.'
            self.recorder.event(pod, "Warning", "MultiplePodDisruptionBudgets", message)
        for pdb in budgets:
            self.queue.add(key_of(pdb))
        if new is not None and (left := self._until_stale(new)) is not None:
            self.stale.add_after(key_of(new), left, quiet=True)

    def reconcile(self, key: str) -> None:
        """Write into the budget's status what its pods allow; where that cannot be told, that nothing is allowed."""
        pdb = self.informer("poddisruptionbudgets").get(key)
        if pdb is None:
            self._selectors.pop(key, None)
            return
        try:
            self._count(key, pdb)
        except UncountableError as unknown:
            message = f"Failed to calculate the number of expected pods: {unknown}"
            self.recorder.event(pdb, "Warning", "CalculateExpectedPodCountFailed", message)
            self._allow_nothing(pdb, str(unknown))

    def _count(self, key: str, pdb: policy_v1.PodDisruptionBudget) -> None:
        selector = self._selector(pdb)
        pods = [
            pod
            for pod in self.informer("pods")
            if pod.metadata.namespace == pdb.metadata.namespace and selector.matches(pod.metadata.labels)
        ]
        if not pods:
            self.recorder.event(pdb, "Normal", "NoPods", "No matching pods found")
        expected = expected_of(self, pdb, pods)
        if expected.unmanaged:
            message = UNMANAGED.format(as_go_prints(pdb.spec.selector))
            self.recorder.event(pdb, "Warning", "UnmanagedPods", message)
        now = self.clock.micro_date
        disrupted = self._disrupted(key, pdb, pods, now)
        healthy = sum(
            1
            for pod in pods
            if pod.metadata.deletionTimestamp is None and pod.metadata.name not in disrupted and is_ready(pod)
        )
        allowed = max(healthy - expected.healthy, 0) if expected.count > 0 else 0
        before = pdb.status or policy_v1.PodDisruptionBudgetStatus()
        status = policy_v1.PodDisruptionBudgetStatus(
            currentHealthy=healthy,
            desiredHealthy=expected.healthy,
            expectedPods=expected.count,
            disruptionsAllowed=allowed,
            disruptedPods=disrupted or None,
            observedGeneration=pdb.metadata.generation,
            conditions=before.conditions,
        )
        status = disruption.with_allowed(status, self.clock.date)
        if status != before:
            self.note(path_of(pdb), {"healthy": healthy, "wants": expected.healthy, "allows": allowed})
            self.client.update_status(replace(pdb, status=status))

    def _disrupted(
        self, key: str, pdb: policy_v1.PodDisruptionBudget, pods: list[core_v1.Pod], now: datetime
    ) -> dict[str, str]:
        """The pods whose eviction was allowed and that are not seen going yet; after two minutes they count again."""
        told = (pdb.status.disruptedPods if pdb.status is not None else None) or {}
        found: dict[str, str] = {}
        for pod in pods:
            name = pod.metadata.name
            if name not in told or pod.metadata.deletionTimestamp is not None:
                continue
            left = (disruption.read(told[name]) + disruption.DELETION_TIMEOUT - now).total_seconds()
            if left < 0:
                message = f"Pod was expected by PDB {key} to be deleted but it wasn't"
                self.recorder.event(pod, "Warning", "NotDeleted", message)
                continue
            found[name] = told[name]
            self.queue.add_after(key, left + 0.001, quiet=True)
        return found

    def _allow_nothing(self, pdb: policy_v1.PodDisruptionBudget, message: str) -> None:
        status = replace(pdb.status or policy_v1.PodDisruptionBudgetStatus(), disruptionsAllowed=0)
        status = disruption.with_condition(status, "False", "SyncFailed", message, self.clock.date)
        if status != pdb.status:
            self.client.update_status(replace(pdb, status=status))

    def _budgets_of(self, pod: core_v1.Pod) -> list[policy_v1.PodDisruptionBudget]:
        return [
            pdb
            for pdb in self.informer("poddisruptionbudgets")
            if pdb.metadata.namespace == pod.metadata.namespace and self._selector(pdb).matches(pod.metadata.labels)
        ]

    def _selector(self, pdb: policy_v1.PodDisruptionBudget) -> LabelSelector:
        key = key_of(pdb)
        held = self._selectors.get(key)
        if held is None or held[0] is not pdb.spec.selector:
            held = self._selectors[key] = (pdb.spec.selector, from_object(pdb.spec.selector))
        return held[1]

    # -- pods that were to go and did not

    def _until_stale(self, pod: core_v1.Pod) -> float | None:
        """How long the pod's DisruptionTarget condition may still stand; None where it has none, or rightly has it."""
        held = condition(pod, "DisruptionTarget")
        if (
            held is None
            or held.status != "True"
            or held.reason == "TerminationByKubelet"
            or pod.metadata.deletionTimestamp is not None
            or pod.status.phase in ("Succeeded", "Failed")
        ):
            return None
        due = held.lastTransitionTime + disruption.DELETION_TIMEOUT
        return max((due - self.clock.micro_date).total_seconds(), 0.0)

    def _look_at_condition(self, key: str) -> None:
        pod = self.informer("pods").get(key)
        left = self._until_stale(pod) if pod is not None else None
        if left is None:
            return
        if left > 0:
            self.stale.add_after(key, left, quiet=True)
            return
        cleared = core_v1.PodCondition(type="DisruptionTarget", status="False")
        try:
            self.client.update_status(with_condition(pod, cleared, self.clock.date))
        except ApiError:
            self.stale.retry(key)
        else:
            self.stale.forget(key)

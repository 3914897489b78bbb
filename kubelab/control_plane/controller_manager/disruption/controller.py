"""The disruption controller: it keeps the figures by which the API server allows or refuses an eviction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lightkube.models import core_v1, policy_v1

from kubelab.api import disruption
from kubelab.api.errors import ApiError
from kubelab.api.go_selector import as_go_prints
from kubelab.api.objects import condition, is_ready, key_of, path_of, replace
from kubelab.api.pod_conditions import with_condition
from kubelab.api.selectors import from_object
from kubelab.client_go.component import Component
from kubelab.client_go.events import EventRecorder
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.disruption.expected import UncountableError, expected_of
from kubelab.control_plane.controller_manager.disruption.guarded import Guarded

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
        self._pods: dict[str, Guarded] = {}  # by the budget's key

    def forget(self) -> None:
        """Lose which pods each budget guards."""
        self._pods = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A budget is looked at when it changes, or when a pod that it selects does."""
        if kind == "poddisruptionbudgets":
            self.queue.add(key_of(new if new is not None else old))
            return
        pod = new if new is not None else old
        budgets = self._concerned(pod, gone=new is None)
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
            self._pods.pop(key, None)
            return
        try:
            self._count(key, pdb)
        except UncountableError as unknown:
            message = f"Failed to calculate the number of expected pods: {unknown}"
            self.recorder.event(pdb, "Warning", "CalculateExpectedPodCountFailed", message)
            self._allow_nothing(pdb, str(unknown))

    def _count(self, key: str, pdb: policy_v1.PodDisruptionBudget) -> None:
        guarded = self._guarded(pdb)
        if not guarded.pods:
            self.recorder.event(pdb, "Normal", "NoPods", "No matching pods found")
        expected = expected_of(self, pdb, guarded)
        if expected.doubtful:
            message = UNMANAGED.format(as_go_prints(pdb.spec.selector))
            self.recorder.event(pdb, "Warning", "UnmanagedPods", message)
        disrupted = self._disrupted(key, pdb, guarded, self.clock.micro_date)
        going = sum(1 for name in disrupted if is_ready(guarded.pods[f"{guarded.namespace}/{name}"]))
        healthy = guarded.healthy - going
        allowed = max(healthy - expected.healthy, 0) if expected.total > 0 else 0
        before = pdb.status or policy_v1.PodDisruptionBudgetStatus()
        status = policy_v1.PodDisruptionBudgetStatus(
            currentHealthy=healthy,
            desiredHealthy=expected.healthy,
            expectedPods=expected.total,
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
        self, key: str, pdb: policy_v1.PodDisruptionBudget, guarded: Guarded, now: datetime
    ) -> dict[str, str]:
        """The pods whose eviction was allowed and that are not seen going yet; after two minutes they count again."""
        told = (pdb.status.disruptedPods if pdb.status is not None else None) or {}
        found: dict[str, str] = {}
        for name in told:
            pod = guarded.pods.get(f"{guarded.namespace}/{name}")
            if pod is None or pod.metadata.deletionTimestamp is not None:
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

    def _guarded(self, pdb: policy_v1.PodDisruptionBudget) -> Guarded:
        """The pods that a budget guards: looked for once, and then followed."""
        key = key_of(pdb)
        held = self._pods.get(key)
        if held is None or held.written is not pdb.spec.selector:
            selector = from_object(pdb.spec.selector)
            namespace = pdb.metadata.namespace
            held = self._pods[key] = Guarded(namespace, selector, pdb.spec.selector, self.informer("pods"))
        return held

    def _concerned(self, pod: core_v1.Pod, *, gone: bool) -> list[policy_v1.PodDisruptionBudget]:
        """The budgets that guard a pod, or did until now."""
        found = []
        for pdb in self.informer("poddisruptionbudgets"):
            known = self._pods.get(key_of(pdb))
            guarded = self._guarded(pdb)
            # What was just looked for has the change in it already.
            if guarded.change(pod, gone=gone) if guarded is known else key_of(pod) in guarded.pods:
                found.append(pdb)
        return found

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

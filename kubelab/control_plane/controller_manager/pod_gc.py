"""The pod garbage collector: pods that no kubelet will ever end."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_true, key_of, with_status
from kubelab.api.pod_conditions import disruption_target, with_condition
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.pods_by_node import PodsByNode
from kubelab.control_plane.controller_manager.ticks import Ticks

OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"
ORPHANED = disruption_target("DeletionByPodGC", "PodGC: node no longer exists")
LOOK = "look"  # the one key of the queue


class PodGcController(Controller):
    """Deletes, without any grace, pods that wait for a kubelet that is not there.

    Those bound to a Node that has been missing for 40 s; those being deleted on a node that is not ready and that
    somebody tainted as out of service; those being deleted that were never on a node. It looks every 20 s, if there is
    anything to look at.

    In Kubernetes
        pkg/controller/podgc/gc_controller.go;
        https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection

    Left out
        The limit of 12,500 finished pods (`--terminated-pod-gc-threshold`).
    """

    name = "pod-garbage-collector-controller"
    watches = ("pods", "nodes")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.pods = PodsByNode()
        self.ticks = Ticks(manager, self.timings.pod_gc_period)
        self._stranded: dict[str, bool] = {}  # keys of pods to look at
        self._missing: dict[
            str, float | None
        ] = {}  # names of nodes -> end of the quarantine, None before the first look

    def forget(self) -> None:
        """Lose the index and every suspicion: a quarantine begins anew."""
        self.pods.clear()
        self._stranded, self._missing = {}, {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A node has gone, or is out of service now; a pod is on a missing node, or being deleted."""
        if kind == "nodes":
            name = (new if new is not None else old).metadata.name
            if new is None:
                self._note_missing(name)
            elif is_out_of_service(new):
                for pod in self.pods.on(name):
                    self._note_stranded(pod)
            return
        self.pods.change(old, new)
        if new is None:
            return
        if (old is None or old.spec.nodeName != new.spec.nodeName) and self._lacks_node(new):
            self._note_missing(new.spec.nodeName)
        if new.metadata.deletionTimestamp is not None:
            self._note_stranded(new)

    def reconcile(self, key: str) -> None:
        """Look once at everything that is suspected."""
        for pod_key in list(self._stranded):
            pod = self.informer("pods").get(pod_key)
            if pod is not None and self._is_stranded(pod):
                self._collect(pod, None)
            del self._stranded[pod_key]
        for name, until in list(self._missing.items()):
            if self.informer("nodes").get(name) is not None or not self.pods.on(name):
                del self._missing[name]
            elif until is None or self.clock.now < until:
                self._missing[name] = until or self.ticks.latest() + self.timings.pod_gc_quarantine
            elif self._exists(name):
                self._missing[name] = self.ticks.latest() + self.timings.pod_gc_quarantine
            else:
                for pod in self.pods.on(name):
                    self._collect(pod, ORPHANED)
                del self._missing[name]
        quarantines = [until for until in self._missing.values() if until is not None]
        if quarantines:
            self._look_at(self.ticks.at_or_after(min(quarantines)))

    def _note_missing(self, node: str) -> None:
        if node not in self._missing and self.pods.on(node):
            self._missing[node] = None
            self._look_at(self.ticks.upcoming())

    def _note_stranded(self, pod: core_v1.Pod) -> None:
        if self._is_stranded(pod):
            self._stranded[key_of(pod)] = True
            self._look_at(self.ticks.upcoming())

    def _look_at(self, instant: float) -> None:
        self.queue.add_after(LOOK, max(instant - self.clock.now, 0.0))

    def _lacks_node(self, pod: core_v1.Pod) -> bool:
        return bool(pod.spec.nodeName) and self.informer("nodes").get(pod.spec.nodeName) is None

    def _is_stranded(self, pod: core_v1.Pod) -> bool:
        if pod.metadata.deletionTimestamp is None:
            return False
        if not pod.spec.nodeName:
            return True
        node = self.informer("nodes").get(pod.spec.nodeName)
        return node is not None and is_out_of_service(node)

    def _exists(self, node: str) -> bool:
        """Whether the API server knows a Node that the informer does not."""
        try:
            self.client.get("nodes", node, None)
        except ApiError as refused:
            if refused.code == 404:
                return False
            raise
        return True

    def _collect(self, pod: core_v1.Pod, why: core_v1.PodCondition | None) -> None:
        """Mark the pod as failed, then delete it without grace."""
        name, namespace, uid = pod.metadata.name, pod.metadata.namespace, pod.metadata.uid
        try:
            latest = self.client.get("pods", name, namespace)
            if latest.metadata.uid != uid:
                return
            if latest.status.phase not in ("Succeeded", "Failed"):
                failed = latest if why is None else with_condition(latest, why, self.clock.date)
                self.client.update_status(with_status(failed, phase="Failed"))
            self.client.delete("pods", name, namespace, grace_period_seconds=0, uid=uid)
        except ApiError as refused:
            if refused.code != 404:
                raise


def is_out_of_service(node: core_v1.Node) -> bool:
    """Whether somebody declared the node dead, and it is not ready.

    In Kubernetes
        https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#non-graceful-node-shutdown
    """
    taints = (node.spec.taints if node.spec else None) or ()
    return any(taint.key == OUT_OF_SERVICE for taint in taints) and not is_true(node, "Ready")

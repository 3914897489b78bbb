"""The kubelet: makes happen on its node what the pods bound to it ask for, and says how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import replace
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component, recorder
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.network.overlay import Overlay
from kubelab.node import node_status
from kubelab.node.backoff import Backoff
from kubelab.node.image_puller import ImagePuller
from kubelab.node.pod_admission import PodAdmission
from kubelab.node.pod_status import KUBELETS_OWN
from kubelab.node.pod_worker import PodWorker
from kubelab.node.runtime import Runtime
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.node.worker import WorkerSize


class Kubelet(Component):
    """Registers its Node, keeps its lease alive, and has a worker for each of its pods.

    While it is stopped or cut off its containers run on; what has happened meanwhile it reports afterwards.

    In Kubernetes
        https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/

    Left out
        Static pods, device plugins, pressure and eviction, graceful node shutdown. The Node's heartbeat times
        are not renewed every five minutes: the lease says that the node lives.
    """

    def __init__(
        self,
        machine: Machine,
        client: Client,
        overlay: Overlay,
        runtime: Runtime,
        journal: Journal,
        timings: Timings,
        size: WorkerSize,
    ) -> None:
        super().__init__("kubelet", machine, client, journal, timings)
        self.node, self.size, self.runtime = machine.name, size, runtime
        runtime.kubelet = self
        self.address = overlay.machine_address(self.node)
        self.range = overlay.node_range(self.node)
        self.recorder = recorder(self, "kubelet", host=self.node)
        self.workers: dict[str, PodWorker] = {}
        self.admission = PodAdmission(self)
        self.puller = ImagePuller(self)
        reset = timings.crash_loop_backoff_reset
        self.crash_backoff = Backoff(timings.crash_loop_backoff_initial, timings.crash_loop_backoff_max, reset)
        self.pull_backoff = Backoff(timings.image_pull_backoff_initial, timings.image_pull_backoff_max, reset)
        self.informer("nodes", field_selector=f"metadata.name={self.node}").handlers.append(self)
        self.informer("pods", field_selector=f"spec.nodeName={self.node}").handlers.append(self)
        self.heard = 0  # the newest revision that it knows of
        self._node_due = False
        self._registered = False

    # -- the process

    def on_start(self) -> None:
        """Register, then take on all pods that are bound here."""
        self._registered = False
        self._connect()

    def on_stop(self) -> None:
        """Forget everything; the runtime does not."""
        super().on_stop()
        self.recorder.forget()
        self.workers = {}
        self.admission.clear()
        self.puller.clear()
        self.crash_backoff.clear()
        self.pull_backoff.clear()
        self._node_due = False

    def reconnected(self) -> None:
        """Say that the node lives, list again, and report what has happened meanwhile."""
        self._connect()

    def resync(self) -> None:
        """The runtime is back: every worker goes on."""
        if self.running:
            for worker in list(self.workers.values()):
                worker.resume()

    def _connect(self) -> None:
        if not self.client.reachable:
            return
        try:
            self._register()
        except ApiError as refused:
            if refused.code >= 500:
                self.later(self.timings.kubelet_sync, self._connect, quiet=True)
                return
        for informer in self.informers.values():
            if not informer.watching and not informer.start():
                self.later(self.timings.kubelet_sync, self._connect, quiet=True)
                return
        for uid in [uid for uid in self.runtime.sandboxes if uid not in self.workers]:
            self._remove_orphan(uid)
        self.resync()

    # -- the node

    def _register(self) -> None:
        """Make the Node if it is not there, say that it is well, and have the lease renewed from now on."""
        try:
            node = self.client.get("nodes", self.node, None)
        except ApiError as refused:
            if refused.code != 404 or self._registered:
                raise
            node = self.client.create(node_status.new_node(self.node, self.range))
        if not self._registered and self.clock.now:
            self.recorder.event(node, "Normal", "Starting", "Starting kubelet.")
        self._registered = True
        self._write_node(node)
        try:
            self.client.get("leases", self.node, node_status.LEASES)
        except ApiError as refused:
            if refused.code != 404:
                raise
            self.client.create(node_status.new_lease(node, self.timings.node_lease_duration))
        self.client.keep_renewing(self.node, node_status.LEASES)

    def _write_node(self, node: core_v1.Node) -> None:
        old = node.status
        status = node_status.status_of(
            self.node, self.size, self.address, self.runtime.boots, self.runtime.images.listed(), self.clock.date, old
        )
        well = node_status.became_healthy(old)
        rebooted = (
            old is not None and old.nodeInfo is not None and old.nodeInfo.bootID not in ("", status.nodeInfo.bootID)
        )
        if status == old:
            return
        node = self.client.update_status(replace(node, status=status))
        if not self.clock.now:
            return  # a cluster that stands for some time has forgotten these events
        if rebooted:
            message = f"Node {self.node} has been rebooted, boot id: {status.nodeInfo.bootID}"
            self.recorder.event(node, "Warning", "Rebooted", message)
        for type_ in well:
            reason = node_status.EVENTS[type_]
            self.recorder.event(node, "Normal", reason, f"Node {self.node} status is now: {reason}")

    def node_changed(self) -> None:
        """What the Node's status says is out of date: it is written at the next turn."""
        if not self._node_due:
            self._node_due = True
            turn = self.timings.kubelet_sync
            self.later(turn - self.clock.now % turn, self._update_node)

    def _update_node(self) -> None:
        self._node_due = False
        try:
            self._write_node(self.client.get("nodes", self.node, None))
        except ApiError:
            return  # when the connection is back it is written anyway

    # -- pods

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """The API server has news of the Node or of a pod."""
        if kind == "nodes":
            if new is not None and node_status.became_healthy(new.status):
                self.node_changed()
            return
        if old is not None and (new is None or new.metadata.uid != old.metadata.uid):
            worker = self.workers.get(old.metadata.uid)
            if worker is not None:
                worker.remove()
        if new is None:
            return
        worker = self.workers.get(new.metadata.uid)
        if worker is not None:
            worker.update(new)
        else:
            self._take_on(new)

    def container_exited(self, uid: str, name: str) -> None:
        """The runtime says that a container has ended."""
        worker = self.workers.get(uid)
        if worker is not None:
            worker.exited(name)

    def behavior_changed(self, uid: str, name: str) -> None:
        """Somebody has gone into a container and changed what its probes find."""
        worker = self.workers.get(uid)
        for record in worker.records if worker is not None else ():
            if record.name == name or len(worker.records) > 1:
                for prober in record.probers.values():
                    if record.name == name or prober.looks_around:
                        prober.look_again()

    def write_status(self, pod: core_v1.Pod, status: core_v1.PodStatus) -> Any:
        """Write a pod's status over what the API server has, leaving conditions of others as they are."""
        meta = pod.metadata
        current = self.client.get("pods", meta.name, meta.namespace)
        if current.metadata.uid != meta.uid:
            return status
        foreign = [each for each in current.status.conditions or () if each.type not in KUBELETS_OWN]
        if foreign:
            status = replace(status, conditions=[*foreign, *status.conditions])
        return self.client.update_status(replace(current, status=status)).status

    def release(self, worker: PodWorker) -> None:
        """A pod has ended: its share of the node is free."""
        self.admission.release(worker.uid)

    def forget(self, worker: PodWorker) -> None:
        """Nothing is left of a pod."""
        self.runtime.remove_sandbox(worker.uid)
        self.workers.pop(worker.uid, None)
        keys = [f"{worker.uid} {word}" for record in worker.records for word in (record.name, record.spec.image)]
        self.crash_backoff.forget(keys)
        self.pull_backoff.forget(keys)

    def _take_on(self, pod: core_v1.Pod) -> None:
        worker = self.workers[pod.metadata.uid] = PodWorker(self, pod)
        if pod.status.phase in ("Succeeded", "Failed") and pod.metadata.deletionTimestamp is None:
            worker.ended_before()
            return
        refusal = self.admission.refusal(pod) if pod.metadata.uid not in self.runtime.sandboxes else None
        if refusal is not None and pod.metadata.deletionTimestamp is None:
            worker.reject(*refusal)
            return
        self.admission.take(pod)
        worker.begin()

    def _remove_orphan(self, uid: str) -> None:
        """The pod was deleted while this kubelet did not look."""
        for name, held in self.runtime.sandboxes[uid].containers.items():
            if held.running:
                self.runtime.kill(uid, name)
        self.runtime.remove_sandbox(uid)

"""A pod's end: hooks, SIGTERM, grace, SIGKILL, and the last word to the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.node.container_record import SIDECAR, ContainerRecord
from kubelab.node.probes import hook_seconds

if TYPE_CHECKING:
    from kubelab.node.pod_worker import PodWorker

LEAST_GRACE = 1.0  # even a pod deleted by force gets that much
LEAST_AFTER_HOOK = 2.0  # what is left for SIGTERM when a preStop hook has used the grace up


class Ending:
    """Ends all containers of a pod within its grace, then cleans up and lets the pod go.

    `over` tells whether all have ended.

    In Kubernetes
        https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination ; pkg/kubelet/pod_workers.go,
        `SyncTerminatingPod` and `SyncTerminatedPod`. Sidecars end after the others, the last one first.
    """

    def __init__(self, worker: PodWorker, grace: float) -> None:
        self.worker = worker
        self.deadline = worker.kubelet.clock.now + max(grace, LEAST_GRACE)
        self.over = False
        self.clean = False
        self._stopped: list[str] = []

    def begin(self) -> None:
        """Ask every container to end."""
        worker = self.worker
        if worker.step is not None:
            worker.step.cancel()
            worker.step = None
        for record in worker.records:
            record.stop_probers("liveness", "startup")
        self._go_on()

    def hurry(self, grace: float) -> None:
        """The grace has been shortened."""
        worker = self.worker
        deadline = worker.kubelet.clock.now + max(grace, LEAST_GRACE)
        if deadline < self.deadline and not self.over:
            self.deadline = deadline
            for record in self._running():
                if record.name in self._stopped:
                    worker.kubelet.runtime.stop_container(worker.uid, record.name, max(grace, LEAST_GRACE))

    def exited(self) -> None:
        """One of the containers has ended."""
        self._go_on()
        if not self.over:
            self.worker.report()

    def resume(self) -> None:
        """Something that was missing is back: go on."""
        if self.clean:
            self._clean()
        elif not self.over:
            self._stopped = []
            self._go_on()

    def forget(self) -> None:
        """The API server knows the pod no more: only the cleaning is left."""
        if self.clean:
            self._clean()

    def _running(self) -> list[ContainerRecord]:
        held = ((record, self.worker.container(record)) for record in self.worker.records)
        return [record for record, container in held if container is not None and container.running]

    def _go_on(self) -> None:
        """Ask those to end whose turn it is; when none is left, finish."""
        if self.over or not self.worker.kubelet.runtime.running:
            return
        running = self._running()
        if not running:
            self._finish()
            return
        turn = [record for record in running if record.role != SIDECAR] or running[-1:]
        for record in turn:
            if record.name not in self._stopped:
                self._stopped.append(record.name)
                self._stop(record)

    def _stop(self, record: ContainerRecord) -> None:
        worker = self.worker
        worker.event(record, "Normal", "Killing", f"Stopping container {record.name}")
        hook = record.spec.lifecycle.preStop if record.spec.lifecycle is not None else None
        left = max(self.deadline - worker.kubelet.clock.now, LEAST_GRACE)
        seconds = min(hook_seconds(hook), left)
        if seconds:
            worker.kubelet.later(seconds, self._terminate, record, LEAST_AFTER_HOOK)
        else:
            self._terminate(record, LEAST_GRACE)

    def _terminate(self, record: ContainerRecord, least: float) -> None:
        worker = self.worker
        held = worker.container(record)
        if held is not None and held.running:
            left = max(self.deadline - worker.kubelet.clock.now, least)
            worker.kubelet.runtime.stop_container(worker.uid, record.name, left)

    def _finish(self) -> None:
        worker = self.worker
        self.over = True
        for record in worker.records:
            record.stop_probers()
        worker.kubelet.runtime.stop_sandbox(worker.uid)
        worker.kubelet.release(worker)  # before others hear that the node has room again
        worker.report()
        worker.kubelet.later(worker.kubelet.timings.pod_cleanup, self._clean)

    def _clean(self) -> None:
        """Let the pod go; one that was not deleted stays for all to see, ended."""
        self.clean = True
        worker, kubelet, meta = self.worker, self.worker.kubelet, self.worker.pod.metadata
        if meta.deletionTimestamp is not None and not worker.removed:
            try:
                kubelet.client.delete("pods", meta.name, meta.namespace, grace_period_seconds=0, uid=worker.uid)
            except ApiError as refused:
                if refused.code >= 500:
                    worker.try_again()
        if worker.removed:
            kubelet.forget(worker)

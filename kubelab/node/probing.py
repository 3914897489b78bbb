"""What the probes of a pod's containers lead to: started, ready, or a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.node.container_record import ContainerRecord
from kubelab.node.prober import Prober

if TYPE_CHECKING:
    from kubelab.node.pod_worker import PodWorker


class Probing:
    """Starts the probers of a pod, and acts on their verdicts.

    A startup probe comes before all others. A container without a readiness probe is ready as soon as it has started.

    In Kubernetes
        pkg/kubelet/prober/prober_manager.go. https://kubernetes.io/docs/concepts/workloads/pods/probes/
    """

    def __init__(self, worker: PodWorker) -> None:
        self.worker = worker

    def begin(self, record: ContainerRecord) -> None:
        """Start the probes whose time has come."""
        held, spec = self.worker.container(record), record.spec
        if held is None or not held.running:
            return
        if spec.startupProbe is not None and not record.started:
            wanted = [("startup", spec.startupProbe, False)]
        else:
            record.started = True
            wanted = [("readiness", spec.readinessProbe, record.ready), ("liveness", spec.livenessProbe, True)]
            record.ready = record.ready or spec.readinessProbe is None
        for kind, probe, verdict in wanted:
            if probe is not None and kind not in record.probers:
                record.probers[kind] = prober = Prober(self.worker, record, held, kind, probe, verdict)
                prober.start()

    def turned(self, record: ContainerRecord, kind: str, answer: bool) -> bool:
        """A probe's verdict has turned. Answers whether that was its last."""
        worker = self.worker
        if kind == "readiness":
            record.ready = answer and record.started
            worker.report()
            return False
        if answer:
            record.started = True
            self.begin(record)
            worker.sync()
            worker.report()
            return True
        record.stop_probers("liveness", "startup")
        worker.event(record, "Normal", "Killing", f"Container {record.name} failed {kind} probe, will be restarted")
        probe = record.spec.livenessProbe if kind == "liveness" else record.spec.startupProbe
        own = probe.terminationGracePeriodSeconds
        worker.kubelet.runtime.stop_container(worker.uid, record.name, worker.grace if own is None else float(own))
        return True

"""What comes next in a pod: which container is to be started, and when nothing more will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.node.container_record import INIT, MAIN, SIDECAR, ContainerRecord

if TYPE_CHECKING:
    from kubelab.node.pod_worker import PodWorker
    from kubelab.node.runtime import Container


def next_to_start(worker: PodWorker) -> ContainerRecord | None:
    """The container to be started now, or None where nothing can be.

    Init containers come one after another, each when the one before has succeeded (a sidecar: when it has started);
    then all others. After a reboot of the machine the init containers come again.

    In Kubernetes
        pkg/kubelet/kuberuntime/kuberuntime_manager.go, `computePodActions`.
        https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
    """
    sandbox, policy = worker.sandbox, worker.pod.spec.restartPolicy
    generation = sandbox.generation if sandbox is not None and sandbox.alive else -1
    for record in worker.records:
        held = worker.container(record)
        if record.role == INIT:
            if held is None or (held.sandbox != generation and _begins_again(worker)):
                return record if _unblocked(worker, record) else None
            if held.exit is None:
                return None
            if held.exit.code:
                again = record.should_restart(held, policy)
                return record if again and worker.starting.may_restart(record, held) else None
        elif held is None:
            if _unblocked(worker, record):
                return record
            if record.role == SIDECAR:
                return None
        elif held.running:
            if record.role == SIDECAR and not record.started:
                return None
        elif record.should_restart(held, policy) and worker.starting.may_restart(record, held):
            return record
    return None


def finished(worker: PodWorker) -> bool:
    """Whether all is done: every container has ended for good, or an init container has failed for good."""
    held = [(record, worker.container(record)) for record in worker.records]
    if all(_for_good(worker, record, container) for record, container in held if record.role == MAIN):
        return True
    return any(
        record.role == INIT and _for_good(worker, record, container) and container.exit.code
        for record, container in held
    )


def _for_good(worker: PodWorker, record: ContainerRecord, container: Container | None) -> bool:
    if container is None or container.exit is None:
        return False
    return not record.should_restart(container, worker.pod.spec.restartPolicy)


def _begins_again(worker: PodWorker) -> bool:
    """Whether a pod that has lost its sandbox gets another: not if nothing of it would be started."""
    mains = [(record, worker.container(record)) for record in worker.records if record.role == MAIN]
    if all(container is None for _, container in mains):
        return worker.pod.spec.restartPolicy != "Never"
    return not all(_for_good(worker, record, container) for record, container in mains)


def _unblocked(worker: PodWorker, record: ContainerRecord) -> bool:
    return record.blocked <= worker.kubelet.clock.now

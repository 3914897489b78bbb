"""The status of a pod, as a kubelet computes it from its containers."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1

from kubelab.api.objects import replace
from kubelab.node.container_record import INIT, MAIN, SIDECAR, ContainerRecord
from kubelab.node.image_store import image_id, reference

if TYPE_CHECKING:
    from kubelab.node.runtime import Container, Sandbox

KUBELETS_OWN = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
_Condition = tuple[str, str | None, str | None]  # status, reason, message
NOTHING = core_v1.ContainerState()
LOST = core_v1.ContainerStateTerminated(
    exitCode=137,
    reason="ContainerStatusUnknown",
    message="The container could not be located when the pod was terminated",
)


def status_of(
    pod: core_v1.Pod,
    sandbox: Sandbox | None,
    records: list[ContainerRecord],
    host: str,
    now: datetime,
    before: core_v1.PodStatus,
    *,
    over: bool = False,
) -> core_v1.PodStatus:
    """The whole status; `over` says that nothing of the pod will run any more. What has not changed keeps its times.

    In Kubernetes
        pkg/kubelet/kubelet_pods.go, `generateAPIPodStatus`, and pkg/kubelet/status/generate.go.
    """
    held = sandbox.containers if sandbox is not None else {}
    waits = "ContainerCreating" if _initialized(records, held) else "PodInitializing"
    init: list[Any] = []
    main: list[Any] = []
    for record in records:
        one = container_status(record, held.get(record.name), waits, over)
        (main if record.role == MAIN else init).append(one)
    phase = phase_of(pod.spec.restartPolicy, records, init, main, over)
    status = core_v1.PodStatus(
        phase=phase,
        containerStatuses=main,
        initContainerStatuses=init or None,
        hostIP=host,
        hostIPs=[core_v1.HostIP(ip=host)],
        startTime=before.startTime or now,
        qosClass=before.qosClass,
        observedGeneration=pod.metadata.generation,
        resourceClaimStatuses=before.resourceClaimStatuses,
    )
    address = sandbox.address if sandbox is not None and sandbox.address else before.podIP
    if address:
        status = replace(status, podIP=address, podIPs=[core_v1.PodIP(ip=address)])
    alive = sandbox is not None and sandbox.alive
    return replace(status, conditions=_conditions(pod, phase, records, init, main, alive, now, before))


def container_status(
    record: ContainerRecord, container: Container | None, waits: str, over: bool = False
) -> core_v1.ContainerStatus:
    """One container's status."""
    spec, told = record.spec, record.told
    resources, mounts = record.fixed
    if container is None:
        reason, message = record.waiting or (waits, None)
        if over:
            ended = told.state.terminated if told is not None and told.state is not None else None
            state = core_v1.ContainerState(terminated=ended or LOST)
        else:
            state = core_v1.ContainerState(waiting=core_v1.ContainerStateWaiting(reason=reason, message=message))
        return core_v1.ContainerStatus(
            image=spec.image,
            imageID="",
            name=spec.name,
            ready=False,
            restartCount=told.restartCount if told is not None else 0,
            started=False,
            state=state,
            lastState=(told.lastState if told is not None else None) or NOTHING,
            resources=resources,
            volumeMounts=mounts,
        )
    last = container.previous
    if container.running:
        started = core_v1.ContainerStateRunning(startedAt=container.started_at)
        state = core_v1.ContainerState(running=started)
    elif record.waiting is not None and not over:
        reason, message = record.waiting
        state = core_v1.ContainerState(waiting=core_v1.ContainerStateWaiting(reason=reason, message=message))
        last = container
    else:
        state = core_v1.ContainerState(terminated=_terminated(container))
    return core_v1.ContainerStatus(
        image=reference(container.image),
        imageID=image_id(container.image),
        name=spec.name,
        ready=record.ready if record.role != INIT else not container.running and container.exit.code == 0,
        restartCount=container.attempt,
        containerID=container.id,
        started=record.started and container.running,
        state=state,
        lastState=core_v1.ContainerState(terminated=_terminated(last)) if last is not None else NOTHING,
        allocatedResources=(resources.requests if resources is not None else None) or None,
        resources=resources,
        volumeMounts=mounts,
    )


def phase_of(policy: str, records: list[ContainerRecord], init: list[Any], main: list[Any], over: bool) -> str:
    """The pod's phase: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase ."""
    roles = [record.role for record in records if record.role != MAIN]
    pending = False
    for role, status in zip(roles, init, strict=True):
        ended = status.state.terminated or (status.lastState.terminated if status.state.waiting else None)
        if role == SIDECAR:
            pending = pending or not (status.started or ended)
        elif ended is None or ended.exitCode:
            if ended is not None and policy == "Never":
                return "Failed"
            pending = True
    running = waiting = stopped = succeeded = 0
    for status in main:
        state = status.state
        ended = state.terminated or (status.lastState.terminated if state.waiting else None)
        if state.running:
            running += 1
        elif ended is None:
            waiting += 1
        else:
            stopped += 1
            succeeded += bool(state.terminated and not ended.exitCode)
    if over:
        return "Succeeded" if stopped == succeeded and stopped else "Failed"
    if pending and not running and not stopped:
        return "Pending"
    if waiting:
        return "Pending"
    if running or policy == "Always":
        return "Running"
    if stopped == succeeded:
        return "Succeeded"
    return "Failed" if policy == "Never" else "Running"


def _initialized(records: list[ContainerRecord], held: dict[str, Container]) -> bool:
    for record in records:
        container = held.get(record.name)
        if record.role == INIT and (container is None or container.running or container.exit.code):
            return False
        if record.role == SIDECAR and not record.started:
            return False
    return True


def _terminated(container: Container) -> core_v1.ContainerStateTerminated:
    ended = container.exit
    return core_v1.ContainerStateTerminated(
        exitCode=ended.code,
        reason=ended.reason,
        message=ended.message or None,
        startedAt=container.started_at,
        finishedAt=container.finished_at,
        containerID=container.id,
    )


def _conditions(
    pod: core_v1.Pod,
    phase: str,
    records: list[ContainerRecord],
    init: list[Any],
    main: list[Any],
    alive: bool,
    now: datetime,
    before: core_v1.PodStatus,
) -> list[core_v1.PodCondition]:
    old = {each.type: each for each in before.conditions or ()}
    roles = [record.role for record in records if record.role != MAIN]
    unfinished = [
        status.name
        for role, status in zip(roles, init, strict=True)
        if not (status.started if role == SIDECAR else status.state.terminated and not status.state.terminated.exitCode)
    ]
    sidecars = [status for role, status in zip(roles, init, strict=True) if role == SIDECAR]
    unready = [status.name for status in (*sidecars, *main) if not status.ready]
    ready: _Condition
    containers: _Condition
    if phase in ("Succeeded", "Failed"):
        reason = "PodCompleted" if phase == "Succeeded" else "PodFailed"
        initialized: _Condition = ("True", reason, None) if phase == "Succeeded" else _initialized_condition(unfinished)
        containers = ready = ("False", reason, None)
    else:
        initialized = _initialized_condition(unfinished)
        containers = ("True", None, None)
        if unready:
            containers = ("False", "ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
        ready = containers if unready else _gates(pod)
    found = [
        ("PodReadyToStartContainers", ("True" if alive else "False", None, None)),
        ("Initialized", initialized),
        ("Ready", ready),
        ("ContainersReady", containers),
        ("PodScheduled", ("True", None, None)),
    ]
    made = []
    for type_, (value, why, message) in found:
        held = old.get(type_)
        since = held.lastTransitionTime if held is not None and held.status == value else now
        made.append(_condition(type_, value, why, message, since, pod.metadata.generation))
    return made


@lru_cache(maxsize=1024)
def _condition(
    type_: str, value: str, reason: str | None, message: str | None, since: datetime, generation: int | None
) -> core_v1.PodCondition:
    """A condition; pods that go the same way at the same time share theirs."""
    return core_v1.PodCondition(
        type=type_,
        status=value,
        reason=reason,
        message=message,
        lastTransitionTime=since,
        observedGeneration=generation,
    )


def _initialized_condition(unfinished: list[str]) -> _Condition:
    if not unfinished:
        return "True", None, None
    return "False", "ContainersNotInitialized", f"containers with incomplete status: [{' '.join(unfinished)}]"


def _gates(pod: core_v1.Pod) -> _Condition:
    """Ready also waits for the conditions that the pod's readiness gates name."""
    if not pod.spec.readinessGates:
        return "True", None, None
    old = {each.type: each for each in pod.status.conditions or ()}
    missing = []
    for gate in pod.spec.readinessGates:
        held = old.get(gate.conditionType)
        if held is None:
            missing.append(f'corresponding condition of pod readiness gate "{gate.conditionType}" does not exist.')
        elif held.status != "True":
            missing.append(f'the status of pod readiness gate "{gate.conditionType}" is not "True", but {held.status}')
    return ("False", "ReadinessGatesNotReady", ", ".join(missing)) if missing else ("True", None, None)

"""Starting a container: its image, its configuration, its hook, and the waiting when any of that fails."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kubelab.api.errors import ApiError
from kubelab.node import pod_configuration, probes
from kubelab.node.behavior import Behavior
from kubelab.node.container_record import MAIN, ContainerRecord
from kubelab.node.environment import Environment
from kubelab.node.programs import annotated, behavior_of, missing_program

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.pod_worker import PodWorker
    from kubelab.node.runtime import Container

NEVER = float("inf")
_NOT_CREATED = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init"
)


class ContainerStart:
    """Brings up one container after another for a pod worker.

    `soon` tells whether a container is just being started, which is when a report can wait until that is done.

    In Kubernetes
        pkg/kubelet/kuberuntime/kuberuntime_container.go and pkg/kubelet/images/image_manager.go. Each restart waits
        longer: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    """

    def __init__(self, worker: PodWorker) -> None:
        self.worker = worker
        self.soon = False

    def prepare(self, record: ContainerRecord) -> None:
        """See to it that the container can be started, and start it."""
        worker = self.worker
        try:
            record.behavior = annotated(Behavior(), record.spec, worker.pod.metadata.annotations)
        except ValueError as fault:
            self._blocked(record, NEVER, "CreateContainerConfigError", str(fault))
            worker.event(record, "Warning", "Failed", f"Error: {fault}")
            worker.sync()
            return
        if not record.has_image and not self._find_image(record):
            return
        missing = pod_configuration.missing(worker.pod, record.spec, worker.kubelet.client)
        if missing:
            until = worker.kubelet.clock.now + worker.kubelet.timings.kubelet_sync
            self._blocked(record, until, "CreateContainerConfigError", missing)
            worker.event(record, "Warning", "Failed", f"Error: {missing}")
            worker.sync()
            return
        self.soon = True
        worker.do(worker.kubelet.timings.container_start, self._start, record)

    def may_restart(self, record: ContainerRecord, ended: Container) -> bool:
        """Whether the ended container's time has come; if not, it waits in CrashLoopBackOff."""
        worker, kubelet = self.worker, self.worker.kubelet
        now = kubelet.clock.now
        if record.blocked > now:
            return False
        if record.counted == ended.id:
            return True
        key = f"{worker.uid} {record.name}"
        left = kubelet.crash_backoff.left(key, ended.exit.at, now)
        if left > 0:
            meta = worker.pod.metadata
            who = f"{meta.name}_{meta.namespace}({worker.uid})"
            delay = _go_seconds(kubelet.crash_backoff.delay(key))
            message = f"back-off {delay} restarting failed container={record.name} pod={who}"
            self._blocked(record, now + left, "CrashLoopBackOff", message)
            message = f"Back-off restarting failed container {record.name} in pod {who}"
            worker.event(record, "Warning", "BackOff", message)
            return False
        kubelet.crash_backoff.failed(key, ended.exit.at, now)
        record.counted = ended.id
        return True

    def pulled(self, record: ContainerRecord, message: str) -> None:
        """The image has come."""
        worker = self.worker
        worker.pulling = False
        worker.event(record, "Normal", "Pulled", message)
        record.has_image, record.waiting = True, None
        self._go_on()

    def failed(self, record: ContainerRecord, error: str) -> None:
        """The image has not come: try again later, and later each time."""
        worker, kubelet, image = self.worker, self.worker.kubelet, record.spec.image
        worker.pulling = False
        now = kubelet.clock.now
        key = f"{worker.uid} {image}"
        kubelet.pull_backoff.failed(key, now, now)
        worker.event(record, "Warning", "Failed", f'Failed to pull image "{image}": {error}')
        worker.event(record, "Warning", "Failed", "Error: ErrImagePull")
        self._blocked(record, now + kubelet.pull_backoff.delay(key), "ErrImagePull", error)
        kubelet.later(kubelet.timings.image_error_shown, self._back_off, record, error)
        self._go_on()

    def redefine(self) -> None:
        """Images are all that may change in a pod that lives: such containers start anew."""
        worker = self.worker
        specs = {spec.name: spec for spec in (*(worker.pod.spec.initContainers or ()), *worker.pod.spec.containers)}
        for record in worker.records:
            was, record.spec = record.spec, specs[record.name]
            held = worker.container(record)
            if was.image == record.spec.image:
                continue
            record.blocked = 0.0
            if record.role == MAIN and held is not None and held.running:
                message = f"Container {record.name} definition changed, will be restarted"
                worker.event(record, "Normal", "Killing", message)
                worker.kubelet.runtime.stop_container(worker.uid, record.name, worker.grace)
        worker.sync()
        worker.report()

    def _find_image(self, record: ContainerRecord) -> bool:
        worker, kubelet = self.worker, self.worker.kubelet
        image = record.spec.image
        there, policy = image in kubelet.runtime.images, record.spec.imagePullPolicy
        if there and policy != "Always":
            message = f'Container image "{image}" already present on machine and can be accessed by the pod'
            worker.event(record, "Normal", "Pulled", message)
            return True
        if policy == "Never":
            message = f'Container image "{image}" is not present with pull policy of Never'
            worker.event(record, "Warning", "ErrImageNeverPull", message)
            worker.event(record, "Warning", "Failed", "Error: ErrImageNeverPull")
            self._blocked(record, kubelet.clock.now + kubelet.timings.kubelet_sync, "ErrImageNeverPull", message)
            worker.sync()
            return False
        worker.event(record, "Normal", "Pulling", f'Pulling image "{image}"')
        worker.pulling = True
        kubelet.puller.ask(worker.uid, record.name, image, record.behavior)
        return False

    def _back_off(self, record: ContainerRecord, error: str) -> None:
        """Nothing but the words changes: ErrImagePull becomes ImagePullBackOff."""
        worker = self.worker
        if worker.ending is None and record.waiting is not None and record.waiting[0] == "ErrImagePull":
            message = f'Back-off pulling image "{record.spec.image}"'
            worker.event(record, "Normal", "BackOff", message)
            worker.event(record, "Warning", "Failed", "Error: ImagePullBackOff")
            record.waiting = ("ImagePullBackOff", f"{message}: ErrImagePull: {error}")
            worker.report()

    def _start(self, record: ContainerRecord) -> None:
        worker, runtime = self.worker, self.worker.kubelet.runtime
        worker.step, self.soon = None, False
        if not runtime.running or worker.sandbox is None or not worker.sandbox.alive:
            return
        held, told = worker.container(record), record.told
        before = (
            held.attempt if held is not None else told.restartCount if told is not None and told.containerID else -1
        )
        record.reset()
        lacking = missing_program(record.spec)
        if lacking:
            self._unstartable(record, before + 1, f"{_NOT_CREATED}: {lacking}")
            return
        environment = self._environment(record)
        with suppress(ValueError):  # an annotation that was made faulty meanwhile
            record.behavior = behavior_of(record.spec, worker.pod.metadata.annotations, environment.variables)
        runtime.start_container(worker.uid, record.name, record.spec.image, record.behavior, before + 1, environment)
        worker.event(record, "Normal", "Created", "Container created")
        worker.event(record, "Normal", "Started", "Container started")
        worker.look_again(record)
        hook = record.spec.lifecycle.postStart if record.spec.lifecycle is not None else None
        seconds = self._hook(record, hook) if hook is not None else 0.0
        if seconds:
            worker.do(seconds, self._hooked, record)
            worker.report()
            return
        worker.probing.begin(record)
        self._go_on()

    def _hook(self, record: ContainerRecord, hook: core_v1.LifecycleHandler) -> float:
        """Run what is to be run after the start: how long it takes. Where it fails, the container is killed.

        In Kubernetes
            https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
        """
        worker, runtime, held = self.worker, self.worker.kubelet.runtime, self.worker.container(record)
        if hook.exec is None or held is None:
            return probes.hook_seconds(hook)
        ran = runtime.exec_sync(worker.uid, held, hook.exec.command or [])
        if ran.missing or (ran.code and not ran.guessed):
            worker.event(record, "Warning", "FailedPostStartHook", "PostStartHook failed")
            worker.event(record, "Normal", "Killing", "FailedPostStartHook")
            runtime.stop_container(worker.uid, record.name, worker.grace)
        return ran.seconds

    def _unstartable(self, record: ContainerRecord, attempt: int, why: str) -> None:
        """The container was created, and its process could not be started.

        In Kubernetes
            containerd lets it end with exit code 128 and the reason StartError; pkg/kubelet/reason_cache.go keeps what
            the kubelet heard of it.
        """
        worker, spec = self.worker, record.spec
        worker.kubelet.runtime.fail_container(worker.uid, record.name, spec.image, record.behavior, attempt, why)
        worker.event(record, "Normal", "Created", "Container created")
        worker.event(record, "Warning", "Failed", f"Error: {why}")
        record.waiting = ("RunContainerError", why)
        worker.do(worker.kubelet.timings.start_error_shown, self._unstarted, record)
        worker.report()

    def _unstarted(self, record: ContainerRecord) -> None:
        self.worker.step = None
        self._go_on()

    def _environment(self, record: ContainerRecord) -> Environment:
        """What its process finds there, from all that the kubelet has heard of so far."""
        kubelet, worker = self.worker.kubelet, self.worker
        with suppress(ApiError):
            kubelet.heard = kubelet.client.newest_revision
        address = worker.sandbox.address if worker.sandbox is not None else ""
        return Environment(kubelet.client, worker.pod, record.spec, kubelet.heard, (address, kubelet.address))

    def _hooked(self, record: ContainerRecord) -> None:
        self.worker.step = None
        self.worker.probing.begin(record)
        self._go_on()

    def _go_on(self) -> None:
        self.worker.sync()
        if not self.soon:
            self.worker.report()

    def _blocked(self, record: ContainerRecord, until: float, reason: str, message: str) -> None:
        record.waiting, record.blocked = (reason, message), until
        if until < NEVER:
            self.worker.wake_at(until)


def _go_seconds(seconds: float) -> str:
    """A whole number of seconds as Go prints a duration.

    Examples
    --------
    >>> _go_seconds(40), _go_seconds(160), _go_seconds(300)
    ('40s', '2m40s', '5m0s')
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"

"""A pod's life on its node: one worker a pod, which always takes the next step towards what the manifest says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.clock import Call
from kubelab.node import pod_status
from kubelab.node.container_record import INIT, MAIN, SIDECAR, ContainerRecord
from kubelab.node.container_start import ContainerStart
from kubelab.node.ending import Ending
from kubelab.node.prober import Prober

if TYPE_CHECKING:
    from lightkube.models import core_v1

    from kubelab.node.kubelet import Kubelet
    from kubelab.node.runtime import Container, Sandbox


class PodWorker:
    """Compares what a pod should be with what runs of it, and takes one step at a time.

    What it knows is what the API server said of the pod and what the runtime holds of it; a worker that begins anew
    (the kubelet has restarted) goes on from there.

    In Kubernetes
        pkg/kubelet/pod_workers.go and kuberuntime's `computePodActions`.
        https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/

    Left out
        Volumes are there at once. Ephemeral containers, eviction under pressure, in-place resizing.
    """

    def __init__(self, kubelet: Kubelet, pod: core_v1.Pod) -> None:
        self.kubelet, self.pod, self.uid = kubelet, pod, pod.metadata.uid
        self.status = self.sent = pod.status  # as computed last, and as the API server has it
        self.unsent = False
        self.removed = False  # the API server knows the pod no more
        self.ending: Ending | None = None
        self.verdict: tuple[str, str] | None = None  # reason and message, where the kubelet itself ended the pod
        told = {each.name: each for each in (*(pod.status.initContainerStatuses or ()), *(pod.status.containerStatuses or ()))}
        self.records = [
            ContainerRecord(spec, SIDECAR if spec.restartPolicy == "Always" else INIT, told.get(spec.name))
            for spec in pod.spec.initContainers or ()
        ] + [ContainerRecord(spec, MAIN, told.get(spec.name)) for spec in pod.spec.containers]
        self.starting = ContainerStart(self)
        self.step: Call | None = None  # what is being done now
        self.pulling = False
        self._wake: Call | None = None

    # -- what the kubelet says

    def begin(self) -> None:
        """Take the pod on."""
        for record in self.records:
            held = self.container(record)
            if held is not None and held.running:
                self._adopt(record, held)
        deadline = self.pod.spec.activeDeadlineSeconds
        if deadline:
            started = self.pod.status.startTime or self.kubelet.clock.date
            left = (started + timedelta(seconds=deadline) - self.kubelet.clock.date).total_seconds()
            self.kubelet.later(left, self._too_long, quiet=True)
        if self.pod.metadata.deletionTimestamp is not None:
            self.update(self.pod)
        else:
            self.sync()
            self.report()

    def update(self, pod: core_v1.Pod) -> None:
        """The API server has another version of the pod."""
        before, self.pod = self.pod, pod
        if pod.metadata.deletionTimestamp is not None:
            grace = float(pod.metadata.deletionGracePeriodSeconds or 0)
            if self.ending is None:
                self.ending = Ending(self, grace)
                self.ending.begin()
            else:
                self.ending.hurry(grace)
        elif pod.spec is not before.spec and self.ending is None:
            self._redefine(before)
        if pod.status is not self.sent:
            self.sent = pod.status
            self.report(anew=True)

    def remove(self) -> None:
        """The API server knows the pod no more: whatever runs of it must end."""
        self.removed = True
        if self.ending is None:
            self.ending = Ending(self, float(self.pod.metadata.deletionGracePeriodSeconds or 0))
            self.ending.begin()
        else:
            self.ending.forget()

    def reject(self, reason: str, message: str) -> None:
        """The node cannot take the pod."""
        self.event(None, "Warning", reason, message)
        self.verdict = (reason, f"Pod was rejected: {message}")
        self.ended_before()
        self.report()

    def resume(self) -> None:
        """Something that was missing is back (the API server, the runtime): go on."""
        if self.unsent:
            self.report(anew=True)
        if self.ending is not None:
            self.ending.resume()
        else:
            self.sync()
            self.report()

    def ended_before(self) -> None:
        """The pod had ended when this kubelet began."""
        self.ending = Ending(self, 0.0)
        self.ending.over = self.ending.clean = True

    def image_pulled(self, name: str, message: str) -> None:
        """The image of a container has come."""
        if self.ending is None:
            self.starting.pulled(self._record(name), message)

    def image_failed(self, name: str, error: str) -> None:
        """The image of a container does not come."""
        if self.ending is None:
            self.starting.failed(self._record(name), error)

    def exited(self, name: str) -> None:
        """A container has ended."""
        record = self._record(name)
        record.stop_probers()
        record.ready = record.started = False
        if self.ending is not None:
            self.ending.exited()
        else:
            self.sync()
            self.report()

    def probed(self, record: ContainerRecord, kind: str, answer: bool) -> bool:
        """A probe's verdict has turned. Answers whether that was its last."""
        if kind == "readiness":
            record.ready = answer and record.started
            self.report()
            return False
        if answer:
            record.started = True
            self.probe(record)
            self.sync()
            self.report()
            return True
        record.stop_probers("liveness", "startup")
        self.event(record, "Normal", "Killing", f"Container {record.name} failed {kind} probe, will be restarted")
        probe = record.spec.livenessProbe if kind == "liveness" else record.spec.startupProbe
        grace = probe.terminationGracePeriodSeconds
        own = self.pod.spec.terminationGracePeriodSeconds
        grace = grace if grace is not None else 30 if own is None else own
        self.kubelet.runtime.stop_container(self.uid, record.name, float(max(grace, 1)))
        return True

    # -- the next step

    @property
    def sandbox(self) -> Sandbox | None:
        """The pod's sandbox, as the runtime holds it."""
        return self.kubelet.runtime.sandboxes.get(self.uid)

    def container(self, record: ContainerRecord) -> Container | None:
        """The container, running or ended, as the runtime holds it."""
        sandbox = self.sandbox
        return None if sandbox is None else sandbox.containers.get(record.name)

    def sync(self) -> None:
        """Take the next step, if nothing is being done already."""
        if self.step is not None or self.pulling or self.ending is not None or not self.kubelet.runtime.running:
            return
        record = self._next()
        if record is None:
            if self._finished():
                self.end()
            return
        sandbox = self.sandbox
        if sandbox is None or not sandbox.alive:
            if sandbox is not None and sandbox.generation:
                self.event(None, "Normal", "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.")
            self.do(self.kubelet.timings.sandbox_start, self._sandbox_up)
        else:
            self.starting.prepare(record)

    def do(self, seconds: float, method: Any, *args: Any) -> None:
        """Be busy for a while, then go on with `method`."""
        self.step = self.kubelet.later(seconds, method, *args)

    def end(self, reason: str = "", message: str = "") -> None:
        """Nothing of the pod is to run any more."""
        if reason:
            self.verdict = (reason, message)
        own = self.pod.spec.terminationGracePeriodSeconds
        self.ending = Ending(self, float(30 if own is None else own))
        self.ending.begin()

    def wake_at(self, instant: float) -> None:
        """Look again then: a backoff will be over."""
        if self._wake is None or self._wake.cancelled or not self.kubelet.clock.now < self._wake.due <= instant:
            self._wake = self.kubelet.later(instant - self.kubelet.clock.now, self._woken, quiet=True)

    def probe(self, record: ContainerRecord) -> None:
        """Start the probes whose time has come."""
        held, spec = self.container(record), record.spec
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
                record.probers[kind] = prober = Prober(self, record, held, kind, probe, verdict)
                prober.start()

    # -- what others are told

    def report(self, *, anew: bool = False) -> None:
        """Tell the API server how the pod is, if that has changed."""
        kubelet = self.kubelet
        over = self.ending is not None and self.ending.over
        status = self.status
        if self.sandbox is not None or self.verdict is None:
            status = pod_status.status_of(
                self.pod, self.sandbox, self.records, kubelet.address, kubelet.clock.date, status, over=over
            )
        if self.verdict is not None:
            status = pod_status.replace(status, phase="Failed", reason=self.verdict[0], message=self.verdict[1])
        if status == self.status and not anew and self.status is not self.pod.status:
            return
        self.status = status
        if self.removed:
            return
        try:
            self.sent = kubelet.write_status(self.pod, status)
            self.unsent = False
        except ApiError as refused:
            self.unsent = refused.code >= 500

    def event(self, record: ContainerRecord | None, type_: str, reason: str, message: str) -> None:
        """Say in public what happened to the pod, or to one of its containers."""
        self.kubelet.recorder.event(self.pod, type_, reason, message)

    # -- inside

    def _record(self, name: str) -> ContainerRecord:
        return next(held for held in self.records if held.name == name)

    def _adopt(self, record: ContainerRecord, held: Container) -> None:
        """The container ran before this kubelet did."""
        told = record.told
        if told is not None and told.containerID == held.id:
            record.ready, record.started = told.ready, bool(told.started)
        self.probe(record)

    def _next(self) -> ContainerRecord | None:
        """The container to be started now, if there is one."""
        sandbox = self.sandbox
        generation = sandbox.generation if sandbox is not None and sandbox.alive else -1
        for record in self.records:
            held = self.container(record)
            stale = held is not None and held.sandbox != generation
            if record.role == INIT:
                if held is None or (stale and self._restarts_after_reboot()):
                    return record if self._unblocked(record) else None
                if held.running:
                    return None
                if held.exit.code:
                    again = record.should_restart(held, self.pod.spec.restartPolicy)
                    return record if again and self.starting.may_restart(record, held) else None
            elif held is None:
                if self._unblocked(record):
                    return record
                if record.role == SIDECAR:
                    return None
            elif held.running:
                if record.role == SIDECAR and not record.started:
                    return None
            elif record.should_restart(held, self.pod.spec.restartPolicy):
                if self.starting.may_restart(record, held):
                    return record
        return None

    def _restarts_after_reboot(self) -> bool:
        policy = self.pod.spec.restartPolicy
        mains = [self.container(record) for record in self.records if record.role == MAIN]
        return policy != "Never" and not (mains and all(held is not None and held.exit and not held.exit.code for held in mains))

    def _unblocked(self, record: ContainerRecord) -> bool:
        return record.blocked <= self.kubelet.clock.now

    def _finished(self) -> bool:
        """Whether all is done: every container has ended for good, or an init container has failed for good."""
        policy = self.pod.spec.restartPolicy
        mains = [(record, self.container(record)) for record in self.records if record.role == MAIN]
        if all(held is not None and held.exit and not record.should_restart(held, policy) for record, held in mains):
            return True
        return any(
            record.role == INIT and held is not None and held.exit and held.exit.code and not record.should_restart(held, policy)
            for record, held in ((record, self.container(record)) for record in self.records)
        )

    def _sandbox_up(self) -> None:
        self.step = None
        if self.kubelet.runtime.run_sandbox(self.pod) is None:
            message = "Failed to create pod sandbox: plugin failed (add): no IP addresses available in range set"
            self.event(None, "Warning", "FailedCreatePodSandBox", message)
            self.do(self.kubelet.timings.crash_loop_backoff_initial, self._woken)
            return
        self.sync()
        if not self.starting.soon:
            self.report()

    def _woken(self) -> None:
        self.step = None if self.step is not None and self.step.due <= self.kubelet.clock.now else self.step
        self.sync()
        self.report()

    def _too_long(self) -> None:
        if self.ending is None:
            message = "Pod was active on the node longer than the specified deadline"
            self.event(None, "Normal", "DeadlineExceeded", message)
            self.end("DeadlineExceeded", message)

    def _redefine(self, before: core_v1.Pod) -> None:
        """Images are all that may change in a pod that lives: such containers start anew."""
        specs = {spec.name: spec for spec in (*(self.pod.spec.initContainers or ()), *self.pod.spec.containers)}
        for record in self.records:
            was, record.spec = record.spec, specs[record.name]
            held = self.container(record)
            if was.image != record.spec.image and held is not None and held.running and record.role == MAIN:
                message = f"Container {record.name} definition changed, will be restarted"
                self.event(record, "Normal", "Killing", message)
                own = self.pod.spec.terminationGracePeriodSeconds
                self.kubelet.runtime.stop_container(self.uid, record.name, float(30 if own is None else own))

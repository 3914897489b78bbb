"""A pod's life on its node: one worker a pod, which always takes the next step towards what the manifest says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.clock import Call
from kubelab.node import pod_plan, pod_status
from kubelab.node.container_record import INIT, MAIN, SIDECAR, ContainerRecord
from kubelab.node.container_start import ContainerStart
from kubelab.node.ending import Ending
from kubelab.node.pod_volumes import PodVolumes
from kubelab.node.probing import Probing

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
        Ephemeral containers, eviction under pressure, in-place resizing.
    """

    def __init__(self, kubelet: Kubelet, pod: core_v1.Pod) -> None:
        self.kubelet, self.pod, self.uid = kubelet, pod, pod.metadata.uid
        self.status = self.sent = pod.status  # as computed last, and as the API server has it
        self.unsent = False
        self.silent = False  # there is nothing to report any more
        self.removed = False  # the API server knows the pod no more
        self.ending: Ending | None = None
        self.verdict: tuple[str, str] | None = None  # reason and message, where the kubelet itself ended the pod
        told = {each.name: each for each in pod.status.containerStatuses or ()}
        told |= {each.name: each for each in pod.status.initContainerStatuses or ()}
        self.records = [
            ContainerRecord(spec, SIDECAR if spec.restartPolicy == "Always" else INIT, told.get(spec.name))
            for spec in pod.spec.initContainers or ()
        ] + [ContainerRecord(spec, MAIN, told.get(spec.name)) for spec in pod.spec.containers]
        self.starting = ContainerStart(self)
        self.probing = Probing(self)
        self.volumes = PodVolumes(self)
        self.step: Call | None = None  # what is being done now
        self.pulling = False
        self._trying = False
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
        before, self.pod = self.pod.spec, pod
        if pod.metadata.deletionTimestamp is not None:
            grace = float(pod.metadata.deletionGracePeriodSeconds or 0)
            if self.ending is None:
                self.ending = Ending(self, grace)
                self.ending.begin()
            else:
                self.ending.hurry(grace)
        elif pod.spec is not before and self.ending is None:
            self.starting.redefine()
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
        message = f"Pod was rejected: {message}"
        self._send(pod_status.replace(self.status, phase="Failed", reason=reason, message=message))
        self.ended_before()

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
        """Nothing of the pod runs here, and what is known of it stays as it is."""
        self.silent = True
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
        self.look_again(record)
        if self.ending is not None:
            self.ending.exited()
        else:
            self.sync()
            self.report()

    # -- the next step

    @property
    def sandbox(self) -> Sandbox | None:
        """The pod's sandbox, as the runtime holds it."""
        return self.kubelet.runtime.sandboxes.get(self.uid)

    @property
    def grace(self) -> float:
        """How long its containers have between SIGTERM and SIGKILL."""
        own = self.pod.spec.terminationGracePeriodSeconds
        return float(30 if own is None else max(own, 1))

    def container(self, record: ContainerRecord) -> Container | None:
        """The container, running or ended, as the runtime holds it."""
        sandbox = self.sandbox
        return None if sandbox is None else sandbox.containers.get(record.name)

    def look_again(self, changed: ContainerRecord) -> None:
        """A container has begun or ended: probes of the others may find it otherwise now."""
        for record in self.records if len(self.records) > 1 else ():
            for prober in record.probers.values() if record is not changed else ():
                if prober.looks_around:
                    prober.look_again()

    def sync(self) -> None:
        """Take the next step, if nothing is being done already."""
        if self.step is not None or self.pulling or self.ending is not None or not self.kubelet.runtime.running:
            return
        record = pod_plan.next_to_start(self)
        if record is None:
            if pod_plan.finished(self):
                self.end()
            return
        sandbox = self.sandbox
        if sandbox is None or not sandbox.alive:
            if not self.volumes.ready():
                return
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
        self.ending = Ending(self, self.grace)
        self.ending.begin()

    def wake_at(self, instant: float) -> None:
        """Look again then: a backoff will be over."""
        if self._wake is None or self._wake.cancelled or not self.kubelet.clock.now < self._wake.due <= instant:
            self._wake = self.kubelet.later(instant - self.kubelet.clock.now, self._woken, quiet=True)

    # -- what others are told

    def report(self, *, anew: bool = False) -> None:
        """Tell the API server how the pod is, if that has changed."""
        if self.silent:
            return
        kubelet = self.kubelet
        over = self.ending is not None and self.ending.over
        status = pod_status.status_of(
            self.pod, self.sandbox, self.records, kubelet.address, kubelet.clock.date, self.status, over=over
        )
        if self.verdict is not None:
            status = pod_status.replace(status, phase="Failed", reason=self.verdict[0], message=self.verdict[1])
        if anew or status != self.status:
            self._send(status)

    def try_again(self) -> None:
        """The API server is there and cannot do what it is asked (its etcd is down): later."""
        if not self._trying and self.kubelet.client.reachable:
            self._trying = True
            self.kubelet.later(self.kubelet.timings.reconnect_delay, self._try_again, quiet=True)

    def event(self, record: ContainerRecord | None, type_: str, reason: str, message: str) -> None:
        """Say in public what happened to the pod, or to one of its containers."""
        part = record.path if record is not None else ""
        self.kubelet.recorder.event(self.pod, type_, reason, message, part=part)

    # -- inside

    def _record(self, name: str) -> ContainerRecord:
        return next(held for held in self.records if held.name == name)

    def _adopt(self, record: ContainerRecord, held: Container) -> None:
        """The container ran before this kubelet did."""
        told = record.told
        if told is not None and told.containerID == held.id:
            record.ready, record.started = told.ready, bool(told.started)
        self.probing.begin(record)

    def _send(self, status: core_v1.PodStatus) -> None:
        self.status = status
        if self.removed:
            return
        try:
            self.sent = self.kubelet.write_status(self.pod, status)
            self.unsent = False
        except ApiError as refused:
            self.unsent = refused.code >= 500
            if self.unsent:
                self.try_again()

    def _try_again(self) -> None:
        self._trying = False
        self.resume()

    def _sandbox_up(self) -> None:
        self.step = None
        if self.kubelet.runtime.run_sandbox(self.pod) is None:
            self.event(None, "Warning", "FailedCreatePodSandBox", self._no_address())
            self.do(self.kubelet.timings.crash_loop_backoff_initial, self._woken)
            return
        self.sync()
        if not self.starting.soon:
            self.report()

    def _no_address(self) -> str:
        prefix = self.kubelet.range.rpartition(".")[0]
        return (
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: "
            'plugin type="flannel" failed (add): failed to allocate for range 0: '
            f"no IP addresses available in range set: {prefix}.1-{prefix}.254"
        )

    def _woken(self) -> None:
        self.step = None if self.step is not None and self.step.due <= self.kubelet.clock.now else self.step
        self.sync()
        self.report()

    def _too_long(self) -> None:
        if self.ending is None:
            message = "Pod was active on the node longer than the specified deadline"
            self.event(None, "Normal", "DeadlineExceeded", message)
            self.end("DeadlineExceeded", message)

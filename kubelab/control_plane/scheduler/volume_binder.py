"""The volume binder: what must be true of a pod's volumes before the pod is bound to its node.

Volumes are bound to claims, and provisioners are told which node the pod is to be on; then the pod waits, counted on
its node, until all its claims are bound.

In Kubernetes
    `BindPodVolumes` and `checkBindings` in `pkg/scheduler/framework/plugins/volumebinding/binder.go`: PreBind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import key_of, with_meta
from kubelab.api.storage import SELECTED_NODE, is_fully_bound
from kubelab.api.volume_matching import volume_for
from kubelab.control_plane.scheduler.pod_info import PodInfo
from kubelab.control_plane.scheduler.pod_volumes import PodVolumes, VolumePlan, pod_volumes
from kubelab.control_plane.scheduler.scheduling_queue import QueuedPod

if TYPE_CHECKING:
    from kubelab.control_plane.scheduler.scheduler import Scheduler

BIND_TIMEOUT = 600.0  # bindTimeoutSeconds of VolumeBindingArgs
PRE_BIND = 'running PreBind plugin "VolumeBinding": '


@dataclass(eq=False, slots=True)
class Awaited:
    """A pod whose claims are being bound: the node it is to be on, and the keys of the claims."""

    waiting: QueuedPod
    node: str
    claims: tuple[str, ...]
    since: float


class VolumeBinder:
    """Binds the volumes of pods that have been given a node, and says when that is done."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.scheduler = scheduler
        self._awaited: dict[str, Awaited] = {}  # by pod
        self._assumed: dict[str, str] = {}  # volume -> the claim that it is promised to

    def forget(self) -> None:
        """The process has ended."""
        self._awaited, self._assumed = {}, {}

    def volumes_of(self, pod: Any) -> PodVolumes | None:
        """What the pod's claims mean now; None if it has none."""
        if not pod.spec.volumes:
            return None
        informer = self.scheduler.informer
        return pod_volumes(
            pod,
            informer("persistentvolumeclaims"),
            informer("persistentvolumes"),
            informer("storageclasses"),
            informer("pods"),
            self._assumed,
        )

    def begin(self, waiting: QueuedPod, info: PodInfo, node: str) -> bool:
        """Whether the pod can be bound at once; otherwise its volumes are being bound, and it waits.

        Raises
        ------
        ApiError
            The API server refused what had to be written.
        """
        labels = self.scheduler.cache.node(node).labels
        plan = info.volumes.plan(node, labels) if info.volumes is not None else VolumePlan()
        if plan is None or not (plan.bindings or plan.provisions):
            return True
        client = self.scheduler.client
        for claim, volume in plan.bindings:
            bound = volume_for(volume, claim)
            if bound is not volume:
                client.update(bound)
            self._assumed[volume.metadata.name] = key_of(claim)
        for claim in plan.provisions:
            annotations = {**(claim.metadata.annotations or {}), SELECTED_NODE: node}
            if annotations != claim.metadata.annotations:
                client.update(with_meta(claim, annotations=annotations))
        claims = (*(key_of(claim) for claim, _ in plan.bindings), *map(key_of, plan.provisions))
        self._awaited[waiting.key] = Awaited(waiting, node, claims, self.scheduler.clock.now)
        self.scheduler.later(BIND_TIMEOUT, self._too_late, waiting.key, quiet=True)
        return False

    def drop(self, pod: str) -> None:
        """The pod is gone, or on a node."""
        self._awaited.pop(pod, None)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A claim or a volume has changed: whoever waited for it may go on."""
        if kind == "persistentvolumes":
            name = (new or old).metadata.name
            if new is None or new.spec.claimRef is not None:
                self._assumed.pop(name, None)  # now everybody sees whose it is
            return
        key = key_of(new or old)
        for pod, awaited in list(self._awaited.items()):
            if key in awaited.claims:
                self._look(pod, awaited)

    def _look(self, pod: str, awaited: Awaited) -> None:
        claims = [self.scheduler.informer("persistentvolumeclaims").get(key) for key in awaited.claims]
        for key, claim in zip(awaited.claims, claims, strict=True):
            if claim is None or claim.metadata.deletionTimestamp is not None:
                name = key.rpartition("/")[2]
                state = "not found" if claim is None else "is being deleted"
                self._fail(pod, f'{PRE_BIND}binding volumes: persistentvolumeclaim "{name}" {state}')
                return
        if all(is_fully_bound(claim) for claim in claims):
            del self._awaited[pod]
            self.scheduler.bind(awaited.waiting, awaited.node)

    def _too_late(self, pod: str) -> None:
        awaited = self._awaited.get(pod)
        if awaited is not None and self.scheduler.clock.now - awaited.since >= BIND_TIMEOUT:
            self._fail(pod, f"{PRE_BIND}binding volumes: context deadline exceeded")

    def _fail(self, pod: str, message: str) -> None:
        self.scheduler.give_up(self._awaited.pop(pod).waiting, message)

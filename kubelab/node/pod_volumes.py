"""A pod's volumes on its node: its containers start when all claims are bound and their volumes can be mounted.

In Kubernetes
    pkg/kubelet/volumemanager: `WaitForAttachAndMount`, and its populator.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#claims-as-volumes

Left out
    Attaching and mounting take no time, and never fail for other reasons than those of claims and of the node's labels.
    Volumes that are no claims are there at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.pod_claims import claims_of
from kubelab.api.volume_matching import is_usable_on

if TYPE_CHECKING:
    from kubelab.node.pod_worker import PodWorker


class PodVolumes:
    """Waits for the claims of one pod, and says in events what it waits for."""

    def __init__(self, worker: PodWorker) -> None:
        self.worker = worker
        self._mounted = not any(claims_of(worker.pod))

    def ready(self) -> bool:
        """Whether all volumes are mounted; if not, they are looked at again after a while."""
        if not self._mounted:
            kubelet = self.worker.kubelet
            try:
                self._mounted = self._mount()
            except ApiError as refused:
                self._mounted = False
                if refused.code < 500:
                    raise
            if not self._mounted:
                self.worker.wake_at(kubelet.clock.now + kubelet.timings.kubelet_sync)
        return self._mounted

    def _mount(self) -> bool:
        pod = self.worker.pod
        failed: list[str] = []
        complaints: list[str] = []
        volumes: list[Any] = []
        for volume, name in zip(_volumes_of(pod), claims_of(pod), strict=True):
            claim, complaint = self._claim(pod.metadata.namespace, name)
            if complaint:
                failed.append(volume.name)
                complaints.append(f"error processing PVC {pod.metadata.namespace}/{name}: {complaint}")
            else:
                volumes.append(self.worker.kubelet.client.get("persistentvolumes", claim.spec.volumeName, None))
        if complaints:
            listed = " ".join(failed)
            which = f"unmounted volumes=[{listed}], unattached volumes=[], failed to process volumes=[{listed}]"
            self._say(f"Unable to attach or mount volumes: {which}: {'; '.join(complaints)}")
            return False
        usable = [self._is_usable(volume) for volume in volumes]  # every one that is not, is told of
        return all(usable)

    def _claim(self, namespace: str, name: str) -> tuple[Any, str]:
        """A claim, and what is wrong with it."""
        try:
            claim = self.worker.kubelet.client.get("persistentvolumeclaims", name, namespace)
        except ApiError as refused:
            if refused.code != 404:
                raise
            return None, f"failed to fetch PVC from API server: {refused.message}"
        if claim.metadata.deletionTimestamp is not None:
            return claim, "PVC is being deleted"
        bound = claim.status is not None and claim.status.phase == "Bound" and claim.spec.volumeName
        return claim, "" if bound else "PVC is not bound"

    def _is_usable(self, volume: Any) -> bool:
        kubelet = self.worker.kubelet
        node = kubelet.informer("nodes").get(kubelet.node)
        labels = (node.metadata.labels if node is not None else None) or {}
        if is_usable_on(volume, kubelet.node, labels):
            return True
        name = volume.metadata.name
        self._say(f'MountVolume.NodeAffinity check failed for volume "{name}" : no matching NodeSelectorTerms')
        return False

    def _say(self, message: str) -> None:
        self.worker.event(None, "Warning", "FailedMount", message)


def _volumes_of(pod: Any) -> list[Any]:
    return [
        volume
        for volume in pod.spec.volumes or ()
        if volume.persistentVolumeClaim is not None or volume.ephemeral is not None
    ]

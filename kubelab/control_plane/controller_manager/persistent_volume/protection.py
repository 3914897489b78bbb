"""The protection controllers: what is in use stays until nobody uses it any more.

In Kubernetes
    `pkg/controller/volume/pvcprotection` and `pkg/controller/volume/pvprotection`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import key_of, with_meta
from kubelab.api.pod_claims import claims_of, ephemeral_claim
from kubelab.api.storage import CLAIM_PROTECTION, VOLUME_PROTECTION
from kubelab.client_go.client import Client
from kubelab.control_plane.controller_manager.controller import Controller

_FINISHED = ("Succeeded", "Failed")


class ClaimProtectionController(Controller):
    """Takes the finalizer off a claim that is to go, once no pod on a node uses it."""

    name = "pvc-protection-controller"
    watches = ("persistentvolumeclaims", "pods")

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A claim has changed, or a pod that used some."""
        if kind == "persistentvolumeclaims":
            if new is not None:
                self.queue.add(key_of(new))
            return
        pod = new if new is not None else old
        if new is None or not new.spec.nodeName or new.status.phase in _FINISHED:
            for name in claims_of(pod):
                self.queue.add(f"{pod.metadata.namespace}/{name}")

    def reconcile(self, key: str) -> None:
        """Protect a claim, or let it go."""
        claim = self.informer("persistentvolumeclaims").get(key)
        if claim is not None:
            _protect(self.client, claim, CLAIM_PROTECTION, self._is_used(claim))

    def _is_used(self, claim: Any) -> bool:
        meta = claim.metadata
        for pod in self.informer("pods"):
            if pod.metadata.namespace != meta.namespace or not pod.spec.nodeName:
                continue
            for volume in pod.spec.volumes or ():
                source = volume.persistentVolumeClaim
                if source is not None and source.claimName == meta.name:
                    return True
                ephemeral = volume.ephemeral is not None and ephemeral_claim(pod, volume) == meta.name
                if ephemeral and pod.status.phase not in _FINISHED:
                    return True
        return False


class VolumeProtectionController(Controller):
    """Takes the finalizer off a volume that is to go, once it is bound to no claim."""

    name = "pv-protection-controller"
    watches = ("persistentvolumes",)

    def reconcile(self, key: str) -> None:
        """Protect a volume, or let it go."""
        volume = self.informer("persistentvolumes").get(key)
        if volume is not None:
            bound = volume.status is not None and volume.status.phase == "Bound"
            _protect(self.client, volume, VOLUME_PROTECTION, bound)


def _protect(client: Client, obj: Any, finalizer: str, used: bool) -> None:
    """Add the finalizer to what is to stay, take it away from what may go."""
    held = obj.metadata.finalizers or []
    if obj.metadata.deletionTimestamp is None:
        if finalizer not in held:
            client.update(with_meta(obj, finalizers=[*held, finalizer]))
    elif finalizer in held and not used:
        client.update(with_meta(obj, finalizers=[other for other in held if other != finalizer] or None))

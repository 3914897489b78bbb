"""The persistent volume controller: it brings claims and volumes together, and parts them when a claim is gone.

In Kubernetes
    `pkg/controller/volume/persistentvolume/pv_controller.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/

Left out
    Every 15 s Kubernetes looks at all claims and volumes again, and repeats its events. Here a waiting claim is looked
    at again at the first of those instants after something has come that might suit it.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import key_of
from kubelab.api.storage import BIND_COMPLETED, annotation
from kubelab.api.volume_matching import volume_mode, without_claim
from kubelab.client_go.component import Component
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.persistent_volume.binding import bind, set_claim_phase, set_volume_phase
from kubelab.control_plane.controller_manager.persistent_volume.reclaim import reclaim
from kubelab.control_plane.controller_manager.persistent_volume.unbound import UnboundClaims
from kubelab.control_plane.controller_manager.ticks import Ticks

CLAIM, VOLUME = "claim:", "volume:"


class PersistentVolumeController(Controller):
    """Binds claims to volumes and keeps the phases of both true.

    The keys of its queue are `claim:namespace/name` and `volume:name`. A claim is Pending until it is bound, and Lost
    if its volume disappears; a volume is Available, Bound, Released (its claim is gone) or Failed (it cannot go).
    """

    name = "persistentvolume-controller"
    watches = ("persistentvolumes", "persistentvolumeclaims", "storageclasses", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.ticks = Ticks(manager, self.timings.pv_claim_binder_sync_period)
        self.unbound = UnboundClaims(self)

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A volume or a claim has changed, or a class has come that claims may have waited for."""
        if kind == "persistentvolumes":
            if new is not None:
                self.queue.add(VOLUME + key_of(new))
                if _is_free(new) and not (old is not None and _is_free(old)):
                    self._wake_waiting()
            elif old.spec.claimRef is not None and old.spec.claimRef.name:
                reference = old.spec.claimRef
                self.queue.add(f"{CLAIM}{reference.namespace}/{reference.name}")
        elif kind == "persistentvolumeclaims":
            if new is not None:
                self.queue.add(CLAIM + key_of(new))
            elif old.spec.volumeName:
                self.queue.add(VOLUME + old.spec.volumeName)
        elif kind == "storageclasses" and new is not None:
            self._wake_waiting()

    def _wake_waiting(self) -> None:
        """Look at claims that have no volume when Kubernetes would: when it looks at everything."""
        delay = self.ticks.next() - self.clock.now
        for claim in self.informer("persistentvolumeclaims"):
            if annotation(claim, BIND_COMPLETED) is None and not claim.spec.volumeName:
                self.queue.add_after(CLAIM + key_of(claim), delay)

    def reconcile(self, key: str) -> None:
        """Take the next step with a claim or a volume."""
        if key.startswith(VOLUME):
            volume = self.informer("persistentvolumes").get(key.removeprefix(VOLUME))
            if volume is not None:
                self._sync_volume(volume)
            return
        claim = self.informer("persistentvolumeclaims").get(key.removeprefix(CLAIM))
        if claim is None:
            return
        if annotation(claim, BIND_COMPLETED) is None:
            self.unbound.sync(claim)
        else:
            self._sync_bound(claim)

    def _sync_bound(self, claim: Any) -> None:
        """See whether the volume of a claim that was bound is still there, and its own."""
        if not claim.spec.volumeName:
            what = "Bound claim has lost reference to PersistentVolume"
            self._lose(claim, "ClaimLost", f"{what}. Data on the volume is lost!")
            return
        volume = self.informer("persistentvolumes").get(claim.spec.volumeName)
        if volume is None:
            self._lose(claim, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
        elif volume.spec.claimRef is None or volume.spec.claimRef.uid == claim.metadata.uid:
            bind(self.client, volume, claim)
        else:
            what = "Two claims are bound to the same volume, this one is bound incorrectly"
            self._lose(claim, "ClaimMisbound", what)

    def _lose(self, claim: Any, reason: str, message: str) -> None:
        if claim.status.phase != "Lost":
            set_claim_phase(self.client, claim, "Lost")
            self.recorder.event(claim, "Warning", reason, message)

    def _sync_volume(self, volume: Any) -> None:
        """See whether a volume is anybody's, and whether that claim knows."""
        reference = volume.spec.claimRef
        if reference is None or not reference.uid:
            set_volume_phase(self.client, volume, "Available")
            return
        claim = self.informer("persistentvolumeclaims").get(f"{reference.namespace}/{reference.name}")
        if claim is None or claim.metadata.uid != reference.uid:
            if volume.status.phase not in ("Released", "Failed"):
                volume = set_volume_phase(self.client, volume, "Released")
            reclaim(self, volume)
        elif not claim.spec.volumeName:
            if volume_mode(volume) != volume_mode(claim):
                name = volume.metadata.name
                about = f'Cannot bind PersistentVolume to requested PersistentVolumeClaim "{claim.metadata.name}"'
                self.recorder.event(volume, "Warning", "VolumeMismatch", f"{about} due to incompatible volumeMode.")
                about = f'Cannot bind PersistentVolume "{name}" to requested PersistentVolumeClaim'
                self.recorder.event(claim, "Warning", "VolumeMismatch", f"{about} due to incompatible volumeMode.")
            else:
                self.queue.add(CLAIM + key_of(claim))
        elif claim.spec.volumeName == volume.metadata.name:
            set_volume_phase(self.client, volume, "Bound")
        else:
            self._part(volume)

    def _part(self, volume: Any) -> None:
        """The claim has another volume: this one is free again, or goes if it was made for that claim."""
        made_for_it = self.unbound.is_provisioned(volume)
        if made_for_it and volume.spec.persistentVolumeReclaimPolicy == "Delete":
            if volume.status.phase not in ("Released", "Failed"):
                volume = set_volume_phase(self.client, volume, "Released")
            reclaim(self, volume)
        else:
            set_volume_phase(self.client, self.client.update(without_claim(volume)), "Available")


def _is_free(volume: Any) -> bool:
    """Whether a claim that nobody kept a volume for could have this one."""
    return volume.spec.claimRef is None and volume.status is not None and volume.status.phase == "Available"

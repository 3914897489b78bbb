"""Claims without a volume: which one they get, who is asked to make one, and what they wait for.

In Kubernetes
    `syncUnboundClaim` and `provisionClaim` in `pkg/controller/volume/persistentvolume/pv_controller.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.api.objects import with_meta, with_spec
from kubelab.api.storage import (
    BETA_STORAGE_PROVISIONER,
    BOUND_BY_CONTROLLER,
    PROVISIONED_BY,
    SELECTED_NODE,
    STORAGE_PROVISIONER,
    annotation,
    claim_class,
    claim_has_class,
    default_class,
    is_bound_to,
    waits_for_first_consumer,
)
from kubelab.api.volume_matching import find_matching_volume, mismatch
from kubelab.control_plane.controller_manager.persistent_volume.binding import bind, set_claim_phase

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.persistent_volume.controller import PersistentVolumeController

_IN_TREE = "kubernetes.io/"
_NONE_FITS = "no persistent volumes available for this claim and no storage class is set"
_FIRST_CONSUMER = "waiting for first consumer to be created before binding"


class UnboundClaims:
    """Takes the next step with a claim that is not bound yet."""

    def __init__(self, controller: PersistentVolumeController) -> None:
        self.controller = controller

    def sync(self, claim: Any) -> None:
        """Bind the claim to a volume, have one made, or say what it waits for."""
        if claim.spec.volumeName:
            self._sync_named(claim)
            return
        controller = self.controller
        found = controller.informer("storageclasses").get(claim_class(claim)) if claim_class(claim) else None
        delayed = waits_for_first_consumer(found)
        volumes = sorted(controller.informer("persistentvolumes"), key=_fewest_modes)
        volume = find_matching_volume(claim, volumes, delay_binding=delayed)
        if volume is not None:
            bind(controller.client, volume, claim)
            return
        claim = self._with_default_class(claim)
        if delayed and annotation(claim, SELECTED_NODE) is None:
            self._say_who_is_awaited(claim)
        elif claim_class(claim):
            self._provision(claim)
            return
        else:
            controller.recorder.event(claim, "Normal", "FailedBinding", _NONE_FITS)
        set_claim_phase(controller.client, claim, "Pending")

    def _sync_named(self, claim: Any) -> None:
        """The claim asks for one volume and no other."""
        controller, name = self.controller, claim.spec.volumeName
        volume = controller.informer("persistentvolumes").get(name)
        if volume is not None and volume.spec.claimRef is None:
            reason = mismatch(volume, claim)
            if not reason:
                bind(controller.client, volume, claim)
                return
            message = f'Cannot bind to requested volume "{name}": {reason}'
            controller.recorder.event(claim, "Warning", "VolumeMismatch", message)
        elif volume is not None:
            if is_bound_to(volume, claim):
                bind(controller.client, volume, claim)
                return
            if annotation(claim, BOUND_BY_CONTROLLER) is None:
                message = f'volume "{name}" already bound to a different claim.'
                controller.recorder.event(claim, "Warning", "FailedBinding", message)
        set_claim_phase(controller.client, claim, "Pending")

    def _with_default_class(self, claim: Any) -> Any:
        """A claim that was made before there was a default class gets it now."""
        if claim_has_class(claim):
            return claim
        found = default_class(self.controller.informer("storageclasses"))
        if found is None:
            return claim
        return self.controller.client.update(with_spec(claim, storageClassName=found.metadata.name))

    def _say_who_is_awaited(self, claim: Any) -> None:
        pods = [
            pod.metadata.name
            for pod in self.controller.informer("pods")
            if pod.metadata.namespace == claim.metadata.namespace and not pod.spec.nodeName and _uses(pod, claim)
        ]
        reason, message = "WaitForFirstConsumer", _FIRST_CONSUMER
        if pods:
            reason = "WaitForPodScheduled"
            message = f"waiting for pod{'s' if len(pods) > 1 else ''} {','.join(pods)} to be scheduled"
        self.controller.recorder.event(claim, "Normal", reason, message)

    def _provision(self, claim: Any) -> None:
        """Ask the provisioner of the claim's class for a volume."""
        controller, name = self.controller, claim_class(claim)
        found = controller.informer("storageclasses").get(name)
        if found is None:
            message = f'storageclass.storage.k8s.io "{name}" not found'
            controller.recorder.event(claim, "Warning", "ProvisioningFailed", message)
            return
        provisioner = found.provisioner
        if provisioner.startswith(_IN_TREE):
            message = f"no volume plugin matched name: {provisioner}"
            controller.recorder.event(claim, "Warning", "ProvisioningFailed", message)
            return
        annotations = {**(claim.metadata.annotations or {})}
        annotations |= {BETA_STORAGE_PROVISIONER: provisioner, STORAGE_PROVISIONER: provisioner}
        if annotations != claim.metadata.annotations:
            claim = controller.client.update(with_meta(claim, annotations=annotations))
        message = (
            f"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the "
            "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
            "correctly registered."
        )
        controller.recorder.event(claim, "Normal", "ExternalProvisioning", message)

    def is_provisioned(self, volume: Any) -> bool:
        """Whether a volume was made for a claim, and not by hand."""
        return annotation(volume, PROVISIONED_BY) is not None


def _fewest_modes(volume: Any) -> tuple[int, str]:
    """Volumes that can be used in fewer ways are given away first."""
    return len(volume.spec.accessModes or ()), volume.metadata.name


def _uses(pod: Any, claim: Any) -> bool:
    return any(
        volume.persistentVolumeClaim is not None and volume.persistentVolumeClaim.claimName == claim.metadata.name
        for volume in pod.spec.volumes or ()
    )

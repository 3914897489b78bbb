"""What becomes of a volume whose claim is gone: it is kept, deleted, or wiped for the next one.

In Kubernetes
    `reclaimVolume` in `pkg/controller/volume/persistentvolume/pv_controller.go`, and the volume plugins' deleters.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming

Left out
    The pod that wipes a volume which is to be recycled: it is empty at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.api.storage import PROVISIONED_BY, annotation
from kubelab.api.volume_matching import without_claim
from kubelab.control_plane.controller_manager.persistent_volume.binding import set_volume_phase

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.persistent_volume.controller import PersistentVolumeController

_DELETABLE = re.compile("/tmp/.+").search
_RECYCLABLE = ("hostPath", "nfs")


def reclaim(controller: PersistentVolumeController, volume: Any) -> None:
    """Do what the volume's reclaim policy says."""
    policy = volume.spec.persistentVolumeReclaimPolicy
    if policy == "Retain":
        return
    if policy == "Delete":
        _delete(controller, volume)
    elif policy == "Recycle":
        _recycle(controller, volume)
    else:
        message = "Volume has an unrecognized PersistentVolumeReclaimPolicy"
        _fail(controller, volume, "VolumeUnknownReclaimPolicy", message)


def _delete(controller: PersistentVolumeController, volume: Any) -> None:
    provisioner = annotation(volume, PROVISIONED_BY)
    if provisioner and not provisioner.startswith("kubernetes.io/"):
        return  # whoever made it deletes it
    path = volume.spec.hostPath.path if volume.spec.hostPath is not None else None
    if path is None:
        name = volume.metadata.name
        message = f'error getting deleter volume plugin for volume "{name}": no deletable volume plugin matched'
    elif not _DELETABLE(path):
        message = f"host_path deleter only supports /tmp/.+ but received provided {path}"
    else:
        _remove(controller, volume)
        return
    _fail(controller, volume, "VolumeFailedDelete", message)


def _remove(controller: PersistentVolumeController, volume: Any) -> None:
    try:
        controller.client.delete("persistentvolumes", volume.metadata.name, None)
    except ApiError as refused:
        if refused.code != 404:
            raise


def _recycle(controller: PersistentVolumeController, volume: Any) -> None:
    if all(getattr(volume.spec, source) is None for source in _RECYCLABLE):
        _fail(controller, volume, "VolumeFailedRecycle", "No recycler plugin found for the volume!")
        return
    controller.recorder.event(volume, "Normal", "VolumeRecycled", "Volume recycled")
    set_volume_phase(controller.client, controller.client.update(without_claim(volume)), "Available")


def _fail(controller: PersistentVolumeController, volume: Any, reason: str, message: str) -> None:
    if volume.status.phase != "Failed":
        set_volume_phase(controller.client, volume, "Failed", message)
        controller.recorder.event(volume, "Warning", reason, message)

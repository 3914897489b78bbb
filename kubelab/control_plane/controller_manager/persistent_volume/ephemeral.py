"""The ephemeral volume controller: a pod's own claims, which are made with it and go with it.

In Kubernetes
    `pkg/controller/volume/ephemeral/controller.go`.
    https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes
"""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import is_active, key_of, owned_by
from kubelab.api.pod_claims import ephemeral_claim, is_claim_of
from kubelab.control_plane.controller_manager.controller import Controller


class EphemeralVolumeController(Controller):
    """Makes a claim for every volume of a pod that brings the template of one."""

    name = "ephemeral-volume-controller"
    watches = ("pods", "persistentvolumeclaims")

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A pod has such volumes, or a claim of one is gone."""
        if kind == "pods":
            if new is not None and any(volume.ephemeral is not None for volume in new.spec.volumes or ()):
                self.queue.add(key_of(new))
        elif new is None:
            for owner in old.metadata.ownerReferences or ():
                if owner.kind == "Pod" and owner.controller:
                    self.queue.add(f"{old.metadata.namespace}/{owner.name}")

    def reconcile(self, key: str) -> None:
        """Make the claims that are not there."""
        pod = self.informer("pods").get(key)
        if pod is None or not is_active(pod):
            return
        for volume in pod.spec.volumes or ():
            if volume.ephemeral is not None and volume.ephemeral.volumeClaimTemplate is not None:
                self._make(pod, volume)

    def _make(self, pod: Any, volume: core_v1.Volume) -> None:
        name, namespace = ephemeral_claim(pod, volume), pod.metadata.namespace
        held = self.informer("persistentvolumeclaims").get(f"{namespace}/{name}")
        if held is not None:
            if not is_claim_of(held, pod):
                message = f'PVC "{namespace}/{name}" was not created for the pod, pod is not owner'
                self.recorder.event(pod, "Warning", "ConflictingPersistentVolumeClaim", message)
            return
        template = volume.ephemeral.volumeClaimTemplate
        given = template.metadata or meta_v1.ObjectMeta()
        meta = meta_v1.ObjectMeta(
            name=name,
            namespace=namespace,
            labels=given.labels,
            annotations=given.annotations,
            ownerReferences=[owned_by(pod)],
        )
        try:
            self.client.create(core_v1.PersistentVolumeClaim(metadata=meta, spec=template.spec))
        except ApiError as refused:
            if refused.reason != "AlreadyExists":
                raise

"""The local path provisioner: it makes volumes out of directories on the nodes, as in kind and many small clusters.

In Kubernetes
    https://github.com/rancher/local-path-provisioner , on `sigs.k8s.io/sig-storage-lib-external-provisioner`. It is no
    part of Kubernetes, but one of the programs that speak to its API from outside: a cluster has it if somebody
    installs it.

Left out
    It runs as a process of the master and not in a pod; the helper pods that make and remove the directories only
    take their time.
"""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, meta_v1, storage_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, reference_to
from kubelab.api.storage import (
    IS_DEFAULT_CLASS,
    PROVISIONED_BY,
    SELECTED_NODE,
    STORAGE_PROVISIONER,
    WAIT_FOR_FIRST_CONSUMER,
    annotation,
    claim_class,
)
from kubelab.client_go.client import Client
from kubelab.client_go.component import Component, recorder
from kubelab.journal import Journal
from kubelab.machine import Machine
from kubelab.timings import Timings

PROVISIONER = "rancher.io/local-path"
DIRECTORY = "/var/local-path-provisioner"
_ON_NODE = "local.path.provisioner/selected-node"
_MODES = ("ReadWriteOnce", "ReadWriteOncePod")
_MODES_ERROR = "NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes"
_NO_NODE = "configuration error, no node was specified"
_HOSTNAME = "kubernetes.io/hostname"


def default_storage_class() -> storage_v1.StorageClass:
    """The class `standard`, for claims that name none: a volume is made when a pod that needs it has a node."""
    return storage_v1.StorageClass(
        metadata=meta_v1.ObjectMeta(name="standard", annotations={IS_DEFAULT_CLASS: "true"}),
        provisioner=PROVISIONER,
        reclaimPolicy="Delete",
        volumeBindingMode=WAIT_FOR_FIRST_CONSUMER,
    )


class LocalPathProvisioner(Component):
    """Makes a volume for every claim that waits for this provisioner, and deletes those that are released."""

    def __init__(self, machine: Machine, client: Client, journal: Journal, timings: Timings) -> None:
        super().__init__("local-path-provisioner", machine, client, journal, timings)
        self.recorder = recorder(self, f"{PROVISIONER}_local-path-provisioner")
        self.claims = self.queue(self._provision)
        self.released = self.queue(self._delete)
        self._busy: dict[str, bool] = {}  # claims and volumes whose directories are being worked on
        for kind in ("storageclasses", "persistentvolumes", "persistentvolumeclaims"):
            self.informer(kind).handlers.append(self)

    def on_stop(self) -> None:
        """Forget everything."""
        super().on_stop()
        self.recorder.forget()
        self._busy = {}

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A claim waits for a volume, or a volume has been released."""
        if new is None:
            return
        if kind == "persistentvolumeclaims" and self._is_for_us(new):
            self.claims.add(key_of(new))
        elif kind == "persistentvolumes" and _is_to_go(new):
            self.released.add(key_of(new))
        elif kind == "storageclasses" and new.provisioner == PROVISIONER:
            for claim in self.informer("persistentvolumeclaims"):
                self.on_change("persistentvolumeclaims", None, claim)

    def _is_for_us(self, claim: Any) -> bool:
        if claim.spec.volumeName or annotation(claim, STORAGE_PROVISIONER) != PROVISIONER:
            return False
        found = self.informer("storageclasses").get(claim_class(claim))
        if found is None or claim.metadata.deletionTimestamp is not None:
            return False
        return found.volumeBindingMode != WAIT_FOR_FIRST_CONSUMER or annotation(claim, SELECTED_NODE) is not None

    def _provision(self, key: str) -> None:
        claim = self.informer("persistentvolumeclaims").get(key)
        if claim is None or key in self._busy or not self._is_for_us(claim):
            return
        if self.informer("persistentvolumes").get(_name_for(claim)) is not None:
            return
        message = f'External provisioner is provisioning volume for claim "{key}"'
        self.recorder.event(claim, "Normal", "Provisioning", message)
        refusal = _refusal(claim)
        if refusal:
            message = f'failed to provision volume with StorageClass "{claim_class(claim)}": {refusal}'
            self.recorder.event(claim, "Warning", "ProvisioningFailed", message)
            return
        self._busy[key] = True
        self.later(self.timings.volume_provisioning, self._provisioned, key)

    def _provisioned(self, key: str) -> None:
        """The directory is there."""
        self._busy.pop(key, None)
        claim = self.informer("persistentvolumeclaims").get(key)
        if claim is None or not self._is_for_us(claim):
            return
        volume = _volume_for(claim, self.informer("storageclasses").get(claim_class(claim)))
        try:
            self.client.create(volume)
        except ApiError as refused:
            if refused.reason != "AlreadyExists":
                self.claims.retry(key)
                return
        self.claims.forget(key)
        message = f"Successfully provisioned volume {volume.metadata.name}"
        self.recorder.event(claim, "Normal", "ProvisioningSucceeded", message)

    def _delete(self, key: str) -> None:
        volume = self.informer("persistentvolumes").get(key)
        if volume is not None and _is_to_go(volume) and key not in self._busy:
            self._busy[key] = True
            self.later(self.timings.volume_provisioning, self._deleted, key)

    def _deleted(self, key: str) -> None:
        """The directory is gone."""
        self._busy.pop(key, None)
        try:
            self.client.delete("persistentvolumes", key, None)
        except ApiError as refused:
            if refused.code != 404:
                self.released.retry(key)
                return
        self.released.forget(key)


def _is_to_go(volume: Any) -> bool:
    return (
        annotation(volume, PROVISIONED_BY) == PROVISIONER
        and volume.metadata.deletionTimestamp is None
        and volume.spec.persistentVolumeReclaimPolicy == "Delete"
        and volume.status is not None
        and volume.status.phase == "Released"
    )


def _refusal(claim: Any) -> str:
    """Why no directory can be what the claim asks for; empty if one can."""
    if claim.spec.volumeMode == "Block":
        return "block volumes are not supported"
    if any(mode not in _MODES for mode in claim.spec.accessModes or ()):
        return _MODES_ERROR
    return "" if annotation(claim, SELECTED_NODE) else _NO_NODE


def _name_for(claim: Any) -> str:
    return f"pvc-{claim.metadata.uid}"


def _volume_for(claim: Any, its_class: storage_v1.StorageClass) -> core_v1.PersistentVolume:
    meta, node = claim.metadata, annotation(claim, SELECTED_NODE)
    path = f"{DIRECTORY}/{_name_for(claim)}_{meta.namespace}_{meta.name}"
    here = core_v1.NodeSelectorRequirement(key=_HOSTNAME, operator="In", values=[node])
    term = core_v1.NodeSelectorTerm(matchExpressions=[here])
    return core_v1.PersistentVolume(
        metadata=meta_v1.ObjectMeta(name=_name_for(claim), annotations={_ON_NODE: node, PROVISIONED_BY: PROVISIONER}),
        spec=core_v1.PersistentVolumeSpec(
            accessModes=claim.spec.accessModes,
            capacity={"storage": claim.spec.resources.requests["storage"]},
            claimRef=reference_to(claim),
            hostPath=core_v1.HostPathVolumeSource(path=path, type="DirectoryOrCreate"),
            nodeAffinity=core_v1.VolumeNodeAffinity(required=core_v1.NodeSelector(nodeSelectorTerms=[term])),
            persistentVolumeReclaimPolicy=its_class.reclaimPolicy,
            storageClassName=its_class.metadata.name,
            volumeMode=claim.spec.volumeMode,
        ),
    )

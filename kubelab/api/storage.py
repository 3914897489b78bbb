"""The words by which claims, volumes and classes of storage find each other: their annotations and finalizers.

In Kubernetes
    `k8s.io/component-helpers/storage/volume`, `pkg/volume/util`.
    https://kubernetes.io/docs/reference/labels-annotations-taints/
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kubelab.api.annotations import BETA_STORAGE_CLASS

IS_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
BETA_IS_DEFAULT_CLASS = "storageclass.beta.kubernetes.io/is-default-class"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"
STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
BETA_STORAGE_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
CLAIM_PROTECTION = "kubernetes.io/pvc-protection"
VOLUME_PROTECTION = "kubernetes.io/pv-protection"
WAIT_FOR_FIRST_CONSUMER = "WaitForFirstConsumer"


def annotation(obj: Any, key: str) -> str | None:
    """What an object says under an annotation's key, or None."""
    return (obj.metadata.annotations or {}).get(key)


def claim_class(claim: Any) -> str:
    """The name of the class that a claim asks for, empty where it asks for none."""
    old = annotation(claim, BETA_STORAGE_CLASS)
    return old if old is not None else claim.spec.storageClassName or ""


def claim_has_class(claim: Any) -> bool:
    """Whether a claim says anything about its class: `""` means none, and silence the cluster's default."""
    return annotation(claim, BETA_STORAGE_CLASS) is not None or claim.spec.storageClassName is not None


def volume_class(volume: Any) -> str:
    """The name of the class that a volume belongs to, empty where it belongs to none."""
    old = annotation(volume, BETA_STORAGE_CLASS)
    return old if old is not None else volume.spec.storageClassName or ""


def is_default_class(storage_class: Any) -> bool:
    """Whether claims that say nothing about their class get this one."""
    return "true" in (annotation(storage_class, IS_DEFAULT_CLASS), annotation(storage_class, BETA_IS_DEFAULT_CLASS))


def default_class(classes: Iterable[Any]) -> Any:
    """The class of claims that say nothing about theirs: of several the newest, and of those the first by name."""
    marked = sorted((each for each in classes if is_default_class(each)), key=_name)
    return max(marked, key=_made, default=None)


def _name(obj: Any) -> str:
    return obj.metadata.name


def _made(obj: Any) -> datetime:
    return obj.metadata.creationTimestamp


def waits_for_first_consumer(storage_class: Any) -> bool:
    """Whether a claim of the class stays unbound until the scheduler has a node for a pod that uses it."""
    return storage_class is not None and storage_class.volumeBindingMode == WAIT_FOR_FIRST_CONSUMER


def is_bound_to(volume: Any, claim: Any) -> bool:
    """Whether a volume is for this claim: bound to it, or kept for one of its name."""
    reference, meta = volume.spec.claimRef, claim.metadata
    if reference is None or (reference.name, reference.namespace) != (meta.name, meta.namespace):
        return False
    return not reference.uid or reference.uid == meta.uid


def is_fully_bound(claim: Any) -> bool:
    """Whether the binding of a claim is complete on the claim's side."""
    return bool(claim.spec.volumeName) and annotation(claim, BIND_COMPLETED) is not None

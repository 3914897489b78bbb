"""PersistentVolumeClaimResize: a claim grows only where its class lets it.

In Kubernetes
    `plugin/pkg/admission/storage/persistentvolume/resize/admission.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
"""

from __future__ import annotations

from typing import Any

from kubelab.api.quantity import quantity
from kubelab.api.storage import claim_class
from kubelab.control_plane.api_server.admission_plugins.request import Request

_NOT_ALLOWED = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
)


def may_be_resized(value: Any, old: Any, request: Request) -> None:
    """Refuses to make a claim larger that is not bound, or whose class knows no larger volumes."""
    if request.kind.builtin != "PersistentVolumeClaim" or request.subresource or old is None:
        return
    if _asked(value) <= _asked(old):
        return
    if old.status is None or old.status.phase != "Bound":
        raise request.refuse(value, "Only bound persistent volume claims can be expanded")
    name = claim_class(value)
    found = request.find("StorageClass", None, name) if name and name == claim_class(old) else None
    if found is None or not found.allowVolumeExpansion:
        raise request.refuse(value, _NOT_ALLOWED)


def _asked(claim: Any) -> int:
    resources = claim.spec.resources
    return quantity(((resources.requests if resources else None) or {}).get("storage", "0")).nano

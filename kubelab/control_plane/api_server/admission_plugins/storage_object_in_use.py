"""StorageObjectInUseProtection: a volume or a claim that somebody uses does not go before it is let go.

In Kubernetes
    `plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection
"""

from __future__ import annotations

from typing import Any

from kubelab.api.storage import CLAIM_PROTECTION, VOLUME_PROTECTION
from kubelab.control_plane.api_server.admission_plugins.request import Request

_FINALIZERS = {"PersistentVolume": VOLUME_PROTECTION, "PersistentVolumeClaim": CLAIM_PROTECTION}


def storage_object_in_use_protection(obj: dict[str, Any], request: Request) -> None:
    """Adds the finalizer that the protection controllers take away when nobody uses the object any more."""
    finalizer = _FINALIZERS.get(request.kind.builtin)
    if finalizer:
        held = obj["metadata"].setdefault("finalizers", [])
        if finalizer not in held:
            held.append(finalizer)

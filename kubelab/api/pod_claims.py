"""Which claims a pod uses: those it names, and those that are made for it.

In Kubernetes
    `k8s.io/component-helpers/storage/ephemeral/ephemeral.go`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def claims_of(pod: Any) -> Iterator[str]:
    """The names of the claims that a pod's volumes stand for, in the order of the volumes."""
    for volume in pod.spec.volumes or ():
        if volume.persistentVolumeClaim is not None:
            yield volume.persistentVolumeClaim.claimName
        elif volume.ephemeral is not None:
            yield ephemeral_claim(pod, volume)


def ephemeral_claim(pod: Any, volume: Any) -> str:
    """The name of the claim that is made for a pod's ephemeral volume."""
    return f"{pod.metadata.name}-{volume.name}"


def is_claim_of(claim: Any, pod: Any) -> bool:
    """Whether a claim was made for this very pod."""
    return any(owner.uid == pod.metadata.uid and owner.controller for owner in claim.metadata.ownerReferences or ())

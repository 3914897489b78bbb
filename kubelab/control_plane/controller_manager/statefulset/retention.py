"""What becomes of a pod's claims when the StatefulSet is deleted or scaled down: it follows from who owns them.

Nobody owns a claim that is to stay. A claim that goes with the set (`whenDeleted: Delete`) is owned by the set, one
that goes with its pod (`whenScaled: Delete`, once the pod is too many) by the pod. The garbage collector does the rest.

In Kubernetes
    isClaimOwnerUpToDate in pkg/controller/statefulset/stateful_set_utils.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
"""

from __future__ import annotations

from typing import Any

from lightkube.models import apps_v1, core_v1, meta_v1

from kubelab.api.kinds import kind_of
from kubelab.api.objects import owned_by
from kubelab.control_plane.controller_manager.statefulset.identity import ordinal_of, ordinals_of

Claim = core_v1.PersistentVolumeClaim
RETAIN, DELETE = "Retain", "Delete"


def policy_of(sts: apps_v1.StatefulSet) -> tuple[str, str]:
    """What to do with claims when the set is deleted, and when it is scaled down."""
    held = sts.spec.persistentVolumeClaimRetentionPolicy
    if held is None:
        return RETAIN, RETAIN
    return held.whenDeleted or RETAIN, held.whenScaled or RETAIN


def is_kept(claim: Claim, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether the claim's owners are as they should be, or better left alone."""
    if is_stale(claim, sts) or is_stale(claim, pod):
        return True
    if is_kept_by_a_stranger(claim, sts, pod):
        return not (_owns(sts, claim) or _owns(pod, claim))
    if any(not ref.controller for ref in refs_of(claim) if ref.uid in (sts.metadata.uid, pod.metadata.uid)):
        return False
    return (_owns(sts, claim), _owns(pod, claim)) == _should_own(sts, pod)


def owners(claim: Claim, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> list[meta_v1.OwnerReference]:
    """The owners that the claim should have: others', and the set or the pod."""
    left = [ref for ref in refs_of(claim) if not (_names(ref, sts) or _names(ref, pod))]
    if is_kept_by_a_stranger(claim, sts, pod):
        return left
    by_set, by_pod = _should_own(sts, pod)
    return left + ([owned_by(sts)] if by_set else []) + ([owned_by(pod)] if by_pod else [])


def is_kept_by_a_stranger(claim: Claim, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether somebody else manages a claim that the policy would have deleted."""
    if policy_of(sts) == (RETAIN, RETAIN):
        return False
    for ref in refs_of(claim):
        same = next((own for own in (sts, pod) if _names(ref, own)), None)
        if same is not None and ref.uid != same.metadata.uid:
            return True
        if same is None and ref.controller:
            return True
    return False


def is_stale(claim: Claim, owner: Any) -> bool:
    """Whether the claim names as its owner an earlier object of the same name."""
    named = next((ref for ref in refs_of(claim) if _names(ref, owner)), None)
    return named is not None and named.uid != owner.metadata.uid


def refs_of(claim: Claim) -> list[meta_v1.OwnerReference]:
    """The claim's owners."""
    return claim.metadata.ownerReferences or []


def _should_own(sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> tuple[bool, bool]:
    deleted, scaled = policy_of(sts)
    too_many = ordinal_of(pod) not in ordinals_of(sts)
    by_pod = scaled == DELETE and too_many
    return deleted == DELETE and not by_pod, by_pod


def _owns(owner: Any, claim: Claim) -> bool:
    return any(ref.uid == owner.metadata.uid for ref in refs_of(claim))


def _names(ref: meta_v1.OwnerReference, obj: Any) -> bool:
    kind = kind_of(obj)
    return (ref.apiVersion, ref.kind, ref.name) == (kind.api_version, kind.name, obj.metadata.name)

"""PodVolumes: the claims that a pod uses, and what they mean for where it can run.

In Kubernetes
    `GetPodVolumeClaims` and `FindPodVolumes` in `pkg/scheduler/framework/plugins/volumebinding/binder.go`.
    https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode

Left out
    The capacity that storage reports for each node (CSIStorageCapacity).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kubelab.api.objects import key_of
from kubelab.api.pod_claims import claims_of, ephemeral_claim
from kubelab.api.storage import SELECTED_NODE, annotation, claim_class, is_fully_bound, waits_for_first_consumer
from kubelab.api.volume_matching import find_matching_volume, requested
from kubelab.control_plane.scheduler.cluster_event import VolumeEvent
from kubelab.control_plane.scheduler.framework import Status

_NO_PROVISIONER = ("", "kubernetes.io/no-provisioner")
_IMMEDIATE = "pod has unbound immediate PersistentVolumeClaims"


@dataclass(frozen=True, slots=True)
class VolumePlan:
    """What must be done before the pod is bound to a node: volumes to bind to claims, claims to have volumes made for.

    Claims are the objects, volumes too.
    """

    bindings: tuple[tuple[Any, Any], ...] = ()
    provisions: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class PodVolumes:
    """A pod's volumes as they were when it was its turn.

    `claims` are the keys of all its claims. `refusal` is why it can run nowhere. `bound` are volumes that it has,
    `missing` that one of them does not exist; `delayed` are claims, with their classes, that get a volume when the pod
    gets a node, `free` the volumes that they can have. `taken` says that a claim of its own, for one pod only, is in
    use.
    """

    claims: tuple[str, ...] = ()
    refusal: Status | None = None
    bound: tuple[Any, ...] = ()
    missing: bool = False
    delayed: tuple[tuple[Any, Any], ...] = ()
    free: tuple[Any, ...] = ()
    taken: bool = False

    def plan(self, name: str, labels: Mapping[str, str]) -> VolumePlan | None:
        """What is to be done so that the pod has its volumes on a node; None if it cannot have them there."""
        bindings: list[tuple[Any, Any]] = []
        provisions: list[tuple[Any, Any]] = []
        for claim, its_class in sorted(self.delayed, key=_size):
            selected = annotation(claim, SELECTED_NODE)
            if selected is not None and selected != name:
                return None
            chosen = [volume.metadata.name for _, volume in bindings]
            volume = None
            if selected is None:
                volume = find_matching_volume(claim, self.free, node=(name, labels), excluded=chosen)
            if volume is not None:
                bindings.append((claim, volume))
            else:
                provisions.append((claim, its_class))
        if not all(_can_be_made(its_class, labels) for _, its_class in provisions):
            return None
        return VolumePlan(tuple(bindings), tuple(claim for claim, _ in provisions))


def _size(pair: tuple[Any, Any]) -> int:
    return requested(pair[0])


def _can_be_made(its_class: Any, labels: Mapping[str, str]) -> bool:
    """Whether somebody makes volumes of the class for a node with these labels."""
    if its_class is None or its_class.provisioner in _NO_PROVISIONER:
        return False
    terms = its_class.allowedTopologies
    return not terms or any(
        all(labels.get(each.key) in each.values for each in term.matchLabelExpressions or ()) for term in terms
    )


def pod_volumes(
    pod: Any,
    claims: Mapping[str, Any] | Any,
    volumes: Any,
    classes: Any,
    pods: Iterable[Any],
    assumed: Mapping[str, str],
) -> PodVolumes | None:
    """What a pod's claims mean now; None if it has none.

    `claims`, `volumes` and `classes` are informers, `assumed` says which volumes have just been promised to whom.
    """
    names = list(claims_of(pod))
    if not names:
        return None
    keys = tuple(f"{pod.metadata.namespace}/{name}" for name in names)
    found: list[Any] = []
    for key, name in zip(keys, names, strict=True):
        claim = claims.get(key)
        reason = _unusable(pod, name, claim)
        if reason:
            plugin = "VolumeRestrictions" if claim is None else "VolumeBinding"
            return PodVolumes(keys, Status(plugin, (reason,), resolvable=False, of_pod=True))
        found.append(claim)
    bound, delayed, missing = [], [], False
    for claim in found:
        its_class = classes.get(claim_class(claim)) if claim_class(claim) else None
        if is_fully_bound(claim):
            volume = volumes.get(claim.spec.volumeName)
            missing = missing or volume is None
            bound += [volume] if volume is not None else []
        elif waits_for_first_consumer(its_class) and not claim.spec.volumeName:
            delayed.append((claim, its_class))
        else:
            return PodVolumes(keys, Status("VolumeBinding", (_IMMEDIATE,), resolvable=False, of_pod=True))
    own = [key_of(claim) for claim, _ in delayed]
    free = [each for each in volumes if assumed.get(each.metadata.name) in (None, *own)] if delayed else []
    free.sort(key=_fewest_modes)
    alone = [claim for claim in found if "ReadWriteOncePod" in (claim.spec.accessModes or ())]
    taken = bool(alone) and _in_use(pod, [claim.metadata.name for claim in alone], pods)
    return PodVolumes(keys, None, tuple(bound), missing, tuple(delayed), tuple(free), taken)


def concerns(pod: Any, event: VolumeEvent) -> bool:
    """Whether a change of storage is about this pod: a claim is if it is the pod's own, volumes and classes may be."""
    if event.kind != "persistentvolumeclaims" or pod.volumes is None:
        return True
    return key_of(event.new or event.old) in pod.volumes.claims


def _fewest_modes(volume: Any) -> tuple[int, str]:
    return len(volume.spec.accessModes or ()), volume.metadata.name


def _unusable(pod: Any, name: str, claim: Any) -> str:
    """Why no pod can use the claim; empty if one can."""
    if claim is None:
        if any(each.ephemeral is not None and ephemeral_claim(pod, each) == name for each in pod.spec.volumes):
            return f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
        return f'persistentvolumeclaim "{name}" not found'
    if claim.status is not None and claim.status.phase == "Lost":
        volume = claim.spec.volumeName or ""
        return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
    if claim.metadata.deletionTimestamp is not None:
        return f'persistentvolumeclaim "{name}" is being deleted'
    return ""


def _in_use(pod: Any, names: list[str], pods: Iterable[Any]) -> bool:
    return any(
        other.spec.nodeName
        and other.metadata.namespace == pod.metadata.namespace
        and other.status.phase not in ("Succeeded", "Failed")
        and any(name in names for name in claims_of(other))
        for other in pods
    )

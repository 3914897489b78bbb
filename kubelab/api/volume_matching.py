"""Which persistent volume suits a claim, and how the two say that they belong together.

Both the controller that binds claims and the scheduler, which binds those that wait for a pod, go by these rules.

In Kubernetes
    `k8s.io/component-helpers/storage/volume/pv_helpers.go`.
    https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kubelab.api.node_selectors import NodeSelectorTerm
from kubelab.api.objects import reference_to, replace, with_meta, with_spec
from kubelab.api.quantity import quantity
from kubelab.api.selectors import from_object
from kubelab.api.storage import BOUND_BY_CONTROLLER, annotation, claim_class, is_bound_to, volume_class

Node = tuple[str, Mapping[str, str]]
"""A node's name and labels."""


def find_matching_volume(
    claim: Any,
    volumes: Iterable[Any],
    *,
    node: Node | None = None,
    excluded: Collection[str] = (),
    delay_binding: bool = False,
) -> Any:
    """The volume for a claim: the one kept for it, or else the smallest that is large enough; None if there is none.

    With `node` it must be usable there (that is how the scheduler asks); without, and with `delay_binding`, only a
    volume that is kept for this claim will do: the choice is the scheduler's.
    """
    smallest = None
    for volume in volumes:
        meta = volume.metadata
        if meta.name in excluded or meta.deletionTimestamp is not None or not _could_hold(volume, claim):
            continue
        usable = node is None or is_usable_on(volume, *node)
        if is_bound_to(volume, claim):
            return volume if usable else None
        if volume.spec.claimRef is not None or (node is None and delay_binding) or not usable:
            continue
        if volume.status is None or volume.status.phase != "Available" or not _is_wanted(volume, claim):
            continue
        if smallest is None or _capacity(volume) < _capacity(smallest):
            smallest = volume
    return smallest


def _could_hold(volume: Any, claim: Any) -> bool:
    """Whether a volume is large enough, and of the right sort."""
    attributes = claim.spec.volumeAttributesClassName or ""
    return (
        _capacity(volume) >= requested(claim)
        and volume_mode(volume) == volume_mode(claim)
        and attributes == (volume.spec.volumeAttributesClassName or "")
    )


def _is_wanted(volume: Any, claim: Any) -> bool:
    if volume_class(volume) != claim_class(claim) or not has_access_modes(volume, claim):
        return False
    selector = claim.spec.selector
    return selector is None or from_object(selector).matches(volume.metadata.labels or {})


def mismatch(volume: Any, claim: Any) -> str:
    """Why a claim cannot have the volume that it asks for by name; empty where it can."""
    if _capacity(volume) < requested(claim):
        return "requested PV is too small"
    if volume_class(volume) != claim_class(claim):
        return "storageClassName does not match"
    if volume_mode(volume) != volume_mode(claim):
        return "incompatible volumeMode"
    return "" if has_access_modes(volume, claim) else "incompatible accessMode"


def requested(claim: Any) -> int:
    """How much a claim asks for, in billionths of a byte."""
    resources = claim.spec.resources
    return quantity(((resources.requests if resources else None) or {}).get("storage", "0")).nano


def _capacity(volume: Any) -> int:
    return quantity((volume.spec.capacity or {}).get("storage", "0")).nano


def volume_mode(obj: Any) -> str:
    """Whether a volume, or the one that a claim wants, is a file system or the bare device."""
    return obj.spec.volumeMode or "Filesystem"


def has_access_modes(volume: Any, claim: Any) -> bool:
    """Whether a volume can be used in every way that a claim wants."""
    return all(mode in (volume.spec.accessModes or ()) for mode in claim.spec.accessModes or ())


def is_usable_on(volume: Any, name: str, labels: Mapping[str, str]) -> bool:
    """Whether pods on a node can use a volume."""
    affinity = volume.spec.nodeAffinity
    if affinity is None or affinity.required is None:
        return True
    return any(NodeSelectorTerm.of(term).matches(name, labels) for term in affinity.required.nodeSelectorTerms)


def volume_for(volume: Any, claim: Any) -> Any:
    """The volume, bound to the claim; the same object where it is already."""
    bound = volume
    if not is_bound_to(volume, claim) and annotation(volume, BOUND_BY_CONTROLLER) is None:
        bound = with_meta(bound, annotations={**(volume.metadata.annotations or {}), BOUND_BY_CONTROLLER: "yes"})
    if not is_bound_to(volume, claim) or volume.spec.claimRef.uid != claim.metadata.uid:
        bound = with_spec(bound, claimRef=reference_to(claim))
    return bound


def without_claim(volume: Any) -> Any:
    """The volume as it was before it was bound: kept for a claim of that name if its maker said so."""
    if annotation(volume, BOUND_BY_CONTROLLER) is None:
        return with_spec(volume, claimRef=replace(volume.spec.claimRef, uid=None))
    others = {key: text for key, text in volume.metadata.annotations.items() if key != BOUND_BY_CONTROLLER}
    return with_meta(with_spec(volume, claimRef=None), annotations=others or None)

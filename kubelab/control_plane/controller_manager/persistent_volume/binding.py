"""How a volume and a claim are bound: four writes, each of which may be the last one that succeeds.

First the volume says whose it is, then that it is bound, then the claim says which one it has, then that it is bound.
Whoever finds them half bound goes on from there.

In Kubernetes
    `bind` and its neighbours in `pkg/controller/volume/persistentvolume/pv_controller.go`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.objects import replace, with_meta, with_spec, with_status
from kubelab.api.quantity import quantity
from kubelab.api.storage import BIND_COMPLETED, BOUND_BY_CONTROLLER, annotation
from kubelab.api.volume_matching import volume_for
from kubelab.client_go.client import Client


def bind(client: Client, volume: Any, claim: Any) -> None:
    """Bind a volume and a claim to each other, or finish what was begun."""
    bound = volume_for(volume, claim)
    if bound is not volume:
        volume = client.update(bound)
    volume = set_volume_phase(client, volume, "Bound")
    claim = _name_volume(client, volume, claim)
    set_claim_phase(client, claim, "Bound", volume)


def _name_volume(client: Client, volume: Any, claim: Any) -> Any:
    given = claim.metadata.annotations or {}
    annotations = dict(given)
    named = claim
    if claim.spec.volumeName != volume.metadata.name:
        named = with_spec(claim, volumeName=volume.metadata.name)
        annotations.setdefault(BOUND_BY_CONTROLLER, "yes")
    if annotation(claim, BIND_COMPLETED) is None:
        annotations[BIND_COMPLETED] = "yes"
    if annotations != given:
        named = with_meta(named, annotations=annotations)
    return claim if named is claim else client.update(named)


def set_volume_phase(client: Client, volume: Any, phase: str, message: str = "") -> Any:
    """Write a volume's phase, if it is in another."""
    status = volume.status
    if status is not None and status.phase == phase:
        return volume
    return client.update_status(with_status(volume, phase=phase, message=message or None))


def set_claim_phase(client: Client, claim: Any, phase: str, volume: Any = None) -> Any:
    """Write a claim's phase, and what it has of its volume."""
    status = claim.status
    changed = replace(status, phase=phase)
    if volume is None:
        changed = replace(changed, accessModes=None, capacity=None)
    else:
        attributes = volume.spec.volumeAttributesClassName
        changed = replace(changed, accessModes=volume.spec.accessModes, currentVolumeAttributesClassName=attributes)
        if status.phase != phase and not _same_size(status.capacity, volume.spec.capacity):
            changed = replace(changed, capacity=volume.spec.capacity)
    return claim if changed == status else client.update_status(replace(claim, status=changed))


def _same_size(one: dict[str, Any] | None, other: dict[str, Any] | None) -> bool:
    if not one or "storage" not in one:
        return False
    return quantity(one["storage"]).nano == quantity((other or {}).get("storage", "0")).nano

"""How many pods a budget counts on: what the owners of its pods want to have, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lightkube.models import meta_v1, policy_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import controller_of
from kubelab.control_plane.controller_manager.disruption.amounts import scaled
from kubelab.control_plane.controller_manager.disruption.guarded import Guarded

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.disruption.controller import DisruptionController


class UncountableError(Exception):
    """It cannot be told how many pods there should be."""


class Expected(NamedTuple):
    """`total` pods should be there, `healthy` of them must be; that is doubtful if some have no owner."""

    total: int = 0
    healthy: int = 0
    doubtful: bool = False


def expected_of(controller: DisruptionController, pdb: policy_v1.PodDisruptionBudget, guarded: Guarded) -> Expected:
    """What a budget expects of its pods.

    A number in `minAvailable` asks nothing about the owners; a percentage, and `maxUnavailable`, are shares of what
    the owners of the pods want.

    In Kubernetes
        getExpectedPodCount in pkg/controller/disruption/disruption.go

    Raises
    ------
    UncountableError
        A pod's owner does not say how many pods it wants.
    """
    least, most = pdb.spec.minAvailable, pdb.spec.maxUnavailable
    if most is not None:
        count = _wanted(controller, guarded)
        return Expected(count, max(count - scaled(most, count), 0), guarded.unmanaged > 0)
    if isinstance(least, int):
        return Expected(len(guarded.pods), least)
    if least is not None:
        count = _wanted(controller, guarded)
        return Expected(count, scaled(least, count), guarded.unmanaged > 0)
    return Expected()


def _wanted(controller: DisruptionController, guarded: Guarded) -> int:
    """The sum of the scales of all owners, each counted once."""
    scales: dict[str, int] = {}
    for owned in guarded.owners.values():
        found = _scale_of(controller, owned.reference, guarded.namespace)
        if found is None:
            raise UncountableError(f'found no controllers for pod "{owned.pod}"')
        scales[found[0]] = found[1]
    return sum(scales.values())


def _scale_of(
    controller: DisruptionController, owner: meta_v1.OwnerReference, namespace: str
) -> tuple[str, int] | None:
    """The uid and the replicas of a pod's owner, or of the Deployment of its ReplicaSet."""
    if owner.kind == "ReplicaSet":
        held = _held(controller, "replicasets", owner, namespace)
        above = controller_of(held) if held is not None else None
        if held is not None and above is not None and above.kind == "Deployment":
            held = _held(controller, "deployments", above, namespace)
        if held is not None:
            return held.metadata.uid, held.spec.replicas
    return _scale_by_name(controller, owner, namespace)


def _held(controller: DisruptionController, kind: str, owner: meta_v1.OwnerReference, namespace: str) -> Any:
    found = controller.informer(kind).get(f"{namespace}/{owner.name}")
    return found if found is not None and found.metadata.uid == owner.uid else None


def _scale_by_name(
    controller: DisruptionController, owner: meta_v1.OwnerReference, namespace: str
) -> tuple[str, int] | None:
    """Whatever has a `scale`: a StatefulSet, a ReplicationController, a custom resource."""
    kind = controller.client.kinds.by_type(owner.apiVersion, owner.kind)
    if kind is None:
        raise UncountableError(f'no matches for kind "{owner.kind}" in version "{owner.apiVersion}"')
    if "scale" not in kind.subresources:
        raise UncountableError(f"{kind.qualified} does not implement the scale subresource")
    try:
        scale = controller.client.get_scale(kind.resource, owner.name, namespace)
    except ApiError as refused:
        if refused.code == 404:
            return None
        raise
    return (scale.metadata.uid, scale.spec.replicas or 0) if scale.metadata.uid == owner.uid else None

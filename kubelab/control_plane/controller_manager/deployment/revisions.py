"""A Deployment's ReplicaSets as its history: which is the newest, what number each has, which can be forgotten."""

from __future__ import annotations

import msgspec
from lightkube.models import apps_v1, core_v1, meta_v1

from kubelab.api.objects import owned_by, replace
from kubelab.control_plane.controller_manager.deployment.sizes import DESIRED, MAX, annotated, surge_and_unavailable

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
SAFE = "bcdfghjklmnpqrstvwxz2456789"
# Annotations of a Deployment that its ReplicaSets do not inherit.
OWN = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MAX,
    "deprecated.deployment.rollback.to",
)


def template_hash(template: core_v1.PodTemplateSpec, collisions: int | None) -> str:
    """What tells the pods of one template from those of another: the same template, the same text.

    In Kubernetes
        ComputeHash in pkg/controller/controller_utils.go: FNV-1a of the printed template, in safe characters.

    Left out
        The very same numbers: they depend on how Go prints its structs.

    Examples
    --------
    >>> template_hash(core_v1.PodTemplateSpec(), None)
    '5859f96865'
    """
    printed = msgspec.json.encode(template, order="deterministic") + (str(collisions).encode() if collisions else b"")
    number = 0x811C9DC5
    for byte in printed:
        number = ((number ^ byte) * 0x01000193) & 0xFFFFFFFF
    return "".join(SAFE[ord(digit) % len(SAFE)] for digit in str(number))


def by_creation(sets: list[apps_v1.ReplicaSet]) -> list[apps_v1.ReplicaSet]:
    """Oldest first; of the same second, by name."""
    return sorted(sets, key=lambda rs: (rs.metadata.creationTimestamp, rs.metadata.name))


def newest(deployment: apps_v1.Deployment, sets: list[apps_v1.ReplicaSet]) -> apps_v1.ReplicaSet | None:
    """The ReplicaSet that has the Deployment's template, or None where there is none yet."""
    wanted = deployment.spec.template
    return next((rs for rs in by_creation(sets) if _plain(rs.spec.template) == wanted), None)


def number_of(rs: apps_v1.ReplicaSet) -> int:
    """Its revision, 0 where it has none."""
    return annotated(rs, REVISION) or 0


def made_for(deployment: apps_v1.Deployment, replicas: int, revision: int) -> apps_v1.ReplicaSet:
    """A new ReplicaSet for the Deployment's template."""
    template = deployment.spec.template
    name = template_hash(template, deployment.status.collisionCount if deployment.status else None)
    labels = {**(template.metadata.labels or {}), HASH: name}
    selector = deployment.spec.selector
    return apps_v1.ReplicaSet(
        metadata=meta_v1.ObjectMeta(
            name=f"{deployment.metadata.name}-{name}",
            namespace=deployment.metadata.namespace,
            labels=labels,
            annotations=annotations_for(deployment, None, revision),
            ownerReferences=[owned_by(deployment)],
        ),
        spec=apps_v1.ReplicaSetSpec(
            replicas=replicas,
            minReadySeconds=deployment.spec.minReadySeconds,
            selector=replace(selector, matchLabels={**(selector.matchLabels or {}), HASH: name}),
            template=replace(template, metadata=replace(template.metadata, labels=labels)),
        ),
    )


def annotations_for(deployment: apps_v1.Deployment, rs: apps_v1.ReplicaSet | None, revision: int) -> dict[str, str]:
    """The annotations of the newest ReplicaSet: the Deployment's, its own revision, and those that it had before."""
    held = dict((rs.metadata.annotations if rs is not None else None) or {})
    inherited = {key: text for key, text in (deployment.metadata.annotations or {}).items() if key not in OWN}
    before = held.get(REVISION)
    held.update(inherited)
    if (int(before) if before and before.isdecimal() else 0) < revision:
        held[REVISION] = str(revision)
        if before:
            past = held.get(HISTORY)
            held[HISTORY] = f"{past},{before}" if past else before
    if rs is None:
        held.update(size_annotations(deployment))
    return held


def size_annotations(deployment: apps_v1.Deployment) -> dict[str, str]:
    """What each ReplicaSet remembers of its Deployment's size, for proportional scaling."""
    surge, _ = surge_and_unavailable(deployment)
    return {DESIRED: str(deployment.spec.replicas), MAX: str(deployment.spec.replicas + surge)}


def forgettable(deployment: apps_v1.Deployment, old: list[apps_v1.ReplicaSet]) -> list[apps_v1.ReplicaSet]:
    """The old ReplicaSets beyond revisionHistoryLimit that have no pods any more."""
    limit = deployment.spec.revisionHistoryLimit
    if limit is None:
        return []
    alive = sorted((rs for rs in old if rs.metadata.deletionTimestamp is None), key=number_of)
    return [
        rs
        for rs in alive[: max(len(alive) - limit, 0)]
        if not rs.status.replicas
        and not rs.spec.replicas
        and rs.metadata.generation <= (rs.status.observedGeneration or 0)
    ]


def _plain(template: core_v1.PodTemplateSpec) -> core_v1.PodTemplateSpec:
    labels = {key: text for key, text in (template.metadata.labels or {}).items() if key != HASH}
    return replace(template, metadata=replace(template.metadata, labels=labels or None))

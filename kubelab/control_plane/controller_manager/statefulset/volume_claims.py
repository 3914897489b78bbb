"""The storage of a StatefulSet's pods: a PersistentVolumeClaim for each template and ordinal, and who owns it.

In Kubernetes
    createPersistentVolumeClaims in pkg/controller/statefulset/stateful_pod_control.go;
    https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import replace, with_meta
from kubelab.control_plane.controller_manager.statefulset import retention
from kubelab.control_plane.controller_manager.statefulset.identity import ordinal_of

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.statefulset.controller import StatefulSetController

CONFLICT = (
    "PersistentVolumeClaim {} has a conflicting OwnerReference that acts as a manging controller, "
    "the retention policy is ignored for this claim"
)


def claim_names(sts: apps_v1.StatefulSet, ordinal: int) -> dict[str, str]:
    """Of each claim template the name of the claim that the pod of an ordinal has."""
    return {
        template.metadata.name: f"{template.metadata.name}-{sts.metadata.name}-{ordinal}"
        for template in sts.spec.volumeClaimTemplates or ()
    }


def has_volumes(sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether the pod mounts its own claims."""
    volumes = {volume.name: volume.persistentVolumeClaim for volume in pod.spec.volumes or ()}
    return all(
        (held := volumes.get(template)) is not None and held.claimName == name
        for template, name in claim_names(sts, ordinal_of(pod)).items()
    )


def with_volumes(sts: apps_v1.StatefulSet, spec: core_v1.PodSpec, ordinal: int) -> core_v1.PodSpec:
    """The pod spec with the claims of an ordinal as volumes, in place of others of the same name."""
    names = claim_names(sts, ordinal)
    if not names:
        return spec
    own = [
        core_v1.Volume(name=template, persistentVolumeClaim=core_v1.PersistentVolumeClaimVolumeSource(claimName=name))
        for template, name in names.items()
    ]
    return replace(spec, volumes=own + [volume for volume in spec.volumes or () if volume.name not in names])


def make_missing(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
    """Make the claims of the pod that are not there.

    Raises
    ------
    ApiError
        One could not be made, or is being deleted: the pod has to wait.
    """
    failures: list[ApiError] = []
    names = claim_names(sts, ordinal_of(pod))
    for template in sts.spec.volumeClaimTemplates or ():
        name = names[template.metadata.name]
        held = _claim(controller, sts, name)
        if held is None:
            failures += _make(controller, sts, pod, template, name)
        elif held.metadata.deletionTimestamp is not None:
            failures.append(ApiError(409, "Conflict", f"pvc {name} is being deleted"))
    if failures:
        messages = list(dict.fromkeys(failure.message for failure in failures))
        text = messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]"
        raise ApiError(failures[0].code, failures[0].reason, text)


def _make(
    controller: StatefulSetController,
    sts: apps_v1.StatefulSet,
    pod: core_v1.Pod,
    template: core_v1.PersistentVolumeClaim,
    name: str,
) -> list[ApiError]:
    labels = {**(template.metadata.labels or {}), **(sts.spec.selector.matchLabels or {})}
    claim = replace(
        with_meta(template, name=name, namespace=sts.metadata.namespace, labels=labels or None), status=None
    )
    try:
        controller.client.create(claim)
    except ApiError as refused:
        if refused.reason != "AlreadyExists":
            text = (
                f"Create Claim {name} for Pod {pod.metadata.name} in StatefulSet {sts.metadata.name} "
                f"failed error: {refused.message}"
            )
            controller.recorder.event(sts, "Warning", "FailedCreate", text)
        return [ApiError(refused.code, refused.reason, f"failed to create PVC {name}: {refused.message}")]
    text = f"Create Claim {name} Pod {pod.metadata.name} in StatefulSet {sts.metadata.name} success"
    controller.recorder.event(sts, "Normal", "SuccessfulCreate", text)
    return []


def have_owners(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether the pod's claims, as far as there are any, are owned as the retention policy says."""
    return all(retention.is_kept(claim, sts, pod) for claim in claims_of(controller, sts, pod))


def set_owners(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
    """Let the pod's claims be owned as the retention policy says."""
    for claim in claims_of(controller, sts, pod):
        if retention.is_kept_by_a_stranger(claim, sts, pod):
            text = CONFLICT.format(claim.metadata.name)
            controller.recorder.event(sts, "Warning", "ConflictingController", text)
        if not retention.is_kept(claim, sts, pod):
            owners = retention.owners(claim, sts, pod)
            controller.client.update(with_meta(claim, ownerReferences=owners or None))


def is_stale(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> bool:
    """Whether a claim of a planned pod still goes with an earlier pod of that name: it must be gone first."""
    if retention.policy_of(sts)[1] == "Retain":
        return False
    return any(retention.is_stale(claim, pod) for claim in claims_of(controller, sts, pod))


def claims_of(
    controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod
) -> list[core_v1.PersistentVolumeClaim]:
    """The pod's claims that are there."""
    names = claim_names(sts, ordinal_of(pod)).values()
    return [claim for name in names if (claim := _claim(controller, sts, name)) is not None]


def _claim(
    controller: StatefulSetController, sts: apps_v1.StatefulSet, name: str
) -> core_v1.PersistentVolumeClaim | None:
    found: core_v1.PersistentVolumeClaim | None = controller.informer("persistentvolumeclaims").get(
        f"{sts.metadata.namespace}/{name}"
    )
    return found

"""The pods of a StatefulSet: how each is made, put right and deleted, and what is said of it.

In Kubernetes
    pkg/controller/statefulset/stateful_pod_control.go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightkube.models import apps_v1, core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import replace, with_meta
from kubelab.control_plane.controller_manager.history import REVISION_HASH
from kubelab.control_plane.controller_manager.pod_control import pod_from
from kubelab.control_plane.controller_manager.statefulset import volume_claims
from kubelab.control_plane.controller_manager.statefulset.identity import (
    has_identity,
    identity_labels,
    ordinal_of,
    pod_name,
)

if TYPE_CHECKING:
    from kubelab.control_plane.controller_manager.statefulset.controller import StatefulSetController


def planned(sts: apps_v1.StatefulSet, template: core_v1.PodTemplateSpec, revision: str, ordinal: int) -> core_v1.Pod:
    """The pod of an ordinal as it is to be made: it has no status yet."""
    pod, name = pod_from(template, sts), pod_name(sts, ordinal)
    labels = {**(pod.metadata.labels or {}), **identity_labels(name, ordinal), REVISION_HASH: revision}
    spec = replace(
        volume_claims.with_volumes(sts, template.spec, ordinal), hostname=name, subdomain=sts.spec.serviceName or None
    )
    return replace(with_meta(pod, name=name, generateName=None, labels=labels), spec=spec)


def create(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
    """Make a planned pod, its claims first."""
    try:
        volume_claims.make_missing(controller, sts, pod)
        controller.client.create(pod)
        volume_claims.set_owners(controller, sts, pod)
    except ApiError as refused:
        if refused.reason != "AlreadyExists":  # else the cache is behind
            record(controller, sts, "Create", pod, refused)
        raise
    record(controller, sts, "Create", pod)


def put_right(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
    """Give a pod the labels, volumes and claims that it should have, if it has not."""
    right = pod
    try:
        if not has_identity(sts, pod):
            ordinal = ordinal_of(pod)
            labels = {**(pod.metadata.labels or {}), **identity_labels(pod_name(sts, ordinal), ordinal)}
            right = with_meta(right, labels=labels)
        if not volume_claims.has_volumes(sts, pod):
            right = replace(right, spec=volume_claims.with_volumes(sts, right.spec, ordinal_of(pod)))
            volume_claims.make_missing(controller, sts, pod)
        owned = volume_claims.have_owners(controller, sts, pod)
        if not owned:
            volume_claims.set_owners(controller, sts, pod)
        if right is pod and owned:
            return
        controller.client.update(right)
    except ApiError as refused:
        record(controller, sts, "Update", pod, refused)
        raise
    record(controller, sts, "Update", pod)


def delete(controller: StatefulSetController, sts: apps_v1.StatefulSet, pod: core_v1.Pod) -> None:
    """Delete a pod; its claims stay, unless the retention policy has made it their owner."""
    try:
        controller.client.delete("pods", pod.metadata.name, pod.metadata.namespace)
    except ApiError as refused:
        record(controller, sts, "Delete", pod, refused)
        raise
    record(controller, sts, "Delete", pod)


def record(
    controller: StatefulSetController,
    sts: apps_v1.StatefulSet,
    verb: str,
    pod: core_v1.Pod,
    refused: ApiError | None = None,
) -> None:
    """Say what was done to a pod, or why it could not be done."""
    what = f"{verb} Pod {pod.metadata.name} in StatefulSet {sts.metadata.name}"
    if refused is None:
        controller.recorder.event(sts, "Normal", f"Successful{verb}", f"{what} successful")
    else:
        controller.recorder.event(sts, "Warning", f"Failed{verb}", f"{what} failed error: {refused.message}")

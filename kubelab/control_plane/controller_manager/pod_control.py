"""Making and deleting the pods of a controller's object, with the events that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import owned_by
from kubelab.client_go.client import Client
from kubelab.client_go.events import EventRecorder
from kubelab.control_plane.controller_manager.expectations import Expectations

BURST = 500  # pods made or deleted in one turn; a DaemonSet's controller takes 250


class PodController(Protocol):
    """A controller that counts on what it has done to pods before its cache shows it."""

    client: Client
    recorder: EventRecorder
    expectations: Expectations


def pod_from(template: core_v1.PodTemplateSpec, owner: Any) -> core_v1.Pod:
    """A pod as the template says, named after its owner with five random characters.

    In Kubernetes
        GetPodFromTemplate in pkg/controller/controller_utils.go
    """
    meta = template.metadata or meta_v1.ObjectMeta()
    return core_v1.Pod(
        metadata=meta_v1.ObjectMeta(
            generateName=f"{owner.metadata.name}-",
            namespace=owner.metadata.namespace,
            labels=meta.labels,
            annotations=meta.annotations,
            finalizers=meta.finalizers,
            ownerReferences=[owned_by(owner)],
        ),
        spec=template.spec,
    )


def create_pods(controller: PodController, key: str, owner: Any, pods: Sequence[core_v1.Pod]) -> ApiError | None:
    """Make pods in batches of 1, 2, 4 …: when one of a batch fails, the next batch is not even tried.

    Answers the first refusal. In a namespace that is being deleted it gives up silently.

    In Kubernetes
        slowStartBatch in pkg/controller/replicaset/replica_set.go, RealPodControl.CreatePods
    """
    done, batch = 0, 1
    while done < len(pods):
        failure: ApiError | None = None
        for pod in pods[done : done + batch]:
            try:
                made = controller.client.create(pod)
            except ApiError as refused:
                if refused.namespace_is_terminating:
                    return None
                controller.recorder.event(owner, "Warning", "FailedCreate", f"Error creating: {refused.message}")
                failure = failure or refused
                continue
            controller.expectations.expect(key, made.metadata.uid, "created")
            controller.recorder.event(owner, "Normal", "SuccessfulCreate", f"Created pod: {made.metadata.name}")
        if failure is not None:
            return failure
        done += batch
        batch *= 2
    return None


def delete_pod(controller: PodController, key: str, owner: Any, pod: core_v1.Pod) -> ApiError | None:
    """Delete a pod. One that is gone already is no failure.

    In Kubernetes
        RealPodControl.DeletePod in pkg/controller/controller_utils.go
    """
    controller.expectations.expect(key, pod.metadata.uid, "deleted")
    try:
        controller.client.delete("pods", pod.metadata.name, pod.metadata.namespace)
    except ApiError as refused:
        controller.expectations.seen(key, pod.metadata.uid, "deleted")
        if refused.code == 404:
            return None
        controller.recorder.event(owner, "Warning", "FailedDelete", f"Error deleting: {refused.message}")
        return ApiError(refused.code, refused.reason, f"unable to delete pods: {refused.message}")
    controller.recorder.event(owner, "Normal", "SuccessfulDelete", f"Deleted pod: {pod.metadata.name}")
    return None

"""Subresources: the parts of an object that have a door of their own."""

from __future__ import annotations

from typing import Any

from lightkube.models import autoscaling_v1, core_v1, meta_v1

from kubelab.api.custom.scale import custom_scale, custom_scaled, replicas_missing
from kubelab.api.errors import Cause, bad_request, invalid, not_found
from kubelab.api.kinds import Kind, kind_of
from kubelab.api.objects import condition, replace
from kubelab.api.selectors import format_labels, format_selector
from kubelab.clock import Clock


def scale_of(obj: Any) -> autoscaling_v1.Scale:
    """The `scale` of a workload or custom resource: how many replicas it should have and has, and which they are.

    Raises
    ------
    ApiError
        404: the kind has no replicas. 500: a custom resource does not say how many.
    """
    meta, kind = obj.metadata, kind_of(obj)
    if "scale" not in kind.subresources:
        error = not_found(kind.plural, kind.group, meta.name)
        error.message = "the server could not find the requested resource"
        raise error
    if kind.custom:
        wanted, there, selector = custom_scale(obj)
        if wanted is None:
            raise replicas_missing(kind)
    else:
        wanted, there = obj.spec.replicas, (obj.status.replicas if obj.status else None) or 0
        selector = _pods_of(obj.spec.selector)
    return autoscaling_v1.Scale(
        apiVersion="autoscaling/v1",
        kind="Scale",
        metadata=meta_v1.ObjectMeta(
            name=meta.name,
            namespace=meta.namespace,
            uid=meta.uid,
            resourceVersion=meta.resourceVersion,
            creationTimestamp=meta.creationTimestamp,
        ),
        spec=autoscaling_v1.ScaleSpec(replicas=wanted),
        status=autoscaling_v1.ScaleStatus(replicas=there, selector=selector),
    )


def _pods_of(selector: Any) -> str:
    """The selector of a workload as text; a ReplicationController has a map of labels."""
    return format_labels(selector) if isinstance(selector, dict) else format_selector(selector)


def scaled(kind: Kind, obj: Any, scale: Any) -> Any:
    """The object with the number of replicas that a Scale (as a plain dict) asks for.

    Raises
    ------
    ApiError
        422: the number is negative; 400: it is not a whole number.
    """
    spec = scale.get("spec") if isinstance(scale, dict) else None
    if spec is not None and not isinstance(spec, dict):
        raise bad_request(f"a Scale's spec must be a mapping, not {spec!r:.80}")
    replicas = (spec or {}).get("replicas") or 0
    if isinstance(replicas, bool) or not isinstance(replicas, int) or abs(replicas) >= 2**31:
        raise bad_request(f"a Scale's replicas must be a whole number of 32 bits, not {replicas!r:.80}")
    if replicas < 0:
        fault = Cause.invalid("spec.replicas", replicas, "must be greater than or equal to 0")
        raise invalid("Scale", "autoscaling", obj.metadata.name, [fault])
    if kind.custom:
        return custom_scaled(kind, obj, replicas)
    return replace(obj, spec=replace(obj.spec, replicas=replicas))


def bound(pod: core_v1.Pod, node: str, clock: Clock) -> core_v1.Pod:
    """The pod put on a node, and its PodScheduled condition true; no node need be kept for it any more.

    In Kubernetes
        pkg/registry/core/pod/storage/storage.go; the latter since 1.35 (ClearingNominatedNodeNameAfterBinding).
    """
    held = core_v1.PodCondition(type="PodScheduled", status="True", lastTransitionTime=clock.date)
    told = _with_condition(pod, held)
    return replace(told, spec=replace(pod.spec, nodeName=node), status=replace(told.status, nominatedNodeName=None))


def evicted(pod: core_v1.Pod, clock: Clock) -> core_v1.Pod:
    """The pod with the condition that it is being evicted; one that has any such condition keeps its time.

    In Kubernetes
        pkg/registry/core/pod/storage/eviction.go;
        https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions
    """
    before = condition(pod, "DisruptionTarget")
    held = core_v1.PodCondition(
        type="DisruptionTarget",
        status="True",
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
        lastTransitionTime=before.lastTransitionTime if before is not None else clock.date,
    )
    return _with_condition(pod, held)


def _with_condition(pod: core_v1.Pod, held: core_v1.PodCondition) -> core_v1.Pod:
    others = [other for other in pod.status.conditions or () if other.type != held.type]
    return replace(pod, status=replace(pod.status, conditions=[*others, held]))

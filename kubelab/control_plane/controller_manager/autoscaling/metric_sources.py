"""What each metric of an autoscaler says: a proposal, how it is shown in the status, and its name in messages.

In Kubernetes
    computeReplicasForMetric in pkg/controller/podautoscaler/horizontal.go, and pkg/controller/podautoscaler/metrics

Left out
    Custom and external metrics: a cluster without an adapter has none, and this one has no adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from lightkube.models import autoscaling_v2

from kubelab.api.errors import ApiError
from kubelab.api.go_selector import as_go_prints
from kubelab.api.quantity import canonical, milli
from kubelab.client_go.client import Client
from kubelab.control_plane.controller_manager.autoscaling.replica_calculator import (
    MetricError,
    Proposal,
    Question,
    Sample,
    by_utilization,
    by_value,
)

NO_CUSTOM = "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
NO_EXTERNAL = "unable to fetch metrics from external metrics API: the server could not find the requested resource"


class Answer(NamedTuple):
    """What a metric says: so many replicas; `name` is the metric's in messages."""

    replicas: int
    name: str
    status: autoscaling_v2.MetricStatus


class FailedError(Exception):
    """A metric cannot be had: the reason and message of the event, and how the controller sums it up."""

    def __init__(self, reason: str, message: str, summary: str) -> None:
        super().__init__(message)
        self.reason, self.message, self.summary = reason, message, summary


@dataclass
class Asking:
    """Who asks: with which client, about the pods of which namespace and selector."""

    client: Client
    namespace: str
    selector: str
    question: Question


def answer_of(asking: Asking, spec: autoscaling_v2.MetricSpec) -> Answer:
    """What a metric says.

    Raises
    ------
    FailedError
        It cannot be had.
    """
    if spec.type == "Resource":
        return _resource(asking, spec.resource)
    if spec.type == "ContainerResource":
        return _container_resource(asking, spec.containerResource)
    if spec.type == "Pods":
        message = f"unable to get metric {spec.pods.metric.name}: {NO_CUSTOM}"
        raise FailedError("FailedGetPodsMetric", message, f"failed to get pods metric value: {message}")
    if spec.type == "Object":
        raise _no_object(asking, spec.object)
    raise _no_external(asking, spec.external)


def _resource(asking: Asking, source: autoscaling_v2.ResourceMetricSource) -> Answer:
    try:
        proposal = _proposal(asking, source.name, "", source.target)
    except MetricError as failed:
        summary = f"failed to get {source.name} resource metric value: {failed}"
        raise FailedError("FailedGetResourceMetric", str(failed), summary) from None
    name = f"{source.name} resource"
    if proposal.utilization is not None:
        name = f"{source.name} resource utilization (percentage of request)"
    current = autoscaling_v2.ResourceMetricStatus(name=source.name, current=_shown(proposal))
    return Answer(proposal.replicas, name, autoscaling_v2.MetricStatus(type="Resource", resource=current))


def _container_resource(asking: Asking, source: autoscaling_v2.ContainerResourceMetricSource) -> Answer:
    try:
        proposal = _proposal(asking, source.name, source.container, source.target)
    except MetricError as failed:
        summary = f"failed to get {source.container} container metric value: {failed}"
        raise FailedError("FailedGetContainerResourceMetric", str(failed), summary) from None
    name = f"{source.name} resource"
    if proposal.utilization is not None:
        name = f"{source.name} container resource utilization (percentage of request)"
    current = autoscaling_v2.ContainerResourceMetricStatus(
        name=source.name, container=source.container, current=_shown(proposal)
    )
    status = autoscaling_v2.MetricStatus(type="ContainerResource", containerResource=current)
    return Answer(proposal.replicas, name, status)


def _shown(proposal: Proposal) -> autoscaling_v2.MetricValueStatus:
    average = canonical(f"{proposal.average}m")
    return autoscaling_v2.MetricValueStatus(averageUtilization=proposal.utilization, averageValue=average)


def _proposal(asking: Asking, resource: str, container: str, target: autoscaling_v2.MetricTarget) -> Proposal:
    asked = asking.question
    asked.resource, asked.container = resource, container
    what = "usage" if target.averageValue is not None else "utilization"
    try:
        try:
            metrics = _samples(asking, resource, container)
        except MetricError as failed:
            raise MetricError(f"unable to get metrics for resource {resource}: {failed}") from None
        if target.averageValue is not None:
            return by_value(asked, metrics, milli(target.averageValue))
        return by_utilization(asked, metrics, target.averageUtilization)
    except MetricError as failed:
        raise MetricError(f"failed to get {resource} {what}: {failed}") from None


def _samples(asking: Asking, resource: str, container: str) -> dict[str, Sample]:
    """What the metrics API says of each pod; a pod of which not all is known is left out."""
    try:
        listed = asking.client.list("pods.metrics.k8s.io", asking.namespace, selector=asking.selector)
    except ApiError as refused:
        raise MetricError(f"unable to fetch metrics from resource metrics API: {refused.message}") from None
    if not listed:
        raise MetricError("no metrics returned from resource metrics API")
    found: dict[str, Sample] = {}
    for metrics in listed:
        held: list[Any] = [each for each in metrics.containers if container in ("", each.name)]
        if container and not held:
            where = f"{asking.namespace}/{metrics.metadata.name}"
            raise MetricError(f"container {container} not present in metrics for pod {where}")
        if held and all(resource in each.usage for each in held):
            window = timedelta(seconds=float(metrics.window.removesuffix("s")))
            total = sum(milli(each.usage[resource]) for each in held)
            found[metrics.metadata.name] = Sample(total, metrics.timestamp, window)
    return found


def _no_object(asking: Asking, source: autoscaling_v2.ObjectMetricSource) -> FailedError:
    about, name = source.describedObject, source.metric.name
    message = f"unable to get metric {name}: {about.kind} on {asking.namespace} {about.name}/{NO_CUSTOM}"
    if source.target.type != "Value":
        message = f"failed to get {name} object metric: {message}"
    reported = message.removeprefix(f"failed to get {name} object metric: ")
    return FailedError("FailedGetObjectMetric", reported, f"failed to get object metric value: {message}")


def _no_external(asking: Asking, source: autoscaling_v2.ExternalMetricSource) -> FailedError:
    name = source.metric.name
    missing = f"{NO_EXTERNAL} (get {name}.external.metrics.k8s.io)"
    where = f"{asking.namespace}/{name}/{as_go_prints(source.metric.selector)}"
    message = f"unable to get external metric {where}: {missing}"
    summed = f"failed to get external metric {name}: {message}"
    if source.target.averageValue is not None:
        summed = f"failed to get {name} external metric: {message}"
    return FailedError("FailedGetExternalMetric", message, f"failed to get {name} external metric value: {summed}")

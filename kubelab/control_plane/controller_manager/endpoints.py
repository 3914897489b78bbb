"""Endpoints: what a pod is to a Service."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1, discovery_v1

from kubelab.api.objects import is_ready

Ports = tuple[tuple[str, int | None, str, str | None], ...]  # name, number, protocol, appProtocol


def has_endpoint(pod: core_v1.Pod) -> bool:
    """Whether a Service's slices list the pod: it has an address and has not finished."""
    return bool(pod.status.podIP) and pod.status.phase not in ("Succeeded", "Failed")


def endpoint_of(pod: core_v1.Pod, service: core_v1.Service, node: core_v1.Node | None) -> discovery_v1.Endpoint:
    """The pod as an endpoint, with its three conditions.

    `serving` is whether the pod is ready; `terminating` whether it is going; `ready` is serving and not going, or
    always, where the Service publishes addresses that are not ready.

    In Kubernetes
        staging/src/k8s.io/endpointslice/utils.go;
        https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions
    """
    meta, serving = pod.metadata, is_ready(pod)
    terminating = meta.deletionTimestamp is not None
    zone = ((node.metadata.labels or {}) if node is not None else {}).get("topology.kubernetes.io/zone")
    named = pod.spec.hostname and pod.spec.subdomain == service.metadata.name
    return discovery_v1.Endpoint(
        addresses=[pod.status.podIP],
        conditions=discovery_v1.EndpointConditions(
            ready=bool(service.spec.publishNotReadyAddresses) or (serving and not terminating),
            serving=serving,
            terminating=terminating,
        ),
        hostname=pod.spec.hostname if named else None,
        nodeName=pod.spec.nodeName,
        targetRef=core_v1.ObjectReference(kind="Pod", name=meta.name, namespace=meta.namespace, uid=meta.uid),
        zone=zone,
    )


def ports_of(pod: core_v1.Pod, service: core_v1.Service) -> Ports:
    """The ports that the Service's ports lead to on this pod; a targetPort that it does not name is left out."""
    found = []
    for port in service.spec.ports or ():
        number = _number(pod, port.targetPort, port.protocol or "TCP")
        if number is not None:
            found.append((port.name or "", number, port.protocol or "TCP", port.appProtocol))
    return tuple(found)


def _number(pod: core_v1.Pod, target: Any, protocol: str) -> int | None:
    if not isinstance(target, str):
        return target
    sidecars = (each for each in pod.spec.initContainers or () if each.restartPolicy == "Always")
    for container in (*pod.spec.containers, *sidecars):
        for port in container.ports or ():
            if port.name == target and (port.protocol or "TCP") == protocol:
                return port.containerPort
    return None


def as_ports(ports: Ports) -> list[discovery_v1.EndpointPort]:
    """Ports as a slice lists them."""
    return [
        discovery_v1.EndpointPort(name=name, port=number, protocol=protocol, appProtocol=app)
        for name, number, protocol, app in ports
    ]


def ports_key(listed: list[discovery_v1.EndpointPort] | None) -> Ports:
    """A slice's ports as a value to compare by."""
    return tuple((port.name or "", port.port, port.protocol or "TCP", port.appProtocol) for port in listed or ())

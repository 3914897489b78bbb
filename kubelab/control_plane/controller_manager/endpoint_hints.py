"""Hints: for whom an endpoint is, by the Service's `trafficDistribution`."""

from __future__ import annotations

from lightkube.models import core_v1, discovery_v1

from kubelab.api.objects import replace

SAME_NODE = "PreferSameNode"
CLOSE = ("PreferClose", "PreferSameZone", SAME_NODE)


def hinted(endpoint: discovery_v1.Endpoint, service: core_v1.Service) -> discovery_v1.Endpoint:
    """The endpoint, hinted for its own zone, and with PreferSameNode for its own node too, where it is ready.

    In Kubernetes
        staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go; PreferClose is the old name of PreferSameZone:
        https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
    """
    asked = service.spec.trafficDistribution
    if asked not in CLOSE or not endpoint.conditions.ready:
        return endpoint
    zones = [discovery_v1.ForZone(name=endpoint.zone)] if endpoint.zone else None
    nodes = [discovery_v1.ForNode(name=endpoint.nodeName)] if endpoint.nodeName and asked == SAME_NODE else None
    if zones is None and nodes is None:
        return endpoint
    return replace(endpoint, hints=discovery_v1.EndpointHints(forZones=zones, forNodes=nodes))

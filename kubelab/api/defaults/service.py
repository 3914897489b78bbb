"""What a Service means when it says only half of it.

In Kubernetes
    `SetDefaults_Service` in `pkg/apis/core/v1/defaults.go`.
    https://kubernetes.io/docs/concepts/services-networking/service/
"""

from __future__ import annotations

from typing import Any

_AFFINITY_SECONDS = 10800


def service(obj: dict[str, Any]) -> None:
    """Fill in a Service: an address inside the cluster, TCP, the same port behind it, no affinity."""
    spec = obj["spec"]
    kind = spec.setdefault("type", "ClusterIP")
    _affinity(spec)
    for port in spec.get("ports", ()):
        port.setdefault("protocol", "TCP")
        if port["targetPort"] in (0, ""):
            port["targetPort"] = port["port"]
    if externally_accessible(spec):
        spec.setdefault("externalTrafficPolicy", "Cluster")
    if kind in ("ClusterIP", "NodePort", "LoadBalancer"):
        spec.setdefault("internalTrafficPolicy", "Cluster")
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)
        for ingress in obj["status"]["loadBalancer"].get("ingress", ()):
            if "ip" in ingress:
                ingress.setdefault("ipMode", "VIP")


def _affinity(spec: dict[str, Any]) -> None:
    affinity = spec.setdefault("sessionAffinity", "None")
    if affinity == "None":
        spec.pop("sessionAffinityConfig", None)
    elif affinity == "ClientIP":
        given = spec.get("sessionAffinityConfig", {}).get("clientIP", {})
        if "timeoutSeconds" not in given:
            spec["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": _AFFINITY_SECONDS}}


def externally_accessible(spec: dict[str, Any]) -> bool:
    """Whether traffic from outside the cluster can reach the Service."""
    return spec["type"] in ("LoadBalancer", "NodePort") or (
        spec["type"] == "ClusterIP" and bool(spec.get("externalIPs"))
    )


def needs_health_check(spec: dict[str, Any]) -> bool:
    """Whether a load balancer must ask each node if it has endpoints of its own."""
    return spec["type"] == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"

"""What the objects of the network mean when they say only half of it.

In Kubernetes
    `pkg/apis/networking/v1/defaults.go` and `SetDefaults_Endpoints` in `pkg/apis/core/v1/defaults.go`.
"""

from __future__ import annotations

from typing import Any


def networkpolicy(obj: dict[str, Any]) -> None:
    """Fill in a NetworkPolicy: it rules what comes in, and what goes out where it has rules for that; ports are TCP."""
    spec = obj["spec"]
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
        for port in rule.get("ports", ()):
            port.setdefault("protocol", "TCP")


def ingressclass(obj: dict[str, Any]) -> None:
    """Fill in an IngressClass: its parameters are found in the whole cluster."""
    if "parameters" in obj["spec"]:
        obj["spec"]["parameters"].setdefault("scope", "Cluster")


def endpoints(obj: dict[str, Any]) -> None:
    """Fill in Endpoints: ports are TCP."""
    for subset in obj.get("subsets", ()):
        for port in subset.get("ports", ()):
            port.setdefault("protocol", "TCP")

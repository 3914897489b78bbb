"""What a Service wishes of the cloud: whether a load balancer, for which ports, over which nodes."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import Any, NamedTuple

FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"


class Difference(NamedTuple):
    """What makes a load balancer be changed; an event says it, where it has a reason."""

    reason: str = ""
    message: str = ""


def wants_load_balancer(service: Any) -> bool:
    """Whether the Service is for this cloud: with a `loadBalancerClass` it is somebody else's."""
    return bool(service.spec.type == "LoadBalancer") and service.spec.loadBalancerClass is None


def needs_cleanup(service: Any) -> bool:
    """Whether it has a load balancer that it must lose: it is being deleted, or of another type now."""
    if FINALIZER not in (service.metadata.finalizers or ()):
        return False
    return service.metadata.deletionTimestamp is not None or service.spec.type != "LoadBalancer"


def is_eligible(node: Any) -> bool:
    """Whether load balancers forward to the node. Ready or not does not count: their own health checks tell.

    In Kubernetes
        `stableNodeSetPredicates` in staging/src/k8s.io/cloud-provider/controllers/service/controller.go (KEP-3458)
    """
    if not is_included(node) or node.metadata.deletionTimestamp is not None:
        return False
    return all(taint.key != TO_BE_DELETED for taint in node.spec.taints or ())


def is_included(node: Any) -> bool:
    """Whether the node may be behind load balancers at all.

    Only this, and nodes that come and go, is reason to tell the cloud: a node that is being deleted fails its health
    checks first, and its connections may end.

    In Kubernetes
        `shouldSyncUpdatedNode`, in the same place;
        https://kubernetes.io/docs/reference/networking/virtual-ips/#external-traffic-policy
    """
    return EXCLUDED not in (node.metadata.labels or {})


def ports(service: Any) -> tuple[tuple[str, int, int], ...]:
    """Protocol, port and node port of each of its ports."""
    return tuple((port.protocol or "TCP", port.port, port.nodePort or 0) for port in service.spec.ports or ())


def source_ranges(service: Any) -> tuple[IPv4Network, ...]:
    """The senders that its load balancer lets in; empty: everybody."""
    found = (ip_network(text.strip(), strict=False) for text in service.spec.loadBalancerSourceRanges or ())
    return tuple(each for each in found if isinstance(each, IPv4Network))


def check_port(service: Any) -> int:
    """Where kube-proxies say whether their node has endpoints of it; 0 where that does not matter."""
    local = service.spec.externalTrafficPolicy == "Local"
    return (service.spec.healthCheckNodePort or 0) if local else 0


def difference(old: Any, new: Any) -> Difference | None:
    """What of a change matters to the load balancer.

    In Kubernetes
        `needsUpdate`, in the same file.
    """
    wanted, wants = wants_load_balancer(old), wants_load_balancer(new)
    if not wanted and not wants:
        return None
    before, after = old.spec, new.spec
    was: Any
    becomes: Any
    if wanted != wants:
        return Difference("Type", f"{before.type} -> {after.type}")
    for reason, field, empty in (
        ("LoadBalancerSourceRanges", "loadBalancerSourceRanges", []),
        ("LoadbalancerIP", "loadBalancerIP", ""),
        ("ExternalTrafficPolicy", "externalTrafficPolicy", ""),
        ("HealthCheckNodePort", "healthCheckNodePort", 0),
    ):
        was, becomes = getattr(before, field) or empty, getattr(after, field) or empty
        if was != becomes:
            return Difference(reason, f"{_told(was)} -> {_told(becomes)}")
    same = all(
        getattr(before, field) == getattr(after, field)
        for field in ("ports", "sessionAffinity", "sessionAffinityConfig")
    )
    same = same and old.metadata.annotations == new.metadata.annotations and old.metadata.uid == new.metadata.uid
    return None if same else Difference()


def _told(value: Any) -> str:
    """A value as Go prints it."""
    return f"[{' '.join(value)}]" if isinstance(value, list) else str(value)

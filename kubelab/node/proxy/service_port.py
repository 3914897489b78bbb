"""A port of a Service, as one node sees it: its addresses, its policies, its endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from typing import Any

from kubelab.api.objects import key_of
from kubelab.node.proxy.endpoints import Endpoint, Usable, usable

STICKY_SECONDS = 10800  # three hours, where a Service with session affinity says nothing else
OTHER_PROXY = "service.kubernetes.io/service-proxy-name"
HEADLESS = "service.kubernetes.io/headless"


@dataclass(frozen=True, eq=False)
class ServicePort:
    """What the rules of one port of a Service are made from.

    It is a value, shared by all nodes that see the same; `node` is empty where it is the same on every node. `made`
    keeps what has been worked out from it.

    In Kubernetes
        pkg/proxy/serviceport.go
    """

    key: str
    uid: str
    port_name: str
    protocol: str
    port: int
    node_port: int
    cluster_ip: str
    external_ips: tuple[str, ...]
    balancer_ips: tuple[str, ...]
    source_ranges: tuple[IPv4Network, ...]
    internal_local: bool
    external_local: bool
    sticky: int  # seconds of session affinity; 0 is none
    health_port: int
    endpoints: Usable
    node: str = ""
    made: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """`namespace/name:port`, as rules name it; without the port where it has no name."""
        return f"{self.key}:{self.port_name}" if self.port_name else self.key

    @property
    def external(self) -> bool:
        """Whether it can be reached otherwise than by its cluster address."""
        return bool(self.node_port or self.external_ips or self.balancer_ips)

    @property
    def internal_endpoints(self) -> tuple[Endpoint, ...]:
        """Where packets to the cluster address go."""
        return self.endpoints.local if self.internal_local else self.endpoints.cluster

    @property
    def external_endpoints(self) -> tuple[Endpoint, ...]:
        """Where packets from outside go that come by any other way."""
        return self.endpoints.local if self.external_local else self.endpoints.cluster

    @property
    def guarded(self) -> bool:
        """Whether its load balancer addresses take only packets from some ranges."""
        return bool(self.source_ranges and self.balancer_ips and self.endpoints.anywhere)

    def __deepcopy__(self, memo: dict[int, Any]) -> ServicePort:
        return self


def is_proxied(service: Any) -> bool:
    """Whether kube-proxy makes rules of a Service: it has a cluster address, and no other proxy is asked for."""
    labels = service.metadata.labels or {}
    return service.spec.clusterIP not in (None, "", "None") and OTHER_PROXY not in labels


def is_proxied_slice(held: Any) -> bool:
    """Whether kube-proxy looks at an EndpointSlice."""
    labels = held.metadata.labels or {}
    return HEADLESS not in labels and OTHER_PROXY not in labels


def depends_on_node(service: Any, endpoints: Iterable[Endpoint]) -> bool:
    """Whether nodes make different rules of the same Service."""
    spec = service.spec
    if spec.internalTrafficPolicy == "Local" or spec.externalTrafficPolicy == "Local":
        return True
    return any(each.zones or each.nodes for each in endpoints)


def service_ports(
    service: Any, endpoints: dict[tuple[str, str], tuple[Endpoint, ...]], node: str, zone: str | None
) -> tuple[ServicePort, ...]:
    """The ports of a Service, as a node in a zone sees them."""
    spec, made = service.spec, []
    external_ips = tuple(spec.externalIPs or ())
    balancer_ips = balancer_addresses(service)
    for port in spec.ports or ():
        protocol, name = port.protocol or "TCP", port.name or ""
        external = bool(port.nodePort or external_ips or balancer_ips)
        internal_local = spec.internalTrafficPolicy == "Local"
        external_local = external and spec.externalTrafficPolicy == "Local"
        found = usable(
            endpoints.get((name, protocol), ()),
            not internal_local or external,
            internal_local or external_local,
            node,
            zone,
        )
        made.append(
            ServicePort(
                key_of(service),
                service.metadata.uid,
                name,
                protocol,
                port.port,
                port.nodePort or 0,
                spec.clusterIP,
                external_ips,
                balancer_ips,
                _ranges(spec.loadBalancerSourceRanges),
                internal_local,
                external_local,
                _stickiness(spec),
                (spec.healthCheckNodePort or 0) if external_local and spec.type == "LoadBalancer" else 0,
                found,
                node,
            )
        )
    return tuple(made)


def balancer_addresses(service: Any) -> tuple[str, ...]:
    """The addresses that a load balancer gave the Service, where its packets arrive still addressed to them."""
    state = service.status.loadBalancer if service.status is not None else None
    held = (state.ingress if state is not None else None) or ()
    return tuple(each.ip for each in held if each.ip and each.ipMode in (None, "VIP"))


def _ranges(texts: list[str] | None) -> tuple[IPv4Network, ...]:
    found = (ip_network(text.strip(), strict=False) for text in texts or ())
    return tuple(each for each in found if isinstance(each, IPv4Network))


def _stickiness(spec: Any) -> int:
    if spec.sessionAffinity != "ClientIP":
        return 0
    config = spec.sessionAffinityConfig
    client = config.clientIP if config is not None else None
    return (client.timeoutSeconds if client is not None else None) or STICKY_SECONDS

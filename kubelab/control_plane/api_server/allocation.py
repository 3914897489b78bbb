"""Addresses and ports that the API server hands out to Services."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Iterable
from typing import Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError, Cause, invalid
from kubelab.api.objects import replace

SERVICE_RANGE = ipaddress.ip_network("10.96.0.0/12")
NODE_PORTS = range(30000, 32768)


class ServiceAllocator:
    """Gives every Service its ClusterIP and, where its type asks for them, its node ports; nothing is given twice.

    What is taken is read from the Services that there are, so a restarted API server knows it again.

    In Kubernetes
        pkg/registry/core/service/ipallocator and portallocator.
        https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/

    Left out
        IPv6 and dual stack; the lower band kept free for addresses asked for by hand.
    """

    def __init__(self, services: Callable[[], Iterable[Any]], rng: random.Random) -> None:
        self.services, self.rng = services, rng

    def allocate(self, service: Any, old: Any = None) -> Any:
        """The Service with all that it needs.

        Raises
        ------
        ApiError
            422: an address or port asked for by hand is taken or out of range, or none is left.
        """
        spec = service.spec
        if spec.type == "ExternalName":
            return service
        others = [held for held in self.services() if held.metadata.uid != service.metadata.uid]
        address = spec.clusterIP or (
            old.spec.clusterIP if old is not None and old.spec.type != "ExternalName" else None
        )
        if address != "None":
            taken = {held.spec.clusterIP for held in others}
            if not address:
                address = self._free_address(service, taken)
            elif old is None or old.spec.clusterIP != address:
                self._check_address(service, address, taken)
        spec = replace(
            spec,
            clusterIP=address,
            clusterIPs=[address],
            ipFamilies=spec.ipFamilies or ["IPv4"],
            ipFamilyPolicy=spec.ipFamilyPolicy or "SingleStack",
        )
        if spec.type in ("NodePort", "LoadBalancer") and not (
            spec.type == "LoadBalancer" and spec.allocateLoadBalancerNodePorts is False
        ):
            spec = replace(spec, ports=self._with_node_ports(service, spec.ports or [], others, old))
            if spec.type == "LoadBalancer" and spec.externalTrafficPolicy == "Local" and not spec.healthCheckNodePort:
                taken_ports = self._taken_ports(others) | {port.nodePort for port in spec.ports}
                spec = replace(spec, healthCheckNodePort=self._free_port(service, taken_ports))
        return replace(service, spec=spec)

    def _free_address(self, service: Any, taken: set[str]) -> str:
        for _ in range(100):
            address = str(SERVICE_RANGE[self.rng.randrange(2, SERVICE_RANGE.num_addresses - 1)])
            if address not in taken:
                return address
        raise _refused(service, "spec.clusterIPs", "", "failed to allocate IP: range is full")

    def _check_address(self, service: Any, address: str, taken: set[str]) -> None:
        try:
            inside = ipaddress.ip_address(address) in SERVICE_RANGE
        except ValueError:
            inside = False
        if not inside:
            raise _refused(
                service,
                "spec.clusterIPs",
                [address],
                f"failed to allocate IP {address}: the provided IP ({address}) is not in the valid range. "
                f"The range of valid IPs is {SERVICE_RANGE}",
            )
        if address in taken:
            raise _refused(
                service,
                "spec.clusterIPs",
                [address],
                f"failed to allocate IP {address}: provided IP is already allocated",
            )

    def _with_node_ports(
        self, service: Any, ports: list[core_v1.ServicePort], others: list[Any], old: Any
    ) -> list[core_v1.ServicePort]:
        taken = self._taken_ports(others)
        kept = {port.port: port.nodePort for port in (old.spec.ports or ()) if port.nodePort} if old is not None else {}
        given: list[core_v1.ServicePort] = []
        for index, port in enumerate(ports):
            wanted = port.nodePort or kept.get(port.port)
            path = f"spec.ports[{index}].nodePort"
            if wanted and wanted not in NODE_PORTS:
                raise _refused(
                    service,
                    path,
                    wanted,
                    "provided port is not in the valid range. "
                    f"The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}",
                )
            if wanted and wanted in taken:
                raise _refused(service, path, wanted, "provided port is already allocated")
            wanted = wanted or self._free_port(service, taken)
            if not any(held.nodePort == wanted and held.protocol != port.protocol for held in given):
                taken = taken | {wanted}
            given.append(replace(port, nodePort=wanted))
        return given

    def _free_port(self, service: Any, taken: set[int]) -> int:
        free = [port for port in NODE_PORTS if port not in taken]
        if not free:
            raise _refused(service, "spec.ports[0].nodePort", 0, "failed to allocate a nodePort: range is full")
        return self.rng.choice(free)

    @staticmethod
    def _taken_ports(services: list[Any]) -> set[int]:
        taken = {port.nodePort for held in services for port in held.spec.ports or () if port.nodePort}
        return taken | {held.spec.healthCheckNodePort for held in services if held.spec.healthCheckNodePort}


def _refused(service: Any, field: str, value: Any, detail: str) -> ApiError:
    return invalid("Service", "", service.metadata.name, [Cause.invalid(field, value, detail)])

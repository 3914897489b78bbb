"""Addresses and ports that the API server hands out to Services."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError, Cause, invalid
from kubelab.api.objects import replace
from kubelab.control_plane.api_server.bands import Band, band

SERVICE_RANGE = IPv4Network("10.96.0.0/12")
NODE_PORTS = range(30000, 32768)
_NODE_PORTS = band(NODE_PORTS[0], NODE_PORTS[-1], len(NODE_PORTS), 32, 128)
_TAKEN = "provided port is already allocated"
_OUTSIDE = f"provided port is not in the valid range. The range of valid ports is {NODE_PORTS[0]}-{NODE_PORTS[-1]}"
_FULL = "range is full"


class ServiceAllocator:
    """Gives every Service its ClusterIP and, where its type asks for them, its node ports; nothing is given twice.

    What is taken is read from the Services that there are, so a restarted API server knows it again.

    In Kubernetes
        pkg/registry/core/service/storage/alloc.go, …/ipallocator and …/portallocator.
        https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/

    Left out
        IPv6 and dual stack; more than one range (ServiceCIDR). A dry run finds taken addresses too, which a real one
        does not.
    """

    def __init__(self, services: Callable[[], Iterable[Any]], rng: random.Random) -> None:
        self.services, self.rng = services, rng
        self.use(SERVICE_RANGE)

    def use(self, addresses: IPv4Network) -> None:
        """Hand out addresses of this range: `--service-cluster-ip-range`."""
        self.range = addresses
        first, size = int(addresses.network_address) + 1, addresses.num_addresses
        self._addresses: Band = band(first, first + size - 3, size, 16, 256, spared=1)

    def allocate(self, service: Any, old: Any = None, *, dry_run: bool = False) -> Any:
        """The Service with all that it needs.

        Raises
        ------
        ApiError
            422: an address or port asked for by hand is taken or out of range. 500: none is left.
        """
        spec = service.spec
        if spec.type == "ExternalName":
            return service
        others = [held for held in self.services() if held.metadata.uid != service.metadata.uid]
        address = spec.clusterIP or (
            old.spec.clusterIP if old is not None and old.spec.type != "ExternalName" else None
        )
        if address != "None":
            if not address:
                address = self._free_address(others)
            elif old is None or old.spec.clusterIP != address:
                self._check_address(service, address, others, dry_run)
        spec = replace(
            spec,
            clusterIP=address,
            clusterIPs=[address],
            ipFamilies=spec.ipFamilies or ["IPv4"],
            ipFamilyPolicy=spec.ipFamilyPolicy or "SingleStack",
        )
        if spec.type in ("NodePort", "LoadBalancer"):
            taken = _taken_ports(others)
            spec = replace(spec, ports=self._with_node_ports(service, spec, old, taken))
            if spec.type == "LoadBalancer" and spec.externalTrafficPolicy == "Local":
                spec = replace(spec, healthCheckNodePort=self._health_port(spec, old, taken))
        return replace(service, spec=spec)

    # -- addresses

    def _free_address(self, others: list[Any]) -> str:
        taken = {int(IPv4Address(held.spec.clusterIP)): True for held in others if _has_address(held)}
        found = self._addresses.free(taken, self.rng)
        if found is None:
            raise _impossible(f"failed to allocate a serviceIP: {_FULL}")
        return str(IPv4Address(found))

    def _check_address(self, service: Any, address: str, others: list[Any], dry_run: bool) -> None:
        why = ""
        if not self._addresses.first <= int(ip_address(address)) <= self._addresses.last:
            why = "the provided network does not match the current range"
            if dry_run:
                why = f"the provided IP ({address}) is not in the valid range. The range of valid IPs is {self.range}"
        elif any(held.spec.clusterIP == address for held in others):
            why = "provided IP is already allocated"
        if why:
            detail = f"failed to allocate IP {address}: {why}"
            raise _refused(service, "spec.clusterIPs", service.spec.clusterIPs or [address], detail)

    # -- node ports

    def _with_node_ports(self, service: Any, spec: Any, old: Any, taken: dict[int, bool]) -> list[core_v1.ServicePort]:
        """The ports with their node ports; `taken` learns of them. Ports of the same number share one."""
        ports = spec.ports or []
        automatic = spec.type == "NodePort" or spec.allocateLoadBalancerNodePorts is not False
        before = (old.spec.ports or ()) if old is not None else ()
        ours = {port.nodePort: True for port in before if port.nodePort}
        of_number: dict[int, int] = {}
        given: list[core_v1.ServicePort] = []
        for index, port in enumerate(ports):
            wanted = port.nodePort or 0
            if not wanted and not automatic:
                given.append(port)
                continue
            shared = of_number.get(port.port, 0)
            if not shared:
                wanted = wanted or next(
                    (each.nodePort for each in ports if each.port == port.port and each.nodePort), 0
                )
                held = next((each.nodePort or 0 for each in before if each.port == port.port), 0)
                wanted = wanted or (0 if any(each.nodePort == held for each in ports) else held)
            wanted = wanted or shared
            if not wanted:
                wanted = self._free_port(taken, "failed to allocate a nodePort: ")
            elif wanted != shared and wanted not in ours:
                why = _OUTSIDE if wanted not in NODE_PORTS else _TAKEN if wanted in taken else ""
                if why:
                    raise _refused(service, f"spec.ports[{index}].nodePort", wanted, why)
            taken[wanted] = True
            of_number.setdefault(port.port, wanted)
            given.append(replace(port, nodePort=wanted))
        return given

    def _health_port(self, spec: Any, old: Any, taken: dict[int, bool]) -> int:
        wanted = spec.healthCheckNodePort or 0
        if not wanted:
            return self._free_port(taken, "failed to allocate a HealthCheck NodePort 0: ")
        if old is None or old.spec.healthCheckNodePort != wanted:
            why = _OUTSIDE if wanted not in NODE_PORTS else _TAKEN if wanted in taken else ""
            if why:
                raise _impossible(f"failed to allocate requested HealthCheck NodePort {wanted}: {why}")
        return int(wanted)

    def _free_port(self, taken: dict[int, bool], why: str) -> int:
        found = _NODE_PORTS.free(taken, self.rng)
        if found is None:
            raise _impossible(f"{why}{_FULL}")
        return found


def _has_address(service: Any) -> bool:
    return service.spec.clusterIP not in (None, "", "None")


def _taken_ports(services: list[Any]) -> dict[int, bool]:
    ports = [port.nodePort for held in services for port in held.spec.ports or ()]
    return {number: True for number in (*ports, *(held.spec.healthCheckNodePort for held in services)) if number}


def _refused(service: Any, field: str, value: Any, detail: str) -> ApiError:
    return invalid("Service", "", service.metadata.name, [Cause.invalid(field, value, detail)])


def _impossible(detail: str) -> ApiError:
    return ApiError(500, "InternalError", f"Internal error occurred: {detail}")

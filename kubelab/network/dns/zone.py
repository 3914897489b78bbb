"""The zone `cluster.local`, and the way back from addresses: what follows from Services and EndpointSlices.

In Kubernetes
    The `kubernetes` plugin of CoreDNS, and the specification that it follows:
    https://github.com/kubernetes/dns/blob/master/docs/specification.md

Left out
    CoreDNS does not run as pods here: it is a view of what the API server last said, and it never fails. TXT
    and IPv6.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kubelab.network.dns.answer import NXDOMAIN, TTL, Answer, Target
from kubelab.node.host_name import DOMAIN

if TYPE_CHECKING:
    from kubelab.node.service_rules import ServiceRules

REVERSE = ".in-addr.arpa"
_SERVICES, _PODS = f".svc.{DOMAIN}", f".pod.{DOMAIN}"


class Zone:
    """Answers for full names, without their last dot, from what the API server last said."""

    def __init__(self, rules: ServiceRules) -> None:
        self.rules = rules

    def holds(self, name: str) -> bool:
        """Whether this zone has the last word on a name."""
        return name == DOMAIN or name.endswith((f".{DOMAIN}", REVERSE))

    def lookup(self, name: str) -> Answer:
        """The records of a name of the zone; an ExternalName Service answers with its alias alone."""
        name = name.lower()
        if name.endswith(REVERSE):
            pointers = self._pointers(".".join(reversed(name.removesuffix(REVERSE).split("."))))
            return Answer(name, pointers=pointers, error="" if pointers else NXDOMAIN)
        if name.endswith(_PODS):
            return self._pod(name)
        if not name.endswith(_SERVICES):
            return Answer(name, error=NXDOMAIN)
        *labels, service, namespace = ["", *name.removesuffix(_SERVICES).split(".")]
        labels = [label for label in labels if label]
        held = self.rules.service(f"{namespace}/{service}", self.rules.arrived)
        if held is None:
            return Answer(name, error=NXDOMAIN)
        if len(labels) == 2 and all(label.startswith("_") for label in labels):
            return self._targets(name, held, labels[0][1:], labels[1][1:])
        if len(labels) > 1:
            return Answer(name, error=NXDOMAIN)
        return self._addresses(name, held, labels[0] if labels else "")

    def _pointers(self, address: str) -> tuple[str, ...]:
        """The names of an address: its Service's, else those of the endpoints there that have a host name."""
        now, found = self.rules.arrived, list[str]()
        for key in self.rules.at_address(address):
            held = self.rules.service(key, now)
            if held is not None and address in (*(held.spec.clusterIPs or ()), *(held.spec.externalIPs or ())):
                return (_home(held),)
        for held in (self.rules.service(key, now) for key in self.rules.keys(now)):
            for endpoint, _ in self._endpoints(held):
                if endpoint.hostname and address in endpoint.addresses:
                    found.append(f"{endpoint.hostname}.{_home(held)}")
        return tuple(dict.fromkeys(found))

    def _addresses(self, name: str, service: Any, host: str) -> Answer:
        spec = service.spec
        if spec.type == "ExternalName" and not host:
            return Answer(name, aliases=(spec.externalName.rstrip("."),))
        if not host and spec.clusterIP != "None":
            return Answer(name, tuple(spec.clusterIPs or (spec.clusterIP,)))
        addresses = [
            endpoint.addresses[0]
            for endpoint, _ in self._endpoints(service)
            if not host or host in (endpoint.hostname, dashed(endpoint.addresses[0]))
        ]
        return Answer(name, tuple(dict.fromkeys(addresses)), error="" if addresses else NXDOMAIN)

    def _targets(self, name: str, service: Any, port: str, protocol: str) -> Answer:
        found = [
            (number, host)
            for host, ports in self._servers(service)
            for said, number, spoken in ports
            if (said, spoken.lower()) == (port, protocol)
        ]
        targets = tuple(Target(0, 100 // len(found), number, host) for number, host in found)
        return Answer(name, targets=targets, error="" if targets else NXDOMAIN)

    def _servers(self, service: Any) -> Iterator[tuple[str, list[tuple[str, int, str]]]]:
        """The names that serve, each with its ports: the Service itself, or the pods of a headless one."""
        home = _home(service)
        if service.spec.clusterIP != "None":
            yield home, [(each.name, each.port, each.protocol) for each in service.spec.ports or ()]
            return
        for endpoint, ports in self._endpoints(service):
            host = endpoint.hostname or dashed(endpoint.addresses[0])
            yield f"{host}.{home}", [(each.name, each.port, each.protocol or "TCP") for each in ports]

    def _endpoints(self, service: Any) -> Iterator[tuple[Any, Any]]:
        """The ready endpoints with their ports; `publishNotReadyAddresses` has made all of them ready already."""
        key = f"{service.metadata.namespace}/{service.metadata.name}"
        for held in self.rules.endpoint_slices(key, self.rules.arrived):
            for endpoint in held.endpoints or ():
                if endpoint.conditions is None or endpoint.conditions.ready in (None, True):
                    yield endpoint, held.ports or ()

    def _pod(self, name: str) -> Answer:
        """A pod by its address: `10-244-1-2.default.pod.cluster.local`; whether there is such a pod is not asked."""
        labels = name.removesuffix(_PODS).split(".")
        numbers = labels[0].split("-")
        good = len(labels) == 2 and len(numbers) == 4 and all(each.isdigit() and int(each) < 256 for each in numbers)
        return Answer(name, (".".join(numbers),)) if good else Answer(name, error=NXDOMAIN)


def _home(service: Any) -> str:
    """The full name of a Service."""
    return f"{service.metadata.name}.{service.metadata.namespace}{_SERVICES}"


def dashed(address: str) -> str:
    """The host name that an address gives an endpoint without one."""
    return address.replace(".", "-")


__all__ = ["DOMAIN", "TTL", "Zone", "dashed"]

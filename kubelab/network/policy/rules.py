"""The rules of a NetworkPolicy, made ready to be asked about packets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.api.addresses import IPNetwork, parse_cidr, parse_ip
from kubelab.api.selectors import LabelSelector, from_object

if TYPE_CHECKING:
    from kubelab.network.packet import Packet

Labels = Mapping[str, str]


class Subject(NamedTuple):
    """Who is at one end of a packet, as an agent knows: an address, and what it knows of the pod that has it."""

    address: str
    namespace: str = ""  # empty: no pod that is known
    labels: Labels = {}
    namespace_labels: Labels = {}
    ports: tuple[tuple[str, str, int], ...] = ()  # its named ports: name, protocol, number


class Block(NamedTuple):
    """A range of addresses without some ranges within it: `ipBlock`."""

    inside: IPNetwork | None
    outside: tuple[IPNetwork, ...]

    def holds(self, address: str) -> bool:
        """Whether the address is in the range, and in none of the exceptions."""
        found = _address(address)
        if found is None or self.inside is None or found.version != self.inside.version or found not in self.inside:
            return False
        return not any(found.version == each.version and found in each for each in self.outside)


class Peer(NamedTuple):
    """One entry of `from` or `to`: a block of addresses, or pods by their labels and those of their namespaces.

    In Kubernetes
        https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors
    """

    home: str  # the policy's namespace: whose pods are meant where no namespaces are selected
    namespaces: LabelSelector | None
    pods: LabelSelector | None
    block: Block | None

    def matches(self, other: Subject) -> bool:
        """Whether this is about the other end of the packet."""
        if self.block is not None:
            return self.block.holds(other.address)
        if not other.namespace:
            return False
        if self.namespaces is None:
            if other.namespace != self.home:
                return False
        elif not self.namespaces.matches(other.namespace_labels):
            return False
        return self.pods is None or self.pods.matches(other.labels)


class PortRange(NamedTuple):
    """One entry of `ports`: a protocol, and all its ports, a range of them, or the one that the target calls so."""

    protocol: str
    first: int = 0
    last: int = 65535
    name: str = ""

    def matches(self, packet: Packet, target: Subject) -> bool:
        """Whether this is about the packet, which goes to `target`."""
        if packet.protocol != self.protocol:
            return False
        if self.name:
            return (self.name, packet.protocol, packet.port) in target.ports
        return self.first <= packet.port <= self.last


class Rule(NamedTuple):
    """One entry of `ingress` or `egress`: it allows what matches one of its peers and one of its ports (None: all)."""

    peers: tuple[Peer, ...] | None
    ports: tuple[PortRange, ...] | None

    def allows(self, packet: Packet, other: Subject, target: Subject) -> bool:
        """Whether the packet may pass by this rule; `other` is the far end of it, `target` the end it goes to."""
        if self.ports is not None and not any(each.matches(packet, target) for each in self.ports):
            return False
        return self.peers is None or any(each.matches(other) for each in self.peers)


class Compiled(NamedTuple):
    """A NetworkPolicy: the pods of its namespace that it isolates, and what it lets through to and from them.

    None for a direction that it does not speak of.
    """

    key: str
    pods: LabelSelector
    ingress: tuple[Rule, ...] | None
    egress: tuple[Rule, ...] | None

    def rules(self, direction: str) -> tuple[Rule, ...] | None:
        """Its rules for `ingress` or `egress`."""
        return self.ingress if direction == "ingress" else self.egress


def compiled(policy: Any) -> Compiled:
    """A NetworkPolicy, made ready."""
    meta, spec = policy.metadata, policy.spec
    types = spec.policyTypes or ["Ingress", *(["Egress"] if spec.egress else [])]
    home = meta.namespace
    return Compiled(
        f"{home}/{meta.name}",
        from_object(spec.podSelector or {}),
        tuple(_rule(home, each, each.from_) for each in spec.ingress or ()) if "Ingress" in types else None,
        tuple(_rule(home, each, each.to) for each in spec.egress or ()) if "Egress" in types else None,
    )


def named_ports(pod: Any) -> tuple[tuple[str, str, int], ...]:
    """The ports of a pod's containers that have names; sidecars have ports too."""
    sidecars = [each for each in pod.spec.initContainers or () if each.restartPolicy == "Always"]
    return tuple(
        (port.name, port.protocol or "TCP", port.containerPort)
        for container in (*pod.spec.containers, *sidecars)
        for port in container.ports or ()
        if port.name
    )


def _rule(home: str, rule: Any, peers: Any) -> Rule:
    return Rule(
        tuple(_peer(home, each) for each in peers) if peers else None,
        tuple(_port(each) for each in rule.ports) if rule.ports else None,
    )


def _peer(home: str, peer: Any) -> Peer:
    block = peer.ipBlock
    return Peer(
        home,
        None if peer.namespaceSelector is None else from_object(peer.namespaceSelector),
        None if peer.podSelector is None else from_object(peer.podSelector),
        None if block is None else Block(parse_cidr(block.cidr), _ranges(block.except_ or ())),
    )


def _ranges(texts: Any) -> tuple[IPNetwork, ...]:
    return tuple(found for found in map(parse_cidr, texts) if found is not None)


def _port(port: Any) -> PortRange:
    protocol = port.protocol or "TCP"
    if port.port is None:
        return PortRange(protocol)
    if isinstance(port.port, str):
        return PortRange(protocol, name=port.port)
    return PortRange(protocol, port.port, port.endPort or port.port)


_address = lru_cache(maxsize=4096)(parse_ip)

"""kube-proxy's rules in iptables: chains that a packet falls through until one of them changes its address."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha256
from ipaddress import ip_address

from kubelab.network.packet import Translation
from kubelab.network.sentences import Sentence
from kubelab.node.proxy import iptables_save
from kubelab.node.proxy.endpoints import Endpoint
from kubelab.node.proxy.mode import (
    BALANCER_IP,
    CLUSTER_IP,
    EXTERNAL_IP,
    NODE_PORT,
    Door,
    Mode,
    Rule,
)
from kubelab.node.proxy.service_port import ServicePort

SERVICES, NODE_PORTS, MARK = "KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-MARK-MASQ"
EXTERNAL, FIREWALL = "KUBE-EXTERNAL-SERVICES", "KUBE-PROXY-FIREWALL"  # of the filter table
REJECT = "REJECT --reject-with icmp-port-unreachable"


class Iptables(Mode):
    """The default: of n endpoints the first is taken with a chance of 1/n, the next with 1/(n-1), the last always.

    In Kubernetes
        pkg/proxy/iptables/proxier.go; https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-iptables
    """

    name, tool, localhost, mark = "iptables", "iptables-save", True, MARK

    def path(self, door: Door, local: bool, masquerade: bool) -> tuple[str, ...]:
        """KUBE-SERVICES, for a node port KUBE-NODEPORTS, from outside KUBE-EXT, then the Service's own chain."""
        policy, marked = chain_of(door.port, "SVL" if local else "SVC"), (MARK,) if masquerade else ()
        if door.way == CLUSTER_IP:
            return (SERVICES, policy, *marked)
        return (*_entered(door), *marked, policy)

    def endpoint_chain(self, port: ServicePort, endpoint: Endpoint) -> str:
        """KUBE-SEP and a hash of the Service's port and the endpoint."""
        return f"KUBE-SEP-{digest(port.name + port.protocol.lower() + str(endpoint))}"

    def refusal_chain(self, door: Door, drop: bool) -> tuple[str, ...]:
        """The filter table refuses what the nat table has not sent on."""
        if door.way == CLUSTER_IP:
            return (SERVICES, "DROP" if drop else "REJECT")
        return (*_entered(door), EXTERNAL, "DROP") if drop else (EXTERNAL, "REJECT")

    def barred_chain(self, port: ServicePort) -> tuple[str, ...]:
        """No rule of KUBE-FW takes the packet, and KUBE-PROXY-FIREWALL drops it."""
        return (SERVICES, chain_of(port, "FW"), FIREWALL, "DROP")

    def unknown_port(self, key: str, number: int) -> Translation:
        """No rule is about it: the packet leaves for an address that nobody has."""
        return Translation(key, "", "", number, False, Sentence("no-port", (key, number)), True, (SERVICES,))

    def rules(self, port: ServicePort, address: str) -> list[Rule]:
        """All rules of a Service's port: those that lead into its chains, and its chains."""
        at = ("rules", address if port.guarded else "")
        found = port.made.get(at)
        if found is None:
            found = port.made[at] = [*_entrances(port), *_own(self, port, address), *_filters(port)]
        return list(found)

    def text(self, ports: Iterable[ServicePort], address: str, *, whole: bool = True) -> str:
        """The nat and filter tables as `iptables-save` prints them."""
        return iptables_save.text(self, ports, address, whole=whole)


def digest(text: str) -> str:
    """The sixteen characters that tell chains apart: names of chains are short.

    Examples
    --------
    >>> digest("default/kubernetes:https" + "tcp")
    'NPX46M4PTMTKRN6Y'
    """
    return b32encode(sha256(text.encode()).digest())[:16].decode()


def chain_of(port: ServicePort, kind: str) -> str:
    """A chain of a Service's port: SVC (all endpoints), SVL (those of this node), EXT (from outside), FW (who may)."""
    found: str | None = port.made.get("digest")
    if found is None:
        found = port.made["digest"] = digest(port.name + port.protocol.lower())
    return f"KUBE-{kind}-{found}"


def _entered(door: Door) -> tuple[str, ...]:
    """The chains up to KUBE-EXT."""
    external = chain_of(door.port, "EXT")
    if door.way == NODE_PORT:
        return (SERVICES, NODE_PORTS, external)
    guarded = door.way == BALANCER_IP and door.port.guarded
    return (SERVICES, *((chain_of(door.port, "FW"),) if guarded else ()), external)


def _rule(
    chain: str, target: str = "", *, source: str = "", to: str = "", protocol: str = "", comment: str = "",
    match: str = "", share: float = 1.0, table: str = "nat",
) -> Rule:  # fmt: skip
    """One rule, its parts in the order in which iptables-save prints them."""
    parts = [f"-A {chain}", source, f"-d {to}/32" if to else "", f"-p {protocol}" if protocol else ""]
    parts += [f'-m comment --comment "{comment}"' if comment else "", match, f"-j {target}" if target else ""]
    text = " ".join(part for part in parts if part)
    return Rule(chain, text, ((share, target.split(" ", maxsplit=1)[0]),) if target else (), table)


def _destinations(port: ServicePort) -> Iterable[tuple[str, str]]:
    yield CLUSTER_IP, port.cluster_ip
    yield from ((EXTERNAL_IP, each) for each in port.external_ips)
    yield from ((BALANCER_IP, each) for each in port.balancer_ips)


def _entrances(port: ServicePort) -> Iterable[Rule]:
    """What leads from KUBE-SERVICES and KUBE-NODEPORTS into the Service's chains."""
    if not port.endpoints.anywhere:
        return
    protocol = port.protocol.lower()
    for way, address in _destinations(port):
        target = chain_of(port, "FW" if way == BALANCER_IP and port.guarded else "EXT")
        if way == CLUSTER_IP:
            if not port.internal_endpoints:
                continue
            target = chain_of(port, "SVL" if port.internal_local else "SVC")
        match = f"-m {protocol} --dport {port.port}"
        comment = f"{port.name} {way}"
        yield _rule(SERVICES, target, to=address, protocol=protocol, comment=comment, match=match)
    if port.node_port:
        match = f"-m {protocol} --dport {port.node_port}"
        yield _rule(NODE_PORTS, chain_of(port, "EXT"), protocol=protocol, comment=port.name, match=match)


def _own(mode: Iptables, port: ServicePort, node: str) -> Iterable[Rule]:
    """The Service's chains, and its endpoints'."""
    usable = port.endpoints
    if not usable.anywhere:
        return
    if port.external:
        yield from _external(mode, port)
    if port.guarded:
        yield from _firewall(port, node)
    for kind, endpoints in (("SVC", usable.cluster), ("SVL", usable.local)):
        if endpoints:
            if (kind == "SVL") == port.internal_local:
                yield _marks_strangers(mode, port, chain_of(port, kind))
            yield from _balancing(mode, port, chain_of(port, kind), endpoints)
    protocol = port.protocol.lower()
    for each in usable.reachable:
        chain = mode.endpoint_chain(port, each)
        yield _rule(chain, MARK, source=f"-s {each.address}/32", comment=port.name)
        seen = f"-m recent --set --name {chain} --mask 255.255.255.255 --rsource " if port.sticky else ""
        to = f"DNAT --to-destination {each}"
        yield _rule(chain, to, protocol=protocol, comment=port.name, match=f"{seen}-m {protocol}")


def _marks_strangers(mode: Iptables, port: ServicePort, chain: str) -> Rule:
    protocol = port.protocol.lower()
    match = f"-m {protocol} --dport {port.port}"
    comment, source = f"{port.name} cluster IP", f"! -s {mode.pod_cidr}"
    return _rule(chain, MARK, source=source, to=port.cluster_ip, protocol=protocol, comment=comment, match=match)


def _external(mode: Iptables, port: ServicePort) -> Iterable[Rule]:
    chain, whole, local = chain_of(port, "EXT"), chain_of(port, "SVC"), chain_of(port, "SVL")
    what = f"{port.name} external destinations"
    if not port.external_local:
        yield _rule(chain, MARK, comment=f"masquerade traffic for {what}")
    else:
        here = "-m addrtype --src-type LOCAL"
        yield _rule(chain, whole, source=f"-s {mode.pod_cidr}", comment=f"pod traffic for {what}")
        yield _rule(chain, MARK, comment=f"masquerade LOCAL traffic for {what}", match=here)
        yield _rule(chain, whole, comment=f"route LOCAL traffic for {what}", match=here)
    if port.external_endpoints:
        yield _rule(chain, local if port.external_local else whole)


def _firewall(port: ServicePort, node: str) -> Iterable[Rule]:
    chain = chain_of(port, "FW")
    sources = [str(each) for each in port.source_ranges]
    if any(ip_address(node) in each for each in port.source_ranges):
        sources += [f"{each}/32" for each in port.balancer_ips]
    for source in sources:
        yield _rule(chain, chain_of(port, "EXT"), source=f"-s {source}", comment=f"{port.name} loadbalancer IP")
    yield _rule(chain, comment=f"other traffic to {port.name} will be dropped by {FIREWALL}")


def _balancing(mode: Iptables, port: ServicePort, chain: str, endpoints: tuple[Endpoint, ...]) -> Iterable[Rule]:
    """First the endpoint that the client had, where there is affinity; then one at random."""
    names = [(mode.endpoint_chain(port, each), f"{port.name} -> {each}") for each in endpoints]
    if port.sticky:
        for target, comment in names:
            match = (
                f"-m recent --rcheck --seconds {port.sticky} --reap --name {target} --mask 255.255.255.255 --rsource"
            )
            yield _rule(chain, target, comment=comment, match=match)
    for left, (target, comment) in zip(range(len(names), 0, -1), names, strict=True):
        match = f"-m statistic --mode random --probability {1 / left:.10f}" if left > 1 else ""
        yield _rule(chain, target, comment=comment, match=match, share=1 / left)


def _filters(port: ServicePort) -> Iterable[Rule]:
    """What the filter table refuses: Services without endpoints, or without any on this node."""
    protocol, usable = port.protocol.lower(), port.endpoints
    target = "DROP" if usable.anywhere else REJECT
    comment = f"{port.name} has no local endpoints" if usable.anywhere else f"{port.name} has no endpoints"
    for way, address in _destinations(port):
        chain, lacking = EXTERNAL, not port.external_endpoints
        if way == CLUSTER_IP:
            chain, lacking = SERVICES, not port.internal_endpoints
        match = f"-m {protocol} --dport {port.port}"
        if way == BALANCER_IP and port.guarded:
            why = f"{port.name} traffic not accepted by {chain_of(port, 'FW')}"
            yield _rule(FIREWALL, "DROP", to=address, protocol=protocol, comment=why, match=match, table="filter")
        if lacking:
            yield _rule(chain, target, to=address, protocol=protocol, comment=comment, match=match, table="filter")
    if port.node_port and not port.external_endpoints:
        match = f"-m addrtype --dst-type LOCAL -m {protocol} --dport {port.node_port}"
        yield _rule(EXTERNAL, target, protocol=protocol, comment=comment, match=match, table="filter")
    if port.health_port:
        comment, match = f"{port.name} health check node port", f"-m tcp --dport {port.health_port}"
        yield _rule(NODE_PORTS, "ACCEPT", protocol="tcp", comment=comment, match=match, table="filter")

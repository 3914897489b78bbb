"""kube-proxy's rules in nftables: maps from addresses to chains, one look-up however many Services there are."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from kubelab.network.packet import Translation
from kubelab.network.sentences import Sentence
from kubelab.node.proxy import nft_list
from kubelab.node.proxy.endpoints import Endpoint
from kubelab.node.proxy.mode import CLUSTER_IP, NODE_PORT, Door, Mode, Rule
from kubelab.node.proxy.nft_names import chain_of, endpoint_name
from kubelab.node.proxy.service_port import ServicePort

MARK = "mark-for-masquerade"


class Nftables(Mode):
    """A Service's chain draws a number below n, and a map says which endpoint that is.

    What is sent to a port that a cluster address does not have is rejected. Node ports answer on the node's own
    address only.

    In Kubernetes
        pkg/proxy/nftables/proxier.go; https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-nftables
    """

    name, tool, mark = "nftables", "nft list table ip kube-proxy", MARK

    def path(self, door: Door, local: bool, masquerade: bool) -> tuple[str, ...]:
        """The chain `services`, from outside the Service's external chain, then the chain of its endpoints."""
        policy, marked = chain_of(door.port, "local" if local else "service"), (MARK,) if masquerade else ()
        if door.way == CLUSTER_IP:
            return ("services", policy, *marked)
        return ("services", chain_of(door.port, "external"), *marked, policy)

    def endpoint_chain(self, port: ServicePort, endpoint: Endpoint) -> str:
        """`endpoint`, a hash, and the endpoint."""
        return f"endpoint-{endpoint_name(port, endpoint)}"

    def refusal_chain(self, door: Door, drop: bool) -> tuple[str, ...]:
        """Maps of what has no endpoints."""
        check = "nodeport-endpoints-check" if door.way == NODE_PORT else "service-endpoints-check"
        return (check, "drop" if drop else "reject-chain")

    def barred_chain(self, port: ServicePort) -> tuple[str, ...]:
        """Before anything else, the Service's firewall chain drops the packet."""
        return ("firewall-check", chain_of(port, "firewall"), "drop")

    def unknown_port(self, key: str, number: int) -> Translation:
        """Ports that a cluster address does not have are rejected."""
        chain = ("cluster-ips-check", "reject")
        return Translation(key, "", "", number, False, Sentence("no-port", (key, number)), False, chain)

    def rules(self, port: ServicePort, address: str) -> list[Rule]:
        """The rules of the Service's chains; which packets come to them the maps say."""
        at = ("rules", address if port.guarded else "")
        found = port.made.get(at)
        if found is None:
            found = port.made[at] = list(_rules(self, port, address))
        return list(found)

    def text(self, ports: Iterable[ServicePort], address: str, *, whole: bool = True) -> str:
        """The table `kube-proxy` as `nft list table` prints it."""
        return nft_list.text(self, ports, address, whole=whole)


def _rules(mode: Nftables, port: ServicePort, node: str) -> Iterable[Rule]:
    usable = port.endpoints
    if not usable.anywhere:
        return
    for kind, endpoints in (("service", usable.cluster), ("local", usable.local)):
        if endpoints:
            yield from _balancing(mode, port, kind, endpoints)
    if port.external:
        yield from _external(mode, port)
    if port.guarded:
        chain, ranges = chain_of(port, "firewall"), [str(each) for each in port.source_ranges]
        if any(ip_address(node) in each for each in port.source_ranges):
            ranges += port.balancer_ips
        yield Rule(chain, f"ip saddr != {{ {', '.join(ranges)} }} drop", ((1.0, "drop"),))
    protocol = port.protocol.lower()
    for each in usable.reachable:
        chain = mode.endpoint_chain(port, each)
        yield Rule(chain, f"ip saddr {each.address} jump {MARK}", ((1.0, MARK),))
        if port.sticky:
            yield Rule(chain, f"update @affinity-{endpoint_name(port, each)} {{ ip saddr }}")
        yield Rule(chain, f"meta l4proto {protocol} dnat to {each}", ((1.0, str(each)),))


def _balancing(mode: Nftables, port: ServicePort, kind: str, endpoints: tuple[Endpoint, ...]) -> Iterable[Rule]:
    chain, names = chain_of(port, kind), [mode.endpoint_chain(port, each) for each in endpoints]
    if (kind == "local") == port.internal_local:
        yield Rule(chain, f"ip daddr {port.cluster_ip} ip saddr != {mode.pod_cidr} jump {MARK}", ((1.0, MARK),))
    if port.sticky:
        for each, name in zip(endpoints, names, strict=True):
            yield Rule(chain, f"ip saddr @affinity-{endpoint_name(port, each)} goto {name}", ((1.0, name),))
    verdicts = ", ".join(f"{number} : goto {name}" for number, name in enumerate(names))
    share = 1 / len(names)
    yield Rule(chain, f"numgen random mod {len(names)} vmap {{ {verdicts} }}", tuple((share, name) for name in names))


def _external(mode: Nftables, port: ServicePort) -> Iterable[Rule]:
    chain, whole = chain_of(port, "external"), chain_of(port, "service")
    if not port.external_local:
        yield Rule(chain, f"jump {MARK}", ((1.0, MARK),))
        yield Rule(chain, f"goto {whole}", ((1.0, whole),))
        return
    here, to = "fib saddr type local", ((1.0, whole),)
    yield Rule(chain, f'ip saddr {mode.pod_cidr} goto {whole} comment "short-circuit pod traffic"', to)
    yield Rule(chain, f'{here} jump {MARK} comment "masquerade local traffic"', ((1.0, MARK),))
    yield Rule(chain, f'{here} goto {whole} comment "short-circuit local traffic"', to)
    if port.endpoints.local:
        local = chain_of(port, "local")
        yield Rule(chain, f"goto {local}", ((1.0, local),))

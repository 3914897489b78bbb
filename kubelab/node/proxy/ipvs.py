"""kube-proxy's rules in IPVS: a virtual server for each address of a Service, its endpoints taken in turn."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from kubelab.network.packet import Translation
from kubelab.network.sentences import Sentence
from kubelab.node.proxy.endpoints import Endpoint
from kubelab.node.proxy.mode import CLUSTER_IP, NODE, OUTSIDE, POD, Door, Mode, Outcomes, Rule
from kubelab.node.proxy.service_port import ServicePort

Server = tuple[str, int, tuple[Endpoint, ...]]  # address, port, real servers
Line = tuple[tuple[str, int, int], str]  # protocol, address and port to sort by, and the lines

HEAD = """
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
""".strip()


class Ipvs(Mode):
    """Virtual servers with the scheduler `rr`; iptables only marks and filters, by sets of addresses.

    Where a policy is Local and the node has no endpoint, the others' are used after all: pods get through, and answers
    to anybody else are lost.

    In Kubernetes
        pkg/proxy/ipvs/proxier.go; https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-mode-ipvs

    Left out
        Other schedulers, real servers that end with weight 0, the counts of connections, the ipsets.
    """

    name, tool, rotates = "ipvs", "ipvsadm -Ln", True

    def path(self, door: Door, local: bool, masquerade: bool) -> tuple[str, ...]:
        """The mark, and the virtual server."""
        return (*((self.mark,) if masquerade else ()), virtual_server(door.port, door.address, door.number))

    def endpoint_chain(self, port: ServicePort, endpoint: Endpoint) -> str:
        """The real server."""
        return f"-> {endpoint}"

    def refusal_chain(self, door: Door, drop: bool) -> tuple[str, ...]:
        """A virtual server without real ones refuses."""
        return (virtual_server(door.port, door.address, door.number),)

    def barred_chain(self, port: ServicePort) -> tuple[str, ...]:
        """The set of ranges does not hold the sender."""
        return ("KUBE-LOAD-BALANCER", "KUBE-SOURCE-RANGES-FIREWALL", "DROP")

    def unknown_port(self, key: str, number: int) -> Translation:
        """The node has the address itself, on kube-ipvs0, and answers that nobody listens."""
        chain = ("KUBE-IPVS-FILTER", "REJECT")
        return Translation(key, "", "", number, False, Sentence("no-port", (key, number)), False, chain)

    def rules(self, port: ServicePort, address: str) -> list[Rule]:
        """A rule for each real server of each virtual one."""
        found = []
        for where, number, endpoints in (*_servers(port), *_node_server(port, address)):
            chain = virtual_server(port, where, number)
            share = 1 / len(endpoints) if endpoints else 0.0
            found += [Rule(chain, _real(each), ((share, f"-> {each}"),)) for each in endpoints] or [Rule(chain, "")]
        return found

    def text(self, ports: Iterable[ServicePort], address: str, *, whole: bool = True) -> str:
        """The virtual servers in the order of their addresses, as `ipvsadm -Ln` prints them."""
        here, lines = int(ip_address(address)), []
        for port in ports:
            fixed: list[Line] | None = port.made.get("lines")
            if fixed is None:
                fixed = port.made["lines"] = [
                    _line(port, int(ip_address(server[0])), server) for server in _servers(port)
                ]
            lines += fixed
            lines += [_line(port, here, server) for server in _node_server(port, address)]
        return "\n".join([HEAD, *(text for _, text in sorted(lines)), ""])

    def _outcomes(self, door: Door, sender: str) -> Outcomes:
        port, inside = door.port, door.way == CLUSTER_IP
        local = port.internal_local if inside else port.external_local
        endpoints = _real_servers(port, local)
        if not endpoints:
            return (self.dropped(door)._replace(dropped=False) if port.endpoints.anywhere else self.refused(door),)
        if local and not port.endpoints.local and not inside and sender == OUTSIDE:
            return (self.dropped(door),)
        masquerade = sender != POD if inside else (not local or sender == NODE)
        return self._sent(door, local, masquerade, endpoints)


def virtual_server(port: ServicePort, address: str, number: int) -> str:
    """A virtual server, as ipvsadm prints its line."""
    sticky = f" persistent {port.sticky}" if port.sticky else ""
    return f"{port.protocol:<4} {address}:{number} rr{sticky}"


def _real_servers(port: ServicePort, local: bool) -> tuple[Endpoint, ...]:
    return (port.endpoints.local if local else ()) or port.endpoints.cluster


def _servers(port: ServicePort) -> Iterable[Server]:
    """Address and port of every virtual server that is the same on all nodes, and its real ones."""
    yield port.cluster_ip, port.port, _real_servers(port, port.internal_local)
    for each in port.external_ips + port.balancer_ips:
        yield each, port.port, _real_servers(port, port.external_local)


def _node_server(port: ServicePort, node: str) -> Iterable[Server]:
    if port.node_port:
        yield node, port.node_port, _real_servers(port, port.external_local)


def _line(port: ServicePort, order: int, server: Server) -> Line:
    where, number, endpoints = server
    text: str | None = port.made.get(("real", endpoints))
    if text is None:
        text = port.made["real", endpoints] = "".join(f"\n{_real(each)}" for each in endpoints)
    return (port.protocol, order, number), virtual_server(port, where, number) + text


def _real(endpoint: Endpoint) -> str:
    return f"  -> {endpoint!s:<28} {'Masq':<7} {1:<6} {0:<10} {0:<10}"

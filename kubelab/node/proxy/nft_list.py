"""The rules as `nft list table ip kube-proxy` prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from kubelab.node.proxy.nft_names import chain_of, endpoint_name

if TYPE_CHECKING:
    from kubelab.node.proxy.mode import Mode
    from kubelab.node.proxy.service_port import ServicePort

_PLACE = "ipv4_addr . inet_proto . inet_service : verdict"
_NUMBER = "inet_proto . inet_service : verdict"
SETS = (
    ("set", "cluster-ips", "ipv4_addr", "Active ClusterIPs"),
    ("set", "nodeport-ips", "ipv4_addr", "IPs that accept NodePort traffic"),
    ("map", "firewall-ips", _PLACE, "destinations that are subject to LoadBalancerSourceRanges"),
    ("map", "no-endpoint-nodeports", _NUMBER, "vmap to drop or reject packets to service nodeports with no endpoints"),
    ("map", "no-endpoint-services", _PLACE, "vmap to drop or reject packets to services with no endpoints"),
    ("map", "service-ips", _PLACE, "ClusterIP, ExternalIP and LoadBalancer IP traffic"),
    ("map", "service-nodeports", _NUMBER, "NodePort traffic"),
)
CHAINS = (
    (
        "cluster-ips-check",
        'ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"',
        'ip daddr {service_cidr} drop comment "Drop traffic to unallocated ClusterIPs"',
    ),
    (
        "filter-prerouting-pre-dnat",
        "type filter hook prerouting priority dstnat - 10; policy accept;",
        "ct state new jump firewall-check",
    ),
    (
        "filter-output-pre-dnat",
        "type filter hook output priority -110; policy accept;",
        "ct state new jump firewall-check",
    ),
    (
        "filter-forward",
        "type filter hook forward priority filter; policy accept;",
        "ct state new jump service-endpoints-check",
        "ct state new jump cluster-ips-check",
    ),
    (
        "filter-input",
        "type filter hook input priority filter; policy accept;",
        "ct state new jump nodeport-endpoints-check",
        "ct state new jump service-endpoints-check",
    ),
    (
        "filter-output",
        "type filter hook output priority filter; policy accept;",
        "ct state new jump service-endpoints-check",
        "ct state new jump cluster-ips-check",
    ),
    ("firewall-check", "ip daddr . meta l4proto . th dport vmap @firewall-ips"),
    ("mark-for-masquerade", "meta mark set meta mark | 0x00004000"),
    (
        "masquerading",
        "meta mark & 0x00004000 == 0x00000000 return",
        "meta mark set meta mark ^ 0x00004000",
        "masquerade fully-random",
    ),
    ("nat-output", "type nat hook output priority -100; policy accept;", "jump services"),
    ("nat-postrouting", "type nat hook postrouting priority srcnat; policy accept;", "jump masquerading"),
    ("nat-prerouting", "type nat hook prerouting priority dstnat; policy accept;", "jump services"),
    ("nodeport-endpoints-check", "ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports"),
    ("reject-chain", 'comment "helper for @no-endpoint-services / @no-endpoint-nodeports"', "reject"),
    (
        "services",
        "ip daddr . meta l4proto . th dport vmap @service-ips",
        "ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports",
    ),
    ("service-endpoints-check", "ip daddr . meta l4proto . th dport vmap @no-endpoint-services"),
)


class Block(NamedTuple):
    """What one Service's port adds to the table: elements of its sets and maps, affinity sets, chains."""

    elements: tuple[tuple[str, str], ...]
    sets: str
    chains: str


def text(mode: Mode, ports: Iterable[ServicePort], address: str, *, whole: bool) -> str:
    """The table; `whole` with the sets and chains that are there without any Service.

    Left out
        Handles and counters.
    """
    blocks = [_block(mode, port, address) for port in ports]
    held: dict[str, list[str]] = {"nodeport-ips": [address]} if whole else {}
    for block in blocks:
        for name, element in block.elements:
            listed = held.setdefault(name, [])
            if name != "cluster-ips" or element not in listed[-1:]:
                listed.append(element)
    lines = ["table ip kube-proxy {"]
    if whole:
        lines += ['\tcomment "rules for kube-proxy"', ""]
    for kind, name, type_, comment in SETS:
        if whole or name in held:
            lines.append(_set(kind, name, [f"type {type_}", f'comment "{comment}"'], held.get(name, [])))
    lines += [block.sets for block in blocks if block.sets]
    if whole:
        lines += [_chain(name, rules).replace("{service_cidr}", mode.service_cidr) for name, *rules in CHAINS]
    lines += [block.chains for block in blocks if block.chains]
    return "\n".join([*lines, "}", ""]).replace("\n\n}", "\n}")


def _block(mode: Mode, port: ServicePort, address: str) -> Block:
    at = ("block", address if port.guarded else "")
    found: Block | None = port.made.get(at)
    if found is None:
        chains: dict[str, list[str]] = {}
        for rule in mode.rules(port, address):
            chains.setdefault(rule.chain, []).append(rule.text)
        sticky = port.endpoints.reachable if port.sticky else ()
        options = ["type ipv4_addr", "size 65535", "flags dynamic,timeout", f"timeout {_span(port.sticky)}"]
        found = port.made[at] = Block(
            tuple(_elements(port)),
            "\n".join(_set("set", f"affinity-{endpoint_name(port, each)}", options, []) for each in sticky),
            "\n".join(_chain(name, rules) for name, rules in chains.items()),
        )
    return found


def _elements(port: ServicePort) -> Iterable[tuple[str, str]]:
    """What the Service's port adds to the table's sets and maps: the name of each and the element."""
    protocol, usable = port.protocol.lower(), port.endpoints
    verdict = "drop" if usable.anywhere else "goto reject-chain"
    yield "cluster-ips", port.cluster_ip
    doors = [(port.cluster_ip, "local" if port.internal_local else "service", port.internal_endpoints)]
    outer = [*port.external_ips, *port.balancer_ips]
    doors += [(each, "external", port.external_endpoints) for each in outer]
    for address, kind, endpoints in doors:
        place = f"{address} . {protocol} . {port.port}"
        if endpoints or (usable.anywhere and kind == "external"):
            yield "service-ips", f"{place} : goto {chain_of(port, kind)}"
        if not endpoints:
            yield "no-endpoint-services", f'{place} comment "{port.name}" : {verdict}'
    if port.node_port:
        place = f"{protocol} . {port.node_port}"
        if usable.anywhere:
            yield "service-nodeports", f"{place} : goto {chain_of(port, 'external')}"
        if not port.external_endpoints:
            yield "no-endpoint-nodeports", f'{place} comment "{port.name}" : {verdict}'
    if port.guarded:
        for each in port.balancer_ips:
            place = f"{each} . {protocol} . {port.port}"
            yield "firewall-ips", f'{place} comment "{port.name}" : goto {chain_of(port, "firewall")}'


def _set(kind: str, name: str, options: list[str], elements: list[str]) -> str:
    lines = [f"\t{kind} {name} {{", *(f"\t\t{option}" for option in options)]
    if elements:
        lines.append("\t\telements = { " + ",\n\t\t\t     ".join(elements) + " }")
    return "\n".join([*lines, "\t}", ""])


def _chain(name: str, rules: Iterable[str]) -> str:
    return "\n".join([f"\tchain {name} {{", *(f"\t\t{rule}" for rule in rules), "\t}", ""])


def _span(seconds: int) -> str:
    """A time as nft prints it.

    Examples
    --------
    >>> _span(10800), _span(90)
    ('3h', '1m30s')
    """
    parts = ((seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)

"""The rules as `iptables-save` prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kubelab.node.proxy.mode import Mode
    from kubelab.node.proxy.service_port import ServicePort

NAT_CHAINS = """
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SERVICES - [0:0]
""".strip()
NAT_RULES = """
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
""".strip()
TO_NODE_PORTS = (
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this '
    'chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS'
)
FILTER_CHAINS = """
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
""".strip()
_NEW = "-m conntrack --ctstate NEW -m comment --comment"
FILTER_RULES = f"""
-A INPUT {_NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT {_NEW} "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A FORWARD {_NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD {_NEW} "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD {_NEW} "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A OUTPUT {_NEW} "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A OUTPUT {_NEW} "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
""".strip()  # noqa: E501


class Block(NamedTuple):
    """The lines of one Service's port, by where they stand."""

    services: str
    node_ports: str
    chains: str
    own: str
    filters: str


def text(mode: Mode, ports: Iterable[ServicePort], address: str, *, whole: bool) -> str:
    """Both tables; `whole` with the chains and rules that are there without any Service.

    Left out
        The counters, the comments with the date, and the chains of the kubelet and of other programs.
    """
    blocks = [_block(mode, port, address) for port in ports]
    services, node_ports, chains, own, filters = (
        [line for line in column if line] for column in (zip(*blocks, strict=True) if blocks else ([],) * 5)
    )
    if whole:
        nat = ["*nat", NAT_CHAINS, *chains, NAT_RULES, *services, TO_NODE_PORTS, *node_ports, *own, "COMMIT"]
        return "\n".join([*nat, "*filter", FILTER_CHAINS, FILTER_RULES, *filters, "COMMIT", ""])
    nat = ["*nat", *chains, *services, *node_ports, *own, "COMMIT"] if services or own else []
    return "\n".join([*nat, *(["*filter", *filters, "COMMIT"] if filters else []), ""])


def _block(mode: Mode, port: ServicePort, address: str) -> Block:
    at = ("block", address if port.guarded else "")
    found: Block | None = port.made.get(at)
    if found is None:
        nat = [rule for rule in mode.rules(port, address) if rule.table == "nat"]
        own = [rule for rule in nat if rule.chain not in ("KUBE-SERVICES", "KUBE-NODEPORTS")]
        found = port.made[at] = Block(
            "\n".join(rule.text for rule in nat if rule.chain == "KUBE-SERVICES"),
            "\n".join(rule.text for rule in nat if rule.chain == "KUBE-NODEPORTS"),
            "\n".join(f":{chain} - [0:0]" for chain in dict.fromkeys(rule.chain for rule in own)),
            "\n".join(rule.text for rule in own),
            "\n".join(rule.text for rule in mode.rules(port, address) if rule.table == "filter"),
        )
    return found

"""Interfaces: what `ip addr` and `ip route` show in a pod and on a node."""

from __future__ import annotations

from typing import NamedTuple

from kubelab.network.overlay import DEVICE, Overlay

LOOPBACK_MTU = 65536
ETHERNET_MTU = 1500
POD_MTU = 1450  # an Ethernet frame less the 50 bytes that the tunnel puts around a packet
BRIDGE = "cni0"
BROADCAST = "ff:ff:ff:ff:ff:ff"
_FLAGS = "BROADCAST,MULTICAST,UP,LOWER_UP"


class Interface(NamedTuple):
    """A network interface: its name, its address with the range that it is joined to directly, its MAC address."""

    name: str
    address: str
    mac: str
    mtu: int

    @property
    def lines(self) -> list[str]:
        """As `ip addr` shows it, without its number."""
        address, _, length = self.address.partition("/")
        if self.name == "lo":
            head = f"lo: <LOOPBACK,UP,LOWER_UP> mtu {self.mtu} qdisc noqueue state UNKNOWN group default qlen 1000"
            link, inet = f"link/loopback {self.mac} brd {self.mac}", f"inet {self.address} scope host lo"
        else:
            state = "UNKNOWN" if self.name == DEVICE else "UP"
            head = f"{self.name}: <{_FLAGS}> mtu {self.mtu} qdisc noqueue state {state} group default"
            brd = f" brd {_last(address, int(length))}" if length in ("16", "24") else ""
            scope = f"scope global {self.name.partition('@')[0]}"
            link, inet = f"link/ether {self.mac} brd {BROADCAST}", f"inet {self.address}{brd} {scope}"
        return [head, f"    {link}", f"    {inet}", "       valid_lft forever preferred_lft forever"]


def of_pod(overlay: Overlay, address: str) -> list[Interface]:
    """A pod's interfaces: its own loopback, which its containers share, and one end of a cable to its node's bridge."""
    node = overlay.node_of(address)
    if node is not None and overlay.machine_at(address) == node:
        return of_node(overlay, node)  # in its host's network
    outside = int(address.rpartition(".")[2]) + 3
    return [_loopback(), Interface(f"eth0@if{outside}", f"{address}/24", _mac("0a:58", address), POD_MTU)]


def of_node(overlay: Overlay, node: str) -> list[Interface]:
    """A node's: its cable to the other machines, the bridge to its pods, and the mouth of its tunnels."""
    own, network = overlay.machine_address(node), overlay.node_range(node).partition("/")[0]
    gateway = overlay.gateway(node)
    return [
        _loopback(),
        Interface("eth0", f"{own}/16", _mac("02:42", own), ETHERNET_MTU),
        Interface(DEVICE, f"{network}/32", _mac("0a:58", network), POD_MTU),
        Interface(BRIDGE, f"{gateway}/24", _mac("0a:58", gateway), POD_MTU),
    ]


def ip_addr(interfaces: list[Interface]) -> str:
    """What `ip addr` prints."""
    lines: list[str] = []
    for number, each in enumerate(interfaces, 1):
        first, *rest = each.lines
        lines += [f"{number}: {first}", *rest]
    return "\n".join(lines) + "\n"


def routes_of_pod(overlay: Overlay, address: str) -> str:
    """What `ip route` prints in a pod: everything goes to the bridge of its node."""
    node = overlay.node_of(address)
    if node is None:
        return ""
    if overlay.machine_at(address) == node:
        return routes_of_node(overlay, node)
    gateway = overlay.gateway(node)
    return (
        f"default via {gateway} dev eth0\n"
        f"{overlay.node_range(node)} dev eth0 proto kernel scope link src {address}\n"
        f"{overlay.pod_cidr} via {gateway} dev eth0\n"
    )


def routes_of_node(overlay: Overlay, node: str) -> str:
    """What `ip route` prints on a node: its own pods by the bridge, those of each other machine by the tunnel."""
    own = overlay.machine_address(node)
    lines = ["default via 172.18.0.1 dev eth0"]
    for other in overlay.nodes():
        share = overlay.node_range(other)
        if other == node:
            lines.append(f"{share} dev {BRIDGE} proto kernel scope link src {overlay.gateway(node)}")
        else:
            lines.append(f"{share} via {share.partition('/')[0]} dev {DEVICE} onlink")
    lines.append(f"172.18.0.0/16 dev eth0 proto kernel scope link src {own}")
    return "\n".join(lines) + "\n"


def _loopback() -> Interface:
    return Interface("lo", "127.0.0.1/8", "00:00:00:00:00:00", LOOPBACK_MTU)


def _mac(prefix: str, address: str) -> str:
    return prefix + "".join(f":{int(part):02x}" for part in address.split("."))


def _last(address: str, length: int) -> str:
    parts = address.split(".")
    return ".".join(parts[: length // 8] + ["255"] * (4 - length // 8))

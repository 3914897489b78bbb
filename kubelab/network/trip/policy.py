"""NetworkPolicies: whether the packet may leave its pod, and whether it may reach the other.

They judge a packet after its translation, by the addresses of pods.

In Kubernetes
    https://kubernetes.io/docs/concepts/services-networking/network-policies/ ; whether before or after translation is
    left to the network plugin: most judge after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.loss import LostError
from kubelab.network.packet import Packet

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def leave(trip: Trip) -> None:
    """The sender's own node lets the packet out."""
    if trip.node == trip.sender.node:
        leave_for(trip, trip.destination, trip.port, "TCP", "timed out")


def leave_for(trip: Trip, address: str, port: int, protocol: str, error: str) -> None:
    """The sender's own node lets a packet out to this address."""
    _judged(trip, trip.sender.node, Packet(trip.sender.address, address, port, protocol), "egress", error)


def arrive(trip: Trip) -> None:
    """The target's node lets the packet in. Where it masquerades the client itself, it has filtered before."""
    own = trip.source == trip.cluster.overlay.machine_address(trip.at)
    source = trip.sender.address if own else trip.source
    _judged(trip, trip.at, Packet(source, trip.destination, trip.port), "ingress", "timed out")


def _judged(trip: Trip, node: str, packet: Packet, direction: str, error: str) -> None:
    if not node:
        return
    verdict = trip.cluster.overlay.policies.verdict(node, packet, direction)
    if not verdict.allowed:
        trip.hop("policy", node, f"{direction}: {verdict.why}")
        raise LostError(f"{error}: {verdict.why}", cause="policy", about=f"networkpolicies/{verdict.policy}")

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
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def leave(trip: Trip) -> None:
    """The sender's own node lets the packet out."""
    if trip.node == trip.sender.node:
        leave_for(trip, trip.destination, trip.port, "TCP")


def leave_for(trip: Trip, address: str, port: int, protocol: str, looked_up: str = "") -> None:
    """The sender's own node lets a packet out to this address: a name server's, where a name is `looked_up`."""
    _judged(trip, trip.sender.node, Packet(trip.sender.address, address, port, protocol), "egress", looked_up)


def arrive(trip: Trip) -> None:
    """The target's node lets the packet in. Where it masquerades the client itself, it has filtered before."""
    own = trip.source == trip.cluster.overlay.machine_address(trip.at)
    source = trip.sender.address if own else trip.source
    _judged(trip, trip.at, Packet(source, trip.destination, trip.port), "ingress")


def _judged(trip: Trip, node: str, packet: Packet, direction: str, looked_up: str = "") -> None:
    if not node:
        return
    verdict = trip.cluster.overlay.policies.verdict(node, packet, direction)
    if verdict.reason is not None:
        trip.hop("policy", node, Sentence("judged", (direction, verdict.reason)))
        silent = ("dns-silent", (looked_up, verdict.reason)) if looked_up else ("timed out", (verdict.reason,))
        raise LostError(Sentence(*silent), cause="policy", about=f"networkpolicies/{verdict.policy}")

"""The cloud's load balancer, where the address is one of its."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.loss import timed_out
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def forward(trip: Trip) -> str | None:
    """Send the packet on to a node, whose name is answered; None where the address is no load balancer's."""
    cloud = trip.cluster.cloud
    balancer = cloud.at(trip.destination) if cloud is not None else None
    if balancer is None:
        return None
    about, address = f"services/{balancer.key}", trip.destination
    port = balancer.port(trip.port)
    if port is None:
        raise timed_out(Sentence("balancer-no-port", (balancer.key, trip.port)), "no-port", about)
    if not balancer.admits(trip.source):
        raise timed_out(Sentence("balancer-bars", (balancer.key, trip.source)), "rule", about)
    if trip.dice.plans:
        trip.until = min(trip.until, cloud.next_change(balancer))
    node = cloud.choose(balancer, trip.source, trip.dice)
    if node is None:
        raise timed_out(Sentence("balancer-empty", (balancer.key,)), "rule", about)
    if port[2]:
        trip.destination, trip.port = trip.cluster.overlay.machine_address(node), port[2]
    trip.hop("balancer", balancer.key, f"{address}:{port[1]} → {node}:{trip.port}")
    return node

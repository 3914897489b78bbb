"""The kube-proxy rules of the machine where the packet is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.loss import timed_out
from kubelab.network.packet import Packet

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def translate(trip: Trip) -> None:
    """Put an endpoint's address in a Service's place; where the rules masquerade, the node's own in the client's."""
    worker = trip.cluster.workers.get(trip.node)
    if worker is None:
        return
    packet = Packet(trip.source, trip.destination, trip.port, "TCP", trip.client_port)
    changed = trip.dice.translated(worker.kube_proxy, packet)
    if changed is None:
        return
    trip.service = changed.service
    if changed.reason is not None:
        trip.hop("rule", trip.node, changed.reason)
        about = f"services/{changed.service}"
        if changed.dropped:
            raise timed_out(changed.reason, "rule", about)
        raise trip.refused(changed.reason, "rule", about)
    trip.destination, trip.port = changed.address, changed.port
    trip.hop("rule", trip.node, f"service {changed.service} → {changed.address}:{changed.port}")
    if changed.masquerade:
        before, trip.masqueraded = trip.source, trip.node
        trip.source = trip.cluster.overlay.machine_address(trip.node)
        trip.hop("masquerade", trip.node, f"{before} → {trip.source}")

"""From machine to machine: cables, tunnels, and who has an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.links import RETRIES, WHOLE, waited
from kubelab.network.loss import LostError, timed_out
from kubelab.network.sentences import Sentence
from kubelab.network.trip import machine, pod, policy

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def cross(trip: Trip, target: str) -> None:
    """One packet from where it is to a machine, which may be the same."""
    links = trip.cluster.overlay.links
    met = links.obstacle(trip.node, target)
    if met is not None:
        raise timed_out(met.reason, met.cause, met.about)
    trip.time += links.seconds(trip.node, target)
    if trip.node != target:
        quality = links.quality(trip.node, target)
        if quality is not WHOLE:
            trip.arrives *= 1 - quality.share
            trip.trouble = (trip.node, target)


def exchange(trip: Trip, way: float, patience: float) -> None:
    """A packet's answer comes back: after the way back, and after a wait for each time that either of them got lost."""
    trip.time += way
    losses, share = 0, 1 - trip.arrives**2
    while share and losses <= RETRIES and trip.dice.happens(share):
        losses += 1
    trip.time += waited(losses)
    if losses > RETRIES or trip.time > trip.began + patience:
        raise _late(trip, "link-lossy" if losses else "link-slow")


def _late(trip: Trip, how: str) -> LostError:
    if not trip.trouble:
        return timed_out(Sentence("late"), "slow", f"pods/{trip.namespace}/{trip.pod}")
    one, other = sorted(trip.trouble)
    return timed_out(Sentence(how, (one, other)), "link", f"links/{one}/{other}")


def deliver(trip: Trip) -> None:
    """To the machine that has the address, itself or in its range, and into what listens there."""
    overlay, address = trip.cluster.overlay, trip.destination
    target = overlay.node_of(address)
    if target is None or target not in trip.cluster.machines:
        raise timed_out(Sentence("no-address", (address,)), "no-address", address)
    if target != trip.node:
        trip.hop("tunnel", f"{trip.node} → {target}", Sentence("to", (address, trip.port)))
    cross(trip, target)
    trip.node = trip.at = target
    if overlay.machine_at(address) is not None:
        machine.enter(trip)
    else:
        policy.arrive(trip)
        pod.enter(trip)

"""The first station: from the name in the URL to an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.dns.answer import NXDOMAIN, Answer
from kubelab.network.dns.resolver import Resolver
from kubelab.network.dns.zone import Zone
from kubelab.network.loss import UNRESOLVED, LostError
from kubelab.network.sentences import Sentence
from kubelab.network.trip import policy

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip


def resolved(trip: Trip) -> str:
    """The address that the host of the URL stands for."""
    host, overlay = trip.url.host, trip.cluster.overlay
    if trip.options.resolved:
        return trip.options.resolved
    if host in trip.cluster.machines:
        return overlay.machine_address(host)
    if host == "localhost" and trip.sender.sandbox is None:
        return "127.0.0.1"
    if host.replace(".", "").isdigit():
        return host
    remembered = trip.answer is not None
    answer = trip.answer = trip.answer or _ask(trip, host)
    names = " → ".join((answer.tried[-1] if answer.tried else answer.name, *answer.aliases))
    place = "memory" if remembered else "cluster DNS" if trip.sender.dns.in_cluster else "public DNS"
    if answer.addresses:
        trip.destination = answer.addresses[trip.dice.one_of(len(answer.addresses))]
        trip.hop("dns", place, f"{names} → {', '.join(answer.addresses)}")
        return trip.destination
    error = answer.error or NXDOMAIN
    trip.hop("dns", place, f"{names} → {error}")
    name = "no-name" if error == NXDOMAIN else "unresolved"
    raise LostError(Sentence(name, (host, error)), UNRESOLVED, "no-name", host)


def _ask(trip: Trip, host: str) -> Answer:
    """Ask the name servers for one full name after the other."""
    sender, cluster = trip.sender, trip.cluster
    known = sender.dns.known(host)
    if known is not None:
        return Answer(host, (known,))
    if sender.node:
        if not cluster.machines[sender.node].reachable:
            silent = Sentence("dns-silent", (host, Sentence("cut", (sender.node,))))
            raise LostError(silent, cause="cut", about=f"nodes/{sender.node}")
        for server in sender.dns.servers[:1]:
            policy.leave_for(trip, server, 53, "UDP", host)
    if cluster.overlay.rules is None:
        return Answer(host, error=NXDOMAIN)
    answer = Resolver(Zone(cluster.overlay.rules), cluster.hosts).ask(host, sender.dns)
    trip.time += 2 * cluster.timings.hop_between_nodes * max(len(answer.tried), 1)
    return answer

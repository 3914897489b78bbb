"""A machine as a target: the ports of its own, and the API server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.loss import EMPTY, LostError, timed_out
from kubelab.network.program import Reply
from kubelab.network.sentences import Sentence
from kubelab.network.trip import balancer, link, pod, policy

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip

API_PORT, DNS_PORT = 6443, 53
HEALTHY = ("/livez", "/readyz", "/healthz")


def has_power(trip: Trip) -> None:
    """A machine that is off sends nothing."""
    name = trip.sender.node
    if name and not trip.cluster.machines[name].powered:
        raise timed_out(Sentence("off", (name,)), "down", f"nodes/{name}")


def enter_from_outside(trip: Trip) -> None:
    """Over the internet to the machine that the address belongs to, or that its load balancer chooses."""
    where = trip.cluster.overlay.machine_at(trip.destination) or balancer.forward(trip)
    if where is None:
        address = trip.destination
        raise timed_out(Sentence("no-address-outside", (address,)), "no-address", address)
    link.cross(trip, where)
    trip.node = where
    trip.hop("node", where, Sentence("port", (trip.port,)))


def go_to_its_ports(trip: Trip) -> None:
    """The rules for the ports of a machine are those of the machine itself: go there first."""
    where = trip.cluster.overlay.machine_at(trip.destination)
    if where is not None and where != trip.node:
        policy.leave(trip)
        trip.hop("tunnel", f"{trip.node} → {where}", Sentence("to", (trip.destination, trip.port)))
        link.cross(trip, where)
        trip.node = where


def not_the_dns(trip: Trip) -> None:
    """The address of the cluster's DNS answers questions about names, on port 53, and nothing else."""
    address = trip.cluster.overlay.dns
    if trip.destination != address or (trip.service and trip.port == DNS_PORT):
        return
    why = Sentence("no-http-at-dns", (address,))
    if trip.port != DNS_PORT:
        raise trip.refused(why, "dns", address)
    raise LostError(Sentence("closed-by", (why,)), EMPTY, "dns", address)


def enter(trip: Trip) -> None:
    """A port of the machine itself: the API server, a pod in the machine's network, a port given to a pod."""
    name, port = trip.at, trip.port
    server = trip.cluster.machines[name].processes.get("kube-apiserver")
    if server is not None and port == API_PORT and server.running:
        trip.hop("node", name, "kube-apiserver")
        return
    worker = trip.cluster.workers.get(name)
    for sandbox in worker.runtime.alive() if worker is not None else ():
        if sandbox.host_network and sandbox.listener(port, trip.now) is not None:
            pod.arrived(trip, sandbox, port)
            return
        if port in sandbox.ports:
            trip.destination, trip.port = sandbox.address, sandbox.ports[port]
            policy.arrive(trip)
            pod.arrived(trip, sandbox, trip.port)
            return
    raise trip.refused(Sentence("no-port-of-node", (port, name)), "no-port", f"nodes/{name}")


def answer(trip: Trip) -> Reply:
    """The API server's answer to somebody whom it does not know."""
    if not trip.url.secure:
        return Reply(400, "Client sent an HTTP request to an HTTPS server.\n")
    path = trip.url.path.partition("?")[0]
    return Reply(200, "ok") if path in HEALTHY else Reply(403, "Forbidden")

"""Into a pod, and to the container that listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.network.loss import timed_out
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.network.trip.trip import Trip
    from kubelab.node.runtime import Container, Sandbox


def enter(trip: Trip) -> None:
    """To the pod that has the address on this node."""
    worker, address = trip.cluster.workers.get(trip.at), trip.destination
    sandbox = worker.runtime.by_address.get(address) if worker is not None else None
    if sandbox is None:
        raise timed_out(Sentence("no-pod", (trip.at, address)), "no-pod", address)
    arrived(trip, sandbox, trip.port)


def enter_own(trip: Trip, sandbox: Sandbox) -> None:
    """The containers of a pod reach each other on localhost."""
    trip.time += trip.cluster.timings.hop_same_node
    trip.source, trip.at = trip.destination, trip.node
    arrived(trip, sandbox, trip.port, inside=True)


def arrived(trip: Trip, sandbox: Sandbox, port: int, *, inside: bool = False) -> None:
    """The packet is in the pod: whoever listens there takes the connection; it may come from `inside` the pod."""
    container = sandbox.listener(port, trip.now, inside=inside)
    if container is not None:
        found(trip, sandbox, container)
        return
    _enter(trip, sandbox)
    where = f"{sandbox.namespace}/{sandbox.name}"
    raise trip.refused(Sentence("no-listener", (port, where)), "no-listener", f"pods/{where}")


def found(trip: Trip, sandbox: Sandbox, container: Container) -> None:
    """The container that takes the connection."""
    _enter(trip, sandbox)
    trip.container = container


def _enter(trip: Trip, sandbox: Sandbox) -> None:
    trip.sandbox, trip.pod, trip.namespace = sandbox, sandbox.name, sandbox.namespace
    trip.hop("pod", f"{sandbox.namespace}/{sandbox.name}", f"{sandbox.address}:{trip.port}")
    if trip.dice.plans:
        for held in sandbox.containers.values():
            trip.until = min(trip.until, held.next_stage(trip.now))

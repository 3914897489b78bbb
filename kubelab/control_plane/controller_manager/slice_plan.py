"""Which endpoint goes into which slice: as few changes as possible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lightkube.models import discovery_v1

from kubelab.control_plane.controller_manager.endpoints import Ports, ports_key

FULL = 100  # endpoints in one slice
Wanted = dict[Ports, dict[str, discovery_v1.Endpoint]]  # by what they listen on, and by their pod's uid


@dataclass
class Planned:
    """What a slice is to hold; `held` is the slice as it is, None for one that is to be made."""

    held: discovery_v1.EndpointSlice | None
    ports: Ports
    endpoints: list[discovery_v1.Endpoint]


def plan(slices: Iterable[discovery_v1.EndpointSlice], wanted: Wanted) -> tuple[list[Planned], list[Planned]]:
    """The slices to write and those to delete, so that together they hold what is wanted.

    Endpoints that are there keep their slice. New ones fill up slices of the same ports, then take over slices that
    have become empty, then get new ones. Where nothing is wanted, one slice stays, empty.

    In Kubernetes
        staging/src/k8s.io/endpointslice/reconciler.go
    """
    wanted = {ports: dict(endpoints) for ports, endpoints in wanted.items()}
    kept: list[Planned] = []
    empty: list[Planned] = []
    for held in slices:
        ports = ports_key(held.ports)
        stays = _staying(held, wanted.get(ports, {}))
        (kept if stays else empty).append(Planned(held, ports, stays))
    for ports, endpoints in wanted.items():
        rest = list(endpoints.values())
        for planned in kept:
            if planned.ports == ports:
                room = FULL - len(planned.endpoints)
                planned.endpoints += rest[:room]
                rest = rest[room:]
        while rest:
            taken = empty.pop(0).held if empty else None
            kept.append(Planned(taken, ports, rest[:FULL]))
            rest = rest[FULL:]
    if not kept:
        kept.append(Planned(empty.pop(0).held if empty else None, (), []))
    return kept, empty


def _staying(held: discovery_v1.EndpointSlice, wanted: dict[str, discovery_v1.Endpoint]) -> list[discovery_v1.Endpoint]:
    """The endpoints of a slice that are still wanted, as they are now; taken out of `wanted`."""
    uids = [endpoint.targetRef.uid for endpoint in held.endpoints or () if endpoint.targetRef is not None]
    return [wanted.pop(uid) for uid in uids if uid in wanted]

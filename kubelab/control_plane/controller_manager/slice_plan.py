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

    @property
    def changed(self) -> bool:
        """Whether the slice must be written."""
        return self.held is None or self.endpoints != list(self.held.endpoints or ())


def plan(slices: Iterable[discovery_v1.EndpointSlice], wanted: Wanted) -> tuple[list[Planned], list[Planned]]:
    """The slices to write and those to delete, so that together they hold what is wanted.

    Endpoints that are there keep their slice. New ones fill up slices of the same ports that must be written anyway.
    What is left goes into a slice that would stay as it is only if all of it fits there; else into one that has become
    empty, else into a new one. Where nothing is wanted, one slice stays, empty.

    In Kubernetes
        staging/src/k8s.io/endpointslice/reconciler.go; each change of a slice is sent to every node, so fewer changes
        count more than full slices:
        https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#distribution-of-endpointslices
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
        ours = [planned for planned in kept if planned.ports == ports]
        changed = [planned for planned in ours if planned.changed]
        same = [planned for planned in ours if not planned.changed]
        for planned in sorted(changed, key=_room):
            room = _room(planned)
            planned.endpoints += rest[:room]
            rest = rest[room:]
        while rest:
            into = min((each for each in same if len(rest) <= _room(each)), key=_room, default=None)
            if into is None:
                into = Planned(empty.pop(0).held if empty else None, ports, [])
                kept.append(into)
            into.endpoints += rest[:FULL]
            rest = rest[FULL:]
    if not kept:
        kept.append(Planned(empty.pop(0).held if empty else None, (), []))
    return kept, empty


def _room(planned: Planned) -> int:
    return FULL - len(planned.endpoints)


def _staying(held: discovery_v1.EndpointSlice, wanted: dict[str, discovery_v1.Endpoint]) -> list[discovery_v1.Endpoint]:
    """The endpoints of a slice that are still wanted, as they are now; taken out of `wanted`."""
    uids = [endpoint.targetRef.uid for endpoint in held.endpoints or () if endpoint.targetRef is not None]
    return [wanted.pop(uid) for uid in uids if uid in wanted]

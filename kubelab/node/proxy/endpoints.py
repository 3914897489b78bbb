"""Which endpoints of a Service a node sends packets to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

SAME_ZONE, SAME_NODE = "PreferSameZone", "PreferSameNode"


class Endpoint(NamedTuple):
    """One address and port of a Service, with its conditions and the zones and nodes that it is hinted for."""

    address: str
    port: int
    node: str = ""
    ready: bool = True
    serving: bool = True
    terminating: bool = False
    zones: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"


class Usable(NamedTuple):
    """The endpoints that a node uses, by traffic policy, and whether there are any in the cluster at all."""

    cluster: tuple[Endpoint, ...] = ()
    local: tuple[Endpoint, ...] = ()
    anywhere: bool = False

    @property
    def reachable(self) -> tuple[Endpoint, ...]:
        """All that this node has a rule for, each once."""
        return tuple({str(endpoint): endpoint for endpoint in self.cluster + self.local}.values())


def endpoints_of(slices: Iterable[Any]) -> dict[tuple[str, str], tuple[Endpoint, ...]]:
    """The endpoints in a Service's EndpointSlices by port name and protocol, each address and port once, in order.

    In Kubernetes
        pkg/proxy/endpointslicecache.go: a condition that is not said counts as ready, serving and not terminating.
    """
    found: dict[tuple[str, str], dict[str, Endpoint]] = {}
    for held in slices:
        if held.addressType != "IPv4":
            continue
        for port in held.ports or ():
            if port.port is None:
                continue
            ours = found.setdefault((port.name or "", port.protocol or "TCP"), {})
            for each in held.endpoints or ():
                endpoint = _endpoint(each, port.port)
                ours[str(endpoint)] = endpoint
    return {name: tuple(ours[text] for text in sorted(ours)) for name, ours in found.items()}


def usable(
    endpoints: tuple[Endpoint, ...], uses_cluster: bool, uses_local: bool, node: str, zone: str | None
) -> Usable:
    """The endpoints that a node in a zone uses: the ready ones, or, where none is, those that still serve while ending.

    With traffic policy Cluster those that are hinted for this node or zone, where all ready ones carry hints and one
    is for here. With Local those on this node.

    In Kubernetes
        pkg/proxy/topology.go, CategorizeEndpoints.
    """
    cluster: tuple[Endpoint, ...] = ()
    local: tuple[Endpoint, ...] = ()
    anywhere = False
    if uses_cluster:
        mode = topology_mode(endpoints, node, zone)
        cluster = tuple(each for each in endpoints if each.ready and _hinted(each, mode, node, zone))
        cluster = cluster or tuple(each for each in endpoints if each.serving and each.terminating)
        anywhere = bool(cluster)
    if uses_local:
        alive = [each for each in endpoints if each.ready or (each.serving and each.terminating)]
        anywhere = anywhere or bool(alive)
        here = [each for each in alive if each.node == node]
        local = tuple(each for each in here if each.ready) or tuple(here)
    return Usable(cluster, local, anywhere)


def topology_mode(endpoints: Iterable[Endpoint], node: str, zone: str | None) -> str:
    """What the hints ask of this node: `PreferSameNode`, `PreferSameZone` or nothing.

    Hints count only where every ready endpoint carries one, and at least one is for this node or its zone.
    """
    ready = [each for each in endpoints if each.ready]
    if ready and all(each.nodes for each in ready) and any(node in each.nodes for each in ready):
        return SAME_NODE
    if ready and all(each.zones for each in ready) and any(zone in each.zones for each in ready):
        return SAME_ZONE
    return ""


def _hinted(endpoint: Endpoint, mode: str, node: str, zone: str | None) -> bool:
    if mode == SAME_NODE:
        return node in endpoint.nodes
    return mode != SAME_ZONE or zone in endpoint.zones


def _endpoint(each: Any, port: int) -> Endpoint:
    state, hints = each.conditions, each.hints
    ready = serving = True
    terminating = False
    if state is not None:
        ready = state.ready is None or state.ready
        serving = state.serving is None or state.serving
        terminating = bool(state.terminating)
    zones = tuple(held.name for held in (hints.forZones if hints is not None else None) or ())
    nodes = tuple(held.name for held in (hints.forNodes if hints is not None else None) or ())
    return Endpoint(each.addresses[0], port, each.nodeName or "", ready, serving, terminating, zones, nodes)

"""Topology Aware Routing: endpoints dealt out to zones by their share of the processors.

In Kubernetes
    staging/src/k8s.io/endpointslice/topologycache;
    https://kubernetes.io/docs/concepts/services-networking/topology-aware-routing/

Left out
    The events `TopologyAwareHintsEnabled` and `TopologyAwareHintsDisabled`. Endpoints of slices that need no change may
    be dealt out anew too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import ceil

from lightkube.models import core_v1, discovery_v1

from kubelab.api.objects import is_true, replace
from kubelab.api.quantity import milli

MODE, OLD_MODE = "service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"
ZONE = "topology.kubernetes.io/zone"
NOT_COUNTED = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
OVERLOAD = 0.2  # an endpoint may have a fifth more to do than its share


def is_asked(service: core_v1.Service) -> bool:
    """Whether the Service's annotation asks for it; then its `trafficDistribution` has nothing to say."""
    said = service.metadata.annotations or {}
    return said.get(MODE, said.get(OLD_MODE)) in ("Auto", "auto")


def facts(node: core_v1.Node | None) -> tuple[object, ...]:
    """All of a node that counts here."""
    if node is None:
        return ()
    labels = node.metadata.labels or {}
    cpu = ((node.status.allocatable if node.status is not None else None) or {}).get("cpu", "0")
    return is_true(node, "Ready"), labels.get(ZONE, ""), cpu, any(label in labels for label in NOT_COUNTED)


def shares(nodes: Iterable[core_v1.Node]) -> dict[str, float]:
    """The share of each zone in the processors of the nodes that are ready; empty where one of them does not tell."""
    cpus: dict[str, int] = {}
    for ready, zone, cpu, elsewhere in map(facts, nodes):
        if elsewhere or not ready:
            continue
        amount = milli(str(cpu))
        if not zone or not amount:
            return {}
        cpus[str(zone)] = cpus.get(str(zone), 0) + amount
    return {zone: cpu / sum(cpus.values()) for zone, cpu in sorted(cpus.items())}


def hinted_by_zone(
    endpoints: list[discovery_v1.Endpoint], nodes: Iterable[core_v1.Node]
) -> list[discovery_v1.Endpoint]:
    """The endpoints, each that is ready hinted for one zone; without hints where that would overload some."""
    ready = [each for each in endpoints if each.conditions.ready]
    dealt = dealt_out([each.zone or "" for each in ready], shares(nodes))
    if dealt is None:
        return endpoints
    zones = iter(dealt)
    return [
        replace(each, hints=discovery_v1.EndpointHints(forZones=[discovery_v1.ForZone(name=next(zones))]))
        if each.conditions.ready
        else each
        for each in endpoints
    ]


def dealt_out(zones: list[str], ratios: dict[str, float]) -> list[str] | None:
    """For which zone each endpoint is, by the zone that it is in; None where there can be no hints.

    There is none with fewer than two zones, fewer endpoints than zones, an endpoint without zone, or where the zones
    together need more endpoints than there are to be spared overload.

    Examples
    --------
    >>> dealt_out(["a", "a", "a", "b"], {"a": 0.5, "b": 0.5})
    ['b', 'a', 'a', 'b']
    >>> dealt_out(["a", "b"], {"a": 2 / 3, "b": 1 / 3}) is None
    True
    """
    number = len(zones)
    if len(ratios) < 2 or len(ratios) > number or not all(zones):
        return None
    least = {zone: ceil(ratio * number * (1 / (1 + OVERLOAD))) for zone, ratio in ratios.items()}
    if sum(least.values()) > number:
        return None
    held = Counter(zones)
    wanted = {zone: max(ratio * number, least[zone]) for zone, ratio in ratios.items()}
    gives, takes = _exchanged({zone: held[zone] - want for zone, want in wanted.items()})
    dealt = []
    for zone in zones:
        taker = next((each for each, count in sorted(takes.items()) if count), "") if gives[zone] else ""
        if taker:
            gives[zone] -= 1
            takes[taker] -= 1
        dealt.append(taker or zone)
    return dealt


def _exchanged(over: dict[str, float]) -> tuple[Counter[str], Counter[str]]:
    """How many endpoints each zone gives away and how many each gets, by what it has too much (or, below 0, lacks)."""
    spare = {zone: amount for zone, amount in over.items() if amount > 0}
    lacking = {zone: -amount for zone, amount in over.items() if amount < 0}
    gives, takes = Counter[str](), Counter[str]()
    while spare and lacking:
        giver, taker = max(spare, key=spare.__getitem__), max(lacking, key=lacking.__getitem__)
        if min(spare[giver], lacking[taker]) < 0.5 or max(spare[giver], lacking[taker]) < 1:
            break
        gives[giver] += 1
        takes[taker] += 1
        spare[giver] -= 1
        lacking[taker] -= 1
    return gives, takes

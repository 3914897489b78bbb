"""Zones and their disruptions: how fast the nodes of a zone may lose their pods, and when none may."""

from __future__ import annotations

from dataclasses import dataclass

from lightkube.models import core_v1

from kubelab.api.objects import is_true
from kubelab.timings import Timings

NORMAL, PARTIAL, FULL, INITIAL = "Normal", "PartialDisruption", "FullDisruption", "Initial"
UNHEALTHY_ZONE_THRESHOLD = 0.55  # --unhealthy-zone-threshold
LARGE_CLUSTER_THRESHOLD = 50  # --large-cluster-size-threshold
EXCLUDED = "node.kubernetes.io/exclude-disruption"
SLACK = 1e-6  # seconds: a call queued for the instant of the next token may come a rounding error before it
REGION, ZONE = "topology.kubernetes.io/region", "topology.kubernetes.io/zone"


class RateLimiter:
    """A bucket of one token, filled `rate` times a second; a rate of 0 fills nothing.

    In Kubernetes
        client-go's flowcontrol.NewTokenBucketRateLimiter with a burst of 1.
    """

    def __init__(self, rate: float, tokens: float, now: float) -> None:
        self.rate, self._tokens, self._since = rate, tokens, now

    def accepts(self, now: float) -> bool:
        """Take the token, if there is one."""
        free = self.free_at(now)
        if free is None or free > now + SLACK:
            return False
        self._tokens, self._since = 0.0, now
        return True

    def free_at(self, now: float) -> float | None:
        """When there will be a token; None is never."""
        if self.rate <= 0:
            return None
        return max(now, self._since + (1.0 - self._tokens) / self.rate)


@dataclass
class Zone:
    """One zone: its nodes (and whether each is ready), its state, and which of its nodes wait for a NoExecute taint."""

    nodes: dict[str, bool]
    not_ready: int
    state: str
    limiter: RateLimiter
    waiting: dict[str, int]  # node -> the journal entry that made it wait

    def judge(self) -> str:
        """The state that its nodes' readiness makes."""
        ready = len(self.nodes) - self.not_ready
        if not ready and self.not_ready:
            return FULL
        if self.not_ready > 2 and self.not_ready / len(self.nodes) >= UNHEALTHY_ZONE_THRESHOLD:
            return PARTIAL
        return NORMAL


class Zones:
    """All zones, and what their state says about the nodes that seem dead.

    If nodes fail one by one, their pods are moved elsewhere, a node every 10 s. If most of a zone fails, it may be the
    network: slower then, or, in a zone of up to 50 nodes, not at all. If everything fails, it is the control plane that
    is cut off: nothing is moved.

    In Kubernetes
        ComputeZoneState and handleDisruption in pkg/controller/nodelifecycle/node_lifecycle_controller.go;
        https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
    """

    def __init__(self, timings: Timings) -> None:
        self.timings = timings
        self.by_key: dict[str, Zone] = {}
        self._zone_of: dict[str, str] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.by_key, self._zone_of = {}, {}

    def note(self, node: core_v1.Node, now: float) -> bool:
        """Take in how a node is; True if this can change a zone's state."""
        name, key = node.metadata.name, zone_key(node)
        zone = self.of(key, now)
        before = self._zone_of.get(name)
        if before is not None and before != key:
            self.drop(name)
        if EXCLUDED in (node.metadata.labels or {}):
            self._leave(zone, name)
            self._zone_of[name] = key
            return False
        ready = is_true(node, "Ready")
        was = zone.nodes.get(name)
        if was == ready and before == key:
            return False
        zone.not_ready += (not ready) - (was is False)
        zone.nodes[name] = ready
        self._zone_of[name] = key
        return True

    def drop(self, name: str) -> None:
        """A node is gone."""
        zone = self.by_key.get(self._zone_of.pop(name, ""))
        if zone is not None:
            self._leave(zone, name)
            zone.waiting.pop(name, None)

    def of(self, key: str, now: float) -> Zone:
        """The zone of that key, made when first asked for."""
        held = self.by_key.get(key)
        if held is None:
            limiter = RateLimiter(self.timings.node_eviction_rate, 1.0, now)
            held = self.by_key[key] = Zone({}, 0, INITIAL, limiter, {})
        return held

    def judge(self, now: float) -> str:
        """Bring every zone's state and rate up to date. Says what has happened to the cluster as a whole.

        The answer is "entering" where from now on nothing answers any more, "leaving" where something answers again,
        and empty otherwise.
        """
        inhabited = {key: zone for key, zone in self.by_key.items() if zone.nodes}
        for key in list(self.by_key):
            if key not in inhabited and not self.by_key[key].waiting:
                del self.by_key[key]
        was_full = all(zone.state == FULL for zone in inhabited.values())
        states = {key: zone.judge() for key, zone in inhabited.items()}
        is_full = all(state == FULL for state in states.values())
        if is_full and was_full:
            return ""
        for key, zone in inhabited.items():
            if is_full or was_full or zone.state != states[key]:
                self._limit(zone, 0.0 if is_full else self._rate(zone, states[key]), now)
            zone.state = states[key]
        return "entering" if is_full else "leaving" if was_full else ""

    def _rate(self, zone: Zone, state: str) -> float:
        if state != PARTIAL:
            return self.timings.node_eviction_rate
        return self.timings.secondary_node_eviction_rate if len(zone.nodes) > LARGE_CLUSTER_THRESHOLD else 0.0

    def _limit(self, zone: Zone, rate: float, now: float) -> None:
        if zone.limiter.rate != rate:
            zone.limiter = RateLimiter(rate, 1.0 if zone.limiter.accepts(now) else 0.0, now)

    def _leave(self, zone: Zone, name: str) -> None:
        if zone.nodes.pop(name, None) is False:
            zone.not_ready -= 1


def zone_key(node: core_v1.Node) -> str:
    """Region and zone of a node, from its labels."""
    labels = node.metadata.labels or {}
    region, zone = labels.get(REGION, ""), labels.get(ZONE, "")
    return f"{region}:{zone}" if region or zone else ""

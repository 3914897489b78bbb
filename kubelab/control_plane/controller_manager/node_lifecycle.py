"""The node lifecycle controller: it notices dead nodes, says so, and taints them."""

from __future__ import annotations

from typing import Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import condition, is_true, key_of, replace
from kubelab.api.pod_conditions import with_condition
from kubelab.client_go.component import Component
from kubelab.client_go.events import EventRecorder
from kubelab.control_plane.controller_manager.controller import Controller
from kubelab.control_plane.controller_manager.node_health import LEASES, NodeHealth, as_lost, is_promised
from kubelab.control_plane.controller_manager.node_taints import (
    NOT_READY,
    UNREACHABLE,
    has_taint,
    no_schedule_changes,
    swap_taints,
)
from kubelab.control_plane.controller_manager.pods_by_node import PodsByNode
from kubelab.control_plane.controller_manager.ticks import TOLERANCE, Ticks
from kubelab.control_plane.controller_manager.zones import Zones, zone_key

TICK = "tick"  # the one key of the monitor's queue
EVICTING = {"False": NOT_READY, "Unknown": UNREACHABLE}  # Ready -> the NoExecute taint; they exclude each other


class NodeLifecycleController(Controller):
    """Watches over the nodes in three loops, as the real one does.

    The monitor, every 5 s: registers new nodes; marks nodes that have been silent for too long as Unknown and their
    pods as not ready; lines nodes that are not ready up for a NoExecute taint, and takes it off those that are back.
    The tainting pass, every 0.1 s: gives the NoExecute taints, as fast as the zone's rate allows. And at once, whenever
    a node changes: the NoSchedule taints that follow from its conditions and from `spec.unschedulable`.

    Each loop is woken only when it will find something to do.

    In Kubernetes
        pkg/controller/nodelifecycle/node_lifecycle_controller.go;
        https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller

    Left out
        The reconciling of the `beta.kubernetes.io` labels.
    """

    name = "node-lifecycle-controller"
    watches = ("nodes", "leases", "pods")

    def __init__(self, manager: Component) -> None:
        super().__init__(manager)
        self.recorder = EventRecorder(self.client, "node-controller", self.clock)
        self.ticks = Ticks(manager, self.timings.node_monitor_period)
        self.passes = Ticks(manager, self.timings.node_eviction_period)
        self.monitor = manager.queue(self._tick, 0.0)
        self.tainter = manager.queue(self._pass, 0.0)
        self.health = NodeHealth(self.informer("leases"), self.ticks, self.timings)
        self.zones = Zones(self.timings)
        self.pods = PodsByNode()
        self._known: dict[str, Any] = {}  # nodes that have been registered
        self._suspects: dict[str, tuple[float, int]] = {}  # node -> tick at which to look at it, and the cause
        self._unmarked: dict[str, bool] = {}  # nodes that are not ready, whose pods may not say so yet

    def forget(self) -> None:
        """Lose everything: all nodes are new again."""
        for memory in (self.health, self.zones, self.pods):
            memory.clear()
        self._known, self._suspects, self._unmarked = {}, {}, {}

    # -- what is heard

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """A node changed: see to its taints now, to its health at a tick. A lease is not renewed. A pod moved in."""
        if kind == "nodes":
            self._on_node(old, new)
        elif kind == "leases":
            if new is not None and new.metadata.namespace == LEASES and not is_promised(new):
                node = self.informer("nodes").get(new.metadata.name)
                if node is not None:
                    self._plan(node)
        else:
            self.pods.change(old, new)
            if new is not None and new.spec.nodeName and (old is None or old.spec.nodeName != new.spec.nodeName):
                node = self.informer("nodes").get(new.spec.nodeName)
                if node is not None and _ready(node) in EVICTING:
                    self.queue.add(key_of(new))

    def _on_node(self, old: Any, new: Any) -> None:
        if new is None:
            name = old.metadata.name
            self.zones.drop(name)
            self.health.drop(name)
            self._unmarked.pop(name, None)
            self._look(name, self.ticks.upcoming())
            return
        name = new.metadata.name
        if old is None or _heartbeat(old) != _heartbeat(new):
            self.health.sign(name)
        if old is None and _ready(new) in EVICTING:
            self._unmarked[name] = True
        if self.zones.note(new, self.clock.now):
            self._look(name, self.ticks.upcoming())
        if any(no_schedule_changes(new)):
            self.queue.add(name)
        self._plan(new)

    def _plan(self, node: core_v1.Node, earliest: float = 0.0) -> None:
        """Have the monitor look at a node when it will find something; not before `earliest`."""
        name, ready = node.metadata.name, _ready(node)
        waiting = name in self.zones.of(zone_key(node), self.clock.now).waiting
        evicting = [key for key in EVICTING.values() if has_taint(node, key, "NoExecute")]
        wanted = [EVICTING[ready]] if ready in EVICTING else []
        at_rest = ready is None or (evicting == [] if waiting and wanted else evicting == wanted)
        if name not in self._known or name in self._unmarked or not at_rest:
            self._look(name, max(self.ticks.upcoming(), earliest))
        lost = self.health.lost_at(node)
        if lost is not None:
            self._look(name, max(lost, self.ticks.upcoming(), earliest))

    def _look(self, name: str, tick: float) -> None:
        held = self._suspects.get(name)
        if held is None or tick < held[0]:
            self._suspects[name] = (tick, self.clock.cause)
        self.monitor.add_after(TICK, tick - self.clock.now)

    # -- at once

    def reconcile(self, key: str) -> None:
        """Put right the NoSchedule taints of a node (its name), or the readiness of a pod (`namespace/name`)."""
        if "/" in key:
            pod = self.informer("pods").get(key)
            node = None if pod is None else self.informer("nodes").get(pod.spec.nodeName)
            if node is not None and _ready(node) in EVICTING:
                self._mark_not_ready(pod)
            return
        node = self.informer("nodes").get(key)
        if node is not None:
            add, remove = no_schedule_changes(node)
            swap_taints(self.client, key, "NoSchedule", add, remove, self.clock.date)

    # -- every 5 s

    def _tick(self, key: str) -> None:
        """The monitor looks at those whom it suspects, then at the zones."""
        now, led_here = self.clock.now, self.clock.cause
        due = [(name, cause) for name, (tick, cause) in self._suspects.items() if tick <= now + TOLERANCE]
        for name, cause in due:
            del self._suspects[name]
            self.clock.cause = cause
            try:
                node = self._monitor(name)
            except ApiError:
                self._look(name, self.ticks.next())
                continue
            if node is not None:
                self._plan(node, earliest=self.ticks.next())
        self.clock.cause = led_here
        self._judge_zones(now)
        if self._suspects:
            self.monitor.add_after(TICK, min(tick for tick, _ in self._suspects.values()) - now)

    def _monitor(self, name: str) -> core_v1.Node | None:
        """Look at one node. Answers it as it stands afterwards."""
        node = self.informer("nodes").get(name)
        if node is None:
            known = self._known.pop(name, None)
            if known is not None:
                self._say(known, "RemovingNode", f"Removing Node {name} from Controller")
            return None
        if name not in self._known:
            self._say(node, "RegisteredNode", f"Registered Node {name} in Controller")
            node = self._known[name] = self._as_reachable(node)
        was_ready, lost = is_true(node, "Ready"), self.health.lost_at(node)
        if lost is not None and lost <= self.clock.now + TOLERANCE:
            node = self.client.update_status(as_lost(node, self.clock.date))
            self.zones.note(node, self.clock.now)
        node = self._line_up(node)
        if was_ready and not is_true(node, "Ready"):
            self._unmarked[name] = True
            self.recorder.event(node, "Normal", "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        if name in self._unmarked:
            if not is_true(node, "Ready"):
                for pod in self.pods.on(name):
                    self._mark_not_ready(pod)
            del self._unmarked[name]
        return node

    def _line_up(self, node: core_v1.Node) -> core_v1.Node:
        """Queue a node that is not ready for its NoExecute taint; take it off one that is ready."""
        name, ready = node.metadata.name, _ready(node)
        if ready == "True":
            return self._as_reachable(node)
        if ready in EVICTING:
            wanted = EVICTING[ready]
            other = NOT_READY if wanted == UNREACHABLE else UNREACHABLE
            if has_taint(node, other, "NoExecute"):
                swap_taints(self.client, name, "NoExecute", [wanted], [other], self.clock.date)
                return self.client.get("nodes", name, None)
            waiting = self.zones.of(zone_key(node), self.clock.now).waiting
            if has_taint(node, wanted, "NoExecute"):
                waiting.pop(name, None)
            else:
                waiting.setdefault(name, self.clock.cause)
        return node

    def _as_reachable(self, node: core_v1.Node) -> core_v1.Node:
        """Take the NoExecute taints off a node, and the node out of the queue for them."""
        name = node.metadata.name
        self.zones.of(zone_key(node), self.clock.now).waiting.pop(name, None)
        evicting = [key for key in EVICTING.values() if has_taint(node, key, "NoExecute")]
        if not evicting:
            return node
        swap_taints(self.client, name, "NoExecute", [], evicting, self.clock.date)
        return self.client.get("nodes", name, None)

    def _mark_not_ready(self, pod: core_v1.Pod) -> None:
        """Nobody knows whether the pod still works: its Ready condition becomes False."""
        held = condition(pod, "Ready")
        if held is None or held.status == "False":
            return
        try:
            self.client.update_status(with_condition(pod, replace(held, status="False"), self.clock.date))
        except ApiError as refused:
            if refused.code != 404:
                raise
        else:
            self.recorder.event(pod, "Warning", "NodeNotReady", "Node is not ready")

    def _judge_zones(self, now: float) -> None:
        """See whether whole zones are down, and taint faster, slower, or not at all."""
        happened = self.zones.judge(now)
        if happened == "leaving":
            self.health.pardon()
        elif happened == "entering":
            for node in list(self.informer("nodes")):
                try:
                    self._as_reachable(node)
                finally:
                    self._look(node.metadata.name, self.ticks.next())
        for key, zone in self.zones.by_key.items():
            if zone.waiting and zone.limiter.rate:
                self._pass_after(key, self.passes.next())

    # -- every 0.1 s

    def _pass(self, key: str) -> None:
        """Give the NoExecute taint to the nodes of a zone that wait for it, as many as the rate allows."""
        zone = self.zones.of(key, self.clock.now)
        for name, cause in list(zone.waiting.items()):
            if not zone.limiter.accepts(self.clock.now):
                free = zone.limiter.free_at(self.clock.now)
                if free is not None:
                    self._pass_after(key, free)
                return
            self.clock.cause = cause
            node = self.informer("nodes").get(name)
            ready = None if node is None else _ready(node)
            if ready in EVICTING:
                other = NOT_READY if ready == "Unknown" else UNREACHABLE
                try:
                    swap_taints(self.client, name, "NoExecute", [EVICTING[ready]], [other], self.clock.date)
                except ApiError:
                    continue  # it waits for the next token
            del zone.waiting[name]

    def _pass_after(self, key: str, instant: float) -> None:
        self.tainter.add_after(key, self.passes.at_or_after(instant) - self.clock.now)

    def _say(self, node: core_v1.Node, reason: str, what: str) -> None:
        self.recorder.event(node, "Normal", reason, f"Node {node.metadata.name} event: {what}")


def _ready(node: core_v1.Node) -> str | None:
    held = condition(node, "Ready")
    return None if held is None else held.status


def _heartbeat(node: core_v1.Node) -> Any:
    held = condition(node, "Ready")
    return None if held is None else held.lastHeartbeatTime

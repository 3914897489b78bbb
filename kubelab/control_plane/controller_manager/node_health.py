"""The health of nodes: when each was last heard of, and from when on it counts as lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lightkube.models import core_v1

from kubelab.api.annotations import RENEWED_BY_PROMISE
from kubelab.api.objects import condition, replace, with_status
from kubelab.client_go.informer import Informer
from kubelab.control_plane.controller_manager.ticks import Ticks
from kubelab.timings import Timings

LEASES = "kube-node-lease"
KUBELETS_OWN = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")  # conditions that only a kubelet can know


class NodeHealth:
    """When the node controller last had a sign of life of each node: a new status, or a renewed lease.

    The controller notices both at its ticks only, and trusts its own clock, not that of the node. So a node is lost
    `node_monitor_grace_period` after the tick that saw the last sign of it.

    In Kubernetes
        nodeHealthData and tryUpdateNodeHealth in pkg/controller/nodelifecycle/node_lifecycle_controller.go

    Left out
        The look at every lease every 5 s. A lease under promise (see `heartbeats.py`) is being renewed: nothing falls
        due. One without ages from its `renewTime`.
    """

    def __init__(self, leases: Informer, ticks: Ticks, timings: Timings) -> None:
        self.leases, self.ticks, self.timings = leases, ticks, timings
        self._signs: dict[str, float] = {}
        self._pardoned = 0.0

    def clear(self) -> None:
        """Forget everything."""
        self._signs, self._pardoned = {}, 0.0

    def drop(self, name: str) -> None:
        """A node is gone."""
        self._signs.pop(name, None)

    def sign(self, name: str) -> None:
        """The node's status was posted anew, or the node is seen for the first time: the next tick notices."""
        self._signs[name] = self.ticks.upcoming()

    def pardon(self) -> None:
        """The cluster was cut off, so nobody could be heard: every node gets its time from now."""
        self._pardoned = self.ticks.latest()

    def lost_at(self, node: core_v1.Node) -> float | None:
        """The tick at which the node counts as lost, if nothing is heard of it before; None if it never will be."""
        name, ready = node.metadata.name, condition(node, "Ready")
        if ready is not None and ready.status == "Unknown":
            return None
        lease = self.leases.get(f"{LEASES}/{name}")
        if lease is not None and is_promised(lease):
            return None
        signs = [self._pardoned]
        instant_of = self.ticks.process.clock.instant_of
        if lease is not None and lease.spec is not None and lease.spec.renewTime is not None:
            signs.append(self.ticks.at_or_after(instant_of(lease.spec.renewTime) + self.timings.watch_delay))
        if ready is None:
            signs.append(instant_of(node.metadata.creationTimestamp))
            return self.ticks.at_or_after(max(signs) + self.timings.node_startup_grace_period)
        signs.append(self._signs.get(name, 0.0))
        return self.ticks.at_or_after(max(signs) + self.timings.node_monitor_grace_period)


def is_promised(lease: Any) -> bool:
    """Whether somebody is connected who renews the lease."""
    return RENEWED_BY_PROMISE in (lease.metadata.annotations or {})


def as_lost(node: core_v1.Node, now: datetime) -> core_v1.Node:
    """The node with all that its kubelet would know become Unknown."""
    status = node.status or core_v1.NodeStatus()
    made = []
    for held in status.conditions or ():
        if held.type in KUBELETS_OWN and held.status != "Unknown":
            held = replace(
                held,
                status="Unknown",
                reason="NodeStatusUnknown",
                message="Kubelet stopped posting node status.",
                lastTransitionTime=now,
            )
        made.append(held)
    known = [held.type for held in made]
    made += [
        core_v1.NodeCondition(
            type=type_,
            status="Unknown",
            reason="NodeStatusNeverUpdated",
            message="Kubelet never posted node status.",
            lastHeartbeatTime=node.metadata.creationTimestamp,
            lastTransitionTime=now,
        )
        for type_ in KUBELETS_OWN
        if type_ not in known
    ]
    return with_status(replace(node, status=status), conditions=made)

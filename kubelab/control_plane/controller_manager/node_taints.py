"""The taints that follow from a node's state, and how they are put on it."""

from __future__ import annotations

from datetime import datetime

from lightkube.models import core_v1

from kubelab.api.objects import replace, with_spec
from kubelab.client_go.client import Client

NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"

# Condition and status -> the taint that says so.
BY_CONDITION = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
OWN_KEYS = (*BY_CONDITION.values(), UNSCHEDULABLE)


def taints_of(node: core_v1.Node) -> list[core_v1.Taint]:
    """The node's taints."""
    return (node.spec.taints if node.spec else None) or []


def has_taint(node: core_v1.Node, key: str, effect: str) -> bool:
    """Whether the node has a taint of this key and effect."""
    return any(taint.key == key and taint.effect == effect for taint in taints_of(node))


def no_schedule_changes(node: core_v1.Node) -> tuple[list[str], list[str]]:
    """The keys of the NoSchedule taints that the node lacks, and of those that it should not have.

    In Kubernetes
        https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition
    """
    conditions = (node.status.conditions if node.status else None) or ()
    wanted = [key for held in conditions if (key := BY_CONDITION.get((held.type, held.status)))]
    if node.spec and node.spec.unschedulable:
        wanted.append(UNSCHEDULABLE)
    had = [taint.key for taint in taints_of(node) if taint.effect == "NoSchedule" and taint.key in OWN_KEYS]
    return [key for key in wanted if key not in had], [key for key in had if key not in wanted]


def swap_taints(client: Client, node: str, effect: str, add: list[str], remove: list[str], now: datetime) -> None:
    """Add taints to a node as it stands now, then take others off it: a write each, if there is anything to write.

    In Kubernetes
        SwapNodeControllerTaint in pkg/controller/util/node/controller_utils.go
    """
    held = client.get("nodes", node, None)
    if add:
        made = [core_v1.Taint(key=key, effect=effect, timeAdded=now) for key in add]
        held = client.update(with_spec(_with_spec(held), taints=_without(held, effect, add, made)))
    if any(has_taint(held, key, effect) for key in remove):
        client.update(with_spec(held, taints=_without(held, effect, remove, []) or None))


def _without(node: core_v1.Node, effect: str, keys: list[str], instead: list[core_v1.Taint]) -> list[core_v1.Taint]:
    """The node's taints without some; `instead` stands where one of the same key stood, or at the end."""
    left = {taint.key: taint for taint in instead}
    made = []
    for taint in taints_of(node):
        if taint.effect != effect or taint.key not in keys:
            made.append(taint)
        elif taint.key in left:
            made.append(left.pop(taint.key))
    return [*made, *left.values()]


def _with_spec(node: core_v1.Node) -> core_v1.Node:
    return node if node.spec is not None else replace(node, spec=core_v1.NodeSpec())

"""When things happen, where Kubernetes itself sets the time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from life_compare import OF_NODES, Score, Side, both
from life_counts import WORKLOADS

TOLERANCE = 1.1  # conditions carry whole seconds, so what is counted from one is up to a second early or late
MONITOR_PERIOD = 5.0  # how often the node lifecycle controller looks at the nodes
GRACE = (40.0, 56.0)  # from a node's end to NotReady: 50 s from its last heartbeat (≤ 10 s old), seen every 5 s


def compare_times(should: Side, does: Side, score: Score) -> None:
    """Seconds from the action before (or from a node's NotReady, once that has come) to each milestone."""
    for side, whose in ((should, "recorded"), (does, "here")):
        for stop, down in downfalls(side):
            score.check(
                f"from a node's end to NotReady, {whose}",
                down is not None and GRACE[0] <= down - stop <= GRACE[1],
                f"{'never' if down is None else f'{down - stop:.1f} s'}, should be {GRACE[0]:g} to {GRACE[1]:g} s",
            )
    wanted, got = milestones(should), milestones(does)
    for key in both(wanted, got):
        real, ours = wanted.get(key, []), got.get(key, [])
        score.count(f"how often {key}", len(real), len(ours))
        for (one, tolerance), (other, _) in zip(real, ours, strict=False):
            score.check(key, abs(one - other) <= tolerance, f"recorded after {one:.2f} s, here after {other:.2f} s")


def downfalls(side: Side) -> list[tuple[float, float | None]]:
    """For each node that was stopped: when, and when its Ready became Unknown."""
    found = []
    for step in side.life.steps:
        if step["do"] == "node" and step["verb"] == "stop":
            unknown = [
                entry["t"]
                for entry in side.life.trace
                if entry["kind"] == "nodes"
                and entry["name"] == step["name"]
                and entry["conditions"].get("Ready") == "Unknown"
                and entry["t"] >= step["t"]
            ]
            found.append((step["t"], unknown[0] if unknown else None))
    return found


def milestones(side: Side) -> dict[str, list[tuple[float, float]]]:
    """The instants that the control plane sets, and how exactly: replicas, conditions, taints, pods told to go, events.

    A node that is back loses its NoExecute taint when it is looked at next. Pods that take turns follow what the
    runtime did last, however long that took.
    """
    anchors = sorted([*side.names.actions, *(down for _, down in downfalls(side) if down is not None)])
    pods = sorted([*anchors, *done_by_runtime(side)])
    returns = [step["t"] for step in side.life.steps if step["do"] == "node" and step["verb"] == "start"]
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for entries in side.objects(*WORKLOADS, "nodes", "pods").values():
        key = side.named(entries[0])
        before: dict[str, object] = {}
        for entry in entries:
            for fact, value in facts(entry).items():
                if fact not in before or before[fact] != value:
                    before[fact] = value
                    start = last(pods if takes_turns(entry.get("owner") or "") else anchors, entry["t"])
                    period = MONITOR_PERIOD if entry["kind"] == "nodes" and start in returns else 0.0
                    what = f"{key} {fact} {side.names.mask(str(value))}"
                    found[what].append((entry["t"] - start, TOLERANCE + period))
    for entry in side.life.trace:
        if entry["kind"] == "events" and entry["from"] not in OF_NODES:
            what = f"{entry['from']} says {entry['reason']} about {side.names.mask(entry['about'])}"
            start = last(pods if takes_turns(owner_of(side, entry["about"])) else anchors, entry["t"])
            found[what].append((entry["t"] - start, TOLERANCE))
    return {key: sorted(times) for key, times in found.items()}


def takes_turns(owner: str) -> bool:
    """Whether it is a workload whose pods wait for each other to start or to end."""
    return owner.startswith(("StatefulSet/", "DaemonSet/"))


def owner_of(side: Side, about: str) -> str:
    """The owner of what an event is about, or what it is about itself."""
    kind, _, name = about.partition("/")
    owners = [entry.get("owner") for entry in side.life.trace if entry["kind"] == "pods" and entry["name"] == name]
    return (owners[0] if kind == "Pod" and owners else None) or about


def done_by_runtime(side: Side) -> list[float]:
    """When a pod was running and ready, or gone."""
    found = []
    for entries in side.objects("pods").values():
        up = [e["t"] for e in entries if e["phase"] == "Running" and e["conditions"].get("Ready") == "True"]
        found += up[:1]
        found += [
            e["t"] for e in entries if e["what"] == "DELETED" or (e["phase"] == "Succeeded" and e.get("deleting"))
        ]
    return found


def facts(entry: dict[str, Any]) -> dict[str, object]:
    """What of an object's state has an instant worth comparing."""
    if entry["kind"] == "pods":
        return {"deleting": True} if entry.get("deleting") else {}
    if entry["kind"] == "nodes":
        return {"Ready": entry["conditions"].get("Ready"), "taints": sorted(entry["taints"])}
    conditions = {f"condition {type_}": value for type_, value in entry["conditions"].items()}
    return {"replicas": entry["replicas"], **conditions}


def last(anchors: list[float], t: float) -> float:
    return max((anchor for anchor in anchors if anchor <= t), default=0.0)

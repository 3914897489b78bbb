"""When things happen, where Kubernetes itself sets the time."""

from __future__ import annotations

from collections import defaultdict

from life_compare import Score, Side, both

TOLERANCE = 1.1  # conditions carry whole seconds, so what is counted from one is up to a second early or late
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
        for one, other in zip(real, ours, strict=False):
            score.check(key, abs(one - other) <= TOLERANCE, f"recorded after {one:.2f} s, here after {other:.2f} s")


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


def milestones(side: Side) -> dict[str, list[float]]:
    """The instants that the control plane sets: replicas, conditions, taints, pods told to go, and events."""
    anchors = sorted([*side.names.actions, *(down for _, down in downfalls(side) if down is not None)])
    found: dict[str, list[float]] = defaultdict(list)
    for entries in side.objects("deployments", "replicasets", "nodes", "pods").values():
        key = side.named(entries[0])
        before: dict[str, object] = {}
        for entry in entries:
            for fact, value in facts(entry).items():
                if fact not in before or before[fact] != value:
                    before[fact] = value
                    found[f"{key} {fact} {side.names.mask(str(value))}"].append(since(anchors, entry["t"]))
    for entry in side.life.trace:
        if entry["kind"] == "events" and entry["from"] != "kubelet":
            about = side.names.mask(entry["about"])
            found[f"{entry['from']} says {entry['reason']} about {about}"].append(since(anchors, entry["t"]))
    return {key: sorted(times) for key, times in found.items()}


def facts(entry: dict[str, object]) -> dict[str, object]:
    kind, conditions = entry["kind"], entry["conditions"]
    assert isinstance(conditions, dict)
    if kind == "pods":
        return {"deleting": True} if entry.get("deleting") else {}
    if kind == "nodes":
        return {"Ready": conditions.get("Ready"), "taints": sorted(entry["taints"])}  # type: ignore[call-overload]
    held = {f"condition {type_}": value for type_, value in conditions.items()}
    return {"replicas": entry["replicas"], **held}


def since(anchors: list[float], t: float) -> float:
    return t - max((anchor for anchor in anchors if anchor <= t), default=0.0)

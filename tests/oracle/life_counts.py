"""The numbers that Deployments, ReplicaSets, StatefulSets and DaemonSets go through, compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from life_compare import Score, Side, both, collapsed, frozen
from life_sets import owner_of, true_sets

REVISIONS = ("currentRevision", "updateRevision")
WORKLOADS = ("deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "poddisruptionbudgets")


def compare_counts(should: Side, does: Side, score: Score) -> None:
    wanted, got = should.classes(*WORKLOADS), does.classes(*WORKLOADS)
    truth = true_counts(should)
    for key in both(wanted, got):
        if key not in wanted or key not in got:
            score.check(key, False, "only here" if key in got else "missing here")
            continue
        real, ours = wanted[key][0], got[key][0]
        for fact in ("replicas", "generation", "revision", "images", "owner", "deleting"):
            one, other = steps(real, fact, should), steps(ours, fact, does)
            if one != [None] or other != [None]:
                score.sequence(f"{key} {fact}", one, other)
        fields = both(*({name: 0 for entry in entries for name in entry["status"]} for entries in (real, ours)))
        for field in fields:
            if field in REVISIONS:
                score.sequence(f"{key} {field}", names_in(real, field, should), names_in(ours, field, does))
                continue
            held = truth.get((key, field), {})
            compare_shape(score, f"{key} {field}", windows(real, field, should), windows(ours, field, does), held)


def steps(entries: list[dict[str, Any]], fact: str, side: Side) -> list[Any]:
    values = [entry.get(fact) for entry in entries]
    return collapsed(side.names.mask(value) if fact == "owner" and value else frozen(value) for value in values)


def names_in(entries: list[dict[str, Any]], field: str, side: Side) -> list[str]:
    """The names that a field of the status had, one after the other."""
    return collapsed(side.names.mask(entry["status"].get(field, "")) for entry in entries)


def windows(entries: list[dict[str, Any]], field: str, side: Side) -> dict[int, list[int]]:
    """The values of a count after each action, the one before it first."""
    values = [(entry["t"], entry["status"].get(field) or 0) for entry in entries]
    return by_window([(t, len(value) if isinstance(value, dict) else value) for t, value in values], side)


def by_window(values: Iterable[tuple[float, int]], side: Side) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    before = 0
    for t, value in values:
        found.setdefault(side.names.window(t), [before]).append(value)
        before = value
    return {window: collapsed(held) for window, held in found.items()}


def compare_shape(
    score: Score, what: str, should: dict[int, list[int]], does: dict[int, list[int]], truth: dict[int, list[int]]
) -> None:
    """After each action: where a count begins and ends, how low and high it goes, and whether it only rises or falls.

    How many steps it takes is chance, for a controller sees several changes as one. For the same reason the recorded
    status may have missed how low or high the pods themselves (`truth`) went: here it may show what was true.
    """
    last: list[list[int]] = [[0], [0]]
    for window in sorted({*should, *does}):
        real, ours = should.get(window, last[0]), does.get(window, last[1])
        true = truth.get(window, real)
        last = [real[-1:], ours[-1:]]
        where = f"{what} after action {window}"
        words = f"recorded {real}, here {ours}"
        score.check(f"{where} from, to", (real[0], real[-1]) == (ours[0], ours[-1]), words)
        score.check(f"{where} lowest", min([*true, *real]) <= min(ours) <= min(real), f"{words}, the pods {true}")
        score.check(f"{where} highest", max([*true, *real]) >= max(ours) >= max(real), f"{words}, the pods {true}")
        for only, backwards in (("rises", False), ("falls", True)):
            if all(held == sorted(held, reverse=backwards) for held in (real, true)):
                score.check(f"{where} only {only}", ours == sorted(ours, reverse=backwards), words)


def true_counts(side: Side) -> dict[tuple[str, str], dict[int, list[int]]]:
    """What the pods of each ReplicaSet and Deployment really did, counted after each change of one or the other."""
    sets: dict[str, dict[str, Any]] = {}
    pods: dict[str, dict[str, Any]] = {}
    deployments: dict[str, str] = {}  # of each ReplicaSet, also after it was released
    series: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for entry in side.life.trace:
        if entry["kind"] not in ("replicasets", "pods"):
            continue
        (pods if entry["kind"] == "pods" else sets)[entry["name"]] = entry
        replica_set = owner_of(entry) if entry["kind"] == "pods" else entry["name"]
        deployments[replica_set] = owner_of(sets.get(replica_set, {})) or deployments.get(replica_set, "")
        deployment = deployments[replica_set]
        siblings = [name for name, held in sets.items() if owner_of(held) == deployment]
        newest = max(siblings, key=lambda name: int(sets[name]["revision"] or 0), default=replica_set)
        for key, members, updated in (
            (f"replicasets/{replica_set}", [replica_set], replica_set),
            (f"deployments/{deployment}", siblings, newest),
        ):
            for field, number in counted(pods.values(), members, updated).items():
                series[side.names.mask(key), field].append((entry["t"], number))
    series.update(true_sets(side))
    return {key: by_window(values, side) for key, values in series.items()}


def counted(pods: Iterable[dict[str, Any]], replica_sets: list[str], updated: str) -> dict[str, int]:
    mine = [pod for pod in pods if owner_of(pod) in replica_sets]
    mine = [pod for pod in mine if pod["what"] != "DELETED" and pod["phase"] not in ("Succeeded", "Failed")]
    active = [pod for pod in mine if not pod.get("deleting")]
    ready = [pod for pod in active if pod["conditions"].get("Ready") == "True"]
    return {
        **dict.fromkeys(("replicas", "fullyLabeledReplicas"), len(active)),
        **dict.fromkeys(("readyReplicas", "availableReplicas"), len(ready)),
        "updatedReplicas": sum(owner_of(pod) == updated for pod in active),
        "terminatingReplicas": len(mine) - len(active),
    }

"""What the pods of each StatefulSet and DaemonSet really did, counted as their status counts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from life_compare import Side

Entry = dict[str, Any]
PLURALS = {"StatefulSet": "statefulsets", "DaemonSet": "daemonsets"}
HASH = "controller-revision-hash"


def owner_of(entry: Entry) -> str:
    return (entry.get("owner") or "/").partition("/")[2]


def true_sets(side: Side) -> dict[tuple[str, str], list[tuple[float, int]]]:
    """After each change of a pod, a revision or the set itself: the numbers that its status should have then."""
    pods: dict[str, Entry] = {}
    newest: dict[str, Entry] = {}  # of each owner its last revision
    sets: dict[str, Entry] = {}
    series: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for entry in side.life.trace:
        owner = f"{PLURALS.get((entry.get('owner') or '/').partition('/')[0])}/{owner_of(entry)}"
        if entry["kind"] == "pods":
            pods[entry["name"]] = entry
        elif entry["kind"] == "controllerrevisions" and entry["what"] != "DELETED":
            newest[owner] = max(newest.get(owner, entry), entry, key=lambda held: held["revision"])
        elif entry["kind"] in PLURALS.values():
            owner = f"{entry['kind']}/{entry['name']}"
            sets[owner] = entry
        if owner not in sets:
            continue
        mine = [pod for pod in pods.values() if owner_of(pod) == owner.partition("/")[2] and pod["what"] != "DELETED"]
        name = newest[owner]["name"] if owner in newest else ""
        count = of_stateful_set if owner.startswith("statefulsets") else of_daemon_set
        for field, number in count(mine, name, sets[owner]["status"]).items():
            series[side.names.mask(owner), field].append((entry["t"], number))
    return series


def of_stateful_set(pods: list[Entry], newest: str, status: Entry) -> dict[str, int]:
    staying = [pod["labels"].get(HASH) for pod in pods if not pod.get("deleting")]
    ready = sum(pod["phase"] == "Running" and is_ready(pod) for pod in pods)
    return {
        "replicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "currentReplicas": staying.count(status.get("currentRevision")),
        "updatedReplicas": staying.count(newest),
    }


def of_daemon_set(pods: Iterable[Entry], newest: str, status: Entry) -> dict[str, int]:
    eldest: dict[str, Entry] = {}
    for pod in pods:
        if not (pod.get("deleting") and pod["phase"] in ("Succeeded", "Failed")):
            eldest.setdefault(pod["node"] or f"the node of {pod['name']}", pod)
    ready = sum(is_ready(pod) for pod in eldest.values())
    return {
        "currentNumberScheduled": len(eldest),
        "numberReady": ready,
        "numberAvailable": ready,
        "numberUnavailable": status["desiredNumberScheduled"] - ready,
        "updatedNumberScheduled": sum(newest.endswith(f"-{pod['labels'].get(HASH)}") for pod in eldest.values()),
    }


def is_ready(pod: Entry) -> bool:
    return bool(pod["conditions"].get("Ready") == "True")

"""The conditions that objects go through, compared."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from life_compare import Score, Sequences, Side, both, collapsed, frozen
from life_counts import WORKLOADS

OF_CONTROL_PLANE = ("PodScheduled", "DisruptionTarget")  # pod conditions that no runtime touches
STATES = ("ready", "serving", "terminating")
UNTIL_READY = (False, False, False)


def compare_conditions(should: Side, does: Side, score: Score) -> None:
    for reader in (workload_conditions, pod_conditions, endpoint_conditions):
        wanted, got = reader(should), reader(does)
        for key in both(wanted, got):
            score.multiset(f"conditions of {key}", wanted.get(key, []), got.get(key, []))


def workload_conditions(side: Side) -> Sequences:
    """Of each workload and Node: the sequence of each condition; of nodes also that of their taints."""
    found: Sequences = defaultdict(list)
    for key, held in side.classes(*WORKLOADS, "nodes").items():
        for entries in held:
            for type_ in dict.fromkeys(name for entry in entries for name in entry["conditions"]):
                values = [entry["conditions"].get(type_) for entry in entries]
                said = [side.names.mask(str(value)) for value in values if value is not None]
                found[f"{key} {type_}"].append(tuple(collapsed(said)))
            if "taints" in entries[0]:
                found[f"{key} taints"].append(frozen(collapsed(sorted(entry["taints"]) for entry in entries)))
                found[f"{key} unschedulable"].append(tuple(collapsed(entry["unschedulable"] for entry in entries)))
    return found


def pod_conditions(side: Side) -> Sequences:
    """Of each pod: what the control plane sets, and Ready from its first True until the pod must go."""
    found: Sequences = defaultdict(list)
    for key, held in side.classes("pods").items():
        for entries in held:
            for type_ in OF_CONTROL_PLANE:
                found[f"{key} {type_}"].append(
                    tuple(collapsed(entry["conditions"].get(type_) or "" for entry in entries))
                )
            alive = [entry["conditions"].get("Ready") for entry in entries if not entry.get("deleting")]
            first = alive.index("True") if "True" in alive else len(alive)
            found[f"{key} Ready"].append(tuple(collapsed(alive[first:])))
    return found


def endpoint_conditions(side: Side) -> Sequences:
    """Of each pod in each EndpointSlice: (ready, serving, terminating) in order, from when it is first ready."""
    found: Sequences = defaultdict(list)
    for entries in side.objects("endpointslices").values():
        slice_ = side.named(entries[0])
        pods = dict.fromkeys(held["pod"] for entry in entries for held in entry["endpoints"])
        for pod in pods:
            seen: list[Any] = []
            for entry in entries:
                places = [held for held in entry["endpoints"] if held["pod"] == pod]
                seen.append(tuple(places[0][key] for key in STATES) if places else "absent")
            first = next((i for i, state in enumerate(seen) if state not in ("absent", UNTIL_READY)), len(seen))
            found[f"{slice_} {side.names.mask(pod or '')}"].append(tuple(collapsed(seen[first:])))
        ports = dict.fromkeys((bool(entry["endpoints"]), frozen(entry["ports"])) for entry in entries)
        found[f"{slice_} ports, with and without endpoints"] = sorted(ports)
        found[f"{slice_} owner"].append(entries[0].get("owner"))
    return found

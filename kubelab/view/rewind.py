"""Rewinding: what there was to see while nobody filmed, because a cell let time pass.

Objects are read at past revisions, power and cables from the faults in the journal.
"""

from __future__ import annotations

from typing import Any

from kubelab.view.scene import KINDS_SEEN, Moment

MOST = 60  # instants of one stretch
LOOKS = 4000  # at an object each, that the whole past of a cluster may cost


def moments(cluster: Any, since: int, most: int = MOST) -> list[Moment]:
    """The instants after that journal entry at which something that is drawn changed; of many, some."""
    revision = next((held for held in _revisions(cluster, since) if held), 0)
    found: dict[float, Moment] = {}
    for entry in cluster.journal.since(since):
        revision = entry.revision or revision
        power = entry.actor == "fault"
        if not revision or not (power or (entry.revision and entry.object.partition("/")[0] in KINDS_SEEN)):
            continue
        found[entry.time] = Moment(entry.time, revision, entry.number)
        if entry.verb == "revive":
            booted = entry.time + cluster.timings.node_boot
            if booted <= cluster.now:
                found.setdefault(booted, Moment(booted, 0, 0))
    ordered: list[Moment] = []
    for time in sorted(found):
        held = found[time]
        if not held.revision and ordered:
            held = Moment(time, ordered[-1].revision, ordered[-1].number)
        if held.revision:
            ordered.append(held)
    if len(ordered) <= most:
        return ordered
    chosen = [ordered[index * len(ordered) // most] for index in range(most)]
    return [held._replace(sampled=True) for held in chosen]


def most_moments(cluster: Any) -> int:
    """How many instants of a whole past are looked at: of a large cluster fewer."""
    objects = len(cluster.machines) + sum(len(worker.runtime.sandboxes) for worker in cluster.workers.values())
    return max(min(MOST, LOOKS // max(objects, 1)), 8)


def _revisions(cluster: Any, number: int) -> Any:
    return (cluster.journal[held].revision for held in range(number, 0, -1))

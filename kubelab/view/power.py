"""Power: which machines have it, which boot, which are cut off, and which processes run, now and at past instants.

The API knows nothing of it: what was the case is read from the faults in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class LinkSeen(NamedTuple):
    """A link between two machines that is not whole: `state` is cut, slow or lossy."""

    one: str
    other: str
    state: str


@dataclass
class Power:
    """What is broken at an instant: machines by name, processes as (machine, process)."""

    off: dict[str, bool] = field(default_factory=dict)
    booting: dict[str, float] = field(default_factory=dict)  # until when
    cut: dict[str, bool] = field(default_factory=dict)
    stopped: dict[tuple[str, str], bool] = field(default_factory=dict)

    def of(self, machine: str) -> str:
        """One of up, cut, booting and off."""
        if machine in self.booting:
            return "booting"
        return "off" if machine in self.off else "cut" if machine in self.cut else "up"

    def runs(self, machine: str, process: str) -> bool:
        """Whether that process runs."""
        return self.of(machine) in ("up", "cut") and (machine, process) not in self.stopped


def power_at(cluster: Any, time: float, number: int) -> Power:
    """What was broken at an instant, as the first so many journal entries tell."""
    held = Power()
    for entry in cluster.journal:
        if entry.number > number:
            break
        if entry.actor != "fault" or entry.object.startswith(("pods/", "links/")):
            continue
        _, _, name = entry.object.partition("/")
        if entry.verb == "kill":
            held.off[name] = True
            held.booting.pop(name, None)
        elif entry.verb == "revive":
            held.booting[name] = entry.time + cluster.timings.node_boot
        elif entry.verb == "cut":
            held.cut[name] = True
        elif entry.verb == "heal":
            held.cut.pop(name, None)
        else:
            machine, _, process = name.partition("/")
            if entry.verb == "stop":
                held.stopped[machine, process] = True
            else:
                held.stopped.pop((machine, process), None)
    for name, end in list(held.booting.items()):
        if end <= time:
            del held.booting[name]
            held.off.pop(name, None)
    return held


def power_of(cluster: Any, machine: Any) -> str:
    """What is the case with a machine now: up, cut, booting or off."""
    if machine.powered:
        return "up" if machine.connected else "cut"
    journal, earliest = cluster.journal, cluster.clock.now - cluster.timings.node_boot
    for number in range(len(journal), 0, -1):
        entry = journal[number]
        if entry.time < earliest:
            break
        if entry.actor == "fault" and entry.object == f"nodes/{machine.name}" and entry.verb in ("kill", "revive"):
            return "booting" if entry.verb == "revive" else "off"
    return "off"


def links_now(cluster: Any) -> tuple[LinkSeen, ...]:
    """The links that are not whole."""
    held, machines = cluster.overlay.links, cluster.machines
    found = []
    for one, other in held.broken():
        cut = other in machines[one].apart
        found.append(LinkSeen(one, other, "cut" if cut else "lossy" if held.quality(one, other).share else "slow"))
    return tuple(found)


def links_at(cluster: Any, number: int) -> tuple[LinkSeen, ...]:
    """The links that were not whole, as the first so many journal entries tell."""
    found: dict[str, str] = {}
    for entry in cluster.journal:
        if entry.number > number:
            break
        if entry.actor == "fault" and entry.object.startswith("links/"):
            state = {"cut": "cut", "slow": "slow", "lose": "lossy"}.get(entry.verb, "")
            found[entry.object] = state
    return tuple(
        LinkSeen(link.split("/")[1], link.split("/")[2], state) for link, state in sorted(found.items()) if state
    )

"""What comes next by itself: the next moment at which there is something to tell, as a fork of the cluster finds it."""

from __future__ import annotations

from typing import Any

from kubelab.language import say
from kubelab.view.narration import narrate

HORIZON = 600.0  # seconds: longer than any wait that a cluster begins by itself (an eviction, a CrashLoopBackOff)
STRIDE = 1.0  # seconds that are lived through before the journal is read


def next_told(cluster: Any) -> tuple[float, str] | None:
    """The next instant after now that is worth a word, and the word if no journal has it; None where none is near."""
    scout = cluster.fork()
    read, off = len(scout.journal), _off(scout)
    end = scout.now + HORIZON
    while scout.now < end:
        start = scout.now
        scout.clock.run(min(start + STRIDE, end))
        entries = scout.journal.since(read)
        read += len(entries)
        told = [time for time, _ in narrate(scout, [entry for entry in entries if entry.time > start])]
        if told:
            return told[0], ""
        booted = [name for name in off if scout.machines[name].powered]
        if booted:
            return float(scout.now), say(es=f"{booted[0]} ya ha arrancado", en=f"{booted[0]} has booted")
    return None


def nothing_ahead() -> str:
    """What is said where no step can be made."""
    return say(
        es="por sí solo ya no pasa nada más (al menos en los próximos 10 minutos)",
        en="nothing more happens by itself (in the next 10 minutes at least)",
    )


def _off(cluster: Any) -> list[str]:
    return [name for name, machine in cluster.machines.items() if not machine.powered]

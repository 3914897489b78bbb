"""The story: the last sentences of what has happened to a cluster, in order, whoever did it."""

from __future__ import annotations

from typing import Any

from kubelab.view.narration import narrate

LINES = 5  # that are shown

Line = tuple[float, str]


class Story:
    """Reads a cluster's journal from an entry on, each time from where it last stopped; keeps the newest sentences."""

    def __init__(self, since: int = 0) -> None:
        self.read_to = since
        self.lines: list[Line] = []

    def read(self, cluster: Any, until: float | None = None) -> list[Line]:
        """Go on to the journal's end, or to an instant. Answers the newest sentences."""
        entries = cluster.journal.since(self.read_to)
        if until is not None:
            entries = [entry for entry in entries if entry.time <= until]
        self.read_to += len(entries)
        self.lines = (self.lines + narrate(cluster, entries))[-LINES:]
        return self.lines

    def say(self, time: float, sentence: str) -> None:
        """Something that no journal knows of."""
        self.lines = [*self.lines, (time, sentence)][-LINES:]

    def copy(self) -> Story:
        """The same story, to be told on apart."""
        twin = Story.__new__(Story)
        twin.read_to, twin.lines = self.read_to, self.lines
        return twin

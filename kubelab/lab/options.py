"""The answers that a prediction offers, and what has to happen for each to be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kubelab.lab.catalogue import Text


@dataclass(frozen=True)
class Option:
    """One of the answers on offer.

    What happened is this answer when it equals `value`, or, for amounts, when it is below `below` and no earlier option
    claimed it (an option without either claims all that is left). `because` answers those who chose it.
    """

    label: Text
    value: Any = None
    below: float | None = None
    because: Text | None = None

    @classmethod
    def read(cls, entry: Any, where: str) -> Option:
        """An option of a catalogue, or a plain value: then it is its own label."""
        if not isinstance(entry, dict):
            return cls(Text.read(entry, where), entry)
        because = Text.read(entry["because"], where) if "because" in entry else None
        return cls(Text.read(entry["label"], where), entry.get("value"), entry.get("below"), because)

    def claims(self, seen: Any) -> bool:
        """Whether what happened is this answer."""
        if self.below is not None:
            return bool(seen < self.below)
        return self.value is None or bool(self.value == seen)

"""Places: where things stood in earlier scenes, so that what did not change does not move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Places:
    """The slots that things have had in earlier scenes."""

    slots: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: int = 2

    def arrange(self, area: str, keys: Sequence[str], capacity: int) -> dict[str, int]:
        """A slot for each key: the one it had, else the first free one."""
        had = self.slots.get(area, {})
        kept = {key: had[key] for key in keys if key in had and had[key] < capacity}
        taken = dict.fromkeys(kept.values())
        free = (slot for slot in range(capacity) if slot not in taken)
        for key in keys:
            if key not in kept:
                kept[key] = next(free)
        self.slots[area] = kept
        return kept

    def copy(self) -> Places:
        """The same places, remembered apart."""
        return Places({area: dict(slots) for area, slots in self.slots.items()}, self.rows)

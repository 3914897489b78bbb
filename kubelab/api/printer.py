"""A printer: how the objects of one kind become rows of a table.

In Kubernetes
    `pkg/printers/tablegenerator.go`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Cell = str | int


@dataclass(frozen=True)
class Printer:
    """How one kind is shown: names of columns, `*` before those of `wide`, and what makes the cells of an object."""

    columns: tuple[str, ...]
    row: Callable[[Any, datetime, bool], list[Cell]]

    def shown(self, wide: bool) -> list[int]:
        """The places of the columns shown."""
        return [i for i, name in enumerate(self.columns) if wide or not name.startswith("*")]

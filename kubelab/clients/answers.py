"""Answers that a notebook shows well: text as kubectl prints it, and lists of objects as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from kubelab.api import kinds
from kubelab.api.tables import table


class Text(str):
    """Text that a notebook shows as it is, line by line."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self).rstrip("\n"))


class Listing(list[Any]):
    """Objects of one kind: a list, shown as `kubectl get` shows it at the moment it was asked for."""

    def __init__(self, kind: str, objects: Iterable[Any], now: datetime) -> None:
        super().__init__(objects)
        self.kind, self.now = kinds.find(kind), now

    def __repr__(self) -> str:
        if not self:
            return f"No {self.kind.plural} found."
        return in_columns(*table(self.kind, self, self.now)).rstrip("\n")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        if not self:
            return f"<p>No {self.kind.plural} found.</p>"
        columns, rows = table(self.kind, self, self.now)
        head = "".join(f"<th scope='col' style='text-align:left'>{escape(name)}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{escape(str(cell))}</td>" for cell in row) + "</tr>"
            for row in rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def in_columns(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Columns as kubectl lines them up: capitals on top, three spaces between.

    Examples
    --------
    >>> print(in_columns(["Name", "Ready"], [["web", "1/1"]]))
    NAME   READY
    web    1/1
    <BLANKLINE>
    """
    cells = [[name.upper() for name in columns], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in cells) + 3 for index in range(len(cells[0]))]
    lines = [
        "".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)) + row[-1] for row in cells
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)

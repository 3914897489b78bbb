"""Answers that a notebook shows well: text as kubectl prints it, and lists of objects as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.api.tables import table
from kubelab.clients.tabwriter import table as lined_up

# On a page too narrow for it, what is shown scrolls sideways: broken lines of a table cannot be read.
SCROLLING = "overflow-x:auto"
LETTERS = "font:13px/1.3 var(--jp-code-font-family,monospace)"  # those of a terminal, wherever the page is shown


class Text(str):
    """Text that a notebook shows as it is, line by line."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self).rstrip("\n"))

    def _repr_html_(self) -> str | None:
        shown = self.rstrip("\n")
        return f'<pre style="margin:0;white-space:pre;{LETTERS};{SCROLLING}">{escape(shown)}</pre>' if shown else None


class Listing(list[Any]):
    """Objects of one kind: a list, shown as `kubectl get` shows it at the moment it was asked for."""

    def __init__(self, kind: Kind, objects: Iterable[Any], now: datetime) -> None:
        super().__init__(objects)
        self.kind, self.now = kind, now

    def __repr__(self) -> str:
        if not self:
            return f"No {self.kind.plural} found."
        columns, rows = table(self.kind, self, self.now)
        cells = [[str(cell) for cell in row] for row in rows]
        return lined_up([name.upper() for name in columns], cells).rstrip("\n")

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
        shown = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return f"<div style='{SCROLLING}'><table style='white-space:nowrap'>{shown}</table></div>"

"""A picture: a matplotlib figure as a notebook shows it, with its alternative text."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

LONGEST = 110  # characters of a summary: more is cut by those who show it
# What a figure is written with, whatever the reader's own settings are.
SETTINGS: Any = {"font.family": "DejaVu Sans", "svg.fonttype": "path", "hatch.linewidth": 0.8}


class Picture:
    """A figure with a summary in one line, and an `alt` that tells what is to be seen.

    A notebook shows it as `<figure><img alt=…>`: JupyterLab drops the alternative texts of plain PNG outputs.
    `figure` is the matplotlib figure.
    """

    def __init__(self, figure: Any, summary: str, alt: str = "") -> None:
        self.figure = figure
        self.summary = summary if len(summary) <= LONGEST else summary[: LONGEST - 1] + "…"
        self.alt = alt or summary
        self._png = b""

    def png(self, dpi: int = 100) -> bytes:
        """The picture as PNG: the same bytes for the same picture."""
        import matplotlib as mpl

        written = BytesIO()
        with mpl.rc_context(SETTINGS):
            self.figure.savefig(written, format="png", dpi=dpi, metadata={"Software": None})
        return written.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; its ending says how (png, svg, pdf)."""
        import matplotlib as mpl

        with mpl.rc_context({**SETTINGS, "svg.hashsalt": "kubelab"}):
            self.figure.savefig(path, dpi=150)

    def __repr__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        self._png = self._png or self.png()
        source = b64encode(self._png).decode()
        return (
            f'<figure style="margin:0"><img alt="{escape(self.alt)}" style="max-width:100%" '
            f'src="data:image/png;base64,{source}"></figure>'
        )

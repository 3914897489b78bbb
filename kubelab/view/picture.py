"""A picture: a matplotlib figure as a notebook shows it, with its alternative text."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

LONGEST = 110  # characters of a summary: more is cut by those who show it
SHOWN, SHARP = 100, 200  # pixels to an inch: of the page, and of the picture, for sharp screens
FLAT, MIXED = 24, 72  # colours of a picture: of its areas, as they are, and of the edges of letters
APART = 9  # of 255: Pillow tells no colours apart that are nearer to each other
LEGIBLE = 9  # pixels: letters are not made smaller than that
CARD = "height:auto;box-sizing:border-box;padding:10px;background:#fff;border:1px solid #d0d7de;border-radius:8px"
# What a figure is written with, whatever the reader's own settings are.
SETTINGS: Any = {"font.family": "DejaVu Sans", "svg.fonttype": "path", "hatch.linewidth": 0.8, "text.hinting": "none"}


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
        from PIL import Image

        written, small = BytesIO(), BytesIO()
        with mpl.rc_context(SETTINGS):
            self.figure.savefig(written, format="png", dpi=dpi)
        _few_colours(Image.open(written).convert("RGB")).save(small, "png", optimize=True)  # a sheet is opaque
        return small.getvalue()

    def save(self, path: str | Path) -> None:
        """Write the picture to a file; its ending says how (png, svg, pdf)."""
        import matplotlib as mpl

        with mpl.rc_context({**SETTINGS, "svg.hashsalt": "kubelab"}):
            self.figure.savefig(path, dpi=150)

    def __repr__(self) -> str:
        return self.summary

    @property
    def width(self) -> int:
        """How wide it is shown where there is room, in pixels."""
        return round(self.figure.get_size_inches()[0] * SHOWN)

    @property
    def narrowest(self) -> int:
        """How wide it must be for its smallest letters to be read."""
        from matplotlib.text import Text

        written = [text for text in self.figure.findobj(Text) if len(text.get_text()) > 1 and text.get_visible()]
        sizes = [text.get_fontsize() for text in written]
        return min(round(self.width * LEGIBLE * 72 / SHOWN / min(sizes, default=10.0)), self.width)

    def _repr_html_(self) -> str:
        """A card of its own light paper, on pages of any colour: as wide as the page; on narrow ones it scrolls."""
        self._png = self._png or self.png(dpi=SHARP)
        source = b64encode(self._png).decode()
        return (
            f'<figure style="margin:0;overflow-x:auto"><img alt="{escape(self.alt)}" width="{self.width}" '
            f'style="width:100%;max-width:{self.width}px;min-width:{self.narrowest}px;{CARD}" '
            f'src="data:image/png;base64,{source}"></figure>'
        )


def _few_colours(drawn: Any) -> Any:
    """A drawing in few colours: small to store, and what is red, however small, stays red."""
    from PIL import Image

    there = sorted(drawn.getcolors(drawn.width * drawn.height), key=lambda each: (-each[0], each[1]))
    mixed = drawn.quantize(MIXED, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette()[: 3 * MIXED]
    kept: list[tuple[int, ...]] = []
    for colour in [*(colour for _, colour in there[:FLAT]), *zip(*[iter(mixed)] * 3, strict=True)]:
        if all(max(abs(one - other) for one, other in zip(colour, held, strict=True)) >= APART for held in kept):
            kept.append(colour)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in kept for part in colour])
    return drawn.quantize(palette=palette, dither=Image.Dither.NONE)

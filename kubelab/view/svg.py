"""SVG: pieces of a picture that know their place, and the few strokes that they are drawn with.

A piece is drawn around its own (0, 0) and moved to where it stands, so the live view can move what moved and leave
the rest alone. Colours that are no state come from JupyterLab's variables, with fallbacks for everywhere else.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import NamedTuple

from kubelab.view.colours import Look

STYLE = """
.kubelab-scene{font-family:var(--jp-ui-font-family,system-ui,'DejaVu Sans',sans-serif);font-size:12px;
 background:var(--jp-layout-color0,#fff);display:block;width:100%;height:auto}
.kubelab-scene text{fill:var(--jp-ui-font-color1,#1f2328)}
.kubelab-scene .dim{fill:var(--jp-ui-font-color2,#59636e)}
.kubelab-scene .small{font-size:10.5px}
.kubelab-scene .name{font-weight:600}
.kubelab-scene .box{fill:var(--jp-layout-color1,#fff);stroke:var(--jp-border-color1,#b6bec6)}
.kubelab-scene .part{fill:var(--jp-layout-color2,#eef1f4);stroke:none}
.kubelab-scene .bar{fill:var(--jp-layout-color3,#dce1e6)}
.kubelab-scene .wire{stroke:var(--jp-border-color0,#8c96a0);stroke-width:2;fill:none}
.kubelab-scene .thin{stroke-width:1.2}
.kubelab-scene .off{stroke-dasharray:5 4}
.kubelab-scene .hatch{stroke:#8c8c8c;stroke-opacity:.28;stroke-width:3;fill:none}
.kubelab-scene .bad{fill:var(--jp-error-color1,#b3261e)}
.kubelab-scene .good{fill:var(--jp-success-color0,#1b7f3b)}
""".replace("\n", "")


HATCH = 13  # from stroke to stroke


class Piece(NamedTuple):
    """One thing in the picture. `markup` is drawn around (0, 0)."""

    key: str
    layer: str
    x: float
    y: float
    markup: str


def placed(piece: Piece) -> str:
    """A piece where it stands."""
    return f'<g data-key="{escape(piece.key)}" transform="translate({piece.x:g} {piece.y:g})">{piece.markup}</g>'


def text(x: float, y: float, words: str, classes: str = "", anchor: str = "") -> str:
    """A line of text; `anchor` is SVG's `text-anchor`."""
    where = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:g}" y="{y:g}" class="{classes}"{where}>{escape(words)}</text>'


def fit(words: str, width: float, letter: float = 7.3) -> str:
    """As much of the words as the width holds, at so much a letter."""
    most = max(int(width / letter), 1)
    return words if len(words) <= most else words[: most - 1] + "…"


def rect(width: float, height: float, classes: str, more: str = "", radius: float = 8) -> str:
    """A box with round corners."""
    return f'<rect width="{width:g}" height="{height:g}" rx="{radius:g}" class="{classes}"{more}/>'


def title(words: str) -> str:
    """What a pointer that rests on the piece is told, and a screen reader."""
    return f"<title>{escape(words)}</title>"


@cache
def badge(look: Look, x: float, y: float, radius: float = 9) -> str:
    """A state's glyph on its colour."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{look.colour}"/>'
        f'<text x="{x:g}" y="{y + radius * 0.42:g}" text-anchor="middle" font-weight="700" '
        f'style="font-size:{radius * 1.25:g}px;fill:{look.ink}">{look.glyph}</text>'
    )


@cache
def hatch(width: float, height: float) -> str:
    """Slanting strokes over a box. They are plain lines: a pattern would need an id, alone on its page."""
    strokes = []
    for foot in range(HATCH, int(width + height), HATCH):
        start = (foot, 0.0) if foot <= width else (width, foot - width)
        end = (0.0, foot) if foot <= height else (foot - height, height)
        strokes.append(f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}")
    return f'<path class="hatch" d="{"".join(strokes)}"/>'

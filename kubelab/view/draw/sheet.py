"""The sheet that a figure is drawn on, opaque so that it reads on light and dark pages, and the common strokes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.colours import LIGHT, LOOKS, Look
from kubelab.view.draw.letters import FONT, width
from kubelab.view.picture import SETTINGS

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from kubelab.view.history import Fault

ROUND, SWATCH = 7.0, 62.0  # hundredths of an inch: of corners; in a legend what is beside the words
TITLE: Any = {"fontfamily": FONT, "fontsize": 12, "fontweight": "bold", "color": LIGHT.ink}


def sheet(width: float, height: float) -> Axes:
    """Fresh Axes on a figure of that many inches, that no `pyplot` knows of."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(SETTINGS):
        figure = Figure((width, height), facecolor=LIGHT.background, layout="constrained")
        figure.subplotpars.update(0, 0, 1, 1)  # to begin with: what has room on the sheet makes the Axes no narrower
        return figure.add_subplot()


def blank(ax: Axes, width: float, height: float) -> None:
    """Make the Axes a plain surface of that many units, (0, 0) at the top left."""
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()


def heading(ax: Axes, words: str) -> None:
    """The figure's title."""
    ax.set_title(words, loc="left", pad=10, **TITLE)


def write(
    ax: Axes,
    x: float,
    y: float,
    words: str,
    size: float = 9,
    colour: str = LIGHT.ink,
    at: str = "left",
    bold: bool = False,
) -> None:
    """A line of text whose middle is at `y`. `at` is left, center or right."""
    ax.text(
        x,
        y,
        words,
        fontfamily=FONT,
        fontsize=size,
        color=colour,
        ha=at,
        va="center",
        fontweight="bold" if bold else "normal",
    )


def box(
    ax: Axes, x: float, y: float, width: float, height: float, *, look: Look | None = None, off: bool = False
) -> None:
    """A box with round corners: plain, in a state's colour and hatch, or of a machine that is off."""
    from matplotlib.patches import FancyBboxPatch

    shape = f"round,pad=0,rounding_size={min(width * 0.12, height * 0.12, ROUND)}"
    face, edge = (LIGHT.box, LIGHT.line) if look is None else (_pale(look.colour), look.edge)
    if off:
        face = LIGHT.background
        hatched: Any = {"facecolor": face, "edgecolor": "#E3E7EB", "linewidth": 0, "hatch": "//"}
        ax.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=shape, **hatched))
        face = "none"
    dashed = off or (look is not None and look.dash)
    line: Any = {"edgecolor": edge, "linewidth": 1.2, "linestyle": "--" if dashed else "-"}
    ax.add_patch(FancyBboxPatch((x, y), width, height, boxstyle=shape, facecolor=face, **line))


def badge(ax: Axes, x: float, y: float, look: Look, size: float = 9) -> None:
    """A state's glyph on its colour."""
    ax.plot([x], [y], marker="o", markersize=size * 1.55, color=look.colour, markeredgewidth=0)
    ax.text(x, y, look.glyph, fontfamily=FONT, fontsize=size * 0.95, color=look.ink, ha="center", va="center_baseline")


def legend(ax: Axes, looks: list[Look], more: Sequence[Artist] = ()) -> None:
    """What colours and hatches mean, below the Axes, in the order of the table of looks; then `more` with labels."""
    from matplotlib.patches import Patch

    order = list(LOOKS.values())
    ranked = sorted(dict.fromkeys(looks), key=lambda look: order.index(look) if look in order else len(order))
    patches = [
        Patch(facecolor=_face(look), edgecolor=look.edge, hatch=look.hatch, label=f"{look.glyph} {look.words}")
        for look in ranked
    ]
    explain(ax, [*patches, *more])


def explain(ax: Axes, patches: Sequence[Artist]) -> None:
    """A legend below the Axes: in the middle of the sheet, or of the Axes where others share the sheet with them."""
    from matplotlib.transforms import blended_transform_factory

    if not patches:
        return
    alone = len(ax.figure.axes) == 1
    room = (ax.figure.bbox if alone else ax.get_window_extent()).width * 100 / ax.figure.dpi - 20
    font: Any = {"family": FONT, "size": 9}
    ax.legend(
        handles=list(patches),
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        bbox_transform=blended_transform_factory(ax.figure.transSubfigure, ax.transAxes) if alone else ax.transAxes,
        borderaxespad=4.6 if ax.axison else 1.0,  # below the name of the time axis
        ncols=_ncols([str(patch.get_label()) for patch in patches], room),
        frameon=False,
        prop=font,
    )


def _ncols(words: list[str], room: float) -> int:
    """In how many columns a legend of some words has room: one after the other is filled, the first the fullest."""
    wide = [width(each, 9) + SWATCH for each in words]
    for number in range(len(words), 1, -1):
        each, more = divmod(len(words), number)
        ends = [each * column + min(column, more) for column in range(number + 1)]
        if sum(max(wide[start:end]) for start, end in pairwise(ends)) <= room:
            return number
    return 1


def time_axis(ax: Axes, start: float, end: float) -> None:
    """Virtual time along x, in seconds."""
    ax.set_xlim(start, max(end, start + 1.0))
    ax.set_xlabel(say(es="segundos de tiempo virtual", en="seconds of virtual time"), fontfamily=FONT, color=LIGHT.ink)
    ax.set_facecolor(LIGHT.background)
    ax.tick_params(colors=LIGHT.dim, labelfontfamily=FONT, labelsize=9)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(LIGHT.line)


def mark(ax: Axes, moments: list[tuple[float, str]], top: float, row: float, points: float = 16) -> None:
    """Name moments above the Axes' `top`, in as many rows of height `row` (or `points`) as they need."""
    start, end = ax.get_xlim()
    ends: list[float] = []
    for time, words in moments:
        room = (end - start) * 0.0115 * len(words)
        on_the_left = time + room > end
        left = time - room if on_the_left else time
        level = next((index for index, used in enumerate(ends) if used <= left), len(ends))
        ends[level : level + 1] = [left + room * 1.06]
        y = top + (level + 0.6) * row
        ax.plot(
            [time, time],
            [ax.get_ylim()[0], y],
            color=LIGHT.dim,
            linewidth=0.9,
            linestyle=":",
            clip_on=False,
            zorder=0.5,
        )
        ax.text(
            time,
            y,
            f"{words} " if on_the_left else f" {words}",
            fontfamily=FONT,
            fontsize=8.5,
            color=LIGHT.ink,
            ha="right" if on_the_left else "left",
            va="center",
            bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.5},
        )
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=12 + points * len(ends), **TITLE)


def moments_of(faults: list[Fault], since: float) -> list[tuple[float, str]]:
    """Faults as moments to be marked."""
    return [(fault.time, fault.words) for fault in faults if fault.time >= since]


def _face(look: Look) -> str:
    """What fills a look's areas: ink itself, colours thinned."""
    return look.colour if look.colour == LIGHT.ink else _pale(look.colour)


def nothing_sent(ax: Axes) -> None:
    """In place of requests, where none were sent: what to do."""
    words = say(es="Aún no hay tráfico: nadie ha enviado peticiones", en="No traffic yet: nobody has sent requests")
    ax.text(
        0.5, 0.5, words, transform=ax.transAxes, fontfamily=FONT, fontsize=11, color=LIGHT.dim, ha="center", va="center"
    )


def _pale(colour: str, strength: float = 0.22) -> str:
    """The colour thinned on the sheet's white."""
    mixed = (round(255 - (255 - int(colour[at : at + 2], 16)) * strength) for at in (1, 3, 5))
    return "#" + "".join(f"{part:02x}" for part in mixed)

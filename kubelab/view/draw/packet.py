"""Packet: one packet's way as a sequence, with its addresses before and after each translation, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import plural
from kubelab.view.colours import BLUE, LIGHT, VERMILLION
from kubelab.view.draw.sheet import FONT, blank, box, heading, write
from kubelab.view.exchange import Note, Part, Sent, exchange
from kubelab.view.journey import Journey, journey, milliseconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.network.response import Response

TIMES, COLUMN, NARROWEST = 66.0, 128.0, 640.0  # widths, in hundredths of an inch as all lengths here
HEAD, ARROW, NOTE, FOOT = 50.0, 36.0, 25.0, 62.0  # heights
LETTER = 6.5
MOST_LETTERS, MOST_ASKED = 19, 24


def packet(cluster: Any, ax: Axes, response: Response) -> Axes:
    """A lifeline for each station, time runs down; above an arrow is the packet's source, below it its destination.

    What a station has changed is bold in the next arrow. The answer comes back dashed, and each station that has
    translated the packet translates the answer back.

    Left out
        The handshakes of TCP and TLS: one packet there stands for all, one back for the answer.
    """
    told = journey(response)
    parts, rows = exchange(cluster, told)
    width, height = _extent(parts, rows)
    heading(ax, say(es=f"El paquete de {_short(told.url)}", en=f"The packet of {_short(told.url)}"))
    blank(ax, width, height)
    bottom = height - FOOT + 14
    places = {part.key: TIMES + (number + 0.5) * _column(parts) for number, part in enumerate(parts)}
    for part in parts:
        _lifeline(ax, part, places[part.key], bottom)
    y, before = HEAD, ""
    for row in rows:
        room = ARROW if isinstance(row, Sent) else NOTE
        middle = y + room / 2 + (3 if isinstance(row, Sent) else 0)
        instant = milliseconds(row.time)
        if instant != before:
            write(ax, TIMES - 10, middle, instant, 8, LIGHT.dim, "right")
        before = instant
        if isinstance(row, Sent):
            _arrow(ax, row, places, middle)
        else:
            _note(ax, row, places[row.at], middle, width)
        y += room
    _foot(ax, told, bottom, width)
    return ax


def summary(cluster: Any, response: Response) -> str:
    """The figure in one line."""
    told = journey(response)
    number = sum(station.came != station.leaves and station.kind in ("rule", "masquerade") for station in told.stations)
    changes = say(es=plural(number, "traducción", "traducciones"), en=plural(number, "translation", "translations"))
    return f"{say(es='Paquete de', en='Packet of')} {_short(told.url)}: {changes}; {told.end}"


def alt(cluster: Any, response: Response) -> str:
    """The figure told row by row."""
    parts, rows = exchange(cluster, journey(response))
    names = {part.key: f"{part.title} {part.place}".rstrip() for part in parts}
    said = [
        f"{names[row.start]} → {names.get(row.end, '✗')}: {row.above} → {row.below}".removesuffix(" → ")
        if isinstance(row, Sent)
        else f"{names[row.at]}: {row.words}"
        for row in rows
    ]
    return "; ".join([summary(cluster, response), *said])


def size(cluster: Any, response: Response) -> tuple[float, float]:
    """The figure's width and height in inches."""
    width, height = _extent(*exchange(cluster, journey(response)))
    return width / 100 + 0.2, height / 100 + 0.5


def _extent(parts: list[Part], rows: list[Sent | Note]) -> tuple[float, float]:
    height = sum(ARROW if isinstance(row, Sent) else NOTE for row in rows)
    lost = any(isinstance(row, Sent) and not row.end for row in rows)
    return TIMES + len(parts) * _column(parts) + lost * COLUMN * 0.4, HEAD + height + FOOT


def _column(parts: list[Part]) -> float:
    return max(COLUMN, (NARROWEST - TIMES) / max(len(parts), 1))


def _lifeline(ax: Axes, part: Part, x: float, bottom: float) -> None:
    ax.plot([x, x], [HEAD - 12, bottom], color=LIGHT.line, linewidth=0.9, linestyle=":", zorder=0.5)
    box(ax, x - COLUMN / 2 + 6, 1, COLUMN - 12, HEAD - 13)
    if not part.place:
        write(ax, x, 1 + (HEAD - 13) / 2, part.title, 8.5, at="center", bold=True)
        return
    write(ax, x, 12, part.title, 8.5, at="center", bold=True)
    write(ax, x, 27, _cut(part.place), 7, LIGHT.dim, "center")


def _arrow(ax: Axes, row: Sent, places: dict[str, float], y: float) -> None:
    start = places[row.start]
    lost = row.end not in places
    end = start + COLUMN * 0.85 if lost else places[row.end]
    colour = VERMILLION if row.lost else LIGHT.ink
    style = {"arrowstyle": "-" if lost else "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (end, y), (start, y), arrowprops={**style, "linestyle": "--" if row.back or row.lost else "-"})
    if lost:
        ax.plot([end], [y], marker="X", markersize=10, color=VERMILLION, markeredgewidth=0, zorder=6)
    above = row.above if len(row.above) <= MOST_ASKED else f"{row.above[: MOST_ASKED - 1]}…"
    below = f"→ {row.below}" if row.below else ""
    x = start + COLUMN * 0.38 if lost else (start + end) / 2
    for words, bold, up in ((above, row.source_new, -9.5), (below, row.target_new, 9.5)):
        if words:
            ax.text(
                x, y + up, words, fontfamily=FONT, fontsize=7.5, ha="center", va="center", zorder=3,
                color=BLUE if bold else VERMILLION if row.lost else LIGHT.ink, fontweight="bold" if bold else "normal",
                bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.4},
            )  # fmt: skip


def _note(ax: Axes, row: Note, x: float, y: float, width: float) -> None:
    most = int((width - TIMES - 20) / LETTER)
    words = row.words if len(row.words) <= most else f"{row.words[: most - 1]}…"
    wide = len(words) * LETTER + 14
    left = min(max(x - wide / 2, TIMES - 2), width - wide - 2)
    box(ax, left, y - 9, wide, 18)
    write(ax, left + wide / 2, y, words, 7.5, VERMILLION if row.lost else LIGHT.ink, "center", bold=row.lost)


def _foot(ax: Axes, told: Journey, bottom: float, width: float) -> None:
    colour, glyph = (LIGHT.ink, "✓") if told.ok else (VERMILLION, "✗")
    words = f"{glyph} {told.end}"
    most = int((width - TIMES) / 7.6)
    write(ax, TIMES - 10, bottom + 14, milliseconds(told.latency), 8, LIGHT.dim, "right")
    write(ax, TIMES, bottom + 14, words if len(words) <= most else f"{words[: most - 1]}…", 8.5, colour, bold=True)
    there, back = say(es="petición", en="request"), say(es="respuesta", en="answer")
    changed = say(es="cambiado por la estación", en="changed by the station")
    for x, line, said in ((4, "-", there), (120, "--", back)):
        ax.plot([x, x + 28], [bottom + 36] * 2, color=LIGHT.ink, linestyle=line, linewidth=1.2)
        write(ax, x + 36, bottom + 36, said, 8, LIGHT.dim)
    write(ax, 250, bottom + 36, changed, 8, BLUE, bold=True)


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"…{name[1 - MOST_LETTERS :]}"


def _short(url: str) -> str:
    return url if len(url) <= 48 else f"{url[:47]}…"

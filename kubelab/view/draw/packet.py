"""Packet: one packet's way as a sequence, with its addresses before and after each translation, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import plural
from kubelab.view.colours import BLUE, LIGHT, VERMILLION
from kubelab.view.draw.letters import fit, lines, width
from kubelab.view.draw.sheet import FONT, blank, box, heading, write
from kubelab.view.exchange import Note, Part, Sent, exchange
from kubelab.view.journey import Journey, journey, milliseconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.network.response import Response

TIMES, NARROWEST, PAGE = 66.0, 640.0, 900.0  # widths, in hundredths of an inch as all lengths here
COLUMN, NARROW = 134.0, 94.0  # a lifeline's, where there is room and where there is not
HEAD, ARROW, NOTE, FOOT = 68.0, 39.0, 26.0, 62.0  # heights
TITLE, SAID = 8.5, 8.0  # points


def packet(cluster: Any, ax: Axes, response: Response) -> Axes:
    """A lifeline for each station, time runs down; above an arrow is the packet's source, below it its destination.

    What a station has translated is bold in the next arrow. The answer comes back dashed, and each station that has
    translated the packet translates the answer back. Beside an arrow is when it arrives, beside a question when it is
    asked; where an answer was when is left out where nobody knows it.

    Left out
        The packets of TCP's and TLS's handshakes: only when the connection stood. Up to there the times are those of
        the first packet; the request takes the same way after it.
    """
    told = journey(response)
    parts, rows = exchange(cluster, told)
    right, height = _extent(parts, rows)
    heading(ax, say(es=f"El paquete de {_short(told.url)}", en=f"The packet of {_short(told.url)}"))
    blank(ax, right, height)
    bottom = height - FOOT + 14
    places = {part.key: TIMES + (number + 0.5) * _column(parts) for number, part in enumerate(parts)}
    for part in parts:
        _lifeline(ax, part, places[part.key], _column(parts), bottom)
    y, before = HEAD, ""
    for row in rows:
        room = ARROW if isinstance(row, Sent) else NOTE
        middle = y + room / 2 + (3 if isinstance(row, Sent) else 0)
        instant = milliseconds(row.time) if row.time is not None else ""
        if instant not in ("", before):
            write(ax, TIMES - 10, middle, instant, SAID, LIGHT.dim, "right")
            before = instant
        if isinstance(row, Sent):
            _arrow(ax, row, places, _column(parts), middle, right)
        else:
            _note(ax, row, places[row.at], middle, right)
        y += room
    _foot(ax, told, rows, bottom, right)
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
    right, height = _extent(*exchange(cluster, journey(response)))
    return right / 100 + 0.2, height / 100 + 0.5


def _extent(parts: list[Part], rows: list[Sent | Note]) -> tuple[float, float]:
    height = sum(ARROW if isinstance(row, Sent) else NOTE for row in rows)
    lost = any(isinstance(row, Sent) and not row.end for row in rows)
    return TIMES + (len(parts) + lost * 0.5) * _column(parts), HEAD + height + FOOT


def _column(parts: list[Part]) -> float:
    number = max(len(parts), 1)
    return max(min(COLUMN, (PAGE - TIMES) / number), (NARROWEST - TIMES) / number, NARROW)


def _lifeline(ax: Axes, part: Part, x: float, wide: float, bottom: float) -> None:
    ax.plot([x, x], [HEAD - 12, bottom], color=LIGHT.line, linewidth=0.9, linestyle=":", zorder=0.5)
    wide = min(wide, COLUMN) - 8
    box(ax, x - wide / 2, 1, wide, HEAD - 13)
    title = lines(part.title, wide - 6, TITLE, bold=True)
    place = lines(part.place, wide - 6, SAID, most=3 - len(title)) if part.place else []
    y = 1 + (HEAD - 13) / 2 - (len(title) + len(place) - 1) * 7.5
    for number, words in enumerate([*title, *place]):
        named = number < len(title)
        write(ax, x, y, words, TITLE if named else SAID, LIGHT.ink if named else LIGHT.dim, "center", named)
        y += 15


def _arrow(ax: Axes, row: Sent, places: dict[str, float], column: float, y: float, right: float) -> None:
    start = places[row.start]
    lost = row.end not in places
    end = start + column * 0.85 if lost else places[row.end]
    colour = VERMILLION if row.lost else LIGHT.ink
    style = {"arrowstyle": "-" if lost else "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (end, y), (start, y), arrowprops={**style, "linestyle": "--" if row.back or row.lost else "-"})
    if lost:
        ax.plot([end], [y], marker="X", markersize=10, color=VERMILLION, markeredgewidth=0, zorder=6)
    x = start + column * 0.38 if lost else (start + end) / 2
    below = f"→ {row.below}" if row.below else ""
    for words, bold, up in ((row.above, row.source_new, -9.5), (below, row.target_new, 10.0)):
        if words:
            said = fit(words, max(2 * column, 210.0) - 8, SAID, bold)
            half = width(said, SAID, bold) / 2
            ax.text(
                min(max(x, TIMES + half), right - half - 2), y + up, said, fontfamily=FONT, fontsize=SAID, ha="center",
                va="center", zorder=3, fontweight="bold" if bold else "normal",
                color=BLUE if bold else VERMILLION if row.lost else LIGHT.ink,
                bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.4},
            )  # fmt: skip


def _note(ax: Axes, row: Note, x: float, y: float, right: float) -> None:
    words = fit(row.words, right - TIMES - 16, SAID, row.lost)
    wide = width(words, SAID, row.lost) + 14
    left = min(max(x - wide / 2, TIMES - 2), right - wide - 2)
    box(ax, left, y - 10, wide, 20)
    write(ax, left + wide / 2, y, words, SAID, VERMILLION if row.lost else LIGHT.ink, "center", bold=row.lost)


def _foot(ax: Axes, told: Journey, rows: list[Sent | Note], bottom: float, right: float) -> None:
    colour, glyph = (LIGHT.ink, "✓") if told.ok else (VERMILLION, "✗")
    write(ax, TIMES - 10, bottom + 14, milliseconds(told.latency), SAID, LIGHT.dim, "right")
    write(ax, TIMES, bottom + 14, fit(f"{glyph} {told.end}", right - TIMES - 4, TITLE, True), TITLE, colour, bold=True)
    x, sent = 4.0, [row for row in rows if isinstance(row, Sent)]
    kinds = [("-", say(es="petición", en="request"))]
    kinds += [("--", say(es="respuesta", en="answer"))] if any(row.back for row in sent) else []
    for line, said in kinds:
        ax.plot([x, x + 28], [bottom + 36] * 2, color=LIGHT.ink, linestyle=line, linewidth=1.2)
        write(ax, x + 36, bottom + 36, said, SAID, LIGHT.dim)
        x += 36 + width(said, SAID) + 22
    if any(row.source_new or row.target_new for row in sent):
        changed = say(es="dirección traducida aquí", en="address translated here")
        write(ax, x, bottom + 36, changed, SAID, BLUE, bold=True)


def _short(url: str) -> str:
    return url if len(url) <= 48 else f"{url[:30]}…{url[-17:]}"

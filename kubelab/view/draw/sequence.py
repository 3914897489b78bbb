"""Sequence: who told whom what, and in which order, after one write to the API."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import number as written
from kubelab.view.colours import BLUE, LIGHT
from kubelab.view.draw.letters import fit, lines, width
from kubelab.view.draw.sheet import FONT, blank, box, heading, write
from kubelab.view.messages import API_SERVER, BEGINNERS, Step, Story, story

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.journal import Journal

MOST_ROWS = 26
TIMES, COLUMN, MIDDLE, BAND = 88.0, 116.0, 122.0, 80.0  # widths, in hundredths of an inch as all lengths here
HEAD, ROW, FOOT = 78.0, 27.0, 50.0
NARROW = 94.0  # a column's, where there are many
MARGIN, EDGE, NARROWEST, WIDEST = 46.0, 10.0, 760.0, 1090.0
TITLE, SAID, DECISION = 8.0, 8.0, 240.0  # points; how wide the box of a decision may be


def sequence(cluster: Any, ax: Axes, since: float | None = None, about: str | None = None) -> Axes:
    """A lifeline for each part, time runs down: requests to the API server solid, its watch notifications dashed.

    Everybody talks to the API server and to nobody else; the numbers on its lifeline are the revisions of etcd that
    the writes made. A part that decides something says so in a box. What was done alike is one row.

    Left out
        Events and renewals of leases. All kubelets share one lifeline, and so do all kube-proxies.
    """
    told = _story(cluster.journal, since, about)
    width, height = _extent(told)
    blank(ax, width, height)
    if told is None:
        heading(ax, say(es="Quién habla con quién", en="Who talks to whom"))
        write(ax, width / 2, height / 2, _nothing(cluster.journal, since, about), 11, LIGHT.dim, "center")
        return ax
    at = f"t={written(told.root.time, '.5g')} s"
    heading(ax, say(es=f"Qué desencadenó {told.deed} ({at})", en=f"What {told.deed} set off ({at})"))
    places, shown, bottom = _places(told)[0], told.steps[:MOST_ROWS], height - FOOT
    column = min([COLUMN, *(right - left for left, right in pairwise(places.values()))])
    for actor, x in places.items():
        nodes = [place for step in shown if step.actor == actor for place in step.places if place]
        wide = MIDDLE if actor == API_SERVER else column
        _lifeline(ax, actor, x, wide - 8, bottom, list(dict.fromkeys(nodes)))
    before = ""
    for row, step in enumerate(shown):
        y, instants = HEAD + (row + 0.72) * ROW, _instants(step, told.root.time)
        if instants != before:
            write(ax, 4, y, instants, 8, LIGHT.dim)
        before = instants
        _row(ax, step, places[step.actor], places[API_SERVER], y)
    _foot(ax, told, about, bottom)
    return ax


def summary(cluster: Any, since: float | None = None, about: str | None = None) -> str:
    """The figure in one line."""
    told = _story(cluster.journal, since, about)
    if told is None:
        return _nothing(cluster.journal, since, about)
    parts, steps = len({step.actor: True for step in told.steps} | {API_SERVER: True}), len(told.steps)
    took = _clock(max((step.end for step in told.steps), default=told.root.time) - told.root.time)
    return say(
        es=f"Secuencia de {told.deed}: {steps} pasos entre {parts} partes en {took}",
        en=f"Sequence of {told.deed}: {steps} steps among {parts} parts in {took}",
    )


def alt(cluster: Any, since: float | None = None, about: str | None = None) -> str:
    """The figure told row by row."""
    told, line = _story(cluster.journal, since, about), summary(cluster, since, about)
    rows = "; ".join(step.sentence for step in told.steps[:MOST_ROWS]) if told else ""
    return f"{line}. {rows}" if rows else line


def size(cluster: Any, since: float | None = None, about: str | None = None) -> tuple[float, float]:
    """The figure's width and height in inches."""
    width, height = _extent(_story(cluster.journal, since, about))
    return width / 100 + 0.2, height / 100 + 0.5


def _extent(told: Story | None) -> tuple[float, float]:
    if told is None:
        return NARROWEST, 100.0
    return _places(told)[1], HEAD + min(len(told.steps), MOST_ROWS) * ROW + FOOT


def _places(told: Story) -> tuple[dict[str, float], float]:
    """Where each lifeline is, in the order of appearance around the API server's, and how wide all is."""
    shown = told.steps[:MOST_ROWS]
    acting = {step.actor: True for step in shown}
    actors = [actor for actor in told.actors if actor in acting and actor != API_SERVER]
    half = (len(actors) + 1) // 2
    left = TIMES + (MARGIN if any(step.decision and step.way and step.actor == actors[0] for step in shown) else 0)
    beside = max((_box(step) for step in shown if step.decision and step.actor == actors[-1]), default=0.0)
    taken = left + MIDDLE + EDGE + max(beside - NARROW / 2, 0.0)
    least, most = ((page - taken) / max(len(actors), 1) for page in (NARROWEST, WIDEST))
    column = max(least, min(COLUMN, most), NARROW)
    places, x = {}, left
    for actor in [*actors[:half], API_SERVER, *actors[half:]]:
        room = MIDDLE if actor == API_SERVER else column
        places[actor] = x + room / 2
        x += room
    boxes = [places[step.actor] + _box(step) + 4 for step in shown if step.decision and step.way]
    return places, max([x + EDGE, NARROWEST, *boxes])


def _box(step: Step) -> float:
    """How wide the box of a decision is."""
    return min(width(step.decision, SAID) + 10, DECISION)


def _lifeline(ax: Axes, actor: str, x: float, wide: float, bottom: float, nodes: list[str]) -> None:
    if actor == API_SERVER:
        box(ax, x - BAND / 2, HEAD - 16, BAND, bottom - HEAD + 16)
    else:
        ax.plot([x, x], [HEAD - 14, bottom], color=LIGHT.line, linewidth=0.9, linestyle=":", zorder=0.5)
    box(ax, x - wide / 2, 1, wide, HEAD - 15)
    under = _under(actor, nodes)
    named = [(line, True) for line in lines(actor, wide - 2, TITLE, bold=True)]
    named += [(line, False) for line in lines(under, wide - 4, SAID) if line]
    y = 1 + (HEAD - 15) / 2 - (len(named) - 1) * 7.5
    for line, bold in named:
        write(ax, x, y, line, TITLE if bold else SAID, LIGHT.ink if bold else LIGHT.dim, "center", bold)
        y += 15


def _under(actor: str, nodes: list[str]) -> str:
    """What is said below the name of a part."""
    if nodes:
        return nodes[0] if len(nodes) == 1 else say(es=f"en {len(nodes)} nodos", en=f"on {len(nodes)} nodes")
    if actor.endswith("-controller"):
        return "controller-manager"
    return {
        API_SERVER: say(es="revisión de etcd", en="etcd revision"),
        "kubectl": say(es="cliente", en="client"),
        "fault": say(es="avería", en="failure"),
        "kube-proxy": say(es="en cada nodo", en="on every node"),
    }.get(actor, "")


def _row(ax: Axes, step: Step, x: float, middle: float, y: float) -> None:
    side = -1 if x < middle else 1  # of the API server
    edge = middle + side * BAND / 2
    room = abs(x - edge) - 10
    if step.revisions:
        write(ax, middle, y, step.revisions, 8, at="center", bold=True)
    drawn = bool(step.way) and x != middle
    if drawn:
        tail, head = (x, edge) if step.way == "write" else (edge, x)
        colour, line = (LIGHT.ink, "-") if step.way == "write" else (BLUE, "--")
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "linestyle": line, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (head, y), (tail, y), arrowprops=style)
    words = step.full if width(step.full, SAID) <= room else step.short
    fits = drawn and width(words, SAID) <= room
    if words:
        ax.text(
            (x + edge) / 2 if fits else edge + side * 5,
            y - 9,
            words,
            fontfamily=FONT,
            fontsize=8,
            color=BLUE if step.way == "watch" else LIGHT.ink,
            ha="center" if fits else "left" if side > 0 else "right",
            va="center",
            bbox={"facecolor": LIGHT.background, "edgecolor": "none", "pad": 0.4},
        )
    if step.decision:
        wide = _box(step)
        left = x if (side > 0) == bool(step.way) else x - wide  # on the other side than the arrow
        box(ax, left, y - 8, wide, 16)
        write(ax, left + wide / 2, y, fit(step.decision, wide - 6, SAID), SAID, at="center")


def _foot(ax: Axes, told: Story, about: str | None, bottom: float) -> None:
    request, notified = say(es="petición", en="request"), say(es="aviso del watch", en="watch notification")
    for x, line, colour, words in ((4, "-", LIGHT.ink, request), (130, "--", BLUE, notified)):
        ax.plot([x, x + 28], [bottom + 18] * 2, color=colour, linestyle=line, linewidth=1.2)
        write(ax, x + 36, bottom + 18, words, 8, LIGHT.dim)
    missing = [f"{told.events} Event{'s' * (told.events > 1)}"] if told.events else []
    left = told.steps[MOST_ROWS:]
    if left:
        options = f"since={floor(left[0].start * 1000) / 1000:.10g}" + (f', about="{about}"' if about else "")
        number = len(left)
        more = (
            say(es=f"{number} pasos más", en=f"{number} more steps")
            if number > 1
            else say(es="1 paso más", en="1 more")
        )
        missing.append(f"{more}: sequence({options})")
    if missing:
        write(ax, 4, bottom + 38, f"{say(es='sin dibujar', en='not drawn')}: {', '.join(missing)}", 8, LIGHT.dim)


def _story(journal: Journal, since: float | None, about: str | None) -> Story | None:
    """The story; of a name without a kind that of its namesake that set off the most."""
    if not about or "/" in about:
        return story(journal, since, about)
    named = [told for path in _touched(journal) if path.endswith(f"/{about}") and (told := story(journal, since, path))]
    return max(named, key=_steps_of, default=None)


def _steps_of(told: Story) -> int:
    return len(told.steps)


def _touched(journal: Journal) -> list[str]:
    """The objects to which somebody did something of his own accord, as the journal writes them."""
    return list(dict.fromkeys(entry.object for entry in journal if entry.actor in BEGINNERS))


def _nothing(journal: Journal, since: float | None, about: str | None) -> str:
    after = say(es=f" desde t={written(since, '.5g')} s", en=f" since t={written(since, '.5g')} s") if since else ""
    if not about:
        if after:
            return say(es=f"Nadie ha escrito nada con kubectl{after}", en=f"Nobody has written with kubectl{after}")
        return say(es="Nadie ha escrito nada con kubectl todavía", en="Nobody has written anything with kubectl yet")
    names = {path.rpartition("/")[2]: path for path in reversed(_touched(journal))}  # the first of a name
    near = get_close_matches(about.rpartition("/")[2], names, 1)
    hint = ""
    if near and not after:
        meant = names[near[0]].replace("/default/", "/")
        hint = say(es=f"; ¿querías decir {meant}?", en=f"; did you mean {meant}?")
    whom = f"{about}{after}{hint}"
    return say(es=f"El diario no dice nada de {whom}", en=f"The journal says nothing about {whom}")


def _instants(step: Step, zero: float) -> str:
    start, end = _clock(step.start - zero), _clock(step.end - zero)
    if start == end:
        return f"+{start}"
    number, _, unit = start.partition(" ")
    return f"+{number if end.endswith(f' {unit}') else start}…{end}"


def _clock(seconds: float) -> str:
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    return f"{written(round(seconds, 2 if seconds < 10 else 1 if seconds < 100 else 0))} s"

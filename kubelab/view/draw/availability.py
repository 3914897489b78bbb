"""Availability: the share of requests that were answered, over virtual time."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import number as shown
from kubelab.view.colours import GREEN, LIGHT, VERMILLION
from kubelab.view.draw.sheet import FONT, heading, mark, moments_of, nothing_sent, time_axis
from kubelab.view.history import faults
from kubelab.view.requests_seen import RequestSeen, of_loads

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 80


def availability(cluster: Any, ax: Axes, since: float = 0.0) -> Axes:
    """Of a load's requests sent in a moment, how many got an answer: green what was answered, hatched what was not.

    Requests made by hand count where there was no load.
    """
    sent = of_loads(cluster.journal, since)
    start = sent[0].time if sent else since
    heading(ax, say(es="Qué parte de las peticiones tuvo respuesta", en="What share of the requests was answered"))
    time_axis(ax, start, cluster.now)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontfamily=FONT, fontsize=9)
    broken = faults(cluster)
    edges = cut_at(start, max(cluster.now, start + 1.0), [fault.time for fault in broken], BINS)
    for (x, end), (answered, number) in zip(pairwise(edges), _binned(sent, edges), strict=True):
        if not number:
            continue
        step, share = end - x, answered / number
        ax.bar(x, share, step, align="edge", color=GREEN, alpha=0.75, linewidth=0)
        if share < 1:
            ax.bar(
                x,
                1 - share,
                step,
                bottom=share,
                align="edge",
                facecolor=VERMILLION + "38",
                edgecolor=VERMILLION,
                hatch="//",
                linewidth=0,
            )
    if sent:
        answered, number = _counted(sent)
        total = say(
            es=f"{answered} de {number} con respuesta: {_share(answered, number)}",
            en=f"{answered} of {number} answered: {_share(answered, number)}",
        )
        ax.set_title(total, loc="right", pad=10, fontfamily=FONT, fontsize=10, color=LIGHT.ink)
    else:
        nothing_sent(ax)
    mark(ax, moments_of(broken, start), 1.02, 0.09)
    return ax


def summary(cluster: Any, since: float = 0.0) -> str:
    """The figure in one line."""
    sent = of_loads(cluster.journal, since)
    answered, number = _counted(sent)
    return say(
        es=f"Disponibilidad: {answered} de {number} peticiones con respuesta ({_share(answered, number)})",
        en=f"Availability: {answered} of {number} requests answered ({_share(answered, number)})",
    )


def size(cluster: Any, since: float = 0.0) -> tuple[float, float]:
    """The figure's width and height in inches."""
    return 9.0, 3.2


def cut_at(start: float, end: float, instants: list[float], number: int) -> list[float]:
    """The edges of some `number` intervals, none of which has one of the instants within."""
    step = (end - start) / number
    fixed = list(dict.fromkeys([start, *sorted(time for time in instants if start < time < end), end]))
    edges = [start]
    for low, high in pairwise(fixed):
        parts = max(round((high - low) / step), 1)
        edges += [low + (high - low) * part / parts for part in range(1, parts)] + [high]
    return edges


def _binned(sent: list[RequestSeen], edges: list[float]) -> list[tuple[int, int]]:
    bins = [(0, 0)] * (len(edges) - 1)
    for request in sent:
        index = min(bisect_right(edges, request.time) - 1, len(bins) - 1)
        answered, number = bins[index]
        bins[index] = (answered + request.answered * request.count, number + request.count)
    return bins


def _counted(sent: list[RequestSeen]) -> tuple[int, int]:
    """How many were answered, of how many."""
    return sum(request.count for request in sent if request.answered), sum(request.count for request in sent)


def _share(answered: int, number: int) -> str:
    """Rounded down: 100 % says that nothing was lost."""
    if not number:
        return "–"
    return f"{shown(int(1000 * answered / number) / 10)} %"

"""Traffic: which pod answered how many requests, when; and how many nobody answered."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.colours import BLUE, LIGHT, VERMILLION
from kubelab.view.draw.availability import cut_at
from kubelab.view.draw.letters import fit
from kubelab.view.draw.sheet import FONT, heading, mark, moments_of, nothing_sent, time_axis, write
from kubelab.view.history import faults
from kubelab.view.requests_seen import RequestSeen, of_loads

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS, LABEL = 60, 200.0  # LABEL: how wide a pod's name may be, in hundredths of an inch
HIGH = 0.8  # of a lane's height: what its fullest bin takes


def traffic(cluster: Any, ax: Axes, since: float = 0.0) -> Axes:
    """A lane for each pod that answered, and one for what nobody answered; the higher, the more requests.

    Requests made by hand count where there was no load.
    """
    sent = of_loads(cluster.journal, since)
    rows = by_pod(sent)
    start, end = (sent[0].time, cluster.now) if sent else (since, cluster.now)
    heading(ax, say(es="Quién respondió a cuántas peticiones", en="Who answered how many requests"))
    time_axis(ax, start, end)
    ax.set_ylim(len(rows) - 0.4, -0.7)
    ax.set_yticks(range(len(rows)), [_label(name) for name in rows], fontfamily=FONT, fontsize=9)
    ax.tick_params(axis="y", length=0)
    edges = cut_at(start, max(end, start + 1.0), [fault.time for fault in faults(cluster)], BINS)
    widths = [(high - low) * 0.9 for low, high in pairwise(edges)]
    whole = (edges[-1] - start) / BINS
    counted = {name: _rates(times, edges, whole) for name, times in rows.items()}
    most = max((max(bins) for bins in counted.values()), default=1)
    for y, (name, bins) in enumerate(counted.items()):
        ax.plot([start, end], [y + HIGH / 2] * 2, color=LIGHT.line, linewidth=0.8)
        lost = not name
        ax.bar(
            [(low + high) / 2 for low, high in pairwise(edges)],
            [-HIGH * number / most for number in bins],
            widths,
            bottom=y + HIGH / 2,
            color=VERMILLION if lost else BLUE,
            edgecolor=LIGHT.background,
            hatch="xx" if lost else None,
            linewidth=0.4,
        )
        write(ax, end + (end - start) * 0.012, y, f"→ {_total(rows[name])}", 9.5, VERMILLION if lost else LIGHT.ink)
    if not sent:
        nothing_sent(ax)
    mark(ax, moments_of(faults(cluster), start), -0.7, -0.42)
    return ax


def by_pod(sent: list[RequestSeen]) -> dict[str, list[tuple[float, int]]]:
    """When each pod answered how many, in the order of their first answer; under "" what nobody answered."""
    rows: dict[str, list[tuple[float, int]]] = {}
    for request in sent:
        if request.answered:
            rows.setdefault(request.pod, []).append((request.time, request.count))
    failed = [(request.time, request.count) for request in sent if not request.answered]
    return {**rows, "": failed} if failed else rows


def summary(cluster: Any, since: float = 0.0) -> str:
    """The figure in one line."""
    rows = by_pod(of_loads(cluster.journal, since))
    answered = {name: _total(times) for name, times in rows.items() if name}
    failed = _total(rows.get("", []))
    number = sum(answered.values())
    if not rows:
        return say(es="Tráfico: nadie ha enviado peticiones", en="Traffic: nobody has sent requests")
    return say(
        es=f"Tráfico: {len(answered)} pods respondieron {number} peticiones; {failed} sin respuesta",
        en=f"Traffic: {len(answered)} pods answered {number} requests; {failed} were not answered",
    )


def size(cluster: Any, since: float = 0.0) -> tuple[float, float]:
    """The figure's width and height in inches."""
    rows = by_pod(of_loads(cluster.journal, since))
    return 9.0, 1.9 + 0.42 * max(len(rows), 1)


def _label(name: str) -> str:
    return fit(name.rpartition("/")[2], LABEL, 9) if name else say(es="sin respuesta", en="no answer")


def _total(times: list[tuple[float, int]]) -> int:
    return sum(count for _, count in times)


def _rates(times: list[tuple[float, int]], edges: list[float], whole: float) -> list[float]:
    """How many there are in each interval, as if all were as long as a `whole` one."""
    bins = [0] * (len(edges) - 1)
    for time, count in times:
        bins[min(bisect_right(edges, time) - 1, len(bins) - 1)] += count
    # a sliver beside a fault holds a request or none: it is not made higher
    return [held * min(whole / (high - low), 1.0) for held, (low, high) in zip(bins, pairwise(edges), strict=True)]

"""Shares: the share of a load that each pod answered, over virtual time, and the share that was lost."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelab.language import say
from kubelab.view.amounts import number as shown
from kubelab.view.amounts import plural
from kubelab.view.colours import BLACK, BLUE, GREEN, GREY, PURPLE, SKY, VERMILLION, WHITE, YELLOW
from kubelab.view.draw.availability import cut_at
from kubelab.view.draw.letters import fit
from kubelab.view.draw.sheet import FONT, explain, heading, mark, moments_of, nothing_sent, time_axis
from kubelab.view.history import faults

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.network.traffic import Traffic

BINS, NAMED = 80, 190.0  # NAMED: how wide a pod's name in the legend may be, in hundredths of an inch
# Colour, ink on it, and hatch of each pod's band; those beyond the last are one band.
BANDS = (
    (BLUE, WHITE, ""), (SKY, BLACK, ".."), (GREEN, WHITE, "\\\\"), (YELLOW, BLACK, ""), (PURPLE, BLACK, "--"),
    ("#003A5C", WHITE, ""), ("#B7DDF4", BLACK, "xx"), ("#7FCDB5", BLACK, ""),
)  # fmt: skip
OTHERS = (GREY, BLACK, "++")


class Band(NamedTuple):
    """Who answered (empty: nobody), how many requests in all, and in each span of time."""

    name: str
    total: int
    counts: list[int]


def shares(cluster: Any, ax: Axes, load: Traffic | None = None) -> Axes:
    """Of all requests sent in a moment, which pod answered what share; the lost ones are on top, red and crossed.

    Without a load it is the cluster's last one.

    Left out
        More than eight pods are one band for each ReplicaSet; beyond eight bands, those that answered least are one.
        Requests that are still under way.
    """
    load = _load(cluster, load)
    heading(ax, say(es="Qué pod respondió qué parte", en="Which pod answered what share"))
    start, end = _span(cluster, load)
    time_axis(ax, start, end)
    end = ax.get_xlim()[1]
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"], fontfamily=FONT, fontsize=9)
    broken = faults(cluster)
    edges = cut_at(start, end, [fault.time for fault in broken], BINS)
    found = bands(load, edges)
    if not found:
        nothing_sent(ax)
    sent = [sum(counts) for counts in zip(*(band.counts for band in found), strict=True)]
    base = [0.0] * len(sent)
    for place, band in enumerate(found):
        look = _look(band, place)
        share = [count / many if many else 0.0 for count, many in zip(band.counts, sent, strict=True)]
        _band(ax, edges, base, share, look)
        if band.name:
            _name(ax, band, edges, base, share, look)
        base = [low + part for low, part in zip(base, share, strict=True)]
    if found:
        _legend(ax, found)
    mark(ax, moments_of(broken, start), 1.02, 0.09)
    return ax


def bands(load: Traffic | None, edges: list[float]) -> list[Band]:
    """Who answered how many requests in each span between the edges, most first; last what nobody answered."""
    if load is None or not len(load.samples):
        return []
    import numpy as np

    record = load.samples
    times, fates = record.times_and_fates()
    spans = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    counted: dict[str, Any] = {}
    for number, fate in enumerate(record.fates):
        there = np.bincount(spans[fates == number], minlength=len(edges) - 1)
        if there.any():
            name = fate.pod if fate.ok else ""
            counted[name] = counted.get(name, 0) + there
    lost = counted.pop("", None)
    if len(counted) > len(BANDS):
        counted = _by_family(counted)
    ranked = sorted(counted.items(), key=_most)
    kept, others = (ranked, []) if len(ranked) <= len(BANDS) else (ranked[: len(BANDS) - 1], ranked[len(BANDS) - 1 :])
    made = [Band(name, int(there.sum()), there.tolist()) for name, there in sorted(kept, key=_first)]
    if others:
        there = sum(held for _, held in others)
        made.append(Band(f"+{len(others)}", int(there.sum()), there.tolist()))
    return [*made, Band("", int(lost.sum()), lost.tolist())] if lost is not None else made


def _by_family(counted: dict[str, Any]) -> dict[str, Any]:
    """The pods of one ReplicaSet together, under a name that says how many they are."""
    families: dict[str, list[Any]] = {}
    for name, there in counted.items():
        families.setdefault(name.rpartition("-")[0] or name, []).append(there)
    return {f"{family} ×{len(held)}": sum(held) for family, held in families.items()}


def summary(cluster: Any, load: Traffic | None = None) -> str:
    """The figure in one line."""
    load = _load(cluster, load)
    if load is None or not load.sent:
        return say(es="Reparto: nadie ha enviado peticiones", en="Shares: nobody has sent requests")
    served, lost = load.served_by(), load.failed
    parts = sorted((100 * count / load.sent for count in served.values()), reverse=True)
    listed = ", ".join(f"{shown(round(part, 1))} %" for part in parts[:4]) + (", …" if len(parts) > 4 else "")
    pods = plural(len(served), "pod", "pods")
    return say(
        es=f"Reparto de {load.sent} peticiones a {_short(load.url)}: {pods} ({listed or '–'}), {lost} perdidas",
        en=f"Shares of {load.sent} requests to {_short(load.url)}: {pods} ({listed or '–'}), {lost} lost",
    )


def alt(cluster: Any, load: Traffic | None = None) -> str:
    """The figure told pod by pod, and fault by fault."""
    load = _load(cluster, load)
    line = summary(cluster, load)
    if load is None:
        return line
    served = [f"{name}: {count}" for name, count in load.served_by().items()]
    start = _span(cluster, load)[0]
    broken = [f"{words} (t={shown(time, '.5g')} s)" for time, words in moments_of(faults(cluster), start)]
    return "; ".join([line, *served[:24], *broken[:24]])


def size(cluster: Any, load: Traffic | None = None) -> tuple[float, float]:
    """The figure's width and height in inches."""
    load = _load(cluster, load)
    names = len(load.served_by()) + bool(load.failed) if load is not None else 0
    return 9.0, 3.6 + 0.22 * -(-min(names, len(BANDS) + 1) // 2) + 0.1 * min(len(faults(cluster)), 8)


def _load(cluster: Any, load: Traffic | None) -> Traffic | None:
    held: Traffic | None = cluster.loads[-1] if load is None and cluster.loads else load
    return held


def _span(cluster: Any, load: Traffic | None) -> tuple[float, float]:
    if load is None or not len(load.samples):
        return 0.0, cluster.now
    return load.samples.time(0), max(load.samples.time(load.sent - 1), load.samples.time(0) + 1.0)


def _band(ax: Axes, edges: list[float], base: list[float], share: list[float], look: tuple[str, str, str]) -> None:
    face, _, hatch = look
    top = [low + part for low, part in zip(base, share, strict=True)]
    style: Any = {"facecolor": face, "edgecolor": _line(face), "hatch": hatch or None, "linewidth": 0}
    ax.stairs(top, edges, baseline=base, fill=True, **style)


def _name(
    ax: Axes, band: Band, edges: list[float], base: list[float], share: list[float], look: tuple[str, str, str]
) -> None:
    """The pod's name in its band, where that is highest for as long as the name is."""
    face, ink, _ = look
    low, high = ax.get_xlim()
    words = _short_pod(band.name)
    room = (high - low) * 0.0125 * len(words)
    best = (0.0, 0.0, 0.0, 0.0)
    for first, begun in enumerate(edges[:-1]):
        last = bisect_left(edges, begun + room)
        if last >= len(edges):
            break
        floor = max(base[first:last])
        ceiling = min(down + part for down, part in zip(base[first:last], share[first:last], strict=True))
        x = (begun + edges[last]) / 2
        best = max(best, (round(ceiling - floor, 3), -abs(2 * x - low - high), x, (floor + ceiling) / 2))
    height, _, x, y = best
    if height >= 0.1:
        ax.text(
            x, y, words, fontfamily=FONT, fontsize=8.5, color=ink, ha="center", va="center",
            bbox={"facecolor": face, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip


def _legend(ax: Axes, found: list[Band]) -> None:
    from matplotlib.patches import Patch

    sent = sum(band.total for band in found)
    patches = []
    for place, band in reversed(list(enumerate(found))):
        face, _, hatch = _look(band, place)
        words = f"{_words(band)}: {band.total} ({shown(round(100 * band.total / sent, 1))} %)"
        patches.append(Patch(facecolor=face, edgecolor=_line(face), hatch=hatch, linewidth=0, label=words))
    explain(ax, patches)


def _look(band: Band, place: int) -> tuple[str, str, str]:
    if not band.name:
        return VERMILLION, WHITE, "xx"
    return OTHERS if band.name.startswith("+") else BANDS[place]


def _line(face: str) -> str:
    """The colour of hatches on a face."""
    return "#FFFFFF80" if face in (BLUE, GREEN, VERMILLION) else "#00000040"


def _words(band: Band) -> str:
    if not band.name:
        return say(es="perdidas", en="lost")
    if band.name.startswith("+"):
        return say(es=f"otros {band.name[1:]} pods", en=f"{band.name[1:]} other pods")
    return fit(band.name, NAMED, 9)


def _short_pod(name: str) -> str:
    if name.startswith("+") or "×" in name:
        return _words(Band(name, 0, []))
    return name.rpartition("-")[2]


def _short(url: str) -> str:
    return url if len(url) <= 32 else f"{url[:31]}…"


def _most(item: tuple[str, Any]) -> tuple[int, str]:
    return -int(item[1].sum()), item[0]


def _first(item: tuple[str, Any]) -> tuple[int, str]:
    """When a pod first answered."""
    return int(item[1].nonzero()[0][0]), item[0]

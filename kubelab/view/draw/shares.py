"""Shares: the share of a load that each pod answered, over virtual time, and the share that was lost."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import number as shown
from kubelab.view.amounts import plural
from kubelab.view.colours import BLACK, BLUE, GREEN, GREY, PURPLE, SKY, VERMILLION, WHITE, YELLOW
from kubelab.view.draw.availability import cut_at
from kubelab.view.draw.bands import FEW, Band, aged, bands, family_of
from kubelab.view.draw.letters import fit
from kubelab.view.draw.rollouts import Rollout, rollouts
from kubelab.view.draw.sheet import FONT, explain, heading, mark, moments_of, nothing_sent, time_axis
from kubelab.view.history import Fault, faults

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.network.traffic import Traffic

BINS, COARSE, NAMED = 80, 40, 210.0  # COARSE: of many pods; NAMED: a name's width in hundredths of an inch
# Colour, ink on it, and hatch of each pod's band; of many pods each ReplicaSet has a colour, in two tones.
BANDS = (
    (BLUE, WHITE, ""), (SKY, BLACK, ".."), (GREEN, WHITE, "\\\\"), (YELLOW, BLACK, ""), (PURPLE, BLACK, "--"),
    ("#003A5C", WHITE, ""), ("#B7DDF4", BLACK, "xx"), ("#7FCDB5", BLACK, ""),
)  # fmt: skip
TONES = ((BLUE, "#4D9CC9"), (GREEN, "#5CBF9F"), (YELLOW, "#F7EE9E"), (PURPLE, "#E3B4CE"))
OTHERS, OLD = (GREY, BLACK, "++"), "//"


def shares(cluster: Any, ax: Axes, load: Traffic | None = None) -> Axes:
    """Of all requests sent in a moment, which pod answered what share; the lost ones are on top, red and crossed.

    Without a load it is the cluster's last one. A Deployment's new version is marked, and the pods of those before are
    hatched. More than eight pods are thin bands in two tones of their ReplicaSet's colour.

    Left out
        More than thirty pods are one band for each ReplicaSet; beyond eight bands, those that answered least are one.
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
    new = _rollouts(cluster, load)
    coarse = load is not None and len(load.served_by()) > FEW
    instants = [*(fault.time for fault in broken), *(each.time for each in new)]
    edges = cut_at(start, end, instants, COARSE if coarse else BINS)
    found = aged(bands(load, edges), edges, new)
    looks = _looks(found)
    if not found:
        nothing_sent(ax)
    sent = [sum(counts) for counts in zip(*(band.counts for band in found), strict=True)]
    base = [0.0] * len(sent)
    for band, look in zip(found, looks, strict=True):
        share = [count / many if many else 0.0 for count, many in zip(band.counts, sent, strict=True)]
        _band(ax, edges, base, share, look)
        if band.name and not _crowded(found):
            _name(ax, band, edges, base, share, look)
        base = [low + part for low, part in zip(base, share, strict=True)]
    if found:
        _legend(ax, found, looks)
    mark(ax, _moments(broken, new, start), 1.02, 0.09)
    return ax


def _rollouts(cluster: Any, load: Traffic | None) -> list[Rollout]:
    if load is None or not len(load.samples):
        return []
    return rollouts(cluster, [family_of(name) for name in load.served_by()], *_span(cluster, load))


def _moments(broken: list[Fault], new: list[Rollout], start: float) -> list[tuple[float, str]]:
    return sorted([*moments_of(broken, start), *((each.time, each.words) for each in new)])


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
    moments = _moments(faults(cluster), _rollouts(cluster, load), _span(cluster, load)[0])
    return "; ".join([line, *served[:24], *(f"{words} (t={shown(time, '.5g')} s)" for time, words in moments[:24])])


def size(cluster: Any, load: Traffic | None = None) -> tuple[float, float]:
    """The figure's width and height in inches."""
    load = _load(cluster, load)
    pods = load.served_by() if load is not None else []
    names = len(pods if len(pods) <= FEW else {family_of(name): True for name in pods})
    names += bool(load is not None and load.failed)
    marks = len(faults(cluster)) + len(_rollouts(cluster, load))
    return 9.0, 3.6 + 0.22 * -(-min(names, FEW + 1) // 2) + 0.1 * min(marks, 8)


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


def _legend(ax: Axes, found: list[Band], looks: list[tuple[str, str, str]]) -> None:
    from matplotlib.patches import Patch

    sent, crowded = sum(band.total for band in found), _crowded(found)
    groups: dict[str, list[Band]] = {}
    patches: dict[str, Patch] = {}
    for band, (face, _, hatch) in reversed(list(zip(found, looks, strict=True))):
        key = band.family if crowded else band.name
        groups.setdefault(key, []).append(band)
        words = _group_words(groups[key], sent) if crowded else _band_words(band, sent)
        patches[key] = Patch(facecolor=face, edgecolor=_line(face), hatch=hatch, linewidth=0, label=words)
    explain(ax, list(patches.values()))


def _band_words(band: Band, sent: int) -> str:
    return f"{_words(band)}{_age(band)}: {band.total} ({_percent(band.total, sent)})"


def _group_words(held: list[Band], sent: int) -> str:
    """Of a ReplicaSet's pods how many there are, and the least and the most that one of them answered."""
    if not held[0].family or held[0].pods > 1:
        return _band_words(held[0], sent)
    low, high = min(band.total for band in held), max(band.total for band in held)
    words = f"{fit(held[0].family, NAMED, 9)}{_age(held[0])}: {plural(len(held), 'pod', 'pods')}"
    if len(held) == 1:
        return f"{words}, {_percent(low, sent)}"
    return words + say(
        es=f", del {_percent(low, sent)} al {_percent(high, sent)}",
        en=f", from {_percent(low, sent)} to {_percent(high, sent)}",
    )


def _age(band: Band) -> str:
    return say(es=" (versión anterior)", en=" (old version)") if band.old else ""


def _percent(part: int, whole: int) -> str:
    return f"{shown(round(100 * part / whole, 1))} %"


def _crowded(found: list[Band]) -> bool:
    return sum(bool(band.name) for band in found) > FEW


def _looks(found: list[Band]) -> list[tuple[str, str, str]]:
    """Of each band its colour, the ink on it, and its hatch, which says what is old where something is."""
    crowded, ageing = _crowded(found), any(band.old for band in found)
    families = list(dict.fromkeys(band.family for band in found))
    made = []
    for place, band in enumerate(found):
        if not band.name:
            look = VERMILLION, WHITE, "xx"
        elif band.name.startswith("+"):
            look = OTHERS
        elif crowded:
            look = TONES[families.index(band.family) % len(TONES)][place % 2], BLACK, ""
        else:
            look = BANDS[place]
        made.append((*look[:2], OLD if band.old else "") if ageing and band.name else look)
    return made


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

"""Timeline: what happened to nodes, pods and replicas over virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kubelab.api.objects import condition
from kubelab.language import say
from kubelab.view.amounts import number
from kubelab.view.colours import LIGHT, LOOKS, VERMILLION, WHITE, Look, state_of
from kubelab.view.draw.letters import fit, width
from kubelab.view.draw.sheet import FONT, heading, legend, mark, moments_of, time_axis, write
from kubelab.view.history import Fault, Span, faults, spans

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LANE, LABEL = 0.72, 210.0  # of a lane's height; how wide its name may be, in hundredths of an inch
MOST_NODES, MOST_PODS = 12, 24  # lanes; the pods that were born last are left out
READY = LOOKS["ready"]
OFF = Look("off", LIGHT.ink, LIGHT.ink, WHITE, "▬", "", "", "máquina apagada", "machine without power")
NOT_READY = Look("NotReady", VERMILLION, VERMILLION, WHITE, "✗", "xx", "", "Node: NotReady", "Node: NotReady")


@dataclass(frozen=True)
class Lane:
    """One row: `spans` is what the API said when, `off` when its machine had no power. `node` is where it is."""

    name: str
    kind: str
    node: str
    spans: list[Span]
    off: list[Span]


def timeline(cluster: Any, ax: Axes, since: float = 0.0) -> Axes:
    """A lane for each node, each Deployment and each pod; what broke, and what followed from it, is marked above.

    A pod on a node that has lost its power is drawn as `lost`: nobody knows, whatever the API still says.
    """
    rows = lanes(cluster)
    heading(ax, say(es="Qué pasó, y cuándo", en="What happened, and when"))
    time_axis(ax, since, cluster.now)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [_label(lane) for lane in rows], fontfamily=FONT, fontsize=9)
    ax.tick_params(axis="y", length=0)
    looks: list[Look] = []
    for y, lane in enumerate(rows):
        seen = _covered(lane.spans, lane.off) if lane.kind == "pod" else lane.spans
        for span in seen:
            if span.end <= since:
                continue
            if lane.kind == "replicas":
                _count(ax, y, span, since, cluster.now)
            else:
                looks.append(_segment(ax, y, span, since))
        if lane.kind == "node":
            looks += _powerless_strip(ax, y, lane, since)
    if since > cluster.now:
        now = number(cluster.now, ".4g")
        words = say(es=f"Ese momento aún no ha llegado: ahora es t={now} s", en=f"Not yet: it is t={now} s now")
        ax.text(0.5, 0.5, words, transform=ax.transAxes, fontfamily=FONT, fontsize=11, color=LIGHT.dim, ha="center")
        return ax
    found = faults(cluster)
    moments = moments_of(found, since) + [held for held in _consequences(rows, found) if held[0] >= since]
    mark(ax, sorted(moments), -0.6, -0.62)
    legend(ax, looks)
    return ax


def lanes(cluster: Any) -> list[Lane]:
    """The rows of the timeline, from the journal and the API's history."""
    off = _powerless(cluster)
    nodes = spans(cluster, "nodes", _node_state)
    counted = spans(cluster, "deployments", _replicas)
    if len(nodes) > MOST_NODES:  # those that something happened to
        nodes = dict([(name, held) for name, held in nodes.items() if len(held) > 1 or name in off][:MOST_NODES])
    made = [Lane(name, "node", name, held, off.get(name, [])) for name, held in nodes.items()]
    made += [Lane(key.rpartition("/")[2], "replicas", "", held, []) for key, held in counted.items()]
    for key, held in list(spans(cluster, "pods", _pod_state).items())[:MOST_PODS]:
        where = held[-1].state.partition("@")[2]
        plain = [Span(span.start, span.end, span.state.partition("@")[0]) for span in held]
        name = _short(key.rpartition("/")[2])
        made.append(Lane(f"{name} · {where}" if where else name, "pod", where, plain, off.get(where, [])))
    return made


def summary(cluster: Any, since: float = 0.0) -> str:
    """The figure in one line."""
    rows, broken = lanes(cluster), [fault.words for fault in faults(cluster) if fault.time >= since]
    pods = sum(lane.kind == "pod" for lane in rows)
    nodes = sum(lane.kind == "node" for lane in rows)
    words = say(
        es=f"Cronología hasta t={number(cluster.now, '.4g')} s: {_plural(nodes, 'nodo')}, {_plural(pods, 'pod')}",
        en=f"Timeline up to t={number(cluster.now, '.4g')} s: {_plural(nodes, 'node')}, {_plural(pods, 'pod')}",
    )
    return f"{words}; {', '.join(broken[:3])}" if broken else words


def size(cluster: Any, since: float = 0.0) -> tuple[float, float]:
    """The figure's width and height in inches."""
    return 9.0, 1.9 + 0.3 * len(lanes(cluster)) + 0.12 * len(faults(cluster))


def _segment(ax: Axes, y: float, span: Span, since: float) -> Look:
    look = {"Ready": READY, "NotReady": NOT_READY}.get(span.state) or LOOKS[span.state]
    start = max(span.start, since)
    ax.broken_barh(
        [(start, span.end - start)],
        (y - LANE / 2, LANE),
        facecolor=look.colour + "38",
        edgecolor=look.edge,
        hatch=look.hatch,
        linewidth=0.9,
    )
    low, high = ax.get_xlim()
    if span.end - start > 0.03 * (high - low):
        middle = start + 0.012 * (high - low)
        ax.plot([middle], [y], marker="o", markersize=12, color=look.colour, markeredgewidth=0)
        ax.text(middle, y, look.glyph, fontfamily=FONT, fontsize=8, color=look.ink, ha="center", va="center_baseline")
    return look


def _count(ax: Axes, y: float, span: Span, since: float, end: float) -> None:
    start = max(span.start, since)
    ax.broken_barh(
        [(start, span.end - start)], (y - LANE / 2, LANE), facecolor=LIGHT.box, edgecolor=LIGHT.line, linewidth=0.8
    )
    if span.end - start > 0.035 * (end - since):
        write(ax, start + 0.006 * (end - since), y, span.state, 8.5)


def _consequences(rows: list[Lane], found: list[Fault]) -> list[tuple[float, str]]:
    """When the API took a broken node for NotReady and when its pods were evicted, with the seconds that it took."""
    moments = []
    for lane in rows:
        if lane.kind != "node":
            continue
        unready = [span for span in lane.spans if span.state == "NotReady"]
        for fault in found:
            if fault.name != lane.name or fault.verb not in ("kill", "cut"):
                continue
            late = next((span.start for span in unready if span.start >= fault.time), None)
            if late is None:
                continue
            moments.append((late, f"{lane.name} NotReady (+{late - fault.time:.0f} s)"))
            gone = [
                span.start
                for pod in rows
                if pod.kind == "pod" and pod.node == lane.name
                for span in pod.spans
                if span.state == "terminating" and span.start > late
            ]
            if gone:
                words = say(es="desalojo", en="eviction")
                moments.append((min(gone), f"{words} (+{min(gone) - late:.0f} s)"))
    return moments


def _powerless_strip(ax: Axes, y: float, lane: Lane, since: float) -> list[Look]:
    """Below what the API said of a node: when its machine had no power."""
    looks = []
    for span in lane.off:
        start = max(span.start, since)
        if span.end > start:
            ax.broken_barh([(start, span.end - start)], (y + LANE / 2 - 0.16, 0.16), facecolor=LIGHT.ink, linewidth=0)
            looks.append(OFF)
    return looks


def _powerless(cluster: Any) -> dict[str, list[Span]]:
    """Of each machine, when it had no power."""
    found: dict[str, list[Span]] = {}
    for fault in faults(cluster):
        if fault.verb == "kill":
            found.setdefault(fault.name, []).append(Span(fault.time, cluster.now, "off"))
        elif fault.verb == "revive":
            begun = found[fault.name].pop().start
            found[fault.name].append(Span(begun, min(fault.time + cluster.timings.node_boot, cluster.now), "off"))
    return found


def _covered(held: list[Span], off: list[Span]) -> list[Span]:
    """The spans, and where the machine had no power nobody knows."""
    for gone in off:
        pieces = []
        for span in held:
            low, high = min(max(gone.start, span.start), span.end), max(min(gone.end, span.end), span.start)
            if low >= high:
                pieces.append(span)
                continue
            pieces += [Span(span.start, low, span.state), Span(low, high, "lost"), Span(high, span.end, span.state)]
        held = _joined([span for span in pieces if span.end > span.start])
    return held


def _joined(held: list[Span]) -> list[Span]:
    """Neighbours of one state as one span."""
    joined: list[Span] = []
    for span in held:
        if joined and joined[-1].state == span.state and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end, span.state)
        else:
            joined.append(span)
    return joined


def _node_state(node: Any) -> str:
    held = condition(node, "Ready")
    return "Ready" if held is not None and held.status == "True" else "NotReady"


def _pod_state(pod: Any) -> str:
    return f"{state_of(pod)}@{pod.spec.nodeName or ''}"


def _replicas(deployment: Any) -> str:
    status = deployment.status
    return f"{(status.readyReplicas if status else 0) or 0}/{deployment.spec.replicas or 0}"


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number != 1)}"


def _label(lane: Lane) -> str:
    """A lane's name as it has room: of a pod the end, and its node, are kept."""
    name, dot, node = lane.name.partition(" · ")
    return fit(name, LABEL - width(dot + node, 9), 9) + dot + node


def _short(name: str) -> str:
    parts = name.split("-")
    return f"{'-'.join(parts[:-2])} {parts[-1]}" if len(parts) > 2 else name

"""Pods as chips: what it belongs to, the end of its name, and its state as colour, dash and glyph."""

from __future__ import annotations

from functools import cache
from html import escape

from kubelab.language import say
from kubelab.view.colours import LOOKS, Look, counted
from kubelab.view.routes import Group
from kubelab.view.scene import PodSeen
from kubelab.view.svg import badge, fit, text


def pod(pod: PodSeen, width: float) -> str:
    """One pod; a blue dot marks a ready endpoint of a Service."""
    seen, room = LOOKS[pod.state], width - 34
    tail = pod.name.rsplit("-", 1)[-1] if pod.owner != pod.name else pod.namespace
    title = f"{pod.name}: {pod.status}"
    if pod.state == "lost":
        title += say(es=" según la API; su máquina está apagada", en=" says the API; its machine has no power")
    if pod.service:
        title += say(es=f"; recibe el tráfico de {pod.service}", en=f"; gets the traffic of {pod.service}")
    mark = f'<circle cx="{width - 9:g}" cy="9" r="3.5" fill="#0072B2"/>' if pod.service else ""
    return (
        f"<title>{escape(title)}</title>{_chip(seen, width)}"
        f"{text(30, 15, fit(pod.owner, room - (8 if mark else 0)), 'name')}"
        f"{text(30, 28, fit(tail, room, 6), 'dim small')}{mark}"
    )


def group(group: Group, width: float) -> str:
    """Pods of one family and state that collapsed into a count."""
    seen, count = LOOKS[group.state], f"×{group.number}"
    return (
        f"<title>{escape(f'{group.family}: {counted(group.state, group.number)}')}</title>{_chip(seen, width)}"
        f"{text(30, 15, fit(group.family, width - 34), 'name')}{text(30, 28, f'{count} {seen.words}', 'dim small')}"
    )


@cache
def _chip(look: Look, width: float) -> str:
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return (
        f'<rect width="{width:g}" height="34" rx="7" fill="{look.colour}" fill-opacity=".16" '
        f'stroke="{look.edge}" stroke-width="1.6"{dash}/>{badge(look, 15, 17)}'
    )

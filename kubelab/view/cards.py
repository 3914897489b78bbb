"""Cards: what was asked for (Deployments with their ReplicaSets, Services), and who asks (the clients)."""

from __future__ import annotations

from kubelab.language import say
from kubelab.view.amounts import number
from kubelab.view.layout import Box
from kubelab.view.loads_seen import LoadSeen
from kubelab.view.svg import fit, rect, text, title
from kubelab.view.workloads_seen import ServiceSeen


def card(box: Box) -> str:
    """A Deployment with its ReplicaSets, a ReplicaSet, or a Service."""
    seen = box.seen
    if isinstance(seen, ServiceSeen):
        return _service(box, seen)
    parts = [title(f"{seen.kind} {seen.name}: {seen.ready}/{seen.desired} ready"), rect(box.width, box.height, "box")]
    parts.append(text(12, 18, seen.kind, "dim small"))
    parts.append(text(box.width - 12, 18, f"{seen.ready}/{seen.desired}", "name", "end"))
    parts.append(text(12, 34, fit(seen.name, box.width - 24, 7), "name"))
    for index, held in enumerate(seen.replica_sets[:2]):
        y = 53 + index * 18
        label = fit(held.name, box.width * 0.62, 6)
        parts.append(text(20, y, label, "dim small"))
        parts.append(f'<path class="wire thin" d="M14 {y - 16 if not index else y - 20}V{y - 4}h4"/>')
        parts.append(text(box.width - 12, y, f"{held.ready}/{held.desired}", "dim small", "end"))
    return "".join(parts)


def _service(box: Box, seen: ServiceSeen) -> str:
    ready = say(
        es=f"{seen.ready} de {seen.endpoints} endpoints listos", en=f"{seen.ready} of {seen.endpoints} endpoints ready"
    )
    dot = f'<circle cx="17" cy="67" r="3.5" fill="{"#0072B2" if seen.ready else "#8c8c8c"}"/>'
    return "".join(
        (
            title(f"Service {seen.name}: {seen.address}, {ready}"),
            rect(box.width, box.height, "box"),
            text(12, 18, f"Service · {seen.type}", "dim small"),
            text(12, 34, fit(seen.name, box.width - 24, 7), "name"),
            text(12, 53, fit(seen.address, box.width - 24, 6), "dim small"),
            dot,
            text(27, 71, ready, "dim small" if seen.ready else "bad small"),
        )
    )


def client(box: Box, loads: tuple[LoadSeen, ...]) -> str:
    """Where the requests from outside come from."""
    label = say(es="Clientes", en="Clients")
    first = say(es="no piden nada ahora", en="ask for nothing now")
    second = ""
    if loads:
        load = loads[-1]
        first = f"{number(load.rate)}/s → {load.url.partition('://')[2] or load.url}"
        second = say(es=f"{load.answered} de {load.sent} con respuesta", en=f"{load.answered} of {load.sent} answered")
    if box.width > 300:  # the low, wide card of a narrow picture
        return (
            f"{rect(box.width, box.height, 'box')}{text(12, 18, label, 'name')}{text(12, 34, first, 'dim small')}"
            f"{text(box.width - 12, 34, second, 'dim small', 'end')}"
        )
    return (
        f"{rect(box.width, box.height, 'box')}{text(12, 20, label, 'name')}"
        f"{text(12, 37, fit(first, box.width - 20, 6), 'dim small')}{text(12, 53, second, 'dim small')}"
    )

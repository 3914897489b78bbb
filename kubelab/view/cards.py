"""Cards: what was asked for (Deployments, Services, Ingresses), who asks (the clients), and the cloud's balancers."""

from __future__ import annotations

from kubelab.language import say
from kubelab.view.amounts import number
from kubelab.view.loads_seen import LoadSeen
from kubelab.view.routes import Box
from kubelab.view.svg import fit, rect, text, title
from kubelab.view.workloads_seen import IngressSeen, ServiceSeen


def card(box: Box) -> str:
    """A Deployment with its ReplicaSets, a ReplicaSet, a Service, or an Ingress."""
    seen = box.seen
    if isinstance(seen, ServiceSeen):
        return _service(box, seen)
    if isinstance(seen, IngressSeen):
        return _ingress(box, seen)
    ready = say(es="listos", en="ready")
    parts = [title(f"{seen.kind} {seen.name}: {seen.ready}/{seen.desired} {ready}"), rect(box.width, box.height, "box")]
    parts.append(text(12, 16, seen.kind, "dim small"))
    parts.append(text(box.width - 12, 16, f"{seen.ready}/{seen.desired}", "name", "end"))
    parts.append(text(12, 31, fit(seen.name, box.width - 24, 7), "name"))
    for index, held in enumerate(seen.replica_sets[:2]):
        y = 48 + index * 16
        label = fit(held.name, box.width * 0.62, 6)
        parts.append(text(20, y, label, "dim small"))
        parts.append(f'<path class="wire thin" d="M14 {y - 14 if not index else y - 20}V{y - 4}h4"/>')
        parts.append(text(box.width - 12, y, f"{held.ready}/{held.desired}", "dim small", "end"))
    return "".join(parts)


def _service(box: Box, seen: ServiceSeen) -> str:
    ready = say(
        es=f"{seen.ready} de {seen.endpoints} endpoints listos", en=f"{seen.ready} of {seen.endpoints} endpoints ready"
    )
    dot = f'<circle cx="17" cy="60" r="3.5" fill="{"#0072B2" if seen.ready else "#8c8c8c"}"/>'
    address = f"{seen.address} · NodePort {seen.node_port}" if seen.node_port else seen.address
    return "".join(
        (
            title(f"Service {seen.name}: {seen.type} {address}, {ready}"),
            rect(box.width, box.height, "box"),
            text(12, 16, f"Service · {seen.type}", "dim small"),
            text(12, 31, fit(seen.name, box.width - 24, 7), "name"),
            text(12, 47, fit(address.replace("NodePort ", ":"), box.width - 20, 6), "dim small"),
            dot,
            text(27, 64, ready, "dim small" if seen.ready else "bad small"),
        )
    )


def _ingress(box: Box, seen: IngressSeen) -> str:
    words = [f"{path} → {backend}" for path, backend in seen.rules]
    parts = [
        title(f"Ingress {seen.name}: {', '.join(words)}"),
        rect(box.width, box.height, "box"),
        text(12, 16, "Ingress", "dim small"),
        text(12, 31, fit(seen.name, box.width - 24, 7), "name"),
    ]
    more = say(es=f"y {len(words) - 1} más", en=f"and {len(words) - 1} more")
    shown = words if len(words) < 3 else [words[0], more]
    parts += [text(12, 48 + 16 * row, fit(line, box.width - 20, 5.7), "dim small") for row, line in enumerate(shown)]
    return "".join(parts)


def balancer(box: Box) -> str:
    """The cloud's load balancers: an address from outside for each Service of that type."""
    label = say(es="Balanceador de la nube", en="Cloud load balancer")
    rows = [f"{door.external} → {door.name}" for door in box.seen]
    return "".join(
        (
            title(f"{label}: {', '.join(rows)}"),
            rect(box.width, box.height, "box"),
            text(12, 18, label, "name"),
            *(text(12, 38 + 18 * row, fit(line, box.width - 20, 5.9), "dim small") for row, line in enumerate(rows)),
        )
    )


def client(box: Box, loads: tuple[LoadSeen, ...]) -> str:
    """Where the requests from outside come from, and how all of them fare."""
    label = say(es="Clientes", en="Clients")
    first, second, lost = say(es="no piden nada ahora", en="ask for nothing now"), "", sum(load.lost for load in loads)
    if loads:
        load, rate = loads[-1], sum(load.rate for load in loads)
        first = f"{number(rate)}/s → {load.url.partition('://')[2] or load.url}"
        if len(loads) > 1:
            first = say(es=f"{number(rate)}/s, {len(loads)} cargas", en=f"{number(rate)}/s, {len(loads)} loads")
        answered, sent = sum(load.answered for load in loads), sum(load.sent for load in loads)
        second = say(es=f"{answered} de {sent} con respuesta", en=f"{answered} of {sent} answered")
    head = title(". ".join(word for word in (label, first, second) if word)) + rect(box.width, box.height, "box")
    classes = "bad small" if lost else "dim small"
    if box.width > 300:  # the low, wide card of a narrow picture
        return (
            f"{head}{text(12, 18, label, 'name')}{text(12, 34, fit(first, 210, 6), 'dim small')}"
            f"{text(box.width - 12, 34, second, classes, 'end')}"
        )
    return (
        f"{head}{text(12, 20, label, 'name')}"
        f"{text(12, 37, fit(first, box.width - 20, 6), 'dim small')}{text(12, 53, second, classes)}"
    )

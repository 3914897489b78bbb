"""Services: from doors and Ingresses over Services and EndpointSlices to pods and containers, with every port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.amounts import plural
from kubelab.view.colours import LIGHT
from kubelab.view.draw.arrange import Arrangement
from kubelab.view.draw.layers import Layers, draw_layers
from kubelab.view.draw.sheet import blank, heading, legend, write
from kubelab.view.service_map import CONTAINER, POD, SERVICE, Found, found

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NARROWEST, FOOT = 640.0, 30.0


def services(cluster: Any, ax: Axes, name: str | None = None) -> Axes:
    """All Services, or the one of that name (`name` or `namespace/name`), and what leads to them and from them.

    Every port is on the arrow that uses it. What gets no traffic is grey and dashed; what is missing (a pod that the
    selector names, somebody who listens on the port, what an Ingress leads to) is an empty box with red words.

    Left out
        Services of the namespaces `kube-*` and the Service `kubernetes`, unless asked for by name. IPv6.
    """
    told = found(cluster, name)
    heading(ax, _title(name))
    placed = Arrangement(_layers(told))
    width, height = _extent(placed, told)
    blank(ax, width, height)
    if not told.nodes:
        write(ax, width / 2, height / 2, told.nothing, 11, LIGHT.dim, "center")
        return ax
    draw_layers(ax, placed)
    if told.more:
        words = say(es=f"… y {told.more} Services más: services(nombre)", en=f"… and {told.more} more: services(name)")
        write(ax, 2, placed.bottom + FOOT / 2, words, 9, LIGHT.dim)
    legend(ax, [node.look for node in told.nodes.values() if node.look is not None])
    return ax


def summary(cluster: Any, name: str | None = None) -> str:
    """The figure in one line."""
    told = found(cluster, name)
    if not told.nodes:
        return told.nothing
    number = told.more + sum(node.column == SERVICE and not node.ghost for node in told.nodes.values())
    counted = plural(number, "Service", "Services")
    ready = say(
        es=f"{told.ready} de {told.endpoints} endpoints listos", en=f"{told.ready} of {told.endpoints} endpoints ready"
    )
    empty = f"; {say(es='sin endpoints', en='without endpoints')}: {', '.join(told.empty)}" if told.empty else ""
    deaf = f"; {say(es='nadie escucha', en='nobody listens')}: {', '.join(told.deaf)}" if told.deaf else ""
    missing = f"; {say(es='no existe', en='missing')}: {', '.join(told.missing)}" if told.missing else ""
    return f"{say(es='Mapa de servicios', en='Service map')}: {counted}, {ready}{empty}{deaf}{missing}"


def alt(cluster: Any, name: str | None = None) -> str:
    """The figure told arrow by arrow."""
    told = found(cluster, name)
    names = {key: _said(node.title, node.words, node.column) for key, node in told.nodes.items()}
    arrows = [
        f"{names[edge.start]} {'⇢' if edge.faint or edge.lost else '→'} {names[edge.end]}"
        f"{' [' + edge.label.replace(chr(10), ', ') + ']' if edge.label else ''}"
        for edge in told.edges
    ]
    return "; ".join([summary(cluster, name), *arrows[:60]])


def size(cluster: Any, name: str | None = None) -> tuple[float, float]:
    """The figure's width and height in inches."""
    told = found(cluster, name)
    width, height = _extent(Arrangement(_layers(told)), told)
    return width / 100 + 0.2, height / 100 + (0.9 if any(node.look for node in told.nodes.values()) else 0.5)


def _layers(told: Found) -> Layers:
    heads = [say(es="Desde fuera", en="From outside"), "Service", "EndpointSlice", "Pod"]
    return Layers([*heads, say(es="Contenedor", en="Container")], nodes=told.nodes, edges=told.edges)


def _extent(placed: Arrangement, told: Found) -> tuple[float, float]:
    if not told.nodes:
        return NARROWEST, 60.0
    return max(placed.width, NARROWEST), placed.bottom + (FOOT if told.more else 4.0)


def _title(name: str | None) -> str:
    if name is None:
        return say(es="Por dónde llega el tráfico a los pods", en="How traffic gets to pods")
    return say(es=f"Por dónde llega el tráfico a {name}", en=f"How traffic gets to {name}")


def _said(title: str, words: str, column: int) -> str:
    kind = {SERVICE: "Service ", POD: "Pod ", CONTAINER: "Container "}.get(column, "")
    return f"{kind}{title}{f' ({words})' if words else ''}"

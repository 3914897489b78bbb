"""Rules: the chains of a Service's rules on a node as a tree, with the chance of each branch on its arrow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kubelab.api.errors import ApiError
from kubelab.language import say
from kubelab.view.amounts import plural
from kubelab.view.colours import LIGHT
from kubelab.view.draw.arrange import Arrangement
from kubelab.view.draw.layers import Layers, draw_layers
from kubelab.view.draw.sheet import blank, heading, write
from kubelab.view.rule_tree import ENDS, Tree, tree

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NARROWEST, FOOT = 640.0, 30.0


def rules(cluster: Any, ax: Axes, node: str, service: str) -> Axes:
    """Chains from left to right, the first that a packet comes to at the left, the endpoints at the right.

    On an arrow is when a packet takes it: its destination, whom it comes from, or with what chance, once it has come
    to that rule. An endpoint says how many of all packets it gets in the end.

    Left out
        Rules for packets that come back, and chains that belong to no Service.
    """
    told = _told(cluster, node, service)
    heading(ax, _title(told))
    placed = Arrangement(_layers(told))
    wide, high = _extent(placed)
    blank(ax, wide, high)
    bare = _ruleless(cluster, told)
    if bare:
        write(ax, wide / 2, high / 2, bare, 10, LIGHT.dim, "center")
        return ax
    draw_layers(ax, placed)
    write(ax, 2, placed.bottom + FOOT / 2, _foot(told), 8, LIGHT.dim)
    return ax


def summary(cluster: Any, node: str, service: str) -> str:
    """The figure in one line."""
    told = _told(cluster, node, service)
    bare = _ruleless(cluster, told)
    if bare:
        return f"{_title(told)}: {bare}"
    chains, ends = len(told.boxes) - len(told.endpoints), len(told.endpoints) + told.more
    counted = say(es=plural(chains, "cadena", "cadenas"), en=plural(chains, "chain", "chains"))
    return f"{_title(told)}: {counted}, {plural(ends, 'endpoint', 'endpoints')}"


def alt(cluster: Any, node: str, service: str) -> str:
    """The figure told arrow by arrow."""
    told = _told(cluster, node, service)
    names = {name: node.title for name, node in told.boxes.items()}
    arrows = [
        f"{names[edge.start]} → {names[edge.end]}{f' ({edge.label})' if edge.label else ''}" for edge in told.arrows
    ]
    ends = [f"{told.boxes[name].title}: {told.boxes[name].words}" for name in told.endpoints]
    return "; ".join([summary(cluster, node, service), *arrows, *ends])


def size(cluster: Any, node: str, service: str) -> tuple[float, float]:
    """The figure's width and height in inches."""
    width, height = _extent(Arrangement(_layers(_told(cluster, node, service))))
    return width / 100 + 0.2, height / 100 + 0.5


def _told(cluster: Any, node: str, service: str) -> Tree:
    """The tree, by the Service's whole name; a machine without power has none."""
    machine = cluster.machines.get(node)
    if node in cluster.workers and not machine.powered:
        raise ValueError(
            say(es=f"{node} no tiene corriente: no hay reglas", en=f"{node} has no power: it has no rules")
        )
    told = tree(cluster, node, service)
    name = told.service.removeprefix("service/")
    return replace(told, service=name if "/" in name else f"default/{name}")


def _ruleless(cluster: Any, told: Tree) -> str:
    """Why a Service has no rules on any node: it has no address of its own."""
    namespace, _, name = told.service.partition("/")
    try:
        spec = cluster.api.get("services", name, namespace).spec
    except ApiError:  # gone, or nobody to ask: the rules are all there is
        return ""
    if told.boxes:
        return ""
    if spec.type == "ExternalName":
        other = spec.externalName
        return say(
            es=f"sin reglas: es un ExternalName, y el DNS contesta con otro nombre, {other}",
            en=f"no rules: it is an ExternalName, and DNS answers with another name, {other}",
        )
    if spec.clusterIP == "None":
        return say(
            es="sin reglas: es headless, y el DNS contesta con las direcciones de los pods",
            en="no rules: it is headless, and DNS answers with the pods' addresses",
        )
    return ""


def _layers(told: Tree) -> Layers:
    deepest = max((box.column for box in told.boxes.values()), default=0)
    heads = [""] * (deepest + 1)
    if told.endpoints:
        heads[told.boxes[told.endpoints[0]].column] = "endpoint"
    if heads:
        heads[0] = say(es="por aquí entra", en="a packet comes in")
    return Layers(heads, told.boxes, told.arrows)


def _extent(placed: Arrangement) -> tuple[float, float]:
    return max(placed.width, NARROWEST), placed.bottom + FOOT


def _title(told: Tree) -> str:
    return say(
        es=f"Reglas de {told.service} en {told.node} ({told.mode})",
        en=f"Rules of {told.service} on {told.node} ({told.mode})",
    )


def _foot(told: Tree) -> str:
    if not told.endpoints:
        if any(box.title in ENDS for box in told.boxes.values()):
            return say(es="Sin endpoints listos: se rechaza o se descarta", en="No ready endpoints: refused or dropped")
        return say(es="Sin endpoints", en="No endpoints")
    if told.falls:
        return say(
            es="p: la regla toma esa parte de los que llegan a ella, el resto sigue; %: de todos los paquetes",
            en="p: the rule takes that share of those that come to it, the rest goes on; %: of all packets",
        )
    return say(
        es="p: la parte de los paquetes que toma cada rama", en="p: the share of the packets that each branch takes"
    )

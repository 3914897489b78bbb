"""Architecture: the machines of a cluster, the processes on them, and who talks to whom."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.network.policy import AGENT
from kubelab.view.colours import GREEN, LIGHT, LOOKS, VERMILLION
from kubelab.view.draw.sheet import blank, box, heading, write

if TYPE_CHECKING:
    import networkx
    from matplotlib.axes import Axes

WIDTH, PROCESS, MARGIN = 720.0, 34.0, 14.0
MOST_WORKERS = 4  # drawn one by one; the rest is a number
Rectangle = tuple[float, float, float, float]  # x, y, width, height
API_SERVER, STORE, RUNTIME = "kube-apiserver", "etcd", "containerd"


def architecture(cluster: Any, ax: Axes) -> Axes:
    """Masters above, workers below, their processes as boxes within; an arrow leads from who asks to who answers.

    Everybody asks the API server, and only the API server asks etcd; a kubelet asks its container runtime too. A
    process that has stopped is dashed, and so are its arrows.
    """
    graph = connections(cluster)
    heading(
        ax, say(es="Las piezas del clúster y quién habla con quién", en="The cluster's parts, and who talks to whom")
    )
    masters, workers, more = _machines(cluster)
    blank(ax, WIDTH, _height(masters, workers))
    places: dict[str, Rectangle] = {}
    for row, machine in enumerate(masters):
        _machine(ax, machine, 0.0, row * 130.0, WIDTH, places, say(es="plano de control", en="control plane"))
    top = len(masters) * 130.0 + 44
    width = (WIDTH - (len(workers) - 1) * MARGIN) / max(len(workers), 1)
    for column, machine in enumerate(workers):
        _machine(ax, machine, column * (width + MARGIN), top, width, places, "")
    if more:
        words = say(es=f"… y {more} nodos más como estos", en=f"… and {more} more nodes like these")
        write(ax, WIDTH / 2, _height(masters, workers) - 10, words, 9, LIGHT.dim, "center")
    for start, end, works in graph.edges(data="works"):
        if start in places and end in places:
            _arrow(ax, places[start], places[end], works)
    return ax


def _arrow(ax: Axes, start: Rectangle, end: Rectangle, works: bool) -> None:
    """Straight up or down, from the edge of who asks to the edge of who answers."""
    narrow = min(start, end, key=_width)
    x = narrow[0] + narrow[2] / 2
    down = end[1] > start[1]
    tail, head = (start[1] + start[3], end[1]) if down else (start[1], end[1] + end[3])
    style = {"arrowstyle": "-|>", "color": LIGHT.dim if works else VERMILLION, "linewidth": 1.2}
    ax.annotate(
        "", (x, head), (x, tail), arrowprops={**style, "linestyle": "-" if works else ":", "shrinkA": 0, "shrinkB": 0}
    )


def connections(cluster: Any) -> networkx.DiGraph:
    """The processes of a cluster, named `machine/process`, and an edge from each to whom it asks."""
    import networkx

    graph = networkx.DiGraph()
    for machine in cluster.machines.values():
        for process in _drawn(machine):
            graph.add_node(f"{machine.name}/{process.name}", running=process.running)
    servers = [name for name in graph if name.endswith(f"/{API_SERVER}")]
    stores = [name for name in graph if name.endswith(f"/{STORE}")]
    kubelets = [name for name in graph if name.endswith("/kubelet")]
    for name in kubelets:
        runtime = name.replace("kubelet", RUNTIME)
        if runtime in graph:
            graph.add_edge(name, runtime, works=_reaches(cluster, graph, name, runtime))
    asking = [name for name in graph if _process_of(cluster, name).client is not None]
    for name, answer in [(name, server) for name in asking for server in servers] + list(product(servers, stores)):
        graph.add_edge(name, answer, works=_reaches(cluster, graph, name, answer))
    return graph


def summary(cluster: Any) -> str:
    """The figure in one line."""
    machines = list(cluster.machines.values())
    stopped = [f"{process.name}" for held in machines for process in held.processes.values() if not process.running]
    masters = sum(machine.role == "master" for machine in machines)
    counted = say(
        es=f"Arquitectura: {masters} master, {len(machines) - masters} workers",
        en=f"Architecture: {masters} master, {len(machines) - masters} workers",
    )
    if not stopped:
        return f"{counted}, {say(es='todo en marcha', en='all running')}"
    return f"{counted}, {say(es='parados', en='stopped')}: {', '.join(dict.fromkeys(stopped))}"


def size(cluster: Any) -> tuple[float, float]:
    """The figure's width and height in inches."""
    masters, workers, _ = _machines(cluster)
    return 8.6 if len(workers) < MOST_WORKERS else 10.4, 0.5 + _height(masters, workers) / 84


def _machines(cluster: Any) -> tuple[list[Any], list[Any], int]:
    masters = [machine for machine in cluster.machines.values() if machine.role == "master"]
    workers = [machine for machine in cluster.machines.values() if machine.role != "master"]
    return masters, workers[:MOST_WORKERS], len(workers[MOST_WORKERS:])


def _height(masters: list[Any], workers: list[Any]) -> float:
    rows = max((len(_rows(machine)) for machine in workers), default=0)
    return len(masters) * 130.0 + (44 + 60 + rows * (PROCESS + 12) if workers else 0)


def _machine(ax: Axes, machine: Any, x: float, y: float, width: float, places: dict[str, Rectangle], role: str) -> None:
    up = machine.powered and machine.connected
    rows = _rows(machine)
    height = 36.0 + len(rows) * (PROCESS + 12)
    named, first = (y + 18, y + 36) if role else (y + height - 17, y + 10)  # arrows pass where there is no name
    box(ax, x + 1, y + 1, width - 2, height, off=not up)
    write(ax, x + 12, named, machine.name, 10.5, bold=True)
    if role:
        write(ax, x + 70, named, role, 9, LIGHT.dim)
    if not up:
        state = say(es="apagado", en="no power") if not machine.powered else say(es="sin red", en="no network")
        write(ax, x + width - 12, named, state, 9, VERMILLION, "right")
    for row, processes in enumerate(rows):
        room = (width - 20) / len(processes)
        for column, process in enumerate(processes):
            left, top = x + 10 + column * room, first + row * (PROCESS + 12)
            _process(ax, process, left + 3, top, room - 6)
            places[f"{machine.name}/{process.name}"] = (left + 3, top, room - 6, PROCESS)


def _drawn(machine: Any) -> list[Any]:
    """Kubernetes's own components: the policy agent is the pod network's."""
    return [process for process in machine.processes.values() if process.name != AGENT]


def _rows(machine: Any) -> list[list[Any]]:
    """The API server between those who ask it and etcd."""
    processes = _drawn(machine)
    if not processes:
        return []
    if machine.role != "master":
        asking = [process for process in processes if process.client is not None]
        return [row for row in (asking, [process for process in processes if process not in asking]) if row]
    store = [process for process in processes if process.name == STORE]
    server = [process for process in processes if process.name == API_SERVER]
    others = [process for process in processes if process not in store + server]
    return [row for row in (store + others, server) if row]


def _process(ax: Axes, process: Any, x: float, y: float, width: float) -> None:
    box(ax, x, y, width, PROCESS, look=LOOKS["ready" if process.running else "lost"])
    glyph = "✓" if process.running else "✗"
    colour = GREEN if process.running else VERMILLION
    write(ax, x + 9, y + PROCESS / 2, glyph, 10, colour)
    write(ax, x + 22, y + PROCESS / 2, process.name, 8.5 if width > 90 else 7.5)


def _process_of(cluster: Any, name: str) -> Any:
    machine, _, process = name.partition("/")
    return cluster.machines[machine].processes[process]


def _width(place: Rectangle) -> float:
    return place[2]


def _reaches(cluster: Any, graph: networkx.DiGraph, start: str, end: str) -> bool:
    here, there = (cluster.machines[name.partition("/")[0]] for name in (start, end))
    near = here is there or here.reaches(there)
    return bool(near and graph.nodes[start]["running"] and graph.nodes[end]["running"])

"""Placement: which pod is on which node, and how each is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kubelab.language import say
from kubelab.view.colours import LIGHT, LOOKS, VERMILLION
from kubelab.view.draw.letters import fit
from kubelab.view.draw.sheet import badge, blank, box, heading, legend, write
from kubelab.view.scene import MachineSeen, PodSeen, Scene, look
from kubelab.view.stage import describe

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMN, CHIP, SPACE = 150.0, 26.0, 6.0
SAID = 8.0  # points
MOST_COLUMNS, MOST_PODS = 6, 10
TILES = 12  # in a row, where there are more nodes than columns


def placement(cluster: Any, ax: Axes) -> Axes:
    """Nodes as columns with their pods in them, and one for pods on no node yet; more than a few nodes as tiles."""
    scene = look(cluster)
    heading(ax, say(es="Qué pod está en qué nodo", en="Which pod is on which node"))
    workers = [machine for machine in scene.machines if machine.role != "master"]
    if len(workers) <= MOST_COLUMNS:
        _columns(ax, scene, workers)
    else:
        _tiles(ax, scene, workers)
    legend(ax, [LOOKS[state] for state in scene.counts()])
    return ax


def summary(cluster: Any) -> str:
    """The figure in one line."""
    return f"{say(es='Ubicación', en='Placement')}: {describe(look(cluster))}"


def size(cluster: Any) -> tuple[float, float]:
    """The figure's width and height in inches."""
    scene = look(cluster)
    workers = [machine for machine in scene.machines if machine.role != "master"]
    if len(workers) > MOST_COLUMNS:
        return 9.0, 1.4 + 0.62 * -(-len(workers) // TILES)
    fullest = max([2, *(min(len(scene.pods_on(machine.name)), MOST_PODS) for machine in workers)])
    return max(2.1 * (len(workers) + bool(scene.pods_on(""))), 4.5), 1.75 + 0.36 * fullest


def _columns(ax: Axes, scene: Scene, workers: list[MachineSeen]) -> None:
    columns: list[tuple[MachineSeen | None, list[PodSeen]]] = [(held, scene.pods_on(held.name)) for held in workers]
    if scene.pods_on(""):
        columns.append((None, scene.pods_on("")))
    fullest = max([2, *(min(len(pods), MOST_PODS) for _, pods in columns)])
    height = 44 + fullest * (CHIP + SPACE) + 4
    blank(ax, max(len(columns), 1) * (COLUMN + 12), height)
    for index, (machine, pods) in enumerate(columns):
        x = index * (COLUMN + 12) + 1.0
        box(ax, x, 1, COLUMN, height - 2, off=machine is not None and machine.power != "up")
        _name(ax, x, machine)
        for row, pod in enumerate(pods[:MOST_PODS]):
            y = 44 + row * (CHIP + SPACE)
            if row == MOST_PODS - 1 and len(pods) > MOST_PODS:
                rest = len(pods) - row
                write(ax, x + 12, y + CHIP / 2, say(es=f"… y {rest} más", en=f"… and {rest} more"), colour=LIGHT.dim)
                break
            _pod(ax, x + 8, y, pod)


def _name(ax: Axes, x: float, machine: MachineSeen | None) -> None:
    if machine is None:
        write(ax, x + 10, 22, say(es="aún sin nodo", en="on no node yet"), colour=LIGHT.dim)
        return
    write(ax, x + 10, 14, machine.name, 10, bold=True)
    words, colour = f"API: {machine.ready}", LIGHT.dim if machine.ready == "Ready" else VERMILLION
    if machine.power != "up":
        power = {
            "off": say(es="apagado", en="no power"),
            "booting": say(es="arrancando", en="booting"),
            "cut": say(es="sin red", en="no network"),
        }[machine.power]
        words, colour = f"{power}; {words}", VERMILLION
    elif machine.cordoned:
        words, colour = "SchedulingDisabled", VERMILLION
    write(ax, x + 10, 31, words, 8, colour)


def _pod(ax: Axes, x: float, y: float, pod: PodSeen) -> None:
    seen = LOOKS[pod.state]
    box(ax, x, y, COLUMN - 16, CHIP, look=seen)
    badge(ax, x + 13, y + CHIP / 2, seen)
    tail = pod.name.rsplit("-", 1)[-1] if pod.owner != pod.name else ""
    words = f"{pod.owner} {tail}" if tail else pod.owner
    write(ax, x + 26, y + CHIP / 2, fit(words, COLUMN - 50, SAID), SAID)


def _tiles(ax: Axes, scene: Scene, workers: list[MachineSeen]) -> None:
    rows = -(-len(workers) // TILES)
    blank(ax, TILES * 60, rows * 44)
    on: dict[str, list[PodSeen]] = {machine.name: [] for machine in workers}
    for pod in scene.pods:
        if pod.node in on:
            on[pod.node].append(pod)
    for index, machine in enumerate(workers):
        row, column = divmod(index, TILES)
        x, y, pods = column * 60 + 1, row * 44 + 1, on[machine.name]
        box(ax, x, y, 54, 38, off=machine.power != "up")
        write(ax, x + 5, y + 10, machine.name[-9:], 7, LIGHT.dim)
        if pods:
            states = [pod.state for pod in pods]
            badge(ax, x + 14, y + 26, LOOKS[max(states, key=states.count)], 6.5)
        write(ax, x + 26, y + 26, str(len(pods)), 8.5)

"""Machines as boxes: the master with its processes, nodes with what the API says of them, tiles for many."""

from __future__ import annotations

from kubelab.language import say
from kubelab.view.colours import LOOKS, counted
from kubelab.view.layout import WIDE
from kubelab.view.power import LinkSeen
from kubelab.view.routes import Box, Group, Plan
from kubelab.view.scene import MachineSeen, Scene
from kubelab.view.svg import badge, fit, hatch, rect, text, title

SPACE = 8  # between the master's processes


def master(box: Box, plan: Plan, scene: Scene) -> str:
    """A control plane machine: its processes, and the shelf of the pods that exist in etcd only."""
    machine: MachineSeen = box.seen
    power = _conditions(machine)[0]
    label = say(es="plano de control", en="control plane")
    parts = [_machine_title(machine), _frame(box, machine), text(12, 20, machine.name, "name")]
    parts.append(text(20 + len(machine.name) * 7.4, 20, label, "dim small"))
    if power or not scene.answers:
        words = power or say(es="✗ la API no responde", en="✗ the API does not answer")
        parts.append(text(box.width - 12, 20, words, "bad small", "end"))
    across = 4 if plan.width == WIDE else 2
    width = (box.width - 20 + SPACE) / across - SPACE
    for index, (name, running) in enumerate(machine.processes):
        row, column = divmod(index, across)
        x, y = 10 + column * (width + SPACE), 30.0 + row * 32
        classes = "dim small" if running else "bad small"
        words = f"{'●' if running else '✗'} {name}"
        parts.append(f'<g transform="translate({x:g} {y:g})">{rect(width, 26, "part", radius=6)}')
        parts.append(f"{text(width / 2, 17, fit(words, width - 6, 5.9), classes, 'middle')}</g>")
    if plan.shelf is not None and box is plan.masters[0]:
        shelf = plan.shelf.y - box.y
        top, rule = (shelf + 21, shelf - 4) if plan.width == WIDE else (shelf - 6, shelf - 22)
        words = say(es="Aún sin nodo", en="On no node yet")
        parts.append(text(12, top, words, "dim small"))
        parts.append(f'<path class="wire thin" stroke-dasharray="2 4" d="M10 {rule:g}h{box.width - 20:g}"/>')
    return "".join(parts)


def node(box: Box) -> str:
    """A worker: its power and network as they are, and beside them what the API says."""
    machine: MachineSeen = box.seen
    power, ready = _conditions(machine)
    parts = [_machine_title(machine), _frame(box, machine), text(12, 20, fit(machine.name, box.width / 2), "name")]
    beside = 22 + len(machine.name) * 7
    if machine.cordoned:
        power = f"{power} ⊘" if power else say(es="⊘ acordonado", en="⊘ cordoned")
    if power:
        parts.append(text(beside, 20, power, "bad small"))
    if ready:
        classes, glyph = ("good", "✓") if ready == "Ready" else ("bad", "✗")
        words = f"{glyph} {ready}" if machine.power == "up" else f"API: {ready}"
        parts.append(text(box.width - 12, 20, words, f"{classes} small", "end"))
    parts.append(_processes(machine, 12, box.height - 9))
    return "".join(parts)


def drop(machine: MachineSeen, x: float, line: float, edge: float) -> str:
    """The cable between a machine and the network."""
    if machine.power != "cut":
        classes = "wire off" if machine.power in ("off", "booting") else "wire"
        return f'<path class="{classes}" d="M{x:g} {line:g}V{edge:g}"/>'
    middle = (line + edge) / 2
    cross = f"M{x - 5:g} {middle - 5:g}l10 10m0 -10l-10 10"
    return f'<path d="{cross}" stroke="#D55E00" stroke-width="2.5" fill="none"/>'


def link(seen: LinkSeen, plan: Plan) -> str:
    """A link that is not whole, where the way between its machines has its middle."""
    x, y = plan.middle(seen.one, seen.other)
    anchor = "middle"
    if x == plan.trunk:  # by its side there is no room
        x, y, anchor = x + 60, max(plan.drops[name][1] for name in (seen.one, seen.other)), ""
    name = f"{seen.one} – {seen.other}"
    words = {
        "cut": say(es=f"✗ enlace {name} cortado", en=f"✗ link {name} is cut"),
        "slow": say(es=f"… enlace {name} lento", en=f"… link {name} is slow"),
        "lossy": say(es=f"! enlace {name} pierde paquetes", en=f"! link {name} loses packets"),
    }[seen.state]
    return text(x, y - 8, words, "bad small", anchor)


def tile(box: Box) -> str:
    """A worker of many: its name and how many pods are in each state."""
    machine, groups = box.seen
    parts = [
        _tile_title(machine, groups),
        _frame(box, machine),
        text(8, 16, fit(machine.name, box.width - 12, 6.2), "small"),
    ]
    if machine.ready == "NotReady":
        parts.append(text(box.width - 6, 16, "✗", "bad small", "end"))
    for index, group in enumerate(groups[:2]):
        x = 15 + index * box.width / 2
        parts.append(badge(LOOKS[group.state], x, 32, 7))
        parts.append(text(x + 10, 36, str(group.number), "small"))
    return "".join(parts)


def bare_tile(box: Box) -> str:
    """A worker of very many: how many pods it has, and the state of most."""
    machine, groups = box.seen
    parts = [_tile_title(machine, groups), _frame(box, machine)]
    for group in groups[:1]:
        parts.append(badge(LOOKS[group.state], 12, 12, 7))
        parts.append(text(22, 16, str(sum(group.number for group in groups)), "small"))
    return "".join(parts)


def _tile_title(machine: MachineSeen, groups: list[Group]) -> str:
    words = [machine.name, machine.ready] + [counted(group.state, group.number) for group in groups]
    return title(", ".join(word for word in words if word))


def _frame(box: Box, machine: MachineSeen) -> str:
    if machine.power == "up":
        return rect(box.width, box.height, "box")
    edge = ' style="stroke:#D55E00;stroke-width:1.6"' if machine.power == "cut" else ""
    strokes = hatch(box.width, box.height) if machine.power == "off" else ""
    return rect(box.width, box.height, "box off", edge) + strokes


def _conditions(machine: MachineSeen) -> tuple[str, str]:
    """What the machine is, and what the API says of its Node."""
    power = {
        "up": "",
        "cut": say(es="✗ sin red", en="✗ no network"),
        "off": say(es="✗ apagado", en="✗ no power"),
        "booting": say(es="… arrancando", en="… booting"),
    }[machine.power]
    return power, machine.ready


def _machine_title(machine: MachineSeen) -> str:
    power, ready = _conditions(machine)
    words = [machine.name, power.lstrip("✗… "), ready and f"Node: {ready}", "SchedulingDisabled" * machine.cordoned]
    return title(", ".join(word for word in words if word))


def _processes(machine: MachineSeen, x: float, y: float) -> str:
    parts = []
    for name, running in machine.processes:
        words = f"{'●' if running else '✗'} {name}"
        parts.append(text(x, y, words, "dim small" if running else "bad small"))
        x += len(words) * 5.75 + 7
    return "".join(parts)

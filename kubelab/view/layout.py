"""The layout: where everything of a scene stands.

What did not change does not move: a pod keeps its slot on its node, a card its place in the column, by uid:
`places` remembers them from scene to scene.

All machines hang on one network: a line (one for each row of nodes) that the master hangs above, the nodes below,
and the clients at its end. Requests are drawn along it.
"""

from __future__ import annotations

from typing import Any

from kubelab.view.places import Places
from kubelab.view.routes import Box, Group, Plan
from kubelab.view.scene import MachineSeen, PodSeen, Scene
from kubelab.view.workloads_seen import ServiceSeen

WIDE, NARROW = 980, 440  # units of the picture's own; the page scales them
MARGIN, GAP = 12, 12
CHIP, CHIP_WIDTH, CHIP_GAP = 34, 100, 8
HEADER, FOOTER, PROCESS = 30, 26, 26
CARD, CARD_GAP, CLIENT, BUS = 72, 8, 62, 40
DOOR = 18  # a load balancer's row
SIDE = 190.0  # width of the column beside the machines
FEW, MANY = 12, 150  # nodes: up to FEW are drawn with their pods, up to MANY with counts, more as bare tiles
MOST_ROWS = 4  # of pods on a node; more collapse into counts
MOST_CARDS, MOST_DOORS = 8, 4


def plan(scene: Scene, places: Places, width: float = WIDE) -> Plan:
    """Place everything of a scene on a picture of that width (`WIDE` or `NARROW`)."""
    narrow = width < (WIDE + NARROW) / 2
    made = Plan(NARROW if narrow else WIDE)
    left = 32.0 if narrow else MARGIN + SIDE + 2 * GAP
    made.trunk = left - GAP
    right = made.width - MARGIN
    made.client = Box("client", MARGIN, MARGIN, right - MARGIN if narrow else SIDE, 44 if narrow else CLIENT, None)
    x = made.client.x + (4 if narrow else made.client.width)
    made.centres["client"] = (x, made.client.y + made.client.height / (1 if narrow else 2))
    made.homes["client"] = "client"
    below = _balancer(made, scene, left if narrow else MARGIN, made.client.y + made.client.height + GAP, narrow)
    y = _masters(made, scene, places, left, below if narrow else MARGIN, right)
    y = _nodes(made, scene, places, left, y, right)
    column = (MARGIN, y, right - MARGIN) if narrow else (MARGIN, below, SIDE)
    y = max(y, _cards(made, scene, places, *column))
    made.height = y + (90 if narrow else 50)  # the legend
    return made


def _balancer(made: Plan, scene: Scene, x: float, y: float, narrow: bool) -> float:
    """The cloud's load balancers, one row a Service. Answers where what comes below them begins."""
    doors = [card for card in scene.cards if isinstance(card, ServiceSeen) and card.external][:MOST_DOORS]
    if not doors:
        return y
    width = made.width - MARGIN - x if narrow else SIDE
    made.balancer = Box("balancer", x, y, width, 32.0 + DOOR * len(doors), tuple(doors))
    for row, door in enumerate(doors):
        key = f"balancer/{door.namespace}/{door.name}"
        made.centres[key] = (x if narrow else x + width, y + 34 + DOOR * row)
        made.homes[key] = key
    return y + made.balancer.height + GAP


def _masters(made: Plan, scene: Scene, places: Places, left: float, y: float, right: float) -> float:
    across = 4 if made.width == WIDE else 2
    for machine in scene.machines:
        if machine.role != "master":
            continue
        rows = -(-len(machine.processes) // across)
        height = HEADER + rows * (PROCESS + 6) + 4.0
        if not made.masters:
            beside = 150.0 if across == 4 else 0.0
            made.shelf = _shelf(left + 10, y + height, right - 10, beside)
            _pods(made, places, "", scene.pods_on(""), made.shelf, 1)
            height += made.shelf.height + 10
        made.masters.append(Box(f"master/{machine.name}", left, y, right - left, height, machine))
        _hang(made, machine.name, (left + right) / 2, y + height + BUS / 2, y + height, y + height / 2)
        y += height + GAP
    return y - GAP


def _shelf(left: float, y: float, right: float, beside: float) -> Box:
    if beside:
        return Box("shelf", left + beside, y, right - left - beside, CHIP, None)
    return Box("shelf", left, y + 18, right - left, CHIP + 18, None)


def _nodes(made: Plan, scene: Scene, places: Places, left: float, y: float, right: float) -> float:
    workers = [machine for machine in scene.machines if machine.role != "master"]
    on: dict[str, list[PodSeen]] = {machine.name: [] for machine in workers}
    for pod in scene.pods:
        if pod.node in on:
            on[pod.node].append(pod)
    made.level = "pods" if len(workers) <= FEW else "counts" if len(workers) <= MANY else "tiles"
    if made.level != "pods":
        return _tiles(made, workers, on, left, y, right)
    columns = 1 if made.width == NARROW else {1: 1, 2: 2, 4: 2}.get(len(workers), 3)
    width = (right - left - (columns - 1) * GAP) / columns
    across = max(int((width - 20 + CHIP_GAP) // (CHIP_WIDTH + CHIP_GAP)), 1)
    fullest = max((len(pods) for pods in on.values()), default=0)
    if fullest <= MOST_ROWS * across:
        places.rows = max(places.rows, -(-fullest // across))
    height = HEADER + places.rows * (CHIP + CHIP_GAP) + FOOTER
    for index, machine in enumerate(workers):
        row, column = divmod(index, columns)
        x, top = left + column * (width + GAP), y + BUS + row * (height + BUS)
        if not column:
            made.lines.append((top - BUS / 2, made.trunk, right))
        box = Box(f"node/{machine.name}", x, top, width, height, machine)
        made.nodes.append(box)
        _hang(made, machine.name, x + width / 2, top - BUS / 2, top, top + height - FOOTER / 2)
        room = Box("", x + 10, top + HEADER, width - 20, height - HEADER - FOOTER, None)
        _pods(made, places, machine.name, on[machine.name], room, places.rows)
    rows = -(-len(workers) // columns)
    if not rows:
        made.lines.append((y + BUS / 2, made.trunk, right))
    return y + rows * (height + BUS) + (0 if rows else BUS) + GAP


def _tiles(
    made: Plan, workers: list[MachineSeen], on: dict[str, list[PodSeen]], left: float, y: float, right: float
) -> float:
    size = (90.0, 46.0) if made.level == "counts" else (44.0, 24.0)
    gap = 8.0 if made.level == "counts" else 4.0
    columns = int((right - left + gap) // (size[0] + gap))
    width = (right - left + gap) / columns - gap
    line, top = y + BUS / 2, y + BUS
    made.lines.append((line, made.trunk, right))
    for index, machine in enumerate(workers):
        row, column = divmod(index, columns)
        x, down = left + column * (width + gap), top + row * (size[1] + gap)
        made.nodes.append(
            Box(f"node/{machine.name}", x, down, width, size[1], (machine, _groups(on[machine.name], "")))
        )
        _hang(made, machine.name, x + width / 2, line, down, down + size[1] / 2)
        made.homes.update((f"pod/{pod.uid}", machine.name) for pod in on[machine.name])
        made.centres.update((f"pod/{pod.uid}", made.centres[machine.name]) for pod in on[machine.name])
    return top - (-len(workers) // columns) * (size[1] + gap) + GAP


def _hang(made: Plan, name: str, x: float, line: float, edge: float, centre: float) -> None:
    made.drops[name] = (x, line, edge)
    made.centres[name] = (x, centre)
    made.homes[name] = name


def _pods(made: Plan, places: Places, node: str, pods: list[PodSeen], room: Box, rows: int) -> None:
    across = max(int((room.width + CHIP_GAP) // (CHIP_WIDTH + CHIP_GAP)), 1)
    width = (room.width + CHIP_GAP) / across - CHIP_GAP
    found: list[tuple[str, Any]]
    if len(pods) <= across * rows:
        kept, found = made.pods, [(f"pod/{pod.uid}", pod) for pod in pods]
    else:
        kept = made.groups
        found = [(f"group/{node}/{group.family}/{group.state}", group) for group in _groups(pods, "family")]
        found = found[: across * rows]
    slots = places.arrange(f"node/{node}", [key for key, _ in found], across * rows)
    for key, seen in found:
        row, column = divmod(slots[key], across)
        x, y = room.x + column * (width + CHIP_GAP), room.y + row * (CHIP + CHIP_GAP)
        kept.append(Box(key, x, y, width, CHIP, seen))
        made.centres[key] = (x + width / 2, y + CHIP / 2)
        made.homes[key] = node
    if kept is made.groups:
        centre = (room.x + room.width / 2, room.y + room.height / 2)
        made.centres.update((f"pod/{pod.uid}", centre) for pod in pods)
        made.homes.update((f"pod/{pod.uid}", node) for pod in pods)


def _groups(pods: list[PodSeen], by: str) -> list[Group]:
    counted: dict[tuple[str, str], int] = {}
    for pod in pods:
        key = (pod.owner if by else "", pod.state)
        counted[key] = counted.get(key, 0) + 1
    return [Group(family, state, number) for (family, state), number in counted.items()]


def _cards(made: Plan, scene: Scene, places: Places, x: float, y: float, width: float) -> float:
    shown = scene.cards[:MOST_CARDS]
    made.more_cards = len(scene.cards) - len(shown)
    slots = places.arrange("cards", [card.uid for card in shown], MOST_CARDS)
    for card in shown:
        made.cards.append(Box(f"card/{card.uid}", x, y + slots[card.uid] * (CARD + CARD_GAP), width, CARD, card))
    used = max(slots.values(), default=-1) + 1
    return y + used * (CARD + CARD_GAP) + (20 if made.more_cards else 0)

"""The tree of a Service's rules: chains and endpoints as boxes, and when a packet goes from one to the next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kubelab.api.objects import key_of
from kubelab.language import say
from kubelab.node.proxy.mode import BALANCER_IP, CLUSTER_IP, EXTERNAL_IP, NODE_PORT, OUTSIDE, POD, Door
from kubelab.node.proxy.service_port import ServicePort
from kubelab.view.amounts import number as shown
from kubelab.view.colours import LOOKS, state_of
from kubelab.view.draw.layers import Edge, Node

MOST, FEWEST = 8, 4  # endpoints; of more the first, the last, and how many are between; fewer where ports share them
ENDS = ("REJECT", "DROP", "ACCEPT", "reject-chain", "reject", "drop")
MARKS = ("KUBE-MARK-MASQ", "mark-for-masquerade")
_ADDRESS = re.compile(r"(\d+\.\d+\.\d+\.\d+:\d+)$")
_TO = re.compile(r"(?:--to-destination|dnat to) (\S+)")


@dataclass
class Tree:
    """Boxes by name, arrows, and which boxes are endpoints; `more` endpoints are not drawn.

    With `falls` a packet that one rule does not take goes on to the next.
    """

    node: str
    service: str
    mode: str
    boxes: dict[str, Node] = field(default_factory=dict)
    arrows: list[Edge] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    more: int = 0
    falls: bool = False


def tree(cluster: Any, node: str, service: str) -> Tree:
    """The rules of a Service as they are on a node now.

    Raises
    ------
    ValueError
        There is no such worker, or it has no rules of that Service.
    """
    worker = cluster.workers.get(node)
    if worker is None:
        known = ", ".join(cluster.workers) or say(es="ninguno", en="none")
        raise ValueError(
            say(es=f"no hay ningún worker {node!r}: hay {known}", en=f"no worker {node!r}: there is {known}")
        )
    proxy = worker.kube_proxy
    ports = proxy.service_ports(service)
    made = Tree(node, ports[0].key if ports else service, proxy.mode.name)
    steps = _steps(proxy.chains(service))
    if proxy.mode.name != "iptables":  # maps and virtual servers are no rules
        for port in ports:
            _enter(steps, proxy, port)
    depths = _depths(steps)
    pods = {pod.status.podIP: pod for pod in cluster.api.list("pods") if pod.status and pod.status.podIP}
    for name, depth in depths.items():
        address = _ADDRESS.search(name)
        made.boxes[name] = _endpoint(address[1], depth, pods) if address else _chain(name, depth)
        if address:
            made.endpoints.append(name)
    for chain, taken in steps.items():
        _arrows(made, chain, taken)
    _collapse(made, max(MOST // max(len(ports), 1), FEWEST))
    return made


Step = tuple[str, float, str, bool]  # where to, with what share, when, and whether for who was there before


def _steps(rules: list[Any]) -> dict[str, list[Step]]:
    """Of each chain where its rules lead, in their order."""
    found: dict[str, list[Step]] = {}
    marked: dict[str, bool] = {}
    for rule in rules:
        chain = f"{rule.chain} " if rule.table == "filter" else rule.chain  # of another table: another chain
        held = found.setdefault(chain, [])
        to = _TO.search(rule.text)
        for share, target in rule.targets:
            if target in MARKS:
                marked[chain] = True
                continue
            end = to[1] if to else f"{chain}{target}" if target in ENDS else target
            again = any(end == known for known, *_ in held)
            held.append((end, share, _when(rule.text), again))
    return found


def _enter(steps: dict[str, list[Step]], proxy: Any, port: ServicePort) -> None:
    """How packets come to the chains of a Service's port, or to their end, by each of its addresses."""
    doors = [Door(port, CLUSTER_IP, port.cluster_ip, port.port)]
    doors += [Door(port, EXTERNAL_IP, each, port.port) for each in port.external_ips]
    doors += [Door(port, BALANCER_IP, each, port.port) for each in port.balancer_ips]
    doors += [Door(port, NODE_PORT, proxy.address, port.node_port)] if port.node_port else []
    for door in doors:
        outcome = proxy.mode.outcomes(door, POD if door.way == CLUSTER_IP else OUTSIDE)[0]
        chain = [name for name in outcome.chain if name not in MARKS][: None if outcome.refusal else 2]
        if outcome.refusal and chain[-1] not in ENDS:
            chain.append("DROP" if outcome.dropped else "REJECT")
        when = f"nodePort {door.number}" if door.way == NODE_PORT else f"{door.address}:{door.number}"
        for start, end in pairwise(chain):
            end = f"{start}{end}" if end in ENDS else end
            held = steps.setdefault(start, [])
            if "rr" not in start and not any(known == end and said == when for known, _, said, _ in held):
                held.append((end, 1.0, when, False))
            elif outcome.refusal:
                held.append((end, 1.0, "", False))


def _when(text: str) -> str:
    """Which packets a rule is about, where it is not about all that come to it."""
    to, port = re.search(r"-d ([\d.]+)/32", text), re.search(r"--dport (\d+)", text)
    if to:
        return f"{to[1]}:{port[1]}" if port else to[1]
    if port:
        return f"nodePort {port[1]}"
    if "--src-type LOCAL" in text or "fib saddr type local" in text:
        return say(es="del nodo", en="from the node")
    source = re.search(r"(?:-s|ip saddr) ([\d.]+/\d+) ", text)
    return say(es=f"de {source[1]}", en=f"from {source[1]}") if source and not source[1].endswith("/32") else ""


def _depths(steps: dict[str, list[Step]]) -> dict[str, int]:
    """The column of each box: one further than the furthest that leads to it; endpoints are all in the last."""
    depths = dict.fromkeys(steps, 0)
    for _ in range(8):  # no way is longer
        for chain, taken in steps.items():
            for end, *_ in taken:
                depths[end] = max(depths.get(end, 0), depths[chain] + 1)
    last = max((depth for name, depth in depths.items() if _ADDRESS.search(name)), default=0)
    led = {end: True for taken in steps.values() for end, *_ in taken}
    return {
        name: last if not steps.get(name) and _ADDRESS.search(name) else depth
        for name, depth in depths.items()
        if name in led or steps.get(name)
    }


def _arrows(made: Tree, chain: str, taken: list[Step]) -> None:
    """The arrows from a chain; where it chooses by lot, each branch learns its share of all packets."""
    by_lot: dict[str, float] = {}
    if any(share < 1 for _, share, _, _ in taken):
        drawn = next(index for index, (_, share, _, _) in enumerate(taken) if share < 1)
        by_lot = {end: share for end, share, *_ in taken[drawn:]}
        if any(again for *_, again in taken):
            made.boxes[chain].words = say(es="primero, el que ya tenía", en="first the one that it had")
    falls = sum(by_lot.values()) > 1.001
    made.falls = made.falls or falls
    shares, seen = _shares(by_lot, falls), {end: False for end, *_ in taken}
    for end, _, when, again in taken:
        if end not in made.boxes or (again and end in by_lot and seen[end]):
            continue
        seen[end] = True
        label = f"p = {shown(round(by_lot[end], 3))}" if end in by_lot else when
        made.arrows.append(Edge(chain, end, label, lost=_is_refusal(chain, end)))
    for end, share in shares.items():
        box, said = made.boxes[end], f"{shown(round(100 * share, 1))} %"
        if said not in box.words:
            box.words = f"{said} · {box.words}" if box.look else said


def _is_refusal(chain: str, end: str) -> bool:
    return end.removeprefix(chain) in ENDS and not end.endswith("ACCEPT")


def _shares(by_lot: dict[str, float], falls: bool) -> dict[str, float]:
    """Of all packets that come to the chain, how many each branch takes in the end."""
    left, found = 1.0, {}
    for end, share in by_lot.items():
        found[end] = left * share if falls else share
        left -= left * share
    return found


def _chain(name: str, column: int) -> Node:
    end = next((end for end in ENDS if name.endswith(end) and name != end), "")
    if end:
        refused, silence = say(es="se rechaza", en="refused"), say(es="silencio", en="silence")
        words = {"ACCEPT": "", "DROP": silence, "drop": silence}.get(end, refused)
        return Node(column, end, words, ghost=end != "ACCEPT")
    title, words = name.rstrip(), ""
    kinds = {
        "KUBE-SVC": say(es="todos los endpoints", en="all endpoints"),
        "KUBE-SVL": say(es="los de este nodo", en="those on this node"),
        "KUBE-EXT": say(es="de fuera", en="from outside"),
        "KUBE-FW-": say(es="quién puede", en="who may"),
        "KUBE-SEP": "endpoint",
        "service-": say(es="todos los endpoints", en="all endpoints"),
        "external": say(es="de fuera", en="from outside"),
        "endpoint": "endpoint",
    }
    words = kinds.get(
        title[:8] if "/" in title or title[:4] == "KUBE" else "",
        say(es="tabla filter", en="table filter") if name.endswith(" ") else "",
    )
    return Node(column, title, words)


def _endpoint(address: str, column: int, pods: dict[str, Any]) -> Node:
    pod = pods.get(address.partition(":")[0])
    look = LOOKS[state_of(pod)] if pod is not None else None
    return Node(column, address, key_of(pod).rpartition("/")[2] if pod is not None else "", look)


def _collapse(made: Tree, most: int) -> None:
    """Of many endpoints the first few and the last; what leads only to the others goes with them."""
    if len(made.endpoints) <= most:
        return
    hidden = made.endpoints[most - 2 : -1]
    made.more = len(hidden)
    gone = dict.fromkeys(hidden, True)
    for name in list(made.boxes):
        ends = [arrow.end for arrow in made.arrows if arrow.start == name]
        if ends and all(end in gone for end in ends):
            gone[name] = True
    column = made.boxes[hidden[0]].column
    rest, arrows = "rest", []
    words = say(es=f"… {len(hidden)} endpoints más", en=f"… {len(hidden)} more endpoints")
    made.boxes = {name: box for name, box in made.boxes.items() if name not in gone}
    made.boxes[rest] = Node(column, words)
    for arrow in made.arrows:
        if arrow.end not in gone:
            arrows.append(arrow)
        elif arrow.start not in gone and not any(held.end == rest and held.start == arrow.start for held in arrows):
            arrows.append(Edge(arrow.start, rest, faint=True))
    made.arrows = arrows
    made.endpoints = [name for name in made.endpoints if name not in gone]

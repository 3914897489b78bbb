"""The stage: the whole scene drawn, back to front."""

from __future__ import annotations

from html import escape

from kubelab.language import say
from kubelab.view import boxes, cards, chips
from kubelab.view.amounts import number, plural
from kubelab.view.colours import BLUE, LOOKS, VERMILLION, counted
from kubelab.view.layout import WIDE
from kubelab.view.routes import Plan
from kubelab.view.scene import Scene
from kubelab.view.svg import STYLE, Piece, badge, placed, text

LAYERS = ("boxes", "pods", "dots")


def pieces(scene: Scene, plan: Plan) -> list[Piece]:
    """Everything that there is to draw, back to front."""
    made = [Piece("network", "boxes", 0, 0, _network(scene, plan))]
    if plan.client is not None:
        made.append(Piece("client", "boxes", plan.client.x, plan.client.y, cards.client(plan.client, scene.loads)))
    if plan.balancer is not None:
        made.append(Piece("balancer", "boxes", plan.balancer.x, plan.balancer.y, cards.balancer(plan.balancer)))
    made += [Piece(box.key, "boxes", box.x, box.y, boxes.master(box, plan, scene)) for box in plan.masters]
    draw = {"pods": boxes.node, "counts": boxes.tile, "tiles": boxes.bare_tile}[plan.level]
    made += [Piece(box.key, "boxes", box.x, box.y, draw(box)) for box in plan.nodes]
    made += [Piece(box.key, "boxes", box.x, box.y, cards.card(box)) for box in plan.cards]
    if plan.more_cards:
        words = say(es=f"y {plan.more_cards} más", en=f"and {plan.more_cards} more")
        last = plan.cards[-1]
        made.append(Piece("more", "boxes", last.x, last.y + last.height + 16, text(4, 0, words, "dim small")))
    made += [Piece(box.key, "pods", box.x, box.y, chips.pod(box.seen, box.width)) for box in plan.pods]
    made += [Piece(box.key, "pods", box.x, box.y, chips.group(box.seen, box.width)) for box in plan.groups]
    made.append(Piece("legend", "boxes", 12, plan.height - 12, _legend(plan)))
    return made


def picture(scene: Scene, plan: Plan, drawn: list[Piece] | None = None) -> str:
    """The whole scene as one `<svg>`."""
    drawn = pieces(scene, plan) if drawn is None else drawn
    layers = "".join(
        f'<g class="layer-{layer}">{"".join(placed(piece) for piece in drawn if piece.layer == layer)}</g>'
        for layer in LAYERS
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="kubelab-scene" role="img" '
        f'viewBox="0 0 {plan.width:g} {plan.height:g}" aria-label="{escape(describe(scene))}">'
        f"<style>{STYLE}</style>{layers}</svg>"
    )


def describe(scene: Scene) -> str:
    """The scene in one sentence."""
    workers = [machine for machine in scene.machines if machine.role != "master"]
    down = [machine.name for machine in workers if machine.power != "up"]
    nodes = say(es=plural(len(workers), "nodo", "nodos"), en=plural(len(workers), "node", "nodes"))
    if down:
        shown = ", ".join(down[:2]) + ("…" if len(down) > 2 else "")
        nodes += say(es=f" ({shown} sin contacto)", en=f" ({shown} out of reach)")
    states = ", ".join(counted(state, amount) for state, amount in list(scene.counts().items())[:3])
    pods = say(es=plural(len(scene.pods), "pod", "pods"), en=plural(len(scene.pods), "pod", "pods"))
    return f"{nodes}, {pods}{f': {states}' if states else ''}, t={number(scene.now, '.4g')} s"


def _network(scene: Scene, plan: Plan) -> str:
    parts = []
    ends = [plan.client.y + plan.client.height / 2] if plan.client and plan.width == WIDE else []
    if plan.client and not ends:
        ends = [plan.client.y + plan.client.height]
    heights = ends + [y for y, _, _ in plan.lines]
    if plan.client and plan.width == WIDE:
        parts.append(f'<path class="wire" d="M{plan.client.x + plan.client.width:g} {ends[0]:g}H{plan.trunk:g}"/>')
    parts += [f'<path class="wire" d="M{start:g} {y:g}H{end:g}"/>' for y, start, end in plan.lines]
    for door, home in plan.homes.items():
        if door == home and door.startswith("balancer/"):
            x, y = plan.centres[door]
            heights.append(y)
            parts.append(f'<path class="wire thin" d="M{x:g} {y:g}H{plan.trunk:g}"/>')
    parts.insert(0, f'<path class="wire" d="M{plan.trunk:g} {min(heights):g}V{max(heights):g}"/>')
    shown = {machine.name: machine for machine in scene.machines}
    if plan.level == "pods":
        parts += [boxes.drop(shown[name], *place) for name, place in plan.drops.items()]
    else:
        parts += [boxes.drop(box.seen, *plan.drops[box.seen.name]) for box in plan.masters]
    parts += [boxes.link(seen, plan) for seen in scene.links if seen.one in plan.drops and seen.other in plan.drops]
    y, start, _ = plan.lines[0]
    parts.append(text(start + 8, y - 6, say(es="red", en="network"), "dim small"))
    return "".join(parts)


def _legend(plan: Plan) -> str:
    marks = [(badge(look, 8, -4, 7), look.words) for look in LOOKS.values()]
    marks += [
        (f'<circle cx="8" cy="-4" r="5" fill="{BLUE}"/>', say(es="una petición", en="a request")),
        (f'<path d="M4 -8l8 8m0 -8l-8 8" stroke="{VERMILLION}" stroke-width="3"/>', say(es="se pierde", en="is lost")),
    ]
    parts, x, y = [], 0.0, 0.0
    rows = []
    for drawn, words in marks:
        room = 40 + len(words) * 5.6
        if x + room > plan.width - 24 or words == marks[-2][1]:  # requests have a row of their own
            x, y = 0.0, y + 20
        rows.append((x, y, drawn, words))
        x += room
    for x, down, drawn, words in rows:
        parts.append(f'<g transform="translate({x:g} {down - y:g})">{drawn}{text(19, 0, words, "dim small")}</g>')
    return "".join(parts)

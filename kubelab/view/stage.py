"""The stage: the whole scene drawn, back to front."""

from __future__ import annotations

from html import escape

from kubelab.language import say
from kubelab.view import boxes, cards, chips
from kubelab.view.amounts import number, plural
from kubelab.view.colours import LOOKS, Look, counted
from kubelab.view.layout import WIDE, Plan
from kubelab.view.scene import Scene
from kubelab.view.svg import HATCH, STYLE, Piece, badge, placed, text

LAYERS = ("boxes", "pods", "dots")


def pieces(scene: Scene, plan: Plan) -> list[Piece]:
    """Everything that there is to draw, back to front."""
    made = [Piece("network", "boxes", 0, 0, _network(scene, plan))]
    if plan.client is not None:
        made.append(Piece("client", "boxes", plan.client.x, plan.client.y, cards.client(plan.client, scene.loads)))
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
        f"<style>{STYLE}</style>{HATCH}{layers}</svg>"
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
    parts.append(f'<path class="wire" d="M{plan.trunk:g} {min(heights):g}V{max(heights):g}"/>')
    if plan.client and plan.width == WIDE:
        parts.append(f'<path class="wire" d="M{plan.client.x + plan.client.width:g} {ends[0]:g}H{plan.trunk:g}"/>')
    parts += [f'<path class="wire" d="M{start:g} {y:g}H{end:g}"/>' for y, start, end in plan.lines]
    shown = {machine.name: machine for machine in scene.machines}
    if plan.level == "pods":
        parts += [boxes.drop(shown[name], *place) for name, place in plan.drops.items()]
    else:
        parts += [boxes.drop(box.seen, *plan.drops[box.seen.name]) for box in plan.masters]
    y, start, _ = plan.lines[0]
    parts.append(text(start + 8, y - 6, say(es="red", en="network"), "dim small"))
    return "".join(parts)


def _legend(plan: Plan) -> str:
    parts, x, y = [], 0.0, 0.0
    across = plan.width - 24
    rows: list[tuple[float, float, Look]] = []
    for look in LOOKS.values():
        room = 40 + len(look.words) * 5.6
        if x + room > across:
            x, y = 0.0, y + 20
        rows.append((x, y, look))
        x += room
    for x, down, look in rows:
        parts.append(f'<g transform="translate({x:g} {down - y:g})">{badge(look, 8, -4, 7)}')
        parts.append(f"{text(19, 0, look.words, 'dim small')}</g>")
    return "".join(parts)

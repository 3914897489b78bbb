"""Columns: how the width of a page is shared out among boxes, and the words on the arrows between them."""

from __future__ import annotations

from kubelab.view.draw.layers import BEND, HEADED, LABEL, TITLE, WORDS, Edge, Node
from kubelab.view.draw.letters import BREAKS, lines, narrowest, width, wrapped

PAGE, WIDEST, LEAST = 1000.0, 200.0, 84.0  # of all, and of a column; hundredths of an inch
GAP, LABELLED, SHORTEST = BEND + HEADED + 4.0, 190.0, 104.0  # without words; the most that words get, or must
DOT = " · "  # between words of a box: the place for the next line


class Columns:
    """Of each column the width of its boxes, and of the gap before it; and the words as they have room there.

    Boxes and gaps get all that they want while there is room on the page. Then words on arrows take more lines, then
    boxes; what has no room even so is abbreviated.
    """

    def __init__(self, nodes: dict[str, Node], edges: list[Edge], columns: dict[str, int]) -> None:
        self.used = sorted({*columns.values()})
        ending = {column: [edge for edge in edges if columns[edge.end] == column] for column in self.used[1:]}
        said = {column: [line for edge in held for line in edge.label.split("\n")] for column, held in ending.items()}
        boxes = {column: [node for node in nodes.values() if node.column == column] for column in self.used}
        wants = {column: min(max(map(_wanted, held), default=LEAST), WIDEST) for column, held in boxes.items()}
        needs = {column: min(max(map(_needed, held), default=LEAST), wants[column]) for column, held in boxes.items()}
        asked = {
            column: min(max((width(line, LABEL) for line in held), default=0.0), LABELLED)
            for column, held in said.items()
        }
        least = {column: min(max(map(_pair, held), default=0.0), asked[column]) for column, held in said.items()}
        bare = PAGE - GAP * len(said)
        self.room = _shared(asked, least, bare - sum(wants.values()))
        self.wide = _capped(_shared(wants, needs, bare - sum(self.room.values())), bare - sum(self.room.values()))
        self.x: dict[int, float] = {}
        x = 1.0
        for column in self.used:
            x += GAP + self.room[column] if column in self.room else 0.0
            self.x[column] = x
            x += self.wide[column]
        self.width = x + 8

    def label(self, edge: Edge, column: int) -> list[str]:
        """The words on an arrow that ends in a column."""
        said = [line for line in edge.label.split("\n") if line]
        return [part for line in said for part in wrapped(line, self.room[column] + 0.5, LABEL)]

    def words(self, node: Node) -> tuple[list[str], list[str]]:
        """A box's title, and what it says below."""
        room = self.wide[node.column] - node.margins + 0.5
        title = lines(node.title, room, TITLE, node.bold, most=3 if " " in node.title else 2)
        if not node.words:
            return title, []
        if width(node.words, WORDS) <= room:
            return title, [node.words]
        parts = node.words.split(DOT) if DOT in node.words else [node.words]
        return title, [line for part in parts for line in lines(part, room, WORDS, most=3 if len(parts) == 1 else 1)]


def _shared(wants: dict[int, float], needs: dict[int, float], room: float) -> dict[int, float]:
    """What each gets of some room: what it wants, or what it needs and its share of what is left."""
    asked, needed = sum(wants.values()), sum(needs.values())
    if asked <= room or asked == needed:
        return wants
    share = max(room - needed, 0.0) / (asked - needed)
    return {column: needs[column] + (wants[column] - needs[column]) * share for column in wants}


def _capped(wide: dict[int, float], room: float) -> dict[int, float]:
    """The same within some room: the widest columns are the ones that give."""
    left, cap = room, 0.0
    for place, held in enumerate(sorted(wide.values())):
        cap = left / (len(wide) - place)
        if held > cap:
            break
        left -= held
    return {column: min(held, cap) for column, held in wide.items()} if sum(wide.values()) > room else wide


def _wanted(node: Node) -> float:
    return max(LEAST, node.margins + max(width(node.title, TITLE, node.bold), width(node.words, WORDS)))


def _needed(node: Node) -> float:
    words = max(
        (narrowest(part, WORDS) if DOT not in node.words else width(part, WORDS) for part in node.words.split(DOT)),
        default=0.0,
    )
    return max(LEAST, node.margins + max(min(narrowest(node.title, TITLE, node.bold), 140.0), min(words, 92.0)))


def _pair(line: str) -> float:
    """How wide a line on an arrow is in two lines, or in more where it is long."""
    longest = max((width(piece.rstrip(), LABEL) for piece in BREAKS.split(line)), default=0.0)
    return min(narrowest(line, LABEL), max(longest, SHORTEST), LABELLED)

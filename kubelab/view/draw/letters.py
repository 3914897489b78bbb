"""Letters: how wide words are on a sheet, and how names are abbreviated or broken so that they have room."""

from __future__ import annotations

import re
from functools import cache

FONT = "DejaVu Sans"
BREAKS = re.compile(
    r"(?<=[-/=])(?=[^ ])|(?<=[^=→] )(?=[^ =])|(?<=→ )(?=[a-z])|(?<=\.)(?=[a-z])|(?=:\d)"
)  # where a name may go on in the next line


@cache
def width(words: str, size: float, bold: bool = False) -> float:
    """How wide a line of words is, in hundredths of an inch."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(words, font, False)[0]) / 0.72


def fit(words: str, room: float, size: float, bold: bool = False) -> str:
    """The words, abbreviated in the middle where they have no room: the end of a name tells pods apart."""
    if width(words, size, bold) <= room:
        return words
    last = re.split(r"[-/ ]", words)[-1]
    for kept in range(len(words) - 1, 1, -1):
        tail = max(len(last), kept // 2) if len(last) <= kept - 2 else kept // 2
        short = f"{words[: kept - tail].rstrip()}…{words[-tail:].lstrip()}"
        if width(short, size, bold) <= room:
            return short
    return "…"


def lines(words: str, room: float, size: float, bold: bool = False, most: int = 2) -> list[str]:
    """The words in as few lines as have room, broken behind a hyphen, a slash, a space, or before a port.

    Where `most` lines are too few, the last one keeps the end of the name and the one before is abbreviated.
    """
    if width(words, size, bold) <= room or most == 1:
        return [fit(words, room, size, bold)]
    places = [found.start() for found in BREAKS.finditer(words)]
    fitting = [place for place in places if width(words[:place].rstrip(), size, bold) <= room]
    if fitting:
        rest = lines(words[fitting[-1] :], room, size, bold, most - 1)
        if "…" not in "".join(rest):
            return [words[: fitting[-1]].rstrip(), *rest]
    spaces = [place for place in fitting if words[place - 1] == "/"]
    if most == 2 and len(spaces) == 1 and " " not in words:  # a namespace, and a name that is too long
        return [words[: spaces[0]], fit(words[spaces[0] :], room, size, bold)]
    ends = [place for place in places if width(words[place:], size, bold) <= room]
    if not ends and fitting:
        return [words[: fitting[-1]].rstrip(), fit(words[fitting[-1] :], room, size, bold)]
    if not ends:
        return [fit(words, room, size, bold)]
    before = words[: ends[0]]
    return [*lines(before.rstrip(), room, size, bold, most - 1), words[ends[0] :]]


def narrowest(words: str, size: float, bold: bool = False) -> float:
    """How wide a box must be at least for the words to have room in two lines."""
    cuts = [found.start() for found in BREAKS.finditer(words)]
    pairs = [max(width(words[:cut].rstrip(), size, bold), width(words[cut:], size, bold)) for cut in cuts]
    return min([width(words, size, bold), *pairs])


def wrapped(words: str, room: float, size: float) -> list[str]:
    """The words in as many lines as they need."""
    found: list[str] = []
    for piece in BREAKS.split(words):
        longer = (found[-1] if found else "") + piece
        if found and width(longer.rstrip(), size) <= room:
            found[-1] = longer
        else:
            found.append(piece)
    return [fit(line.rstrip(), room, size) for line in found]

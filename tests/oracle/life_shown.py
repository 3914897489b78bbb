"""What `kubectl get` showed, compared cell by cell."""

from __future__ import annotations

import re
from typing import Any

from life_compare import Score, Side
from life_names import without_addresses
from life_times import downfalls

AGE_TOLERANCE = 2  # seconds
OLDER = ("nodes", "kubernetes")  # objects that were there before the recording
NOT_RECORDED = ("endpointslices", "kubernetes")  # the recorded API server did not publish its own address
OF_RUNTIME = ("OS-Image", "Kernel-Version", "Container-Runtime")
AGE = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def compare_tables(should: Side, does: Side, score: Score) -> None:
    """Columns, and cells with names, addresses and what the empty runtime makes up masked; ages within 2 s.

    Rows are compared in the order of their masked names. A pod's node is compared with the placement. Where a node was
    lost some seconds sooner or later than in the recording, ages differ by as much.
    """
    downs = zip(downfalls(should), downfalls(does), strict=True)
    later = max(
        (abs(real - ours) for (_, real), (_, ours) in downs if real is not None and ours is not None), default=0
    )
    for kind, table in should.life.tables.items():
        ours = does.life.tables.get(kind, {"columns": [], "wide": [], "rows": []})
        ours = {**ours, "rows": [row for row in ours["rows"] if (kind, row[0]) != NOT_RECORDED]}
        score.count(f"columns of {kind}", table["columns"], ours["columns"])
        score.count(f"wide columns of {kind}", table["wide"], ours["wide"])
        rows = [
            sorted((masked(side, kind, shown["wide"], row) for row in shown["rows"]), key=unaged)
            for side, shown in ((should, table), (does, ours))
        ]
        score.count(f"rows of {kind}", len(rows[0]), len(rows[1]))
        for real, row in zip(*rows, strict=False):
            for column, cell in real.items():
                compare_cell(score, f"{kind} {real['Name']} {column}", cell, row.get(column), AGE_TOLERANCE + later)


def compare_cell(score: Score, what: str, real: Any, ours: Any, tolerance: float) -> None:
    if isinstance(real, Age) and isinstance(ours, Age):
        score.check(what, abs(real.seconds - ours.seconds) <= tolerance, f"recorded {real.text}, here {ours.text}")
    else:
        score.count(what, real, ours)


class Age:
    """An age as kubectl prints it."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = AGE.fullmatch(text)
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, -1000)
        self.seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds

    def __repr__(self) -> str:
        return "<age>"


def unaged(row: dict[str, Any]) -> str:
    return repr(row)


def masked(side: Side, kind: str, columns: list[str], row: list[Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for column, cell in zip(columns, row, strict=True):
        if column == "Age":
            cells[column] = "<older>" if kind in OLDER or row[0] in OLDER else Age(cell)
        elif column in OF_RUNTIME:
            cells[column] = "<runtime>" if cell else cell
        elif kind == "pods" and column == "Node":
            cells[column] = "<node>" if cell != "<none>" else cell
        else:
            cells[column] = without_addresses(side.names.mask(cell)) if isinstance(cell, str) else cell
    return cells

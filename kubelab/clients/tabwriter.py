"""Columns of text: cells separated by tabs, lined up as Go's programs line them up.

A column is a run of lines that have a cell there; a line without it begins the widths anew. So a long value in one
block of `kubectl describe` does not push another block aside.

In Kubernetes
    Go's `text/tabwriter`, which kubectl prints through.
"""

from __future__ import annotations


def align(text: str, *, padding: int = 2, min_width: int = 0, remember: bool = False) -> str:
    r"""The text with its tabs turned into spaces; with `remember`, no column becomes narrower further down.

    Examples
    --------
    >>> print(align("Name:\tweb\nLabels:\tapp=web\n\ttier=front\n"), end="")
    Name:    web
    Labels:  app=web
             tier=front
    """
    lines = [line.split("\t") for line in text.split("\n")]
    widths = [[0] * (len(line) - 1) for line in lines]
    _measure(lines, widths, (0, len(lines)), 0, padding, min_width, {} if remember else None)
    printed = []
    for line, line_widths in zip(lines, widths, strict=True):
        cells = "".join(cell.ljust(width) for cell, width in zip(line[:-1], line_widths, strict=True))
        printed.append(cells + line[-1])
    return "\n".join(printed)


def _measure(
    lines: list[list[str]],
    widths: list[list[int]],
    block: tuple[int, int],
    column: int,
    padding: int,
    min_width: int,
    widest: dict[int, int] | None,
) -> None:
    """Set the widths of a column between two lines, then those of the columns to its right within each block."""
    i, end = block
    while i < end:
        if column >= len(lines[i]) - 1:
            i += 1
            continue
        stop = i
        while stop < end and column < len(lines[stop]) - 1:
            stop += 1
        width = max(min_width, *(len(lines[k][column]) + padding for k in range(i, stop)))
        if widest is not None:
            width = widest[column] = max(width, widest.get(column, 0))
        for k in range(i, stop):
            widths[k][column] = width
        _measure(lines, widths, (i, stop), column + 1, padding, min_width, widest)
        i = stop


def table(columns: list[str], rows: list[list[str]], *, headers: bool = True) -> str:
    """Rows under headings, as `kubectl get` prints them.

    Examples
    --------
    >>> print(table(["NAME", "READY"], [["web-1", "1/1"]]), end="")
    NAME    READY
    web-1   1/1
    """
    lines = [columns, *rows] if headers else rows
    return align("".join("\t".join(line) + "\n" for line in lines), padding=3, min_width=6, remember=True)

"""How long `sleep` sleeps."""

from __future__ import annotations

from collections.abc import Sequence

FOREVER = float("inf")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(args: Sequence[str]) -> float:
    """The sum of what it is told.

    Examples
    --------
    >>> seconds_of(["90"]), seconds_of(["1m", "30s"]), seconds_of(["infinity"])
    (90.0, 90.0, inf)
    """
    total = 0.0
    for arg in args:
        number, unit = (arg[:-1], _UNITS[arg[-1]]) if arg[-1:] in _UNITS else (arg, 1)
        try:
            total += float(number) * unit
        except ValueError:
            continue
    return total

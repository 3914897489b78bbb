"""How long ago: ages as kubectl prints them.

In Kubernetes
    `k8s.io/apimachinery/pkg/util/duration`.
"""

from __future__ import annotations

from datetime import datetime

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def human_duration(seconds: float) -> str:
    """A duration in two or three figures, finer when it is short.

    Examples
    --------
    >>> [human_duration(s) for s in (6, 119, 316, 14 * 60 + 8, 4 * 3600, 26 * 3600, 52 * 3600, 30 * 86400)]
    ['6s', '119s', '5m16s', '14m', '4h', '26h', '2d4h', '30d']
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    if whole < 10 * _MINUTE:
        return _two(whole, _MINUTE, "m", 1, "s")
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 8 * _HOUR:
        return _two(whole, _HOUR, "h", _MINUTE, "m")
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 8 * _DAY:
        return _two(whole, _DAY, "d", _HOUR, "h")
    if whole < 2 * _YEAR:
        return f"{whole // _DAY}d"
    if whole < 8 * _YEAR:
        return _two(whole, _YEAR, "y", _DAY, "d")
    return f"{whole // _YEAR}y"


def short_human_duration(seconds: float) -> str:
    """A duration in one figure, as `rollout` and `describe` of quotas print it.

    Examples
    --------
    >>> short_human_duration(90), short_human_duration(7200)
    ('1m', '2h')
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    for limit, unit, sign in ((_MINUTE, 1, "s"), (_HOUR, _MINUTE, "m"), (_DAY, _HOUR, "h"), (_YEAR, _DAY, "d")):
        if whole < limit:
            return f"{max(whole, 0) // unit}{sign}"
    return f"{whole // _YEAR}y"


def since(moment: datetime | None, now: datetime) -> str:
    """The age of what happened at a moment: `5m16s`, or `<unknown>`."""
    return human_duration((now - moment).total_seconds()) if moment else "<unknown>"


def _two(whole: int, unit: int, sign: str, small: int, small_sign: str) -> str:
    rest = whole % unit // small
    return f"{whole // unit}{sign}" + (f"{rest}{small_sign}" if rest else "")

"""A load's random numbers: each is a function of the request, the attempt and the decision that it is for.

The same numbers come out one at a time and as a numpy array.
"""

from __future__ import annotations

from typing import Any

MOST_ATTEMPTS = 32
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # SplitMix64
_MASK = (1 << 64) - 1
_SHARE = 2.0**-53


def number(seed: int, request: int, attempt: int, decision: int) -> float:
    """A number of at least 0 and below 1."""
    mixed = (seed + _counter(request, attempt, decision) * _GOLDEN) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * _FIRST) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * _SECOND) & _MASK
    return ((mixed ^ (mixed >> 31)) >> 11) * _SHARE


def numbers(seed: int, requests: Any, attempt: int, decision: int) -> Any:
    """The numbers of many requests, `requests` being an array of uint64."""
    import numpy as np

    mixed = requests << np.uint64(16) | np.uint64(attempt << 8 | decision)
    mixed = mixed * np.uint64(_GOLDEN) + np.uint64(seed)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(_FIRST)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(_SECOND)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) * _SHARE


def _counter(request: int, attempt: int, decision: int) -> int:
    return request << 16 | attempt << 8 | decision

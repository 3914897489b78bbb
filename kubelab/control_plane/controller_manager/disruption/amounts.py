"""The amounts of a budget: a number of pods, or a percentage of all of them."""

from __future__ import annotations

from math import ceil


def scaled(amount: int | str, total: int) -> int:
    """The number of pods that an amount means; a percentage is rounded up.

    Examples
    --------
    >>> scaled(2, 10), scaled("25%", 10), scaled("100%", 3)
    (2, 3, 3)
    """
    if isinstance(amount, int):
        return amount
    return ceil(int(amount.removesuffix("%")) * total / 100)

"""Amounts of pods, in numbers or in percent: how many may be missing, or be there too many.

In Kubernetes
    `ValidatePositiveIntOrPercent`, `IsNotMoreThan100Percent` and `getIntOrPercentValue` in
    `pkg/apis/apps/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, not_negative


def number_or_percent(value: int | str, path: str) -> Iterator[Cause]:
    """A number from 0 up, or a percentage."""
    if isinstance(value, str):
        return invalid(path, value, formats.percent(value))
    return not_negative(value, path)


def at_most_all(value: int | str, path: str) -> Iterator[Cause]:
    """A percentage may not be more than everything."""
    if isinstance(value, str) and not formats.percent(value) and int(value[:-1]) > 100:
        yield Cause.invalid(path, value, "must not be greater than 100%")


def amount(value: int | str) -> int:
    """The number, of a percentage too; what is neither counts as 0, as Go's conversion has it."""
    if isinstance(value, int):
        return value
    digits = value if formats.percent(value) else value[:-1]
    return int(digits) if digits.isascii() and digits.lstrip("+-").isdigit() else 0

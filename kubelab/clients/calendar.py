"""What a cluster's calendar says at second 0."""

from __future__ import annotations

from datetime import UTC, datetime

from kubelab.arguments import ArgumentError, unfit

NOW = "now"
FAR = 3600.0  # seconds between two calendars from which on ages are wrong enough to say so


def calendar(start: datetime | str) -> datetime:
    """The date of second 0: the one given, or, for `now`, that of the computer, which real clients reckon ages by.

    Raises
    ------
    ArgumentError
        It is neither a date nor `now`.
    """
    if isinstance(start, datetime):
        return start
    if start != NOW:
        raise ArgumentError(unfit("Cluster: start", start, es='un datetime o "now"', en='a datetime or "now"'))
    return datetime.now(UTC)


def is_far_from_today(date: datetime) -> bool:
    """Whether a calendar says something else than the computer's."""
    return abs((datetime.now(UTC) - date).total_seconds()) > FAR

"""Cron schedules: at which instants `*/5 * * * *` is due.

In Kubernetes
    github.com/robfig/cron/v3 (ParseStandard, SpecSchedule.Next);
    https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax

Left out
    Durations of `@every` in units smaller than a microsecond. Where a clock is put back, an hour is there twice and
    what is due in it is due twice, as in Kubernetes; where there is no midnight, the first instant after it counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

YEARS_AHEAD = 5  # what is not due within these years is never due

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# The five fields: least, greatest, and the names of values.
_BOUNDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 2**63 * 1e-9  # what Go can hold of nanoseconds
_DURATION = re.compile(r"(\d+\.?\d*|\.\d+)([a-zµμ]+)")


class ScheduleError(ValueError):
    """What is written is no schedule; the message is the one that Kubernetes gives."""


@dataclass(frozen=True)
class Field:
    """The values that one field of a schedule allows; `star` when it says `*` and so leaves the choice to the other."""

    values: tuple[int, ...]
    star: bool


@dataclass(frozen=True)
class Schedule:
    """When something is due, by five fields in one time zone, or every so many seconds.

    Where day of month and day of week are both given, either of them is enough.

    Examples
    --------
    >>> parse("*/20 9-17 * * mon-fri").next(datetime(2026, 1, 2, 17, 40, tzinfo=UTC)).isoformat()
    '2026-01-05T09:00:00+00:00'
    """

    minutes: Field
    hours: Field
    days: Field
    months: Field
    weekdays: Field
    zone: tzinfo = UTC
    every: int = 0

    def next(self, after: datetime) -> datetime | None:
        """The first instant after `after` at which it is due, in UTC; None when there is none within five years."""
        if self.every:
            return after.replace(microsecond=0) + timedelta(seconds=self.every)
        moment = after.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        local = moment.astimezone(self.zone)
        last_year = local.year + YEARS_AHEAD
        while local.year <= last_year:
            if local.month not in self.months.values:
                year, month = divmod(local.year * 12 + local.month, 12)
                moment = self._instant(year, month + 1, 1)
            elif not self._is_day(local):
                tomorrow = local.date() + timedelta(days=1)
                moment = self._instant(tomorrow.year, tomorrow.month, tomorrow.day)
            elif local.hour not in self.hours.values:
                moment += timedelta(minutes=60 - local.minute)
            elif local.minute not in self.minutes.values:
                later = [minute for minute in self.minutes.values if minute > local.minute]
                moment += timedelta(minutes=(later[0] if later else 60) - local.minute)
            else:
                return moment
            local = moment.astimezone(self.zone)
        return None

    def _is_day(self, local: datetime) -> bool:
        by_month = local.day in self.days.values
        by_week = (local.weekday() + 1) % 7 in self.weekdays.values
        if self.days.star or self.weekdays.star:
            return by_month and by_week
        return by_month or by_week

    def _instant(self, year: int, month: int, day: int) -> datetime:
        return datetime(year, month, day, tzinfo=self.zone).astimezone(UTC)


def parse(spec: str, time_zone: str | None = None) -> Schedule:
    """Read a schedule: five fields or a descriptor such as `@hourly`, after `TZ=` or `CRON_TZ=` and a zone if any.

    Raises
    ------
    ScheduleError
        It cannot be read.
    """
    if not spec:
        raise ScheduleError("empty spec string")
    zone: tzinfo = zone_of(time_zone) if time_zone is not None else UTC
    if spec.startswith(("TZ=", "CRON_TZ=")):
        named, space, rest = spec.partition(" ")
        if not space:
            raise ScheduleError("invalid schedule format, err: runtime error: slice bounds out of range [:-1]")
        name = named.partition("=")[2]
        try:
            zone = zone_of(name)
        except ScheduleError as unknown:
            raise ScheduleError(f"provided bad location {name}: {unknown}") from None
        spec = rest.strip()
    every = 0
    if spec.startswith("@"):
        every = _every(spec)
        spec = "* * * * *" if every else _DESCRIPTORS[spec]
    written = spec.split()
    if len(written) != len(_BOUNDS):
        raise ScheduleError(f"expected exactly 5 fields, found {len(written)}: [{' '.join(written)}]")
    minutes, hours, days, months, weekdays = (
        _field(text, *bounds) for text, bounds in zip(written, _BOUNDS, strict=True)
    )
    return Schedule(minutes, hours, days, months, weekdays, zone, every)


def zone_of(name: str) -> tzinfo:
    """The time zone of that name, as the IANA database has it.

    Raises
    ------
    ScheduleError
        There is none.
    """
    if name in ("", "UTC", "Local"):
        return UTC  # the machines of a cluster run on UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f"unknown time zone {name}") from None


def _every(descriptor: str) -> int:
    """The seconds of `@every 90s`; 0 for a descriptor that stands for five fields."""
    if descriptor in _DESCRIPTORS:
        return 0
    if not descriptor.startswith("@every "):
        raise ScheduleError(f"unrecognized descriptor: {descriptor}")
    written = descriptor[len("@every ") :]
    try:
        return max(int(_seconds(written)), 1)
    except ValueError as wrong:
        raise ScheduleError(f"failed to parse duration {descriptor}: {wrong}") from None


def _seconds(written: str) -> float:
    """The seconds of a duration such as `1h30m`, as Go reads one."""
    sign, rest = (-1, written[1:]) if written[:1] == "-" else (1, written.removeprefix("+"))
    if rest == "0":
        return 0.0
    total, position = 0.0, 0
    for part in _DURATION.finditer(rest):
        if part.start() != position:
            break
        if part[2] not in _UNITS:
            raise ValueError(f'time: unknown unit "{part[2]}" in duration "{written}"')
        total += float(part[1]) * _UNITS[part[2]]
        position = part.end()
    if position == 0 or position != len(rest) or total >= _LONGEST:
        missing = re.fullmatch(r"\d+\.?\d*|\.\d+", rest[position:])
        raise ValueError(f'time: {"missing unit in" if missing else "invalid"} duration "{written}"')
    return sign * total


def _field(text: str, least: int, greatest: int, names: dict[str, int]) -> Field:
    values: set[int] = set()
    star = False
    for part in text.split(","):
        if part:
            found, is_star = _range(part, least, greatest, names)
            values.update(found)
            star = star or is_star
    return Field(tuple(sorted(values)), star)


def _range(text: str, least: int, greatest: int, names: dict[str, int]) -> tuple[range, bool]:
    """The values of one of a field's parts: `*`, `5`, `1-5`, each with `/step` or without; and whether it is a star."""
    bounds, *steps = text.split("/")
    low, *high = bounds.split("-")
    star = low in ("*", "?")
    if star:
        start, end = least, greatest
    else:
        start = _number(low, names)
        if len(high) > 1:
            raise ScheduleError(f"too many hyphens: {text}")
        end = _number(high[0], names) if high else start
    if len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    step = _number(steps[0], {}) if steps else 1
    if steps and not high:
        end = greatest
    if start < least:
        raise ScheduleError(f"beginning of range ({start}) below minimum ({least}): {text}")
    if end > greatest:
        raise ScheduleError(f"end of range ({end}) above maximum ({greatest}): {text}")
    if start > end:
        raise ScheduleError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")
    return range(start, end + 1, step), star and step == 1


def _number(text: str, names: dict[str, int]) -> int:
    named = names.get(text.lower())
    if named is not None:
        return named
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ScheduleError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    if abs(int(text)) >= 2**63:
        raise ScheduleError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": value out of range')
    if int(text) < 0:
        raise ScheduleError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)

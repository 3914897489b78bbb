"""Values that JSON writes as text and Go reads as something else: instants and bytes.

In Kubernetes
    `metav1.Time` and `MicroTime` (RFC 3339), `[]byte` (base64).
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

_SECONDS_LAYOUT = "2006-01-02T15:04:05Z07:00"
_MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"
_HEAD = (("2006", r"\d{4}"), ("-", "-"), ("01", r"\d\d"), ("-", "-"), ("02", r"\d\d"), ("T", "T"), ("15", r"\d\d"),
         (":", ":"), ("04", r"\d\d"), (":", ":"), ("05", r"\d\d"))  # fmt: skip
_ZONE = ("Z07:00", r"Z|[+-]\d\d:\d\d")
_SECONDS_PARTS = (*_HEAD, ("", r"([.,]\d+)?"), _ZONE)
_MICRO_PARTS = (*_HEAD, (".000000", r"\.\d{6}"), _ZONE)
_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))", flags=re.ASCII
)
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


def timestamp(text: str, *, micro: bool = False) -> str:
    """An instant as it is given back: in UTC, in whole seconds or in millionths.

    Examples
    --------
    >>> timestamp("2026-01-02T03:04:05.6+01:00")
    '2026-01-02T02:04:05Z'

    Raises
    ------
    ValueError
        The text is no instant; the message is Go's.
    """
    if match := _INSTANT.fullmatch(text):
        year, month, day, hour, minute, second, fraction, sign, zone_hours, zone_minutes = match.groups()
        if not micro or (fraction and len(fraction) == 6 and "," not in text):
            try:
                instant = datetime(
                    int(year),
                    int(month),
                    int(day),
                    int(hour),
                    int(minute),
                    int(second),
                    int(((fraction or "") + "0" * 6)[:6]),
                    UTC,
                )
                if sign:
                    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
                    instant = instant - offset if sign == "+" else instant + offset
            except (ValueError, OverflowError):
                raise ValueError(
                    f'parsing time "{text}": {_out_of_range(month, day, hour, minute)} out of range'
                ) from None
            return instant.isoformat(timespec="microseconds" if micro else "seconds").replace("+00:00", "Z")
    raise ValueError(_parse_error(text, micro))


def _out_of_range(month: str, day: str, hour: str, minute: str) -> str:
    if not 1 <= int(month) <= 12:
        return "month"
    if not 1 <= int(day) <= 28:
        return "day"
    return "hour" if int(hour) > 23 else "minute" if int(minute) > 59 else "second"


def _parse_error(text: str, micro: bool) -> str:
    """Go names the layout, the first part of it that is not there, and what is there instead."""
    layout = _MICRO_LAYOUT if micro else _SECONDS_LAYOUT
    rest = text
    for part, regex in _MICRO_PARTS if micro else _SECONDS_PARTS:
        match = re.match(regex, rest, flags=re.ASCII)
        if match is None:
            return f'parsing time "{text}" as "{layout}": cannot parse "{rest}" as "{part}"'
        rest = rest[match.end() :]
    return f'parsing time "{text}": extra text: "{rest}"'


def canonical_base64(text: str) -> str:
    r"""Bytes in base64 as they are given back: line breaks, which are let pass, are gone.

    Examples
    --------
    >>> canonical_base64("aG9s\nYQ==")
    'aG9sYQ=='

    Raises
    ------
    ValueError
        The text is no base64; the message is Go's.
    """
    raw = text.encode("utf-8", "surrogatepass")
    offset = _illegal_byte(raw)
    if offset is not None:
        raise ValueError(f"illegal base64 data at input byte {offset}")
    return base64.b64encode(base64.b64decode(raw)).decode()


def _illegal_byte(raw: bytes) -> int | None:
    """Where Go's decoder stops, or None: groups of four letters, the last one filled up with `=`."""
    places = [place for place, letter in enumerate(raw) if letter not in b"\r\n"]
    for index, place in enumerate(places):
        if raw[place] in _BASE64:
            continue
        filled = index % 4
        if raw[place] != ord("=") or filled < 2:
            return place
        last = index + (1 if filled == 2 else 0)
        if last >= len(places):
            return len(raw)
        if raw[places[last]] != ord("="):
            return places[last] - 1
        return places[last + 1] if last + 1 < len(places) else None
    missing = len(places) % 4
    return len(raw) - missing if missing else None

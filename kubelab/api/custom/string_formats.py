"""Formats of text that schemas can ask for.

In Kubernetes
    `k8s.io/kube-openapi/pkg/validation/strfmt`; those that this Kubernetes knows:
    `k8s.io/apiextensions-apiserver/pkg/apiserver/validation/formats.go`. Others are ignored.
Left out
    Check digits of books and credit cards: their form is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from email.utils import parseaddr
from urllib.parse import urlsplit

from kubelab.api.addresses import parse_cidr, parse_ip
from kubelab.api.custom.schema_walk import INT_OR_STRING, Schema
from kubelab.api.scalars import canonical_base64, timestamp

_NUMBER_FORMATS = {"integer": ("int32", "int64"), "number": ("float", "double")}
_HOST = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_HOST}(?:\.{_HOST})*", re.IGNORECASE)
_HEX = "[0-9a-f]"


def _uuid(third: str, fourth: str) -> Callable[[str], bool]:
    return _fully(f"(?i){_HEX}{{8}}-?{_HEX}{{4}}-?{third}-?{fourth}-?{_HEX}{{12}}")


def _fully(pattern: str) -> Callable[[str], bool]:
    expression = re.compile(pattern, re.ASCII)
    return lambda text: expression.fullmatch(text) is not None


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) or text.startswith("/")


def _is_email(text: str) -> bool:
    address = parseaddr(text)[1]
    return "@" in address and not address.startswith("@") and not address.endswith("@")


def _is_base64(text: str) -> bool:
    try:
        canonical_base64(text)
    except ValueError:
        return False
    return bool(text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _is_instant(text: str) -> bool:
    try:
        timestamp(text)
    except ValueError:
        return False
    return True


def _is_ip(version: int) -> Callable[[str], bool]:
    return lambda text: (address := parse_ip(text)) is not None and address.version == version


_UNITS = r"(?:ns|us|µs|ms|s|m|h)"
_WORDS = (
    r"(?:nanos?|nanoseconds?|ns|micros?|microseconds?|us|µs|millis?|milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|"
    r"hours?|hrs?|h|days?|d|weeks?|wks?|w)"
)
_ANY4, _LABEL = f"{_HEX}{{4}}", "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SHORT_NAME = _fully(_LABEL)
_LONG_NAME = _fully(rf"{_LABEL}(\.{_LABEL})*")

_FORMATS: dict[str, Callable[[str], bool]] = {
    "bsonobjectid": _fully(f"(?i){_HEX}{{24}}"),
    "byte": _is_base64,
    "cidr": lambda text: parse_cidr(text) is not None,
    "creditcard": _fully(r"(?:\D*\d){12,19}\D*"),
    "date": _is_date,
    "datetime": _is_instant,
    "duration": _fully(rf"[+-]?(?:\d+(?:\.\d*)?{_UNITS})+|0|\d+ *{_WORDS}"),
    "email": _is_email,
    "hexcolor": _fully("#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "hostname": lambda text: len(text) <= 255 and _HOSTNAME.fullmatch(text) is not None,
    "ipv4": _is_ip(4),
    "ipv6": _is_ip(6),
    "isbn": _fully(r"(?:[- ]?\d){9}[- ]?[\dX]|(?:[- ]?\d){13}"),
    "isbn10": _fully(r"(?:[- ]?\d){9}[- ]?[\dX]"),
    "isbn13": _fully(r"(?:[- ]?\d){13}"),
    "k8slongname": lambda text: len(text) <= 253 and _LONG_NAME(text),
    "k8sshortname": lambda text: len(text) <= 63 and _SHORT_NAME(text),
    "mac": _fully(r"(?i)[0-9a-f]{2}([:-][0-9a-f]{2}){5,7}|([0-9a-f]{4}\.){2,3}[0-9a-f]{4}"),
    "password": lambda text: True,
    "rgbcolor": _fully(r"rgb\((\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,?){3}\)"),
    "ssn": _fully(r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    "uri": _is_uri,
    "uuid": _uuid(_ANY4, _ANY4),
    "uuid3": _uuid(f"3{_HEX}{{3}}", _ANY4),
    "uuid4": _uuid(f"4{_HEX}{{3}}", f"[89ab]{_HEX}{{3}}"),
    "uuid5": _uuid(f"5{_HEX}{{3}}", f"[89ab]{_HEX}{{3}}"),
}


def known_format(schema: Schema) -> str | None:
    """The format of a schema if this Kubernetes knows it for the schema's type, else None."""
    form, kind = schema.get("format", ""), schema.get("type", "")
    if not form or schema.get(INT_OR_STRING):
        return None
    if kind in ("", "string"):
        return form if form.replace("-", "") in _FORMATS else None
    return form if form in _NUMBER_FORMATS.get(kind, ()) else None


def is_of_format(text: str, form: str) -> bool:
    """Whether a text is of a known format.

    Examples
    --------
    >>> is_of_format("10.0.0.1", "ipv4"), is_of_format("1h30m", "duration"), is_of_format("tomorrow", "date")
    (True, True, False)
    """
    check = _FORMATS.get(form.replace("-", ""))
    return check is None or check(text)

"""Quantities: `250m` of a CPU, `64Mi` of memory, exact and in the form in which the API server gives them back.

A quantity is a whole number of billionths, so that nothing is ever rounded by floating point; it also remembers
the family of suffixes it was written in, and is printed in the same.

In Kubernetes
    `k8s.io/apimachinery/pkg/api/resource`. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
Left out
    Decimal exponents beyond ±30 are refused; Kubernetes computes with them as long as its memory lasts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

FORMAT_ERROR = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"  # as Go prints it
)
NUMBER_ERROR = "unable to parse numeric part of quantity"
SUFFIX_ERROR = "unable to parse quantity's suffix"

_NANO = 10**9
_LARGEST_BINARY = (2**63 - 1) * _NANO
_SHAPE = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAME = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_NAME = {exponent // 10: suffix for suffix, exponent in _BINARY.items()} | {0: ""}
_LARGEST_EXPONENT = 30
_LONGEST_NUMBER = 300


class QuantityError(ValueError):
    """A text that is no quantity; the message is the API server's."""


@dataclass(frozen=True)
class Quantity:
    """An amount in billionths, the family of its suffix, and how it prints."""

    nano: int
    family: str  # "decimal", "binary" or "exponent"
    text: str


@lru_cache(maxsize=16384)
def quantity(text: str | int | float) -> Quantity:
    """The quantity that a manifest's text or number stands for.

    Raises
    ------
    QuantityError
        It stands for none.
    """
    if isinstance(text, int) and abs(text) >= 10**_LONGEST_NUMBER:
        raise QuantityError(NUMBER_ERROR)
    written = text.strip() if isinstance(text, str) else str(text)
    match = _SHAPE.fullmatch(written) if written else None
    if match is None:
        raise QuantityError(FORMAT_ERROR)
    sign, digits, decimals, suffix = match.groups()
    digits, decimals = digits or "0", decimals or ""
    family, exponent = _suffix(suffix)
    if len(digits) + len(decimals) > _LONGEST_NUMBER:
        raise QuantityError(NUMBER_ERROR)
    numerator = int(digits + decimals)
    if family == "binary":
        nano = -(-(numerator * _NANO << exponent) // 10 ** len(decimals))
        nano = min(nano, _LARGEST_BINARY)
    else:
        shift = exponent + 9 - len(decimals)
        nano = numerator * 10**shift if shift >= 0 else -(-numerator // 10**-shift)
    kept = _keeps_its_text(family, exponent, digits, decimals)
    if sign == "-":
        nano = -nano
    return Quantity(nano, family, written if kept else _render(nano, family))


def _suffix(suffix: str) -> tuple[str, int]:
    if suffix in _DECIMAL:
        return "decimal", _DECIMAL[suffix]
    if suffix in _BINARY:
        return "binary", _BINARY[suffix]
    if suffix[0] in "eE":
        try:
            exponent = int(suffix[1:])
        except ValueError:
            raise QuantityError(SUFFIX_ERROR) from None
        if abs(exponent) <= _LARGEST_EXPONENT:
            return "exponent", exponent
    raise QuantityError(SUFFIX_ERROR)


def _keeps_its_text(family: str, exponent: int, digits: str, decimals: str) -> bool:
    """Whether Kubernetes takes the text to be canonical and gives it back as it came (`1.500` is such a text)."""
    if family == "binary":
        short = len(digits) + int(exponent * 3 / 10) <= 14
        return not decimals and short and int(digits) % 8 != 0
    scale = exponent - len(decimals)
    written = digits + decimals
    if len(written) > 18 or scale < -9 or scale % 3:
        return False
    return not written.endswith("000") and written[0] != "0"


def _render(nano: int, family: str) -> str:
    """The canonical text: no fraction, the largest suffix that loses nothing."""
    if not nano:
        return "0"
    if family == "binary" and abs(nano) >= 1024 * _NANO and nano % _NANO == 0:
        number, power = nano // _NANO, 0
        while number % 1024 == 0 and power < 6:
            number, power = number // 1024, power + 1
        return f"{number}{_BINARY_NAME[power]}"
    number, exponent = nano, -9
    while number % 1000 == 0 and (exponent < 18 or family == "exponent"):
        number, exponent = number // 1000, exponent + 3
    if family == "exponent":
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_DECIMAL_NAME[exponent]}"


def canonical(text: str | int | float) -> str:
    """A quantity as the API server gives it back.

    Examples
    --------
    >>> canonical("1000m"), canonical("0.5"), canonical("1.5Gi"), canonical(2), canonical(0.25)
    ('1', '500m', '1536Mi', '2', '250m')
    """
    return quantity(text).text


def parse(text: str | int | float) -> int | Fraction:
    """The exact amount.

    Examples
    --------
    >>> parse("64Mi"), parse("250m")
    (67108864, Fraction(1, 4))
    """
    nano = quantity(text).nano
    return nano // _NANO if nano % _NANO == 0 else Fraction(nano, _NANO)


@lru_cache(maxsize=16384)
def value(text: str | int | float) -> int:
    """The amount in whole units, rounded away from zero: bytes of memory, numbers of pods."""
    return _round_away(quantity(text).nano, _NANO)


@lru_cache(maxsize=16384)
def milli(text: str | int | float) -> int:
    """The amount in thousandths, rounded away from zero: millicores.

    Examples
    --------
    >>> milli("0.5"), milli("100u"), value("1.5")
    (500, 1, 2)
    """
    return _round_away(quantity(text).nano, 10**6)


@lru_cache(maxsize=16384)
def round_up_to_milli(text: str | int | float) -> str:
    """A resource's amount as it is stored: nothing finer than a thousandth.

    In Kubernetes
        `SetDefaults_ResourceList` in `pkg/apis/core/v1/defaults.go`.
    """
    known = quantity(text)
    return known.text if known.nano % 10**6 == 0 else _render(_round_away(known.nano, 10**6) * 10**6, known.family)


@lru_cache(maxsize=16384)
def total(texts: tuple[str, ...]) -> str:
    """The sum of quantities, printed in the family of the first that is not zero."""
    known = [quantity(text) for text in texts]
    family = next((each.family for each in known if each.nano), "decimal")
    return _render(sum(each.nano for each in known), family)


@lru_cache(maxsize=16384)
def difference(text: str, other: str) -> str:
    """What is left of a quantity when another is taken away, printed in the first one's family."""
    known, less = quantity(text), quantity(other)
    return _render(known.nano - less.nano, known.family if known.nano else less.family)


def _round_away(nano: int, unit: int) -> int:
    return -(-nano // unit) if nano >= 0 else nano // unit

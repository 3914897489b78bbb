"""Numbers against schemas: their range, their bounds, and what they must be multiples of.

In Kubernetes
    `numberValidator` in `k8s.io/kube-openapi/pkg/validation/validate/validator.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelab.api.custom.schema_walk import Schema
from kubelab.api.errors import Cause

_RANGES = {"int32": 2**31, "int64": 2**63}
_LARGEST_FLOAT = 3.4028234663852886e38


def number_faults(value: int | float, schema: Schema, path: str, place: str) -> Iterator[Cause]:
    """What is wrong with a number; `place` is where it stands, `path` how sentences call that."""
    yield from _range(value, schema, path)
    factor, most, least = (schema.get(field) for field in ("multipleOf", "maximum", "minimum"))
    if factor is not None and not _is_multiple(value, factor):
        yield Cause.invalid(place, value, f"{path} in body should be a multiple of {_shown(factor)}")
    if most is not None and (value > most or (schema.get("exclusiveMaximum") and value == most)):
        words = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield Cause.invalid(place, value, f"{path} in body should be {words} {_shown(most)}")
    if least is not None and (value < least or (schema.get("exclusiveMinimum") and value == least)):
        words = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield Cause.invalid(place, value, f"{path} in body should be {words} {_shown(least)}")


def _range(value: int | float, schema: Schema, path: str) -> Iterator[Cause]:
    kind, form = schema.get("type", ""), schema.get("format", "")
    if kind == "integer":
        limit = _RANGES.get(form, 2**63)
        outside = not -limit <= value < limit
        form = form if form in _RANGES else ""
    else:
        outside = kind == "number" and form == "float" and abs(value) > _LARGEST_FLOAT
    if outside:
        shown = f"with format {form} in" if form else "(default format) in"
        yield Cause.invalid("<nil>", "", f"Checked value must be of type {kind} {shown} {path}")


def _is_multiple(value: int | float, factor: int | float) -> bool:
    if factor <= 0:
        return True
    if isinstance(value, int) and float(factor).is_integer():
        return value % int(factor) == 0
    return abs(value / factor - round(value / factor)) < 1e-9


def _shown(number: int | float) -> str:
    """A bound as Go prints it: `10`, `0.5`, `1e+21`."""
    if isinstance(number, int) or (number.is_integer() and abs(number) < 1e21):
        return str(int(number))
    return repr(number)

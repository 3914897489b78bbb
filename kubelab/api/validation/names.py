"""Names as fields: the formats of `kubelab.api.formats`, one cause for each sentence they answer with.

In Kubernetes
    The `Validate…Name` functions of `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause


def invalid(path: str, value: Any, messages: Iterable[str]) -> Iterator[Cause]:
    """One cause for each thing that is wrong with a value."""
    for message in messages:
        yield Cause.invalid(path, value, message)


def label(value: str, path: str) -> Iterator[Cause]:
    """A DNS label: the names of containers, volumes, hosts."""
    return invalid(path, value, formats.dns1123_label(value))


def subdomain(value: str, path: str) -> Iterator[Cause]:
    """A DNS subdomain: the names of most objects."""
    return invalid(path, value, formats.dns1123_subdomain(value))


def qualified(value: str, path: str) -> Iterator[Cause]:
    """A name with an optional prefix: the keys of labels and annotations, conditions, gates."""
    return invalid(path, value, formats.qualified_name(value))


def domain_prefixed_path(value: str, path: str) -> Iterator[Cause]:
    """A path under a domain, such as `example.com/controller`."""
    domain, _, rest = value.partition("/")
    if not domain or not rest:
        yield Cause.invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')
        return
    yield from invalid(path, domain, formats.dns1123_subdomain(domain))
    yield from invalid(path, rest, formats.http_path(rest))


def required_label(value: str | None, path: str) -> Iterator[Cause]:
    """A DNS label that must be there."""
    if value:
        yield from label(value, path)
    else:
        yield Cause.required(path)


def not_negative(value: int | None, path: str) -> Iterator[Cause]:
    """A number from 0 up."""
    if value is not None and value < 0:
        yield Cause.invalid(path, value, "must be greater than or equal to 0")


def one_of(value: str | None, path: str, supported: Collection[str]) -> Iterator[Cause]:
    """A word of a closed list that must be there."""
    if not value:
        yield Cause.required(path)
    elif value not in supported:
        yield Cause.not_supported(path, value, supported)


def one_of_if_given(value: str | None, path: str, supported: Collection[str]) -> Iterator[Cause]:
    """A word of a closed list, or none."""
    if value is not None and value not in supported:
        yield Cause.not_supported(path, value, supported)


def port(value: int | str | None, path: str) -> Iterator[Cause]:
    """A port by its number or by its name."""
    if isinstance(value, str):
        return invalid(path, value, formats.port_name(value))
    return invalid(path, value or 0, formats.port_number(value or 0))


def within(value: int, low: int, high: int, path: str) -> Iterator[Cause]:
    """A number within its limits, both included."""
    if not low <= value <= high:
        yield Cause.invalid(path, value, formats.range_error(low, high))

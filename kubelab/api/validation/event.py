"""What an Event may report.

In Kubernetes
    `ValidateEventCreate` and `ValidateEventUpdate` in `pkg/apis/core/validation/events.go`: the rules for `v1` are
    kept for old reporters; `events.k8s.io/v1` asks for more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid
from kubelab.api.validation.templates import immutable

_LENGTHS = {"action": 128, "reason": 128}
_INSTANCE_LENGTH = 128
_NOTE_LENGTH = 1024
_TYPES = ("Normal", "Warning")
_OF_OLD_REPORTERS = ("firstTimestamp", "lastTimestamp", "count", "source")
_SETTLED = {
    **{field: field for field in ("involvedObject", "reason", "message", *_OF_OLD_REPORTERS, "type", "eventTime")},
    **{field: field for field in ("action", "related", "reportingInstance")},
    "reportingComponent": "reportingController",
}


def event(obj: dict[str, Any], old: dict[str, Any] | None) -> Iterator[Cause]:
    """An Event: in the namespace of what it is about, and, in the newer form, with all that this form asks for."""
    namespace, about = obj["metadata"].get("namespace", ""), obj["involvedObject"].get("namespace", "")
    if obj.get("eventTime") is None:
        fits = namespace == about if about else namespace in ("", "default")
    else:
        fits = bool(about) or namespace in ("default", "kube-system")
    if not fits:
        yield Cause.invalid("involvedObject.namespace", about, "does not match event.namespace")
    if obj.get("eventTime") is not None:
        yield from _newer_form(obj)
    yield from invalid("namespace", namespace, formats.dns1123_subdomain(namespace))


def _newer_form(obj: dict[str, Any]) -> Iterator[Cause]:
    reporter, instance = obj["reportingComponent"], obj["reportingInstance"]
    if not reporter:
        yield Cause.required("reportingController")
    yield from invalid("reportingController", reporter, formats.qualified_name(reporter))
    if not instance:
        yield Cause.required("reportingInstance")
    yield from _not_longer(instance, _INSTANCE_LENGTH, "reportingInstance")
    for field, limit in _LENGTHS.items():
        if not obj.get(field):
            yield Cause.required(field)
        yield from _not_longer(obj.get(field, ""), limit, field)
    yield from _not_longer(obj.get("message", ""), _NOTE_LENGTH, "message")


def _not_longer(text: str, limit: int, path: str) -> Iterator[Cause]:
    if len(text.encode("utf-8", "replace")) > limit:
        yield Cause.invalid(path, "", f"can have at most {limit} characters")


def event_of_events(obj: dict[str, Any], old: dict[str, Any] | None) -> Iterator[Cause]:
    """An Event sent as `events.k8s.io/v1`: a whole one of the newer form, of which only the series may change."""
    if old is None:
        yield from _series(obj)
        yield from invalid("metadata.name", obj["metadata"].get("name", ""), _name_errors(obj["metadata"]))
        if obj.get("eventTime") is None:
            yield Cause.required("eventTime")
        if obj.get("type") not in _TYPES:
            yield Cause.invalid("type", "", f"has invalid value: {obj.get('type', '')}")
        for field in _OF_OLD_REPORTERS:
            if obj.get(field):
                yield Cause.invalid(field, "", "needs to be unset")
        return
    if obj.get("series") != old.get("series"):
        yield from _series(obj)
    for field, called in _SETTLED.items():
        yield from immutable(obj.get(field) or None, old.get(field) or None, called)


def _series(obj: dict[str, Any]) -> Iterator[Cause]:
    series = obj.get("series")
    if series is None:
        return
    if series.get("count", 0) < 2:
        yield Cause.invalid("series.count", "", "should be at least 2")
    if series.get("lastObservedTime") is None:
        yield Cause.required("series.lastObservedTime")


def _name_errors(meta: dict[str, Any]) -> list[str]:
    return formats.dns1123_subdomain(meta["name"]) if meta.get("name") else []

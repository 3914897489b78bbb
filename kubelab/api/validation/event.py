"""What an Event may report.

In Kubernetes
    `legacyValidateEvent` in `pkg/apis/core/validation/events.go`: the rules for `v1`, kept for old reporters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid

_LENGTHS = {"action": 128, "reason": 128}
_INSTANCE_LENGTH = 128
_NOTE_LENGTH = 1024


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

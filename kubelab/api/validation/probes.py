"""Probes and lifecycle hooks: how the kubelet asks a container, and what it lets it do at its beginning and end.

In Kubernetes
    `validateProbe`, `validateHandler` and `validateLifecycle` in `pkg/apis/core/validation/validation.go`.
    https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelab.api import formats
from kubelab.api.errors import Cause
from kubelab.api.validation.names import invalid, not_negative, port

_Json = dict[str, Any]
_SCHEMES = ("HTTP", "HTTPS")
_NUMBERS = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
_PROBE_HANDLERS = ("exec", "httpGet", "tcpSocket", "grpc")
_HOOK_HANDLERS = ("exec", "httpGet", "tcpSocket", "sleep")


def probes(container: _Json, grace_period: int | None, path: str) -> Iterator[Cause]:
    """The three probes of a container and its lifecycle hooks."""
    if "lifecycle" in container:
        for hook in ("postStart", "preStop"):
            if hook in container["lifecycle"]:
                handler = container["lifecycle"][hook]
                yield from _handler(handler, _HOOK_HANDLERS, grace_period, f"{path}.lifecycle.{hook}")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            yield from _probe(container[name], name, grace_period, f"{path}.{name}")


def _probe(probe: _Json, name: str, grace_period: int | None, path: str) -> Iterator[Cause]:
    yield from _handler(probe, _PROBE_HANDLERS, grace_period, path)
    for number in _NUMBERS:
        if probe.get(number, 0) < 0:
            yield from not_negative(probe[number], f"{path}.{number}")
    own_grace = probe.get("terminationGracePeriodSeconds")
    if own_grace is not None and own_grace <= 0:
        yield Cause.invalid(f"{path}.terminationGracePeriodSeconds", own_grace, "must be greater than 0")
    if name == "readinessProbe":
        if own_grace is not None:
            detail = "must not be set for readinessProbes"
            yield Cause.invalid(f"{path}.terminationGracePeriodSeconds", own_grace, detail)
    elif probe.get("successThreshold", 0) != 1:
        yield Cause.invalid(f"{path}.successThreshold", probe.get("successThreshold", 0), "must be 1")


def _handler(handler: _Json, sorts: tuple[str, ...], grace_period: int | None, path: str) -> Iterator[Cause]:
    chosen = ""
    for sort in sorts:
        if sort not in handler:
            continue
        if chosen:
            yield Cause.forbidden(f"{path}.{sort}", "may not specify more than 1 handler type")
            continue
        chosen, action, where = sort, handler[sort], f"{path}.{sort}"
        if sort == "exec":
            if not action.get("command"):
                yield Cause.required(f"{where}.command")
        elif sort == "httpGet":
            yield from _http_get(action, where)
        elif sort == "sleep":
            yield from _sleep(action, grace_period, where)
        else:
            yield from port(action.get("port"), f"{where}.port")
    if not chosen:
        yield Cause.required(path, "must specify a handler type")


def _http_get(action: _Json, path: str) -> Iterator[Cause]:
    if not action.get("path"):
        yield Cause.required(f"{path}.path")
    yield from port(action.get("port"), f"{path}.port")
    if action.get("scheme") not in _SCHEMES:
        yield Cause.not_supported(f"{path}.scheme", action.get("scheme", ""), _SCHEMES)
    for header in action.get("httpHeaders", ()):
        name = header.get("name", "")
        yield from invalid(f"{path}.httpHeaders", name, formats.http_header_name(name))


def _sleep(action: _Json, grace_period: int | None, path: str) -> Iterator[Cause]:
    seconds = action.get("seconds", 0)
    if grace_period is not None and not 0 <= seconds <= grace_period:
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace_period})"
        yield Cause.invalid(path, seconds, detail)

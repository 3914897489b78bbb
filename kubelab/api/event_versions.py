"""Events in their two versions: `v1` is what is stored, `events.k8s.io/v1` has newer names for most fields.

In Kubernetes
    `pkg/apis/events/v1/conversion.go`.
    https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
"""

from __future__ import annotations

from typing import Any

_Json = dict[str, Any]

_RENAMED = {
    "regarding": "involvedObject",
    "note": "message",
    "deprecatedSource": "source",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedCount": "count",
    "reportingController": "reportingComponent",
}
_OLD_NAMES = {core: newer for newer, core in _RENAMED.items()}
_WRITTEN_EMPTY = {"involvedObject": {}, "source": {}, "reportingComponent": "", "reportingInstance": ""}
_INSTANTS = ("eventTime", "deprecatedFirstTimestamp", "deprecatedLastTimestamp")


def event_to_core(obj: _Json) -> _Json:
    """An Event of `events.k8s.io/v1` as `v1` has it."""
    core = {_RENAMED.get(field, field): value for field, value in obj.items()}
    for field, empty in _WRITTEN_EMPTY.items():
        core.setdefault(field, dict(empty) if isinstance(empty, dict) else empty)
    return core


def event_to_events(obj: _Json) -> _Json:
    """An Event of `v1` as `events.k8s.io/v1` has it: instants are written even where there is none."""
    newer = {_OLD_NAMES.get(field, field): value for field, value in obj.items() if value != ""}
    for field in ("regarding", "deprecatedSource"):
        newer.setdefault(field, {})
    for field in _INSTANTS:
        newer.setdefault(field, None)
    return newer

"""The events of an object, at the end of its description.

In Kubernetes
    `DescribeEvents` and `searchEvents` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.clients.go_sort import go_sorted
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session

_LONG_AGO = datetime.min


def add_events(session: Session, writer: Writer, obj: Any, *, uids: tuple[str, ...] = ()) -> None:
    """Add the events about an object, unless `--show-events=false` says not to."""
    if session.flags.get("show-events", True):
        describe_events(writer, events_about(session, obj, uids=uids))


def events_about(session: Session, obj: Any, *, uids: tuple[str, ...] = ()) -> list[Any]:
    """The events about an object, the oldest first."""
    meta = obj.metadata
    selector = f"involvedObject.name={meta.name}"
    if meta.namespace:
        selector += f",involvedObject.namespace={meta.namespace}"
    wanted = uids or (meta.uid,)
    found = session.client.list("events", meta.namespace or None, field_selector=selector)
    return go_sorted([event for event in found if event.involvedObject.uid in wanted], _recorded_before)


def in_order(events: list[Any]) -> list[Any]:
    """Events as `kubectl events` orders them: by when they happened last."""
    return go_sorted(events, _happened_before)


def _happened_before(one: Any, other: Any) -> bool:
    return _last(one) < _last(other)


def _recorded_before(one: Any, other: Any) -> bool:
    return _recorded(one) < _recorded(other)


def _last(event: Any) -> datetime:
    observed = event.series.lastObservedTime if event.series else None
    return _moment(observed or event.lastTimestamp or event.eventTime)


def _recorded(event: Any) -> datetime:
    """Descriptions look at the old field alone: events of the new kind, which leave it empty, come first."""
    return _moment(event.lastTimestamp)


def _moment(moment: datetime | None) -> datetime:
    return moment.replace(tzinfo=None) if moment else _LONG_AGO


def interval(event: Any, now: datetime) -> str:
    """When an event happened: `5s`, or `5s (x3 over 2m)`."""
    first = since(event.eventTime or event.firstTimestamp, now)
    if event.series:
        return f"{since(event.series.lastObservedTime, now)} (x{event.series.count} over {first})"
    if (event.count or 0) > 1:
        return f"{since(event.lastTimestamp, now)} (x{event.count} over {first})"
    return first


def describe_events(writer: Writer, events: list[Any]) -> None:
    """Add the events."""
    if not events:
        writer.field("Events", "<none>")
        return
    writer.flush()
    writer.line("Events:")
    writer.columns(1, ["Type", "Reason", "Age", "From", "Message"], ["----", "------", "----", "----", "-------"])
    for event in events:
        source = (event.source.component if event.source else None) or event.reportingComponent or ""
        message = (event.message or "").strip()
        if event.involvedObject.fieldPath:
            message = f"{event.involvedObject.fieldPath}: {message}"
        writer.columns(1, [event.type or "", event.reason or "", interval(event, writer.now), source, message])

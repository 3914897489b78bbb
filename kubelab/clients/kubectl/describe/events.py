"""The events of an object, at the end of its description.

In Kubernetes
    `DescribeEvents` and `searchEvents` in `k8s.io/kubectl/pkg/describe`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kubelab.api.duration import since
from kubelab.clients.kubectl.describe.writer import Writer
from kubelab.clients.kubectl.session import Session

_LONG_AGO = datetime.min


def events_about(session: Session, obj: Any, *, uids: tuple[str, ...] = ()) -> list[Any]:
    """The events about an object, the oldest first."""
    meta = obj.metadata
    selector = f"involvedObject.name={meta.name}"
    if meta.namespace:
        selector += f",involvedObject.namespace={meta.namespace}"
    wanted = uids or (meta.uid,)
    found = session.client.list("events", meta.namespace or None, field_selector=selector)
    return sorted((event for event in found if event.involvedObject.uid in wanted), key=_recorded)


def in_order(events: list[Any]) -> list[Any]:
    """Events as `kubectl events` orders them: by when they happened last."""
    return sorted(events, key=_last)


def _last(event: Any) -> tuple[datetime, int]:
    observed = event.series.lastObservedTime if event.series else None
    return _moment(observed or event.lastTimestamp or event.eventTime), _revision(event)


def _recorded(event: Any) -> tuple[datetime, int]:
    """Descriptions look at the old field alone: events of the new kind, which leave it empty, come first."""
    return _moment(event.lastTimestamp), _revision(event)


def _moment(moment: datetime | None) -> datetime:
    return moment.replace(tzinfo=None) if moment else _LONG_AGO


def _revision(event: Any) -> int:
    return int(event.metadata.resourceVersion or 0)


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

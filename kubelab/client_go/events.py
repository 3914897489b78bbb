"""The event recorder: how a part says in public what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from lightkube.models import core_v1, meta_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import reference_to, replace
from kubelab.clock import Clock

if TYPE_CHECKING:
    from kubelab.client_go.client import Client

AGGREGATE_AFTER = 10  # so many different messages, and similar events of one object are combined
AGGREGATE_WITHIN = 600.0
BURST = 25  # events of one source about one object, before they are dropped
REFILL = 300.0  # seconds until one more is let through


class EventRecorder:
    """Writes Events about objects, and keeps them from becoming a flood.

    The same event again raises `count` of the one there is; from the tenth that differs only in its message on they
    become "(combined from similar events)"; more than 25 about one object are not written, only counted, and one more
    is let through every 300 s. Recording never fails its caller: where no API server answers, the event is lost.

    `series` is how the scheduler writes: through events.k8s.io, which has no count of its own.

    In Kubernetes
        client-go's record.EventRecorder with its EventCorrelator (tools/record/events_cache.go).
    """

    def __init__(self, client: Client, component: str, clock: Clock, *, host: str = "", series: bool = False) -> None:
        self.client, self.component, self.clock, self.host, self.series = client, component, clock, host, series
        self._number = 0
        self._written: dict[tuple[str, ...], Any] = {}  # identical events -> the Event as last written
        self._counts: dict[tuple[str, ...], int] = {}  # and how many there were, written or not
        self._similar: dict[tuple[str, ...], dict[str, float]] = {}  # similar ones -> message -> when last
        self._spent: dict[str, tuple[float, float]] = {}  # uid -> tokens left, at instant

    def forget(self) -> None:
        """Forget what was written: the process has ended."""
        self._written, self._counts, self._similar, self._spent = {}, {}, {}, {}

    def event(self, about: Any, type_: str, reason: str, message: str, *, part: str = "") -> None:
        """Say it: `type_` is Normal or Warning, `reason` one CamelCase word, `message` a sentence.

        `part` names a part of the object that it is about: `spec.containers{web}`.
        """
        uid = about.metadata.uid or about.metadata.name
        seen: tuple[str, ...] = (uid, type_, reason, message, part)
        if not self.series:
            if self._is_flood((uid, type_, reason), message):
                seen = (uid, type_, reason)
                message = f"(combined from similar events): {message}"
            self._counts[seen] = self._counts.get(seen, 0) + 1
            if not self._may_speak(uid):
                return
        try:
            self._write(seen, about, type_, reason, message, part)
        except ApiError:
            self._written.pop(seen, None)
            self._counts.pop(seen, None)

    def _write(self, seen: tuple[str, ...], about: Any, type_: str, reason: str, message: str, part: str) -> None:
        now, before = self.clock.date, self._written.get(seen)
        namespace = about.metadata.namespace or "default"
        if before is not None:
            try:
                again = replace(before, count=self._counts.get(seen), lastTimestamp=now, message=message)
                if self.series:
                    series = before.series
                    count = series.count + 1 if series else 2
                    again = replace(
                        before, series=core_v1.EventSeries(count=count, lastObservedTime=self.clock.micro_date)
                    )
                again = replace(again, metadata=replace(before.metadata, resourceVersion=None))
                self._written[seen] = self.client.update(again)
                return
            except ApiError as refused:
                if refused.code != 404:
                    raise
        event = core_v1.Event(
            metadata=meta_v1.ObjectMeta(name=self._name(about.metadata.name), namespace=namespace),
            involvedObject=replace(reference_to(about), fieldPath=part) if part else reference_to(about),
            reason=reason,
            message=message,
            type=type_,
            source=core_v1.EventSource(component=self.component, host=self.host or None),
            reportingComponent=self.component,
            reportingInstance=self.host,
        )
        if self.series:
            event = replace(
                event,
                action="Scheduling" if reason == "FailedScheduling" else "Binding",
                eventTime=self.clock.micro_date,
                source=None,
                reportingInstance=f"{self.component}-0",
            )
        else:
            first = now if before is None else before.firstTimestamp
            event = replace(event, firstTimestamp=first, lastTimestamp=now, count=self._counts[seen])
        self._written[seen] = self.client.create(event)

    def _name(self, about: str) -> str:
        """The object's name and the instant in hexadecimal nanoseconds, as client-go names events."""
        self._number += 1
        nanoseconds = int((self.clock.now + self.clock.start.timestamp()) * 1e6) * 1000
        return f"{about}.{nanoseconds + self._number + crc32(self.component.encode()) % 997:x}"

    def _is_flood(self, group: tuple[str, ...], message: str) -> bool:
        now = self.clock.now
        messages = self._similar.setdefault(group, {})
        if messages and now - max(messages.values()) > AGGREGATE_WITHIN:
            messages.clear()
        messages[message] = now
        if len(messages) < AGGREGATE_AFTER:
            return False
        del messages[next(iter(messages))]
        return True

    def _may_speak(self, about: str) -> bool:
        now = self.clock.now
        tokens, since = self._spent.get(about, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - since) / REFILL)
        self._spent[about] = (max(tokens - 1.0, 0.0) if tokens >= 1.0 else tokens, now)
        return tokens >= 1.0

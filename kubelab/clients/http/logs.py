"""Logs: what a container has written, once or as it comes.

In Kubernetes
    The `log` subresource: pkg/registry/core/pod/rest/log.go asks the kubelet of the pod's node, whose answer is
    `kuberuntime`'s: https://kubernetes.io/docs/reference/generated/kubelet/ . What can be asked for is `PodLogOptions`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from kubelab.api.errors import ApiError, Cause, bad_request, invalid
from kubelab.clients.http.answers import Answer, text_answer
from kubelab.clients.http.calls import Call
from kubelab.clients.http.kubelets import container_of, worker_of
from kubelab.clients.http.streams import Send, Stream
from kubelab.clients.turn import TURN

LOOK_EVERY = 0.25  # seconds on the wall, while somebody follows


def logs(call: Call) -> Answer | Stream:
    """The log of a container.

    Raises
    ------
    ApiError
        400: there is no such container, it has not started, or its node does not answer. 422: the options are wrong.
    """
    asked = LogOptions(call)
    lines = asked.lines()
    if not call.query.flag("follow"):
        return text_answer(asked.text(lines))
    return LogStream(asked, lines)


class LogOptions:
    """Which container's log, from where on, and how it shall look."""

    def __init__(self, call: Call) -> None:
        self.call = call
        query = call.query
        self.previous, self.timestamps = query.flag("previous"), query.flag("timestamps")
        self.tail, self.bytes = query.number("tailLines"), query.number("limitBytes")
        self.since = _since(call)
        faults = []
        if self.tail is not None and self.tail < 0:
            faults.append(Cause.invalid("tailLines", self.tail, "must be greater than or equal to 0"))
        if self.bytes is not None and self.bytes < 1:
            faults.append(Cause.invalid("limitBytes", self.bytes, "must be greater than 0"))
        if faults:
            raise invalid("PodLogOptions", "", call.route.name, faults)
        pod = call.client.get("pods", call.route.name, call.route.namespace)
        self.container = container_of(pod, query.get("container", ""))
        self.uid = pod.metadata.uid
        self.worker = worker_of(call, pod, f"containerLogs/{call.route.namespace}/{call.route.name}/{self.container}")
        _check_started(pod, self.container, self.previous)

    def lines(self) -> list[tuple[float, str]]:
        """The lines there are, each with the instant at which it was written."""
        try:
            found = self.worker.runtime.log_entries(self.uid, self.container, self.previous)
        except KeyError:
            kept = "previous terminated container" if self.previous else "container"
            raise bad_request(f'{kept} "{self.container}" in pod "{self.call.route.name}" not found') from None
        if self.since is not None:
            found = [entry for entry in found if entry[0] >= self.since]
        return found[len(found) - min(self.tail, len(found)) :] if self.tail is not None else found

    def text(self, lines: list[tuple[float, str]]) -> str:
        """The lines as they are sent."""
        start = self.call.cluster.clock.start
        if self.timestamps:
            texts = [f"{_stamp(start + timedelta(seconds=at))} {text}\n" for at, text in lines]
        else:
            texts = [f"{text}\n" for _, text in lines]
        whole = "".join(texts)
        return whole if self.bytes is None else whole.encode()[: self.bytes].decode(errors="ignore")

    @property
    def is_over(self) -> bool:
        """Whether the container writes no more."""
        sandbox = self.worker.runtime.sandboxes.get(self.uid)
        held = sandbox.containers.get(self.container) if sandbox is not None else None
        return held is None or not held.running or self.previous


class LogStream(Stream):
    """A log that is followed until the container ends."""

    content_type = "text/plain; charset=utf-8"

    def __init__(self, asked: LogOptions, lines: list[tuple[float, str]]) -> None:
        super().__init__()
        self.asked, self.seen = asked, len(asked.worker.runtime.log_entries(asked.uid, asked.container, asked.previous))
        self.push(asked.text(lines).encode())
        asked.tail = asked.since = None

    async def run(self, send: Send) -> None:
        """Send lines as they come."""
        while True:
            piece = self.take()
            if piece:
                await send(piece)
            if self.over:
                return
            await self.wait(LOOK_EVERY)
            self._look()

    def _look(self) -> None:
        with TURN:
            over = self.asked.is_over
            try:
                lines = self.asked.lines()
            except ApiError:
                self.finish()
                return
            if len(lines) > self.seen:
                self.push(self.asked.text(lines[self.seen :]).encode())
                self.seen = len(lines)
            if over:
                self.finish()


def _since(call: Call) -> float | None:
    """The instant before which lines are left out."""
    query, clock = call.query, call.cluster.clock
    seconds = query.number("sinceSeconds")
    if seconds is not None and seconds < 1:
        fault = Cause.invalid("sinceSeconds", seconds, "must be greater than 0")
        raise invalid("PodLogOptions", "", call.route.name, [fault])
    if query.get("sinceTime"):
        if seconds is not None:
            fault = Cause.forbidden("sinceTime", "at most one of `sinceTime` or `sinceSeconds` may be specified")
            raise invalid("PodLogOptions", "", call.route.name, [fault])
        try:
            when = datetime.fromisoformat(query["sinceTime"])
        except ValueError:
            raise bad_request(f'parsing time "{query["sinceTime"]:.40}": cannot parse') from None
        return clock.instant_of(when if when.tzinfo else when.replace(tzinfo=UTC))
    return None if seconds is None else clock.now - seconds


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond * 1000:09d}Z"


def _check_started(pod: Any, container: str, previous: bool) -> None:
    name = pod.metadata.name
    statuses = [*(pod.status.containerStatuses or ()), *(pod.status.initContainerStatuses or ())]
    status = next((held for held in statuses if held.name == container), None)
    if previous:
        if not (status and status.restartCount):
            raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
        return
    state = status.state if status else None
    if (state is None or state.waiting) and not (status and status.restartCount):
        reason = (state.waiting.reason if state and state.waiting else None) or ""
        detail = f": {reason}" if reason else ""
        raise bad_request(
            f'container "{container}" in pod "{name}" {_WAITING.get(reason, f"is waiting to start{detail}")}'
        )


_WAITING = {
    "ErrImagePull": "is waiting to start: image can't be pulled",
    "ImagePullBackOff": "is waiting to start: trying and failing to pull image",
}

"""Watches: what has changed, as lines of JSON that go on.

In Kubernetes
    staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go and the watch cache.
    https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from kubelab.api.errors import ApiError
from kubelab.api.objects import to_dict, with_meta
from kubelab.clients.http import tables
from kubelab.clients.http.answers import status_of
from kubelab.clients.http.calls import Call
from kubelab.clients.http.encoding import encoded
from kubelab.clients.http.list_options import ListOptions, list_options
from kubelab.clients.http.negotiation import TABLE, negotiate_watch
from kubelab.clients.http.ownership import all_owned, owned
from kubelab.clients.http.streams import Send, Stream
from kubelab.clients.turn import TURN
from kubelab.control_plane.api_server.watch import Watch, WatchEvent

LONGEST = 3600  # seconds, where the client says nothing
BOOKMARK_EVERY = 60.0
PAUSE = 0.01  # seconds from one packet of events to the next: a hundred watchers of a busy cluster are costly
INITIAL_EVENTS_END = "k8s.io/initial-events-end"

# The last event in each form: a hundred who watch the same are told the same.
_told: dict[tuple[Any, ...], tuple[WatchEvent, bytes]] = {}


def watch(call: Call) -> Stream:
    """A stream of what happens to the objects of a kind.

    Raises
    ------
    ApiError
        400 or 422: the query is wrong. A revision that has been compacted is an event of the stream.
    """
    call.form = negotiate_watch(call.headers.get("Accept", ""))
    stream = WatchStream(call, list_options(call.query, call.route, watch=True))
    stream.open()
    return stream


class WatchStream(Stream):
    """One client's watch. With revision 0 or none it begins with what is there, as if it had just been added."""

    def __init__(self, call: Call, options: ListOptions) -> None:
        super().__init__()
        self.call, self.options = call, options
        self.content_type = (
            "application/json;stream=watch"
            if "stream=watch" in call.headers.get("Accept", "")
            else ("application/json")
        )
        self._watch: Watch | None = None
        self._headed = False
        self._form = (call.form, call.route.api_version, call.route.word, call.query.get("includeObject"))

    def open(self) -> None:
        """List what is there, where that is wanted, and listen from there on."""
        options, route = self.options, self.call.route
        chosen: dict[str, Any] = {"selector": options.selector, "field_selector": options.field_selector}
        page = self.call.inner.page(route.word, route.scope, **chosen)
        after = page.revision
        wants_all = not options.revision if options.initial_events is None else options.initial_events
        if wants_all:
            for obj in all_owned(self.call, page.objects):
                self.deliver(WatchEvent("ADDED", obj, None, 0, page.revision))
            if options.initial_events and options.bookmarks:
                self.push(self._bookmark(after, {INITIAL_EVENTS_END: "true"}))
        elif options.revision:
            after = options.revision
        try:
            self._watch = self.call.client.watch(
                route.word,
                self.deliver,
                route.scope,
                after=after,
                at_once=True,
                ended=self.finish,
                **chosen,
            )
        except ApiError as refused:
            if refused.code != 410:
                raise
            expired = ApiError(410, "Expired", f"too old resource version: {after} ({page.revision})")
            self.push(_line("ERROR", msgspec.json.encode(status_of(expired))))
            self.finish()

    def deliver(self, event: WatchEvent) -> None:
        """Something has changed."""
        if self.over or (self.options.revision and event.revision <= self.options.revision and event.cause):
            return
        if self.call.form.shape == TABLE and not self._headed:
            self._headed = True
            self.push(self._encoded(event, headed=True))
            return
        held = _told.get(self._form)
        if held is None or held[0] is not event:
            if len(_told) > 1000:
                _told.clear()
            held = _told[self._form] = (event, self._encoded(event))
        self.push(held[1])

    async def run(self, send: Send) -> None:
        """Send events, now and then a bookmark, and end when the client's time is up."""
        loop = asyncio.get_running_loop()
        end = loop.time() + min(self.options.timeout or LONGEST, 24 * LONGEST)
        bookmark = loop.time() + BOOKMARK_EVERY if self.options.bookmarks else end
        while True:
            await self.wait(min(end, bookmark) - loop.time())
            piece = self.take()
            if piece:
                await send(piece)
                await asyncio.sleep(PAUSE)
            if self.over or loop.time() >= end:
                break
            if loop.time() >= bookmark:
                bookmark = loop.time() + BOOKMARK_EVERY
                self._mark()
        if not self.over and self.options.bookmarks:
            self._mark()
            await send(self.take())

    def close(self) -> None:
        """The client is gone: nobody needs to be told."""
        super().close()
        if self._watch is not None:
            with TURN:
                self._watch.close()

    def _mark(self) -> None:
        with TURN:
            try:
                page = self.call.inner.page(self.call.route.word, limit=1)
            except ApiError:
                return
            self.push(self._bookmark(page.revision))

    def _encoded(self, event: WatchEvent, *, headed: bool = False) -> bytes:
        obj, call = event.object, self.call
        if event.type == "DELETED":
            obj = event.old or obj
        if call.form.shape != TABLE:
            obj = owned(call, obj)
        if event.type == "DELETED":
            obj = with_meta(obj, resourceVersion=str(event.revision))
        if not call.form.shape:
            return _line(event.type, encoded(obj, call.route.kind, call.route.api_version))
        if call.form.shape == TABLE:
            metadata = {"resourceVersion": obj.metadata.resourceVersion}
            return _line(event.type, msgspec.json.encode(tables.table(call, [obj], metadata, headed=headed)))
        return _line(event.type, msgspec.json.encode(tables.partial(to_dict(obj), call.form.api_version)))

    def _bookmark(self, revision: int, annotations: dict[str, str] | None = None) -> bytes:
        metadata: dict[str, Any] = {"resourceVersion": str(revision), "creationTimestamp": None}
        if annotations:
            metadata["annotations"] = annotations
        form = self.call.form
        if form.shape == TABLE:
            content = tables.table(self.call, [], metadata, headed=not self._headed)
            self._headed = True
        else:
            api_version, name = self.call.route.api_version, self.call.route.kind.name
            if form.shape:
                api_version, name = form.api_version, "PartialObjectMetadata"
            content = {"kind": name, "apiVersion": api_version, "metadata": metadata}
        return _line("BOOKMARK", msgspec.json.encode(content))


def _line(type_: str, obj: bytes) -> bytes:
    return b'{"type":"%s","object":%s}\n' % (type_.encode(), obj)

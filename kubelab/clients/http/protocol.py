"""HTTP itself: requests in, answers and streams out, whatever is sent.

aiohttp reads and writes HTTP; here is what it must not decide: how a request that is none is answered (a Status, as
everything else), how long a client may take, and how much it may send.

In Kubernetes
    `http.Server` of Go, with `ReadHeaderTimeout`, `MaxHeaderBytes` and the request timeout of the API server.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from kubelab.api.errors import ApiError, bad_request
from kubelab.clients.http.access import is_open, unauthorized
from kubelab.clients.http.answers import Answer, refusal
from kubelab.clients.http.bodies import LIMIT, too_large
from kubelab.clients.http.calls import Query
from kubelab.clients.http.dispatch import Dispatcher, unexpected
from kubelab.clients.http.guard import Guard
from kubelab.clients.http.streams import Stream
from kubelab.clients.http.tunnels import Tunnel
from kubelab.clients.turn import TURN
from kubelab.control_plane.api_server.authorization.attributes import NOBODY

log = logging.getLogger(__name__)

HEADER_BYTES = 16 * 1024
IDLE = 75.0  # seconds that a connection may be there without a whole request
BODY_TIME = 30.0
READ_TIME = 30.0  # that a client may take to read what it is sent
LINGERING = 2.0  # that what nobody wants to read may still come, so that who sends it hears why
MOST_STREAMS = 500
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True


class Protocol(web.Server):
    """Makes a handler for each connection."""

    def __init__(self, dispatcher: Dispatcher, guard: Guard) -> None:
        super().__init__(self._respond, handler_cancellation=True)
        self.dispatcher, self.guard = dispatcher, guard
        self.streams = 0

    def __call__(self) -> RequestHandler:
        """A handler for a new connection."""
        return _Connection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=IDLE,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            lingering_time=LINGERING,
            access_log=None,
            logger=_SILENT,
            auto_decompress=False,
        )

    async def hang_up(self, seconds: float) -> None:
        """End all connections; what is being answered may take so long."""
        transports = [held.transport for held in self.connections if held.transport is not None]
        self.pre_shutdown()
        await self.shutdown(seconds)
        for transport in transports:
            transport.abort()
        await asyncio.sleep(0.01)  # for what the loop has to do yet when a connection is lost

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            found = await self._answer(request)
            if isinstance(found, Answer):
                return _whole(found, request)
            if isinstance(found, Tunnel):
                return await found.run(request)
            return await self._streamed(found, request)
        except ApiError as refused:
            return _whole(refusal(refused), request)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as fault:
            log.exception("a request could not be answered: %s %s", request.method, request.path)
            return _whole(refusal(unexpected(fault)), request)

    async def _answer(self, request: web.BaseRequest) -> Answer | Stream | Tunnel:
        headers, raw_path = request.headers, request.rel_url.raw_path
        self.guard.check(request.raw_path if hasattr(request, "raw_path") else raw_path, headers)
        with TURN:
            user = self.dispatcher.access.authenticate(headers)
        if user is NOBODY and not is_open(raw_path):
            raise unauthorized()
        body = await _body(request)
        query = Query(request.rel_url.query.items())
        with TURN:
            return self.dispatcher.answer(user, request.method, raw_path, query, headers, body)

    async def _streamed(self, stream: Stream, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": stream.content_type, "Cache-Control": "no-cache, private"}
        )
        if self.streams >= MOST_STREAMS:
            stream.close()
            raise ApiError(429, "TooManyRequests", "too many open watches, please try again later")
        self.streams += 1
        try:
            response.enable_chunked_encoding()
            await response.prepare(request)

            async def send(piece: bytes) -> None:
                async with asyncio.timeout(READ_TIME):
                    await response.write(piece)

            try:
                await stream.run(send)
            except TimeoutError:
                _cut(request)
        finally:
            self.streams -= 1
            stream.close()
        return response


class _Connection(RequestHandler):
    """One connection. What is not HTTP is answered by a Status too."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        if status < 500:
            error = bad_request("this is no HTTP request: " + " ".join((message or "").split())[:200])
        else:
            error = unexpected(exc if isinstance(exc, Exception) else RuntimeError())
        response = _whole(refusal(error), request)
        response.force_close()
        return response


async def _body(request: web.BaseRequest) -> bytes:
    """All that is sent, if it is not too much and comes in time."""
    if request.content_length is not None and request.content_length > LIMIT:
        raise too_large()
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("", "identity") and request.can_read_body:
        raise ApiError(415, "UnsupportedMediaType", f"the body is encoded as {encoding:.40}, which is not read here")
    if not request.can_read_body:
        return b""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(BODY_TIME):
            async for piece in request.content.iter_any():
                size += len(piece)
                if size > LIMIT:
                    raise too_large()
                pieces.append(piece)
    except TimeoutError:
        raise ApiError(408, "Timeout", "the body of the request did not come in time") from None
    except ApiError:
        raise
    except ConnectionError:
        raise
    except Exception as broken:
        raise bad_request(f"the body of the request cannot be read: {type(broken).__name__}") from None
    return b"".join(pieces)


def _whole(found: Answer, request: web.BaseRequest) -> web.Response:
    response = web.Response(status=found.code, body=found.body)
    response.headers["Content-Type"] = found.content_type
    response.headers["Server"] = "kubelab"
    response.headers["Cache-Control"] = "no-cache, private"
    for name, value in found.headers:
        response.headers.add(name, value)
    if found.code in (401, 408, 413, 414, 415) or (found.code >= 400 and not _is_read(request)):
        response.force_close()
    return response


def _is_read(request: web.BaseRequest) -> bool:
    return request.content.is_eof()


def _cut(request: web.BaseRequest) -> None:
    """Hang up on a client that does not read."""
    transport: Any = request.transport
    if transport is not None:
        transport.abort()

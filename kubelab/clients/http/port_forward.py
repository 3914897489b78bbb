"""Port-forward: what is said to a port of this machine reaches a port of a pod.

In Kubernetes
    https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/ . For each
    connection kubectl opens two streams with the port's number: one for the data, one for what goes wrong.

Left out
    Other protocols than HTTP/1: there are no real programs that could speak them. Old kubectl (before 1.31), which
    speaks SPDY without a WebSocket around it, is refused.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import WSMsgType, web

from kubelab.api.errors import ApiError, bad_request
from kubelab.clients.http.calls import Call
from kubelab.clients.http.exec_channels import upgraded
from kubelab.clients.http.kubelets import worker_of
from kubelab.clients.http.spdy import PING, SYN_STREAM, Frame, Session, SpdyError
from kubelab.clients.http.tunnels import Tunnel
from kubelab.clients.turn import TURN
from kubelab.network.response import Response

PROTOCOL = "SPDY/3.1+portforward.k8s.io"
MOST_STREAMS = 200
LONGEST_REQUEST = 64 * 1024
IDLE = 4 * 3600.0


def forward(call: Call) -> Tunnel:
    """A tunnel to the ports of a pod.

    Raises
    ------
    ApiError
        400: the pod does not run, or the client speaks no WebSocket. 500: its node does not answer.
    """
    upgraded(call)
    pod = call.client.get("pods", call.route.name, call.route.namespace)
    if pod.status.phase != "Running":
        raise bad_request(f"unable to forward port because pod is not running. Current status={pod.status.phase}")
    worker_of(call, pod, f"portForward/{call.route.namespace}/{call.route.name}")
    return PortForward(call, pod.metadata.uid)


@dataclass
class _Port:
    """One connection: its stream of data and its stream of errors, and what has been said so far."""

    port: int
    data: int = 0
    error: int = 0
    said: bytearray = field(default_factory=bytearray)


class PortForward(Tunnel):
    """All connections of one `kubectl port-forward`."""

    def __init__(self, call: Call, uid: str) -> None:
        self.call, self.uid = call, uid
        self.session = Session()
        self._by_request: dict[str, _Port] = {}
        self._by_stream: dict[int, _Port] = {}

    async def run(self, request: web.BaseRequest) -> web.StreamResponse:
        """Carry what is said, until the client hangs up."""
        socket = web.WebSocketResponse(protocols=(PROTOCOL,), max_msg_size=2 * 1024 * 1024)
        await socket.prepare(request)
        try:
            async with asyncio.timeout(IDLE):
                async for message in socket:
                    if message.type == WSMsgType.BINARY:
                        for frame in self.session.feed(message.data):
                            answer = self._heard(frame)
                            if answer:
                                await socket.send_bytes(answer)
        except (SpdyError, TimeoutError):
            pass
        await socket.close()
        return socket

    def _heard(self, frame: Frame) -> bytes:
        """What is to be sent back for a frame."""
        if frame.kind == SYN_STREAM:
            return self._opened(frame)
        if frame.kind == PING:
            return self.session.pong(frame.stream) if frame.stream % 2 else b""
        held = self._by_stream.get(frame.stream)
        if frame.kind or held is None or frame.stream != held.data:
            return b""
        held.said += frame.data
        if b"\r\n\r\n" in held.said or len(held.said) > LONGEST_REQUEST or frame.ended:
            return self._served(held)
        return b""

    def _opened(self, frame: Frame) -> bytes:
        if len(self._by_stream) >= MOST_STREAMS:
            self._by_stream.clear()
            self._by_request.clear()
        headers = frame.headers
        port = headers.get("port", "")
        number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
        held = self._by_request.setdefault(headers.get("requestid", str(frame.stream)), _Port(number))
        if headers.get("streamtype") == "error":
            held.error = frame.stream
        else:
            held.data = frame.stream
        self._by_stream[frame.stream] = held
        return self.session.reply(frame.stream)

    def _served(self, held: _Port) -> bytes:
        """The whole answer to a request on a connection, which ends with it."""
        said, held.said = bytes(held.said), bytearray()
        self._by_stream.pop(held.data, None)
        self._by_stream.pop(held.error, None)
        words = said.split(b"\r\n", 1)[0].split(b" ")
        wrong, answer = "", b""
        if len(words) == 3 and words[2].startswith(b"HTTP/1.") and words[1].startswith(b"/"):
            wrong, answer = self._asked(held.port, words[1].decode("ascii", "replace"), words[0] == b"HEAD")
        elif said:
            wrong = f"nothing but HTTP is understood on port {held.port}"
        return Session.data(held.data, answer, ended=True) + Session.data(held.error, wrong.encode(), ended=True)

    def _asked(self, port: int, path: str, head: bool) -> tuple[str, bytes]:
        """What goes wrong, or what the pod answers."""
        route = self.call.route
        with TURN:
            try:
                pod = self.call.inner.get("pods", route.name, route.namespace)
                if pod.metadata.uid != self.uid or not pod.status.podIP:
                    raise LookupError
                url = f"http://{pod.status.podIP}:{port}{path}"
                answer = self.call.cluster.request(url, pod.spec.nodeName)
            except (ApiError, LookupError, ValueError):
                return f"error forwarding port {port} to pod {route.name}: container not running", b""
        if not answer.status:
            why = f"dial tcp4 127.0.0.1:{port}: connect: connection refused"
            place = f"error forwarding port {port} to pod {self.uid}, uid : failed to execute portforward"
            return f"{place}: failed to connect to localhost:{port} inside namespace: {why}", b""
        return "", as_http(answer, head=head)


def as_http(answer: Response, *, head: bool = False) -> bytes:
    """A pod's answer as bytes of HTTP."""
    body = answer.body.encode() + b"\n" * (not answer.body.endswith("\n"))
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = (
        f"HTTP/1.1 {answer.status} {phrase}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join([*lines, "", ""]).encode() + (b"" if head else body)

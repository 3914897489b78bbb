"""exec and attach over a WebSocket: what `kubectl exec` speaks.

Each message begins with the number of its channel: 0 what is typed, 1 output, 2 errors, 3 how it ended, 4 the size of
the terminal, 255 the end of a channel.

In Kubernetes
    staging/src/k8s.io/apimachinery/pkg/util/remotecommand; https://kubernetes.io/docs/reference/using-api/websockets/ .
    kubectl falls back to SPDY where WebSockets are refused; SPDY is refused here, with a Status that says so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from kubelab.api.errors import ApiError, bad_request
from kubelab.clients.http.answers import status_of
from kubelab.clients.http.calls import Call
from kubelab.clients.http.kubelets import container_of, worker_of
from kubelab.clients.http.tunnels import Tunnel
from kubelab.clients.inside import commands
from kubelab.clients.inside.commands import SHELLS, Outcome
from kubelab.clients.inside.container import Inside
from kubelab.clients.inside.terminal import Terminal
from kubelab.clients.turn import TURN

STDIN, STDOUT, STDERR, ERROR, CLOSE = 0, 1, 2, 3, 255
PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
LONGEST_MESSAGE = 256 * 1024
MOST_INPUT = 1024 * 1024
IDLE = 4 * 3600.0
HANDSHAKE = 0.05  # seconds: a kubectl that hears something before it has made its streams throws it away


def execute(call: Call) -> Tunnel:
    """Run a command in a container.

    Raises
    ------
    ApiError
        400: there is no such container, or the client does not speak WebSocket. 500: its node does not answer.
    """
    argv = call.query.all("command")
    if not argv or not argv[0]:
        raise bad_request("you must specify at least one command for the container")
    inside = _inside(call)
    upgraded(call)  # last, so that who tries again by SPDY is told what is really wrong
    return ExecTunnel(call, inside, argv) if isinstance(inside, Inside) else RefusedTunnel(inside)


def attach(call: Call) -> Tunnel:
    """Attach to a running container: there is nothing to be typed into it."""
    inside = _inside(call)
    if not isinstance(inside, Inside):
        raise inside
    raise bad_request("attaching to a container is not possible here: nothing in it reads a terminal; use logs or exec")


def upgraded(call: Call) -> None:
    """Refuse who does not ask for a WebSocket.

    Raises
    ------
    ApiError
        400: the client asks for SPDY, or for nothing.
    """
    upgrade = call.headers.get("Upgrade", "").lower()
    if upgrade != "websocket":
        detail = f"{call.headers['Upgrade']} is not spoken here, WebSocket is" if upgrade else "missing upgrade request"
        raise bad_request(f"Upgrade request required: {detail:.160}")


def _inside(call: Call) -> Inside | ApiError:
    """The container's inside, or what the kubelet says where it does not run."""
    pod = call.client.get("pods", call.route.name, call.route.namespace)
    name = container_of(pod, call.query.get("container", ""))
    if pod.status.phase in ("Succeeded", "Failed"):
        raise bad_request(f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}")
    worker = worker_of(call, pod, f"exec/{call.route.namespace}/{call.route.name}/{name}")
    sandbox = worker.runtime.sandboxes.get(pod.metadata.uid)
    held = sandbox.containers.get(name) if sandbox is not None else None
    if held is None or not held.running:
        said = f'unable to upgrade connection: container not found ("{name}")'
        return ApiError(500, "InternalError", f"Internal error occurred: {said}")
    return Inside(call.cluster, call.inner, pod, name, held)


class RefusedTunnel(Tunnel):
    """A kubelet's refusal: the API server has accepted the WebSocket before it hears of it."""

    def __init__(self, error: ApiError) -> None:
        self.error = error

    async def run(self, request: web.BaseRequest) -> web.StreamResponse:
        """Say why there is no stream."""
        socket = web.WebSocketResponse(protocols=PROTOCOLS, max_msg_size=LONGEST_MESSAGE)
        await socket.prepare(request)
        await asyncio.sleep(HANDSHAKE)
        await socket.send_bytes(bytes([ERROR]) + json.dumps(status_of(self.error)).encode())
        await socket.close()
        return socket


class ExecTunnel(Tunnel):
    """One command: what it writes goes out on two channels, what is typed comes in on one."""

    def __init__(self, call: Call, inside: Inside, argv: list[str]) -> None:
        self.inside, self.argv = inside, argv
        self.tty, self.stdin = call.query.flag("tty"), call.query.flag("stdin")

    async def run(self, request: web.BaseRequest) -> web.StreamResponse:
        """Run it, and say how it ended."""
        socket = web.WebSocketResponse(protocols=PROTOCOLS, max_msg_size=LONGEST_MESSAGE)
        await socket.prepare(request)
        try:
            await asyncio.sleep(HANDSHAKE)
            async with asyncio.timeout(IDLE):
                if self.argv[0].rpartition("/")[2] in SHELLS and "-c" not in self.argv and self.stdin:
                    outcome = await self._shell(socket)
                else:
                    outcome = self._once()
                    await self._write(socket, outcome)
            await socket.send_bytes(bytes([ERROR]) + json.dumps(_ending(outcome, self.argv, self.inside)).encode())
        except TimeoutError:
            pass
        await socket.close()
        return socket

    def _once(self) -> Outcome:
        if not commands.known(self.argv[0], self.inside):
            return Outcome("", "", commands.NOT_FOUND)
        with TURN:
            return commands.run(self.inside, self.argv)

    async def _shell(self, socket: web.WebSocketResponse) -> Outcome:
        """A shell that reads what is typed, a line at a time."""
        terminal = Terminal(self.inside, tty=self.tty)
        await socket.send_bytes(bytes([STDOUT]) + terminal.greeting())
        size = 0
        async for message in socket:
            if message.type != WSMsgType.BINARY or not message.data:
                continue
            channel, data = message.data[0], message.data[1:]
            size += len(data)
            if channel == CLOSE and data[:1] == bytes([STDIN]):
                data, channel = b"\x04", STDIN
            if channel != STDIN or size > MOST_INPUT:
                continue
            with TURN:
                out, err = terminal.feed(data)
            for number, text in ((STDOUT, out), (STDERR, err)):
                if text:
                    await socket.send_bytes(bytes([number]) + text)
            if terminal.over:
                break
        return Outcome(code=terminal.code)

    async def _write(self, socket: web.WebSocketResponse, outcome: Outcome) -> None:
        ending: Callable[[str], str] = _for_terminal if self.tty else str
        for number, text in ((STDOUT, outcome.out), (STDOUT if self.tty else STDERR, outcome.err)):
            if text:
                await socket.send_bytes(bytes([number]) + ending(text).encode())


def _for_terminal(text: str) -> str:
    return text.replace("\n", "\r\n")


def _ending(outcome: Outcome, argv: list[str], inside: Inside) -> dict[str, Any]:
    """The Status that ends an exec."""
    if not outcome.code:
        return {"metadata": {}, "status": "Success"}
    message = commands.refusal(argv[0], inside)
    if message:
        return {"metadata": {}, "status": "Failure", "message": message, "reason": "InternalError", "code": 500}
    return {
        "metadata": {},
        "status": "Failure",
        "message": f"command terminated with non-zero exit code: exit status {outcome.code}",
        "reason": "NonZeroExitCode",
        "details": {"causes": [{"reason": "ExitCode", "message": str(outcome.code)}]},
    }

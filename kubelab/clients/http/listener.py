"""The listener: a port that speaks TLS to who speaks TLS, and plain HTTP to who does not.

The first byte tells: a TLS client begins with a record of type 22 (handshake), HTTP with a letter.

In Kubernetes
    An API server speaks TLS only. Plain HTTP is for tools on the same machine.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl

from kubelab.clients.http.protocol import Protocol
from kubelab.language import say

TLS_HANDSHAKE = b"\x16"
FIRST_BYTE_TIME = 10.0
MOST_CONNECTIONS = 1000
MOST_PORT = 65535


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    OSError
        The port is taken, or the host is not this machine's.
    ValueError
        There is no such port.
    """
    if not 0 <= port <= MOST_PORT:
        raise ValueError(
            say(
                es=f"un puerto va de 0 (uno libre) a {MOST_PORT}, no {port}",
                en=f"a port is 0 (any) to {MOST_PORT}, not {port}",
            )
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    try:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((host, port))
        held.listen(256)
        held.setblocking(False)
    except OSError as refused:
        held.close()
        raise _explained(refused, host, port) from None
    return held


def _explained(refused: OSError, host: str, port: int) -> OSError:
    """Why there is no listening there, with the port or the host that is at fault."""
    if refused.errno == errno.EADDRINUSE:
        es = f"el puerto {port} está ocupado: para lo que escucha en él, o elige otro (0: uno libre)"
        en = f"port {port} is in use: stop what listens there, or choose another (0: any that is free)"
    elif refused.errno in (errno.EACCES, errno.EPERM):
        es, en = (
            f"el puerto {port} no está permitido: elige uno desde 1024",
            f"port {port} is not allowed: use 1024 or more",
        )
    else:
        es, en = f"{host} no es una dirección de esta máquina", f"{host} is no address of this machine"
    return OSError(refused.errno, say(es=es, en=en))


class Listener:
    """Takes connections off a socket and hands them to HTTP."""

    def __init__(self, held: socket.socket, protocol: Protocol, context: ssl.SSLContext) -> None:
        self.socket, self.protocol, self.context = held, protocol, context
        self._greeting: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Take connections until this task is cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    connection, _ = await loop.sock_accept(self.socket)
                except OSError:
                    await asyncio.sleep(0.05)  # out of file descriptors, or the client has gone again
                    continue
                self._greeting = [task for task in self._greeting if not task.done()]
                if len(self._greeting) + len(self.protocol.connections) >= MOST_CONNECTIONS:
                    connection.close()
                    continue
                self._greeting.append(loop.create_task(self._greet(connection)))
        finally:
            for task in self._greeting:
                task.cancel()
            await asyncio.gather(*self._greeting, return_exceptions=True)

    async def _greet(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(FIRST_BYTE_TIME):
                first = await _peek(connection)
            if not first:
                connection.close()
                return
            await loop.connect_accepted_socket(
                self.protocol,
                connection,
                ssl=self.context if first == TLS_HANDSHAKE else None,
                ssl_handshake_timeout=FIRST_BYTE_TIME if first == TLS_HANDSHAKE else None,
            )
        except (OSError, TimeoutError, asyncio.CancelledError):
            connection.close()


async def _peek(connection: socket.socket) -> bytes:
    """The first byte that a client sends; it stays to be read."""
    loop = asyncio.get_running_loop()
    readable: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, _is_readable, readable)
    try:
        await readable
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


def _is_readable(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)

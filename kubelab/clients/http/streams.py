"""Streams: answers that go on, a piece at a time.

In Kubernetes
    Watches and `logs --follow` are answers without an end, sent in chunks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

MOST_WAITING = 32 * 1024 * 1024  # bytes on their way to one client that does not read

Send = Callable[[bytes], Awaitable[None]]


class Stream:
    """Pieces that other threads put in and that one client gets. A client that does not read them is given up.

    A copy of it is deaf: a fork of a served cluster tells nobody.
    """

    content_type = "application/json"

    def __init__(self) -> None:
        self.over = False
        self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._pieces: list[bytes] = []
        self._size = 0

    def push(self, piece: bytes) -> None:
        """Send a piece; from any thread that has the turn."""
        if self.over:
            return
        self._size += len(piece)
        self._pieces.append(piece)
        if self._size > MOST_WAITING:
            self.finish()
        elif len(self._pieces) == 1:
            self._wake()

    def finish(self) -> None:
        """Nothing more comes."""
        if not self.over:
            self.over = True
            self._wake()

    async def wait(self, seconds: float) -> None:
        """Until there is something to send, or for so long."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._ready.wait()
        except TimeoutError:
            return
        self._ready.clear()

    def take(self) -> bytes:
        """What is to be sent now."""
        pieces, self._pieces, self._size = self._pieces, [], 0
        return b"".join(pieces)

    async def run(self, send: Send) -> None:
        """Send everything until it is over."""
        raise NotImplementedError

    def close(self) -> None:
        """The client is gone, or has everything."""
        self.over = True

    def _wake(self) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped
                self._loop.call_soon_threadsafe(self._ready.set)

    def __deepcopy__(self, memo: dict[int, Any]) -> Stream:
        twin = object.__new__(type(self))
        memo[id(self)] = twin
        twin.over, twin._loop = True, None
        return twin

"""SPDY/3.1, as little of it as `kubectl port-forward` speaks: streams within one connection.

kubectl carries it within a WebSocket. Frames are either data of a stream, or control: a new stream with headers, its
answer, its end, a ping.

In Kubernetes
    staging/src/k8s.io/apimachinery/pkg/util/httpstream/spdy, over github.com/moby/spdystream. The protocol:
    https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/

Left out
    Flow control, which the clients do not heed either, priorities and settings.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

VERSION = 3
SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY = 1, 2, 3, 6, 7
FIN = 1
LARGEST_FRAME = 1024 * 1024
LARGEST_HEADERS = 64 * 1024
_WORDS = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    "authorization cache-control connection content-base content-encoding content-language content-length "
    "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status"
)
_STATUS = ("200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin")
_TAIL = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative "
    "Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 "
    "Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec "
    "00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
    "application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset="
    "iso-8859-1,utf-,*,enq=0."
)
# What both ends know of headers before the first of them, so that they compress well.
DICTIONARY = (
    b"".join(struct.pack(">I", len(word)) + word.encode() for word in (*_WORDS.split(" "), *_STATUS)) + _TAIL.encode()
)


class SpdyError(ValueError):
    """The bytes are no SPDY."""


class Frame(NamedTuple):
    """A frame that has arrived: data where `kind` is 0, else a control frame. `ended` says that no more data comes."""

    kind: int
    stream: int
    ended: bool
    data: bytes
    headers: dict[str, str]


class Session:
    """One end of a connection: bytes become frames, and frames become bytes."""

    def __init__(self) -> None:
        self._held = b""
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole with these bytes.

        Raises
        ------
        SpdyError
            They are no SPDY, or larger than anything that is needed.
        """
        self._held += data
        while len(self._held) >= 8:
            head, size = struct.unpack(">II", self._held[:8])
            flags, size = size >> 24, size & 0xFFFFFF
            if size > LARGEST_FRAME:
                raise SpdyError("a frame is too large")
            if len(self._held) < 8 + size:
                return
            body, self._held = self._held[8 : 8 + size], self._held[8 + size :]
            if not head & 0x80000000:
                yield Frame(0, head, bool(flags & FIN), body, {})
                continue
            if (head >> 16) & 0x7FFF != VERSION:
                raise SpdyError("another version than SPDY/3")
            yield self._control(head & 0xFFFF, flags, body)

    def reply(self, stream: int) -> bytes:
        """The answer to a new stream: it is open."""
        headers = self._deflate.compress(struct.pack(">I", 0)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return _frame(SYN_REPLY, struct.pack(">I", stream) + headers)

    def open(self, stream: int, headers: dict[str, str]) -> bytes:
        """A new stream, as a client begins it."""
        block = struct.pack(">I", len(headers))
        for name, value in headers.items():
            for text in (name.encode(), value.encode()):
                block += struct.pack(">I", len(text)) + text
        packed = self._deflate.compress(block) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return _frame(SYN_STREAM, struct.pack(">IIH", stream, 0, 0) + packed)

    @staticmethod
    def data(stream: int, data: bytes, *, ended: bool = False) -> bytes:
        """Data of a stream."""
        return struct.pack(">II", stream, (FIN if ended else 0) << 24 | len(data)) + data

    @staticmethod
    def pong(number: int) -> bytes:
        """The answer to a ping."""
        return _frame(PING, struct.pack(">I", number))

    def _control(self, kind: int, flags: int, body: bytes) -> Frame:
        if kind not in (SYN_STREAM, RST_STREAM, PING, SYN_REPLY):
            return Frame(kind, 0, False, b"", {})
        skipped = {SYN_STREAM: 10, SYN_REPLY: 4}.get(kind, 4)
        if len(body) < skipped:
            raise SpdyError("a frame is too short")
        stream = struct.unpack(">I", body[:4])[0]
        headers = self._headers(body[skipped:]) if kind in (SYN_STREAM, SYN_REPLY) else {}
        return Frame(kind, stream, bool(flags & FIN), b"", headers)

    def _headers(self, packed: bytes) -> dict[str, str]:
        try:
            block = self._inflate.decompress(packed, LARGEST_HEADERS)
            (count,), at = struct.unpack(">I", block[:4]), 4
            found: dict[str, str] = {}
            for _ in range(min(count, 100)):
                texts = []
                for _ in range(2):
                    (size,) = struct.unpack(">I", block[at : at + 4])
                    texts.append(block[at + 4 : at + 4 + size].decode())
                    at += 4 + size
                found[texts[0].lower()] = texts[1]
        except (zlib.error, struct.error, UnicodeDecodeError):
            raise SpdyError("headers that cannot be read") from None
        return found


def _frame(kind: int, body: bytes) -> bytes:
    return struct.pack(">HHI", 0x8000 | VERSION, kind, len(body)) + body

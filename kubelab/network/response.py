"""What becomes of a request: the answer, and the stations on the way."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kubelab.language import say
from kubelab.network.sentences import Sentence

WIDEST = 110
LONG_WORD, HEAD, TAIL = 16, 9, 6  # of a name so long only its ends are shown where room is short


class Hop(NamedTuple):
    """One station: what it is, whose, what happened there, and when, in seconds since the request was sent.

    `source` and `destination` are the packet's addresses as it leaves the station: where they differ from those of the
    hop before, the station has translated them. `said` is what happened there; `detail` says it in words.
    """

    kind: str
    place: str
    said: str | Sentence
    time: float
    source: str = ""
    destination: str = ""

    @property
    def detail(self) -> str:
        """What happened there, in words."""
        return str(self.said)

    def __repr__(self) -> str:
        ends = f"source={self.source!r}, destination={self.destination!r}"
        return f"Hop(kind={self.kind!r}, place={self.place!r}, detail={self.detail!r}, time={self.time!r}, {ends})"


class Response(msgspec.Struct, frozen=True):
    """What came back. Without an answer `status` is 0 and `reason` is what happened instead.

    `error` says the reason in words.

    `code` is what curl would exit with. `cause` and `about` say in a word why there was no good answer, and which
    object has to do with it: `cluster.why(response)` makes sentences of them. `service` is the last Service whose
    rules it went through. `host` is what was asked for, by name; where a proxy on the way got no answer itself,
    `behind` is what became of its own request. `lookup` is when the name was resolved, `connect` when the connection
    stood, `latency` when all was over, in seconds since the request was sent.
    """

    url: str
    status: int
    body: str
    reason: Sentence | None
    hops: tuple[Hop, ...]
    latency: float
    pod: str
    node: str
    code: int = 0
    cause: str = ""
    about: str = ""
    service: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    lookup: float = 0.0
    connect: float = 0.0
    namespace: str = "default"  # of the sender: short names mean something there
    method: str = "GET"
    address: str = ""  # that the client connected to: what the name stood for
    host: str = ""
    behind: Response | None = None

    @property
    def ok(self) -> bool:
        """Whether the request was answered well."""
        return 200 <= self.status < 400

    @property
    def error(self) -> str:
        """What went wrong, in words; empty where nothing did."""
        return str(self.reason) if self.reason else ""

    def hop(self, kind: str) -> Hop | None:
        """The last station of that kind."""
        return next((each for each in reversed(self.hops) if each.kind == kind), None)

    def __str__(self) -> str:
        return self._told(self.error)

    def __repr__(self) -> str:
        """In one line: of a long one the names get shorter, and then the reason."""
        for error in (self.error, _shorter(self.error), self.reason.short if self.reason else ""):
            text = self._told(error)
            if len(text) <= WIDEST:
                return text
        return text[: WIDEST - 1] + "…"

    def _told(self, error: str) -> str:
        took = f"{self.latency * 1000:.1f} ms"
        if self.status:
            who = self.pod or say(es="el servidor de la API", en="the API server")
            return say(
                es=f"Respuesta: {self.status} de {who} en {self.node}, tras {took.replace('.', ',')}",
                en=f"Response: {self.status} from {who} on {self.node} in {took}",
            )
        return say(
            es=f"Respuesta: ninguna tras {took.replace('.', ',')}: {error}",
            en=f"Response: no answer after {took}: {error}",
        )


def _shorter(error: str) -> str:
    """The same with short names: without the namespace that everybody is in, and of long ones only the two ends."""
    words = error.replace(" default/", " ").split(" ")
    return " ".join(f"{word[:HEAD]}…{word[-TAIL:]}" if _is_long_name(word) else word for word in words)


def _is_long_name(word: str) -> bool:
    return len(word) > LONG_WORD and any(letter in word for letter in "-/.0123456789")

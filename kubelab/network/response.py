"""What becomes of a request: the answer, and the stations on the way."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from kubelab.language import say

WIDEST = 110


class Hop(NamedTuple):
    """One station: what it is, whose, what happened there, and when, in seconds since the request was sent.

    `source` and `destination` are the packet's addresses as it leaves the station: where they differ from those of the
    hop before, the station has translated them.
    """

    kind: str
    place: str
    detail: str
    time: float
    source: str = ""
    destination: str = ""


class Response(msgspec.Struct, frozen=True):
    """What came back. Without an answer `status` is 0 and `error` says what happened instead.

    `code` is what curl would exit with. `cause` and `about` say in a word why there was no good answer, and which
    object has to do with it: `cluster.why(response)` makes sentences of them. `service` is the last Service whose
    rules it went through. `host` is what was asked for, by name; where a proxy on the way got no answer itself, `behind`
    is what became of its own request. `lookup` is when the name was resolved, `connect` when the connection stood, `latency` when
    all was over, in seconds since the request was sent.
    """

    url: str
    status: int
    body: str
    error: str
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

    def hop(self, kind: str) -> Hop | None:
        """The last station of that kind."""
        return next((each for each in reversed(self.hops) if each.kind == kind), None)

    def __repr__(self) -> str:
        took = f"{self.latency * 1000:.1f} ms"
        if self.status:
            who = self.pod or say(es="el servidor de la API", en="the API server")
            text = say(
                es=f"Respuesta: {self.status} de {who} en {self.node}, tras {took.replace('.', ',')}",
                en=f"Response: {self.status} from {who} on {self.node} in {took}",
            )
        else:
            text = say(
                es=f"Respuesta: ninguna tras {took.replace('.', ',')}: {self.error}",
                en=f"Response: no answer after {took}: {self.error}",
            )
        return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"

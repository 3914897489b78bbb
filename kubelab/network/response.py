"""What becomes of a request: the answer, and the stations on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kubelab.language import say

WIDEST = 110


class Hop(NamedTuple):
    """One station: what it is, whose, what happened there, and when, in seconds since the request was sent."""

    kind: str
    place: str
    detail: str
    time: float


@dataclass(frozen=True)
class Response:
    """What came back. Without an answer `status` is 0 and `error` says what happened instead."""

    url: str
    status: int
    body: str
    error: str
    hops: tuple[Hop, ...]
    latency: float
    pod: str
    node: str

    @property
    def ok(self) -> bool:
        """Whether the request was answered well."""
        return 200 <= self.status < 400

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

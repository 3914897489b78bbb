"""What a program in a container may do with a request other than answer it itself: hand it on.

An ingress controller and any reverse proxy are programs that hand requests on. Such a program is an object on
`Container.program` with a method `forward`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from kubelab.network.dice import Dice
from kubelab.network.response import Response
from kubelab.network.sentences import Sentence


class Asked(NamedTuple):
    """A request as the program sees it: `client` is the address that it comes from."""

    method: str
    scheme: str
    host: str  # of the header Host: without its port
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    client: str = ""


class Reply(NamedTuple):
    """An answer of the program's own.

    `detail` is what its hop says, `about` the object that a bad answer is due to, `behind` what became of the
    request that the program sent itself.
    """

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    detail: str | Sentence = ""
    about: str = ""
    behind: Response | None = None


class Onward(NamedTuple):
    """Where the program sends the request: a name or an address, and a port.

    `host` is the header Host that it sends; `connect_timeout` is how long it waits for a connection, `timeout` for
    the answer.
    """

    address: str
    port: int
    path: str
    host: str = ""
    scheme: str = "http"
    headers: tuple[tuple[str, str], ...] = ()
    timeout: float = 60.0
    connect_timeout: float = 60.0
    detail: str = ""


class Program(Protocol):
    """A program that hands requests on."""

    def forward(self, asked: Asked, dice: Dice) -> Reply | tuple[Onward, ...] | None:
        """Its own reply, or where it tries in turn, or None: it answers as its behaviour says.

        What it chooses by lot it chooses with `dice`, so that a load can be reckoned: for a like request, with no
        change in between, it must do the same.
        """

    def certificate(self, host: str) -> str:
        """Whose certificate it shows to clients that ask for a host."""

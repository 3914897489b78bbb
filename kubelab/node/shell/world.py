"""The world around a script: what a machine asks of whoever drives it."""

from __future__ import annotations

import posixpath
from collections.abc import MutableMapping
from typing import NamedTuple, Protocol

from kubelab.node.shell.durations import FOREVER


class Lifetime(NamedTuple):
    """A file with this text: since when, until when, in seconds since its container's start."""

    path: str
    since: float
    until: float = FOREVER
    text: str = ""


class Done(NamedTuple):
    """What a program wrote, how it ended, and after how many seconds; for ever is a server's.

    With `again` it has not ended then: it is asked again.
    """

    out: str = ""
    err: str = ""
    code: int = 0
    seconds: float = 0.0
    again: bool = False


def whole(path: str, folder: str = "/") -> str:
    """A path from the root on, as it is meant in a folder, without `.` and `..`; a folder's slash is kept.

    Examples
    --------
    >>> whole("news/../a.html", "/www"), whole("/tmp//x/"), whole(".", "/")
    ('/www/a.html', '/tmp/x/', '/')
    """
    found = posixpath.normpath(posixpath.join("/", folder, path))
    found = found[1:] if found.startswith("//") else found
    return f"{found}/" if path.endswith("/") and found != "/" else found


class World(Protocol):
    """What is around a script: its programs and its files. Paths may be meant in the `folder` where it is."""

    folder: str

    def run(self, argv: list[str], stdin: str | None, variables: MutableMapping[str, str]) -> Done:
        """Run a program; `stdin` is what is piped into it, None where nothing is."""

    def read(self, path: str) -> str | None:
        """The text of a file; None where it is not there."""

    def write(self, path: str, text: str, *, append: bool) -> None:
        """Write a file."""

    def remove(self, path: str) -> None:
        """Take a file away."""

    def paths(self) -> list[str]:
        """The files there are; a folder that was made by hand ends with a slash."""

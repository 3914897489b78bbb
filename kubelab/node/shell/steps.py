"""The steps of a script that has been read."""

from __future__ import annotations

from typing import Any, NamedTuple


class Redirect(NamedTuple):
    """Where a stream goes: its number (1, 2, or 0 for what is read), how (`>`, `>>`, `<`, `&`), and where to."""

    stream: str
    how: str
    target: str


class Simple(NamedTuple):
    """A command with its words as they are written: `A=1 wget -qO- "$URL" > /tmp/page &`."""

    assigned: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()
    background: bool = False


class Step(NamedTuple):
    """One step: `run` a command, a `pipe`, or a jump that may depend on how the last command ended."""

    verb: str
    what: Any = None
    to: int = 0


class Steps(tuple[Step, ...]):
    """A script that has been read. It never changes."""

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Steps:
        return self


class Stage(NamedTuple):
    """One end of a pipe: steps of its own, and where their streams go."""

    steps: Steps
    redirects: tuple[Redirect, ...] = ()

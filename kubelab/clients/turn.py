"""Taking turns: several threads may want the same cluster, and one at a time may have it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Turn:
    """The right to touch a cluster: who holds it may read, write, and let time pass, and may take it once more.

    A widget's message, a running cell and an HTTP request each take it. `before` is called when somebody's turn
    begins, `after` when it ends: that is how the served cluster's time keeps up with the clock on the wall.

    A cell holds the turn while it runs, so that a message does not come in between. Once a server is there it does
    not: what the cell asks of the server (`!kubectl get pods`) could not be answered.
    """

    def __init__(self) -> None:
        self.before: list[Callable[[], None]] = []
        self.after: list[Callable[[], None]] = []
        self._lock = threading.RLock()
        self._depth = 0
        self._cells: list[int] = []  # the thread of each running cell that holds the turn
        self._servers = 0

    def __enter__(self) -> Turn:
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            self._tell(self.before)
        return self

    def __exit__(self, *_: object) -> None:
        if self._depth == 1:
            self._tell(self.after)
        self._depth -= 1
        self._lock.release()

    def begin_cell(self) -> None:
        """A notebook's cell begins to run."""
        if not self._servers:
            self.__enter__()
            self._cells.append(threading.get_ident())

    def end_cell(self) -> None:
        """The cell has ended."""
        if self._cells and self._cells[-1] == threading.get_ident():
            self._cells.pop()
            self.__exit__()

    def begin_serving(self) -> None:
        """A server is there: cells hold the turn no longer, not even the one that runs now."""
        self._servers += 1
        while self._cells and self._cells[-1] == threading.get_ident():
            self.end_cell()

    def end_serving(self) -> None:
        """A server is gone."""
        self._servers -= 1

    def _tell(self, hooks: list[Callable[[], None]]) -> None:
        try:
            for hook in tuple(hooks):
                hook()
        except BaseException:
            if hooks is self.before:
                self._depth -= 1
                self._lock.release()
            raise

    def __deepcopy__(self, memo: dict[int, Any]) -> Turn:
        return self


TURN = Turn()

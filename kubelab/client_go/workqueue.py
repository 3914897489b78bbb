"""Work queues: which keys a controller still has to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelab.clock import Call

if TYPE_CHECKING:
    from kubelab.machine import Process

RETRY_INITIAL = 0.005  # client-go's ItemExponentialFailureRateLimiter
RETRY_MAX = 1000.0
HOPELESS = 10.0  # who waits this long to try again is nobody to wait for: `settle` does not


class WorkQueue:
    """Keys to be worked on, one at a time, `step` seconds each; a key that waits already is not added twice.

    A key whose work fails comes again after 5 ms, then 10 ms, doubling up to 1,000 s, until `forget`.

    In Kubernetes
        client-go's rate-limiting queue: https://pkg.go.dev/k8s.io/client-go/util/workqueue . The real ones have
        several workers each (`--concurrent-deployment-syncs`); here there is one.
    """

    def __init__(self, process: Process, work: Callable[[str], None], step: float) -> None:
        self.process, self.work, self.step = process, work, step
        self._waiting: dict[str, int] = {}  # key -> the journal entry that made it wait
        self._later: dict[str, Call] = {}
        self._failures: dict[str, int] = {}
        self._busy = False

    def add(self, key: str) -> None:
        """Work on the key soon."""
        if key not in self._waiting:
            self._waiting[key] = self.process.clock.cause
            if not self._busy:
                self._busy = True
                self.process.later(self.step, self._next)

    def add_after(self, key: str, delay: float, *, quiet: bool = False) -> None:
        """Work on the key after `delay` seconds; of several such wishes for one key the earliest counts."""
        due = self.process.clock.now + delay
        held = self._later.get(key)
        if held is not None and not held.cancelled and self.process.clock.now <= held.due <= due:
            return
        if held is not None:
            held.cancel()
        self._later[key] = self.process.later(delay, self._due, key, quiet=quiet)

    def retry(self, key: str) -> None:
        """The key's work failed: again later, and later each time."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay = min(RETRY_INITIAL * 2**failures, RETRY_MAX)
        self.add_after(key, delay, quiet=delay >= HOPELESS)

    def forget(self, key: str) -> None:
        """The key's work went well: the next failure is a first one."""
        self._failures.pop(key, None)

    def clear(self) -> None:
        """Lose everything: the process has ended."""
        for call in self._later.values():
            call.cancel()
        self._waiting, self._later, self._failures, self._busy = {}, {}, {}, False

    def _due(self, key: str) -> None:
        self._later.pop(key, None)
        self.add(key)

    def _next(self) -> None:
        key = next(iter(self._waiting))
        self.process.clock.cause = self._waiting.pop(key)
        self.work(key)
        if self._waiting:
            self.process.later(self.step, self._next)
        else:
            self._busy = False

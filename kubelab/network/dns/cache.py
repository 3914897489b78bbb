"""A client's memory of what names stood for: it may be wrong for as long as it is allowed to remember.

In Kubernetes
    Not a part of Kubernetes: Java, nginx, browsers and NodeLocal DNSCache all remember answers, some longer than they
    may. https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
"""

from __future__ import annotations

from collections.abc import Callable

from kubelab.clock import Clock
from kubelab.network.dns.answer import Answer

REFUSALS = 5.0  # seconds for which a name that was not there is remembered to be missing


class Cache:
    """Remembers answers for their `ttl`, or, with `hold`, for that many seconds whatever they say."""

    def __init__(self, clock: Clock, hold: float | None = None) -> None:
        self.clock, self.hold = clock, hold
        self._held: dict[str, tuple[float, Answer]] = {}

    def ask(self, name: str, look_up: Callable[[str], Answer]) -> tuple[Answer, bool]:
        """The answer, and whether it was remembered; `look_up` asks anew."""
        until, answer = self._held.get(name, (-1.0, None))
        if answer is not None and self.clock.now < until:
            return answer, True
        answer = look_up(name)
        lasts = self.hold if self.hold is not None else answer.ttl if answer.found else REFUSALS
        self._held[name] = (self.clock.now + lasts, answer)
        return answer, False

    def valid_until(self, name: str) -> float:
        """The instant until which the name needs no asking."""
        return self._held.get(name, (-1.0, None))[0]

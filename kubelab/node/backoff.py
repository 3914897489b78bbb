"""Backoff: a delay that doubles with every failure."""

from __future__ import annotations


class Backoff:
    """How long to wait before trying again, per key: `initial` seconds, doubling up to `maximum`, forgotten in time.

    In Kubernetes
        client-go's flowcontrol.Backoff, which the kubelet keeps in memory only: a restarted kubelet starts anew.
    """

    def __init__(self, initial: float, maximum: float, reset: float) -> None:
        self.initial, self.maximum, self.reset = initial, maximum, reset
        self._held: dict[str, tuple[float, float]] = {}  # key -> delay, and when it was set

    def failed(self, key: str, at: float, now: float) -> None:
        """Something failed at that instant: the next failure waits longer."""
        delay, since = self._held.get(key, (0.0, at))
        expired = at - since > self.reset
        self._held[key] = (self.initial if not delay or expired else min(delay * 2, self.maximum), now)

    def left(self, key: str, at: float, now: float) -> float:
        """For how many seconds from now on what failed at that instant has to wait."""
        held = self._held.get(key)
        if held is None or at - held[1] > self.reset:
            return 0.0
        return max(at + held[0] - now, 0.0)

    def delay(self, key: str) -> float:
        """The whole delay that holds now."""
        return self._held.get(key, (0.0, 0.0))[0]

    def forget(self, keys: list[str]) -> None:
        """The pod is gone."""
        for key in keys:
            self._held.pop(key, None)

    def clear(self) -> None:
        """Forget everything: the kubelet has ended."""
        self._held = {}

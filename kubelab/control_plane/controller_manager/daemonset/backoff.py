"""How often the failed pod of a node is replaced: ever more rarely."""

from __future__ import annotations

INITIAL, LONGEST = 1.0, 15 * 60.0


class FailedPodsBackoff:
    """For each DaemonSet and node, how long a failed pod is left lying: 1 s, then 2 s, doubling up to 15 minutes.

    After twice the longest delay without a failure it begins anew, and so it does with a new generation.

    In Kubernetes
        failedPodsBackoff in pkg/controller/daemon; client-go's flowcontrol.Backoff
    """

    def __init__(self) -> None:
        self._held: dict[str, dict[tuple[int, str], tuple[float, float]]] = {}  # delay, since

    def remaining(self, key: str, generation: int, node: str, now: float) -> float:
        """How long a failed pod of the node has to lie yet: its whole delay, or 0."""
        delay, since = self._held.get(key, {}).get((generation, node), (0.0, now))
        return delay if now - since < delay else 0.0

    def failed(self, key: str, generation: int, node: str, now: float) -> None:
        """A failed pod of the node is being replaced: the next one has to lie longer."""
        held = self._held.setdefault(key, {})
        delay, since = held.get((generation, node), (0.0, now))
        again = delay > 0 and now - since <= 2 * LONGEST
        held[generation, node] = (min(delay * 2, LONGEST) if again else INITIAL, now)

    def forget(self, key: str) -> None:
        """The DaemonSet is gone."""
        self._held.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        self._held = {}

"""Expectations: what a controller has done that its cache does not show yet."""

from __future__ import annotations


class Expectations:
    """For each key, the objects that were made or asked to go, until the informer has told of each.

    While something is expected, the cache is known to be too old to count by: without this, a controller would make
    three pods again for every three that are still on their way to it.

    In Kubernetes
        UIDTrackingControllerExpectations in pkg/controller/controller_utils.go

    Left out
        The time-out after five minutes: a lost connection clears them all here.
    """

    def __init__(self) -> None:
        self._awaited: dict[str, dict[str, str]] = {}  # key -> object's uid -> what will be seen of it

    def expect(self, key: str, uid: str, what: str) -> None:
        """Wait for news of an object: `created` or `deleted`."""
        self._awaited.setdefault(key, {})[uid] = what

    def seen(self, key: str, uid: str, what: str) -> None:
        """The informer has told: an object was made, or is going."""
        awaited = self._awaited.get(key)
        if awaited and awaited.get(uid) == what:
            del awaited[uid]

    def fulfilled(self, key: str) -> bool:
        """Whether the cache shows all that was done for a key."""
        return not self._awaited.get(key)

    def awaited(self, key: str) -> tuple[str, ...]:
        """The uids of the objects that something is still to be seen of."""
        return tuple(self._awaited.get(key) or ())

    def forget(self, key: str) -> None:
        """Wait for nothing of a key any more."""
        self._awaited.pop(key, None)

    def clear(self) -> None:
        """Wait for nothing at all."""
        self._awaited = {}

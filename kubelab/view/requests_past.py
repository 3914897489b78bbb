"""Requests of the past: those that were sent while nobody filmed, to be shown when one looks back."""

from __future__ import annotations

from collections import deque
from typing import Any

from kubelab.view.film import Camera, Film
from kubelab.view.requests_seen import RequestSeen, requests_since

SPANS = 300  # in which a past is shown: what was sent within one of them goes together
MOST = 20_000  # journal entries that are looked through: of a longer past its end


class RequestsPassing:
    """The requests after a journal entry, in their order, put on film as its time moves on."""

    def __init__(self, cluster: Any, since: int, start: float) -> None:
        since = max(since, len(cluster.journal) - MOST)
        self._waiting = deque(requests_since(cluster.journal.since(since)))
        self._span = max((cluster.now - start) / SPANS, 0.5)

    def until(self, time: float, film: Film, camera: Camera) -> None:
        """Those sent before this instant travel over the camera's picture."""
        while self._waiting and self._waiting[0].time < time:
            end = min(self._waiting[0].time + self._span, time)
            sent: list[RequestSeen] = []
            while self._waiting and self._waiting[0].time < end:
                sent.append(self._waiting.popleft())
            if camera.plan is not None:
                film.send(camera, sent)

"""Requests as the journal tells of them: when, from where, along which machines, and who answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubelab.journal import Entry
from kubelab.view.scene import Scene


@dataclass(frozen=True)
class RequestSeen:
    """One request. `path` is its hops as (kind, place); `pod` is the pod reached, or empty."""

    time: float
    answered: bool
    source: str
    path: tuple[tuple[str, str], ...]
    pod: str

    def stops(self, scene: Scene) -> list[str]:
        """The stops on its way, as the layout names them: `client`, machines, `pod/<uid>`.

        A request from outside, or from the pod network without a pod of its own, is drawn as coming from the clients.
        """
        uids = {f"{pod.namespace}/{pod.name}": f"pod/{pod.uid}" for pod in scene.pods}
        sender = self.source.removeprefix("pod/")
        from_pod = next((uid for name, uid in uids.items() if name.endswith(f"/{sender}")), "")
        stops = ["client" if self.source == "client" else from_pod or self.source]
        for kind, place in self.path:
            if kind == "tunnel":
                stops += place.split(" → ")
            elif kind == "pod":
                stops.append(uids.get(place, ""))
            elif kind in ("client", "node") and not from_pod:
                stops.append(place)
        stops = [stop for stop in stops if stop]
        return [stop for index, stop in enumerate(stops) if not index or stops[index - 1] != stop]


def requests_since(entries: Iterable[Entry]) -> list[RequestSeen]:
    """The requests among these journal entries, in the order in which they were sent."""
    return [
        RequestSeen(
            time=entry.time,
            answered=200 <= entry.detail["status"] < 400,
            source=entry.actor,
            path=tuple((kind, place) for kind, place in entry.detail["path"]),
            pod=entry.detail["pod"],
        )
        for entry in entries
        if entry.verb == "request"
    ]

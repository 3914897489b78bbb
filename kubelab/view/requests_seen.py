"""Requests as the journal tells of them: when, from where, along which machines, and who answered.

A load of many requests a second has one entry for all of a second that went the same way: `count` says how many.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubelab.journal import Entry
from kubelab.network.sender import OUTSIDE
from kubelab.view.scene import Scene


@dataclass(frozen=True)
class RequestSeen:
    """One request, or `count` of one second: its hops are `path` as (kind, place), `pod` is the pod reached, or empty.

    `host` is the URL's.
    """

    time: float
    answered: bool
    source: str
    path: tuple[tuple[str, str], ...]
    pod: str
    count: int = 1
    host: str = ""

    def stops(self, scene: Scene) -> list[str]:
        """The stops on its way, as the layout names them: `client`, machines, `pod/<uid>`.

        A request from outside, or from the pod network without a pod of its own, is drawn as coming from the clients.
        """
        uids = {f"{pod.namespace}/{pod.name}": f"pod/{pod.uid}" for pod in scene.pods}
        sender = self._sender(uids)
        stops = [sender or ("client" if self.source in ("client", OUTSIDE) else self.source)]
        for kind, place in self.path:
            if kind == "tunnel":
                stops += place.split(" → ")
            elif kind in ("pod", "proxy"):
                stops.append(uids.get(place, ""))
            elif kind == "node" or (kind == "client" and not sender):
                stops.append(place)
        stops = self._to_the_end(scene, ["client" if stop == OUTSIDE else stop for stop in stops if stop])
        return [stop for index, stop in enumerate(stops) if not index or stops[index - 1] != stop]

    def _sender(self, uids: dict[str, str]) -> str:
        """The pod that sends it: `pod/NAME` or `pod/NAMESPACE/NAME`."""
        name = self.source.partition("/")[2]
        return next((uid for known, uid in uids.items() if name and f"/{known}".endswith(f"/{name}")), "")

    def _to_the_end(self, scene: Scene, stops: list[str]) -> list[str]:
        """What is lost ends where it was lost: a machine without network lets nothing out, a dead one takes nothing."""
        power = {machine.name: machine.power for machine in scene.machines}
        last = self.path[-1] if self.path else ("", "")
        if not self.answered and last[0] == "tunnel":
            start = last[1].partition(" → ")[0]
            return stops[:-1] if power.get(start) == "cut" else stops
        if not self.answered and self.path[:1] == (("client", OUTSIDE),) and last[0] in ("client", "dns"):
            goal = self.host if self.host in power else _at(scene, self.host)
            return [*stops, goal] if goal else stops
        return stops


def _at(scene: Scene, address: str) -> str:
    """The machine with that address, as its Node says."""
    for node in scene.objects["nodes"]:
        if any(held.address == address for held in (node.status.addresses if node.status else None) or ()):
            return str(node.metadata.name)
    return ""


def requests_since(entries: Iterable[Entry]) -> list[RequestSeen]:
    """The requests among these journal entries, in the order in which they were sent."""
    return [
        RequestSeen(
            time=entry.time,
            answered=200 <= entry.detail["status"] < 400,
            source=entry.actor,
            path=tuple((kind, place) for kind, place in entry.detail["path"]),
            pod=entry.detail["pod"],
            count=entry.detail.get("count", 1),
            host=entry.object.partition("://")[2].partition("/")[0].partition(":")[0],
        )
        for entry in entries
        if entry.verb == "request"
    ]

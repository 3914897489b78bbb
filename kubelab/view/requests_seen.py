"""Requests as the journal tells of them: when, from where, along which machines, and who answered.

A load of many requests a second has one entry for all of a second that went the same way: `count` says how many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kubelab.journal import Entry
from kubelab.network.sender import OUTSIDE
from kubelab.network.sentences import Sentence
from kubelab.view.losses import link_of, loss_words, machine_of
from kubelab.view.scene import Scene


@dataclass(frozen=True)
class RequestSeen:
    """One request, or `count` of one second: its hops are `path` as (kind, place), `pod` is the pod reached, or empty.

    `reason` is what the network said where no good answer came.
    """

    time: float
    answered: bool
    source: str
    path: tuple[tuple[str, str], ...]
    pod: str
    count: int = 1
    single: bool = False  # somebody asked once: it is of no load
    reason: Sentence | None = None

    def stops(self, scene: Scene) -> list[str]:
        """The stops on its way, as the layout names them.

        `client` (outside), `balancer/<service>`, machines, `pod/<uid>`, `link/<machine>/<machine>` where it was lost.
        """
        return [stop for stop, _ in self.way(scene)]

    def way(self, scene: Scene) -> list[tuple[str, int]]:
        """The stops, each with the number of the last hop before the next stop."""
        uids = {f"{pod.namespace}/{pod.name}": f"pod/{pod.uid}" for pod in scene.pods}
        found: list[tuple[str, int]] = []
        for number, stop in self._every(uids):
            if found and stop in ("", found[-1][0]):
                found[-1] = found[-1][0], number
            elif stop:
                found.append((stop, number))
        if not found:
            found.append(("client", 0))
        return found if self.answered else self._to_the_end(scene, found)

    def _every(self, uids: dict[str, str]) -> Iterator[tuple[int, str]]:
        for number, (kind, place) in enumerate(self.path):
            if kind == "client":
                yield number, "client" if place == OUTSIDE else self._sender(uids) or place
            elif kind == "tunnel":
                start, _, end = place.partition(" → ")
                yield number, start
                yield number, end
            elif kind == "balancer":
                yield number, f"balancer/{place}"
            elif kind in ("pod", "proxy"):
                yield number, uids.get(place, "")
            else:  # of a name server and a container the picture has no place
                yield number, place if kind in ("node", "rule", "policy") else ""

    def _sender(self, uids: dict[str, str]) -> str:
        """The pod that sends it: `pod/NAME` or `pod/NAMESPACE/NAME`."""
        name = self.source.partition("/")[2]
        return next((uid for known, uid in uids.items() if name and f"/{known}".endswith(f"/{name}")), "")

    def _to_the_end(self, scene: Scene, way: list[tuple[str, int]]) -> list[tuple[str, int]]:
        """What is lost ends where it was lost: a machine without network lets nothing out, a dead one takes nothing."""
        last, link = way[-1][1], link_of(self.reason)
        if link is not None and way[-1][0] in link:
            return [*way[:-1], (f"link/{link[0]}/{link[1]}", last)]
        goal = machine_of(self.reason)
        if not any(machine.name == goal for machine in scene.machines):
            return way
        known = [index for index, (stop, _) in enumerate(way) if stop == goal]
        return way[: known[-1] + 1] if known else [*way, (goal, last)]

    @property
    def astray(self) -> bool:
        """Whether it was lost before it came to any station: there is no such name, or nobody who has the address."""
        return not self.answered and all(kind in ("client", "dns") for kind, _ in self.path)

    @property
    def inside(self) -> bool:
        """Whether a client without a pod of its own sends it, from a node's pod network."""
        return self.source == "client" and self.path[:1] not in ((), (("client", OUTSIDE),))

    @property
    def words(self) -> str:
        """Why it was lost, in a few words."""
        return "" if self.answered else loss_words(self.reason)


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
            single=entry.detail.get("single", False),
            reason=entry.detail["reason"],
        )
        for entry in entries
        if entry.verb == "request"
    ]


def of_loads(entries: Iterable[Entry], since: float = 0.0) -> list[RequestSeen]:
    """The requests of loads from an instant on; where there was no load, those that somebody made by hand."""
    found = [request for request in requests_since(entries) if request.time >= since]
    return [request for request in found if not request.single] or found


def together(requests: list[RequestSeen], most: int) -> list[RequestSeen]:
    """Requests of one short span that went the same way as one with their `count`; of many ways the lost first."""
    found: dict[tuple[object, ...], list[RequestSeen]] = {}
    for held in requests:
        found.setdefault((held.answered, held.source, held.path, held.reason), []).append(held)
    alike = [replace(held[0], count=sum(each.count for each in held)) for held in found.values()]
    return sorted(alike, key=_lost_then_many)[:most]


def _lost_then_many(held: RequestSeen) -> tuple[bool, int]:
    return held.answered, -held.count

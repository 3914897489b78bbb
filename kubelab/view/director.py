"""The director: turns wishes (play on, a step, kill this node) into time on the cluster and films of it.

The film runs ahead of the cluster. A fork of it, the scout, lives through the next seconds and is filmed; the cluster
follows to the moment that is being watched when somebody asks for more, or acts. So an action happens at the moment
that was seen, and the cluster is never ahead of its picture. Same seed, same story: the cluster will do what the
scout did.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from kubelab.view.film import MOST_DOTS, Camera, Film
from kubelab.view.layout import WIDE
from kubelab.view.narration import narrate
from kubelab.view.places import Places
from kubelab.view.requests_seen import requests_since
from kubelab.view.workloads_seen import ServiceSeen, WorkloadSeen

AHEAD = 6.0  # seconds of the watcher's time that a film lasts
FRAMES = 8  # a second of the watcher's time
STEP_LIMIT = 1000  # happenings that a step looks at before it gives up
CHECKPOINTS = 40


class Director:
    """Films a cluster. Every method answers a film as plain values, ready for the player."""

    def __init__(self, cluster: Any, width: float = WIDE) -> None:
        self.cluster = cluster
        self.camera = Camera(width)
        self._opening = cluster.fork()
        self._scout: Any = None
        self._checkpoints: deque[tuple[float, Any]] = deque(maxlen=CHECKPOINTS)
        self._placed: list[tuple[float, Places]] = []  # where things stood at each frame of the film
        self._told = len(cluster.journal)
        self._mark = self._marked()
        self.now("clear")

    def now(self, mode: str = "cut") -> dict[str, Any]:
        """The cluster as it is, in one frame."""
        self._scout = None
        self._mark = self._marked()
        self._checkpoints.append((self.cluster.now, self.cluster.fork()))
        film = Film(self.cluster.now)
        self.camera.take(self.cluster)
        self._placed = []
        self._frame(film, self.cluster)
        return film.data(mode)

    def changed(self) -> bool:
        """Whether somebody else (a cell) has moved the cluster since we last did."""
        return self._mark != self._marked()

    def more(self, at: float, speed: float) -> dict[str, Any]:
        """What comes after the moment that is watched: a film for some seconds of the watcher's time."""
        if self.changed():
            return self.now()
        self.follow(at)
        if self._scout is None:
            self._scout = self.cluster.fork()
        scout = self._scout
        film, pulse = Film(scout.now), _pulse(scout)
        for _ in range(int(AHEAD * FRAMES)):
            scout.clock.run(scout.now + speed / FRAMES)
            before, pulse = pulse, _pulse(scout)
            if pulse != before:
                self._requests(film, scout)
                self.camera.take(scout)
                self._frame(film, scout)
        film.end = scout.now
        return film.data("append")

    def follow(self, at: float) -> None:
        """Bring the cluster to the moment that is watched."""
        if not self.changed() and at > self.cluster.now:
            self.cluster.clock.run(at)
        self._mark = self._marked()

    def act(self, at: float, action: Callable[..., Any], *args: Any, **options: Any) -> tuple[dict[str, Any], Any]:
        """Do something to the cluster at the moment that is watched. Answers the film and what the action answered."""
        self.follow(at)
        told = len(self.cluster.journal)
        answer = action(*args, **options)  # refused: the film goes on as if nothing had been said
        self.camera.places = self._places_at(self.cluster.now)
        self._told = told
        return self.now(), answer

    def step(self, at: float) -> dict[str, Any]:
        """Let time pass until something looks different."""
        self.follow(at)
        self.camera.places = self._places_at(self.cluster.now)
        self._told = len(self.cluster.journal)
        self.camera.take(self.cluster)
        revision = self.cluster.etcd.revision
        for _ in range(STEP_LIMIT):
            if not self.cluster.step():
                break
            if self.cluster.etcd.revision != revision and self.camera.take(self.cluster):
                break
            revision = self.cluster.etcd.revision
        return self.now()

    def fork(self, at: float) -> dict[str, Any]:
        """Another story from a moment of the past on: `cluster` is a fork from now on."""
        self.follow(at)
        earlier = [held for held in self._checkpoints if held[0] <= at] or [self._checkpoints[0]]
        return self._switch(earlier[-1][1], at, "cut")

    def reset(self) -> dict[str, Any]:
        """Begin again: `cluster` is a fork of what it was when the film began."""
        self._checkpoints.clear()
        return self._switch(self._opening, self._opening.now, "clear")

    def frame_for(self, width: float) -> dict[str, Any]:
        """The same moment on a picture of another width."""
        self.camera = Camera(width)
        return self.now()

    def _switch(self, beginning: Any, at: float, mode: str) -> dict[str, Any]:
        self.cluster = beginning.fork()
        self.cluster.clock.run(max(at, self.cluster.now))
        self.camera.places = Places()
        self._told = len(self.cluster.journal)
        return self.now(mode)

    def _frame(self, film: Film, cluster: Any) -> None:
        told = narrate(cluster, cluster.journal.since(self._told))
        self._told = len(cluster.journal)
        film.add(self.camera, self._controls(), told)
        self._placed.append((cluster.now, self.camera.places.copy()))

    def _requests(self, film: Film, cluster: Any) -> None:
        sent = requests_since(cluster.journal.since(self._told))
        failed = [request for request in sent if not request.answered]
        for request in (failed + [held for held in sent if held.answered])[:MOST_DOTS]:
            points = self.camera.plan.route(request.stops(self.camera.scene))
            if points:
                film.send(request.time, points, request.answered)

    def _controls(self) -> dict[str, Any]:
        scene = self.camera.scene
        cards: tuple[Any, ...] = scene.cards
        return {
            "nodes": [
                (machine.name, machine.power, machine.cordoned)
                for machine in scene.machines
                if machine.role != "master"
            ],
            "deployments": [(f"{card.namespace}/{card.name}", card.desired) for card in cards if _is_deployment(card)],
            "services": [f"{card.namespace}/{card.name}" for card in cards if isinstance(card, ServiceSeen)],
            "loads": [load.url for load in scene.loads],
        }

    def _places_at(self, time: float) -> Places:
        earlier = [places for placed, places in self._placed if placed <= time]
        return earlier[-1] if earlier else self.camera.places

    def _marked(self) -> tuple[float, int]:
        return self.cluster.now, len(self.cluster.journal)


def _pulse(cluster: Any) -> tuple[Any, ...]:
    """What differs when anything that is drawn may differ."""
    return len(cluster.journal), *(machine.powered for machine in cluster.machines.values())


def _is_deployment(card: Any) -> bool:
    return isinstance(card, WorkloadSeen) and card.kind == "Deployment"

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
from kubelab.view.narration import view_left
from kubelab.view.places import Places
from kubelab.view.requests_seen import requests_since
from kubelab.view.rewind import moments
from kubelab.view.story import Story
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
        self.left = ""  # what is said when the view leaves its cluster for a fork
        self._opening = cluster.fork()
        self._scout: Any = None
        self._checkpoints: deque[Any] = deque(maxlen=CHECKPOINTS)
        self._placed: list[tuple[float, Places]] = []  # where things stood at each frame of the film
        self.story = Story(cluster)
        self._ahead = self.story  # the scout's
        self._mark = self._marked()
        self.now("clear")

    def now(self, mode: str = "cut", film: Film | None = None) -> dict[str, Any]:
        """The cluster as it is, in one frame, at the end of that film."""
        self._scout = None
        self._mark = self._marked()
        self._checkpoints.append(self.cluster.fork())
        film = film or Film(self.cluster.now)
        sampled = any(frame["sampled"] for frame in film.frames)
        self.camera.take(self.cluster)
        self._placed = []
        self._frame(film, self.cluster, self.story, sampled)
        return film.data(mode)

    def caught_up(self) -> dict[str, Any]:
        """What a cell has done: frames for the time that it let pass, from the past revisions, and the present."""
        time, number = self._mark
        passed = Film(time)
        self.camera.places = self._places_at(time)
        for moment in moments(self.cluster, number):
            if time <= moment.time < self.cluster.now and self.camera.take(self.cluster, moment):
                told = self.story.read(self.cluster, moment.time)
                passed.add(self.camera, self._controls(), told, moment.sampled)
        return self.now(film=passed)

    def changed(self) -> bool:
        """Whether somebody else (a cell) has moved the cluster since we last did."""
        return self._mark != self._marked()

    def more(self, at: float, speed: float) -> dict[str, Any]:
        """What comes after the moment that is watched: a film for some seconds of the watcher's time."""
        if self.changed():
            return self.caught_up()
        self.follow(at)
        if self._scout is None:
            self._scout, self._ahead = self.cluster.fork(), self.story.copy()
        scout = self._scout
        film, pulse = Film(scout.now), _pulse(scout)
        for _ in range(int(AHEAD * FRAMES)):
            scout.clock.run(scout.now + speed / FRAMES)
            before, pulse = pulse, _pulse(scout)
            if pulse != before:
                self._requests(film, scout)
                self.camera.take(scout)
                self._frame(film, scout, self._ahead)
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
        answer = action(*args, **options)  # refused: the film goes on as if nothing had been said
        self.camera.places = self._places_at(self.cluster.now)
        return self.now(), answer

    def step(self, at: float) -> dict[str, Any]:
        """Let time pass until something looks different."""
        self.follow(at)
        self.camera.places = self._places_at(self.cluster.now)
        self.camera.take(self.cluster)
        pulse = _pulse(self.cluster)
        for _ in range(STEP_LIMIT):
            if not self.cluster.step():
                break
            before, pulse = pulse, _pulse(self.cluster)
            if pulse != before and self.camera.take(self.cluster):
                break
        return self.now()

    def fork(self, at: float) -> dict[str, Any]:
        """Another story from a moment of the past on: `cluster` is a fork from now on.

        Left out
            What a cell did to the cluster and let pass at once cannot be gone into: the story begins before it.
        """
        self.follow(at)
        beginning = ([held for held in self._checkpoints if held.now <= at] or [self._checkpoints[0]])[-1]
        deeds = self.cluster.journal.since(len(beginning.journal))
        exact = not any(deed.time <= at and deed.actor in ("kubectl", "fault") for deed in deeds)
        return self._switch(beginning, at if exact else beginning.now, "cut", exact)

    def reset(self) -> dict[str, Any]:
        """Begin again: `cluster` is a fork of what it was when the film began."""
        self._checkpoints.clear()
        return self._switch(self._opening, self._opening.now, "clear", True)

    def frame_for(self, width: float) -> dict[str, Any]:
        """The same moment on a picture of another width."""
        self.camera = Camera(width)
        return self.now()

    def tell(self, sentence: str) -> None:
        """Put a sentence into the story that the journal does not know of."""
        self.story.read(self.cluster)
        self.story.say(self.cluster.now, sentence)

    def _switch(self, beginning: Any, at: float, mode: str, exact: bool) -> dict[str, Any]:
        self.cluster = beginning.fork()
        self.cluster.clock.run(max(at, self.cluster.now))
        self.camera.places = Places()
        self.story = Story(self._opening)
        self.story.read(self.cluster)
        self.left = view_left(exact)
        self.story.say(self.cluster.now, self.left)
        return self.now(mode)

    def _frame(self, film: Film, cluster: Any, story: Story, sampled: bool = False) -> None:
        film.add(self.camera, self._controls(), story.read(cluster), sampled)
        self._placed.append((cluster.now, self.camera.places.copy()))

    def _requests(self, film: Film, cluster: Any) -> None:
        sent = requests_since(cluster.journal.since(self._ahead.read_to))
        failed = [request for request in sent if not request.answered]
        for request in (failed + [held for held in sent if held.answered])[:MOST_DOTS]:
            points = self.camera.plan.route(request.stops(self.camera.scene), lost=not request.answered)
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

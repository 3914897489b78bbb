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

from kubelab.api.errors import ApiError
from kubelab.view.ahead import next_told, nothing_ahead
from kubelab.view.film import Camera, Film
from kubelab.view.labels import too_early
from kubelab.view.layout import WIDE
from kubelab.view.narration import view_left
from kubelab.view.places import Places
from kubelab.view.requests_past import RequestsPassing
from kubelab.view.requests_seen import requests_since
from kubelab.view.rewind import MOST, moments, most_moments
from kubelab.view.story import Story

AHEAD = 6.0  # seconds of the watcher's time that a film lasts
FRAMES = 8  # a second of the watcher's time
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
        self.story = self._ahead = Story()  # the cluster's, and the scout's
        self._mark = self._marked()
        self.opening = self.whole()

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

    def whole(self) -> dict[str, Any]:
        """The cluster as it is, after all of its past that is still known."""
        self.story, film = Story(), Film(0.0)
        self.camera.places = Places()
        self._past(film, 0, most_moments(self.cluster))
        return self.now("clear", film)

    def caught_up(self) -> dict[str, Any]:
        """What a cell has done: frames for the time that it let pass, from the past revisions, and the present."""
        time, number = self._mark
        film = Film(time)
        self.camera.places = self._places_at(time)
        self._past(film, number)
        return self.now(film=film)

    def _past(self, film: Film, since: int, most: int = MOST) -> None:
        """Film what is past: the instants after that journal entry, and the requests between them."""
        sent = RequestsPassing(self.cluster, since, film.start)
        for moment in moments(self.cluster, since, most):
            if not film.start <= moment.time < self.cluster.now:
                continue
            sent.until(moment.time, film, self.camera)
            try:
                differs = self.camera.take(self.cluster, moment)
            except ApiError as error:
                if error.code != 410:  # etcd has been compacted since
                    raise
                continue
            if differs:
                film.add(self.camera, self.story.read(self.cluster, moment.time), moment.sampled)
        sent.until(self.cluster.now, film, self.camera)

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
                film.send(self.camera, requests_since(scout.journal.since(self._ahead.read_to)))
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

    def step(self, at: float) -> tuple[dict[str, Any], str]:
        """Let time pass until there is something to tell. Answers the film, and what is to be said besides its story.

        Requests of a load, renewed Leases and the like are no steps. A fork looks ahead: where nothing is to come, time
        stays where it is.
        """
        self.follow(at)
        found = next_told(self.cluster)
        if found is None:
            return self.now(), nothing_ahead()
        time, words = found
        self.cluster.clock.run(time)
        return self.caught_up(), words

    @property
    def opened(self) -> float:
        """When the view began to keep forks: from no earlier moment can another story begin."""
        return float(self._opening.now)

    def fork(self, at: float) -> dict[str, Any]:
        """Another story from a moment of the past on: `cluster` is a fork from now on.

        Left out
            A cluster's past before the view: objects are known as they were, but not what processes had in mind.
            What a cell did to the cluster and let pass at once cannot be gone into: the story begins before it.
        """
        if at < self.opened - 1e-6:
            raise ValueError(too_early(self.opened))
        self.follow(at)
        beginning = [held for held in (self._opening, *self._checkpoints) if held.now <= max(at, self.opened)][-1]
        deeds = self.cluster.journal.since(len(beginning.journal))
        exact = not any(deed.time <= at and deed.actor in ("kubectl", "fault") for deed in deeds)
        return self._switch(beginning, at if exact else beginning.now, "cut", view_left(exact))

    def reset(self) -> dict[str, Any]:
        """Begin again: `cluster` is a fork of what it was when the film began."""
        self._checkpoints.clear()
        return self._switch(self._opening, self._opening.now, "clear", view_left())

    def frame_for(self, width: float, *, whole: bool = False) -> dict[str, Any]:
        """The same moment on a picture of another width, with the past where a page has lost it."""
        self.camera = Camera(width)
        return self.whole() if whole else self.now()

    def tell(self, sentence: str) -> None:
        """Put a sentence into the story that the journal does not know of."""
        self.story.read(self.cluster)
        self.story.say(self.cluster.now, sentence)

    def _switch(self, beginning: Any, at: float, mode: str, left: str) -> dict[str, Any]:
        self.cluster = beginning.fork()
        self.cluster.clock.run(max(at, self.cluster.now))
        self.story, film = Story(), None
        self.camera.places = Places()
        if mode == "clear":
            film = Film(0.0)
            self._past(film, 0, most_moments(self.cluster))
        self.left = left
        self.story.read(self.cluster)
        self.story.say(self.cluster.now, left)
        return self.now(mode, film)

    def _frame(self, film: Film, cluster: Any, story: Story, sampled: bool = False) -> None:
        film.add(self.camera, story.read(cluster), sampled)
        self._placed.append((cluster.now, self.camera.places.copy()))

    def _places_at(self, time: float) -> Places:
        earlier = [places for placed, places in self._placed if placed <= time]
        return earlier[-1] if earlier else self.camera.places

    def _marked(self) -> tuple[float, int]:
        return self.cluster.now, len(self.cluster.journal)


def _pulse(cluster: Any) -> tuple[Any, ...]:
    """What differs when anything that is drawn may differ."""
    return len(cluster.journal), *(machine.powered for machine in cluster.machines.values())

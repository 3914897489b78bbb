"""The film: a stretch of virtual time as frames, for a player that needs nothing else.

A frame is the whole picture at one instant, so a player can jump to any: each piece by its key, where it stands and
which of the film's strings draws it. Only instants at which something looks different have a frame.
"""

from __future__ import annotations

import json
from typing import Any

from kubelab.language import say
from kubelab.view.controls import controls, loads
from kubelab.view.layout import WIDE, plan
from kubelab.view.places import Places
from kubelab.view.requests_seen import RequestSeen, together
from kubelab.view.routes import Plan, Point
from kubelab.view.scene import Moment, Scene, look
from kubelab.view.stage import Piece, picture, pieces
from kubelab.view.story import Line

MOST_DOTS = 6  # a frame's: more than the eye follows


class Camera:
    """Takes shots of a cluster, one after the other: what did not change stays where it was."""

    def __init__(self, width: float = WIDE) -> None:
        self.width = width
        self.places = Places()
        self.scene: Scene | None = None
        self.plan: Plan | None = None
        self.pieces: list[Piece] = []

    def take(self, cluster: Any, then: Moment | None = None) -> bool:
        """Look at the cluster as it is now, or was. Answers whether it looks different from the last shot."""
        scene = look(cluster, before=self.scene, then=then)
        made = plan(scene, self.places, self.width)
        drawn = pieces(scene, made)
        differs = drawn != self.pieces or self.plan is None or made.height != self.plan.height
        self.scene, self.plan, self.pieces = scene, made, drawn
        return differs

    def svg(self) -> str:
        """The last shot as one `<svg>`."""
        return picture(self.scene, self.plan, self.pieces)


class Film:
    """Frames of a stretch of virtual time from `start` on."""

    def __init__(self, start: float) -> None:
        self.start = self.end = start
        self.frames: list[dict[str, Any]] = []
        self.dots: list[tuple[float, list[Point], bool, int, str, str]] = []
        self._strings: dict[str, int] = {}

    def add(self, camera: Camera, told: list[Line], sampled: bool = False) -> None:
        """Put the camera's last shot at the end, with what its buttons need to know.

        `told` are the story's last lines; `sampled` says that between the frame before and this one other things were
        seen.
        """
        scene, made = camera.scene, camera.plan
        drawn = {
            piece.key: (piece.layer, round(piece.x, 1), round(piece.y, 1), self._string(piece.markup))
            for piece in camera.pieces
        }
        self.frames.append(
            {
                "t": scene.now,
                "size": (made.width, made.height),
                "pieces": drawn,
                "controls": self._string(json.dumps(controls(scene))),
                "loads": self._string(json.dumps(loads(scene))),
                "told": told,
                "sampled": sampled,
            }
        )
        self.end = scene.now

    def send(self, camera: Camera, requests: list[RequestSeen]) -> None:
        """Requests of one short span travel over the camera's picture; those that go the same way, together."""
        scene, made = camera.scene, camera.plan
        for held in together(requests, MOST_DOTS):
            points = made.route(held.stops(scene), held.astray)
            if points:
                origin = say(es="clientes dentro del clúster", en="clients inside the cluster") if held.inside else ""
                self.dots.append((held.time, points, held.answered, held.count, held.words, origin))

    def data(self, mode: str) -> dict[str, Any]:
        """The film as plain values. `mode` is `append` (goes on where the last ended), `cut` or `clear`."""
        return {
            "mode": mode,
            "from": self.start,
            "to": self.end,
            "strings": list(self._strings),
            "frames": self.frames,
            "dots": self.dots,
        }

    def _string(self, markup: str) -> int:
        return self._strings.setdefault(markup, len(self._strings))

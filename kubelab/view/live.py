"""The live view: a cluster to watch, to break and to mend, inside a notebook."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kubelab.api.errors import ApiError
from kubelab.arguments import ArgumentError, Parameters, checked_method, unfit
from kubelab.clients.turn import TURN
from kubelab.language import say
from kubelab.network.response import Response
from kubelab.view.actions import ACTIONS
from kubelab.view.amounts import number
from kubelab.view.asked import asked
from kubelab.view.director import Director
from kubelab.view.labels import labels
from kubelab.view.layout import NARROW, WIDE
from kubelab.view.stage import describe

HERE = Path(__file__).parent
# One module for the browser, in this order.
SCRIPTS = ("live_stage", "live_dots", "live_player", "live_panels", "live_traffic", "live")

# Widget messages may arrive on another thread while a cell runs (JupyterLab from 4.4 on with ipykernel 7): they take
# turns. A running cell holds its turn from the moment that a Lab is there.
_LABS: list[Lab] = []
_LISTENING: list[Any] = []  # IPython shells


class Lab(anywidget.AnyWidget):
    """A cluster live: its picture, its time, and buttons for what can happen to it.

    Play, pause, step, speed, back to earlier moments and another story from there; kill, revive and cordon nodes;
    delete and describe pods; scale Deployments; send traffic to Services; apply manifests, whose errors are shown at
    their line. `manifest` is the text that the editor begins with, `speed` the virtual seconds that a second shows.

    All of it works without a browser too: `lab.do("kill", node="worker-2")` does what the button does. The options:
    `node` for kill, revive, cut, heal, cordon and uncordon; `pod` (a name, or `namespace/name`) for describe and
    delete; `deployment` and `replicas` for scale; `service` and `source` for request, and `on` and `rate` besides for
    traffic; `text` for apply; `moment` for fork.

    `cluster` is the cluster that is watched: the one given, until `fork` or `reset` put a fork in its place.

    Left out
        What the view shows runs ahead of the cluster by some seconds while it plays; a cell that reads the cluster
        meanwhile sees it as it was when the view last asked for more.
    """

    _esm = "\n".join((HERE / f"{part}.js").read_text("utf-8") for part in SCRIPTS)
    _css = (HERE / "live.css").read_text("utf-8")

    svg = traitlets.Unicode().tag(sync=True)
    film = traitlets.Dict().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)
    heard: Any = traitlets.List().tag(sync=True)  # the page's last message that was dealt with: whose, and its number
    labels = traitlets.Dict().tag(sync=True)
    manifest = traitlets.Unicode().tag(sync=True)
    speed = traitlets.Float(5.0).tag(sync=True)
    opened: Any = traitlets.Float().tag(sync=True)  # from no earlier moment can another story begin

    @checked_method("Lab")
    def __init__(self, cluster: Any, manifest: str = "", speed: float = 5.0) -> None:
        if not callable(getattr(cluster, "fork", None)):
            raise ArgumentError(unfit("Lab: cluster", cluster, es="un Cluster", en="a Cluster"))
        with TURN:
            self.director = Director(cluster)
            super().__init__(manifest=manifest.strip("\n"), speed=speed, labels=labels(), opened=self.director.opened)
            self._answers = 0
            self._show(self.director.opening)
        self.on_msg(self._heard)
        _LABS.append(self)
        _listen_to_cells()

    @property
    def cluster(self) -> Any:
        """The cluster that is watched."""
        return self.director.cluster

    @checked_method("lab.do")
    def do(self, what: str, **options: Any) -> dict[str, Any]:
        """Do what a button does, and answer what the view is told: `ok`, `text`, and for manifests `line` and `hint`.

        `what` is one of more, pause, step, refresh, whole, fork, reset and resize, or one of `ACTIONS`: kill, revive,
        cut, heal, cordon, uncordon, delete, describe, scale, traffic, request, apply. `at` is the moment that is
        watched; without it the cluster's own.
        """
        commands: dict[str, Callable[..., Any]] = {
            "more": self._more,
            "pause": self._pause,
            "step": self._step,
            "refresh": self._refresh,
            "whole": self._whole,
            "fork": self._fork,
            "reset": self._reset,
            "resize": self._resize,
        }
        with TURN:
            try:
                _check(what, commands.get(what) or ACTIONS.get(what), options)
                options["at"] = max(float(options.get("at", 0.0)), self.cluster.now)
                if what in commands:
                    said = commands[what](**options) or ""
                    return self._answer(what, True, said, quiet=not said and what != "step")
                return self._act(what, **options)
            except (ApiError, ArgumentError, ValueError, LookupError, TimeoutError) as error:
                hint, line = getattr(error, "hint", None), getattr(error, "line", None)
                message = getattr(error, "message", None) or str(error)
                return self._answer(what, False, message, line=line, hint=hint)

    def close(self) -> None:
        """Take the view away."""
        if self in _LABS:
            _LABS.remove(self)
        super().close()

    def _heard(self, _: Any, content: dict[str, Any], __: Any) -> None:
        options = dict(content)
        message = options.pop("message", None)
        self.do(str(options.pop("do", "")), **options)
        if message:
            self.heard = message

    def _show(self, film: dict[str, Any]) -> None:
        if film["mode"] != "append":
            self.svg = self.director.camera.svg()
        self.film = film

    def _answer(self, about: str, ok: bool, text: str, quiet: bool = False, **more: Any) -> dict[str, Any]:
        self._answers += 1
        reply = {"number": self._answers, "about": about, "ok": ok, "text": text, **more}
        if not quiet:
            self.reply = reply
        return reply

    def _more(self, at: float, speed: float = 0.0) -> None:
        self._show(self.director.more(at, speed or self.speed))

    def _pause(self, at: float) -> None:
        self.director.follow(at)

    def _step(self, at: float) -> str:
        film, said = self.director.step(at)
        self._show(film)
        return said

    def _refresh(self, at: float = 0.0) -> None:
        if self.director.changed():
            self._show(self.director.caught_up())

    def _whole(self, at: float, width: float = WIDE) -> None:
        self.director.follow(at)
        self._show(self.director.frame_for(_nearest(width), whole=True))

    def _fork(self, at: float, moment: float | None = None) -> str:
        self._show(self.director.fork(at if moment is None else min(moment, at)))
        return self.director.left

    def _reset(self, at: float) -> str:
        self._show(self.director.reset())
        return self.director.left

    def _resize(self, at: float, width: float = WIDE) -> None:
        self.director.follow(at)
        self._show(self.director.frame_for(_nearest(width)))

    def _act(self, what: str, at: float, **options: Any) -> dict[str, Any]:
        film, answer = self.director.act(at, ACTIONS[what], self, **options)
        self._show(film)
        if isinstance(answer, Response):
            return self._answer(what, True, **asked(self.cluster, self.director.camera, answer))
        return self._answer(what, True, answer or "")

    def __repr__(self) -> str:
        scene = self.director.camera.scene
        nodes = sum(1 for machine in scene.machines if machine.role != "master")
        running = sum(1 for pod in scene.pods if pod.status == "Running")
        counted = say(es=f"{nodes} nodo", en=f"{nodes} node") + "s" * (nodes != 1)
        return f"Lab: {counted}, {running} pod{'s' * (running != 1)} Running, t={number(scene.now, '.4g')} s"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        picture = b64encode(self.svg.encode()).decode()
        alt = escape(describe(self.director.camera.scene))
        data["text/html"] = (
            f'<figure style="margin:0"><img alt="{alt}" style="width:100%;max-width:{WIDE}px" '
            f'src="data:image/svg+xml;base64,{picture}"></figure>'
        )
        return data, metadata


def _check(what: str, function: Callable[..., Any] | None, options: dict[str, Any]) -> None:
    """Refuse an unknown wish, and options that it does not know or lacks."""
    if function is None:
        known = ", ".join(ACTIONS)
        raise ValueError(
            say(es=f"lab.do no sabe {what!r}: sabe {known}", en=f"lab.do does not know {what!r}: it knows {known}")
        )
    held = Parameters.of(function)
    wanted = {name: each for name, each in held.wanted.items() if name not in ("lab", "at")}
    needed = [name for name in held.needed if name in wanted]
    asked = {name: value for name, value in options.items() if name != "at"}
    held._replace(wanted=wanted, needed=needed).check(f'lab.do("{what}")', (), asked)
    at = options.get("at", 0.0)
    if isinstance(at, bool) or not isinstance(at, int | float) or at != at:
        raise ArgumentError(unfit(f'lab.do("{what}"): at', at, es="un número", en="a number"))


def _nearest(width: float) -> float:
    return NARROW if width < (NARROW + WIDE) / 2 else WIDE


def _listen_to_cells() -> None:
    """Cells and messages take turns, and after each cell the views show what it did to their clusters."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython() if "IPython" in sys.modules else None
    if shell is not None and shell not in _LISTENING:
        _LISTENING.append(shell)
        turns = _CellTurns()
        shell.events.register("pre_run_cell", turns.begin)
        shell.events.register("post_run_cell", turns.end)


class _CellTurns:
    """Holds the turn while a cell runs."""

    def begin(self, _: Any = None) -> None:
        TURN.begin_cell()

    def end(self, _: Any = None) -> None:
        for lab in _LABS:
            lab.do("refresh")
        TURN.end_cell()

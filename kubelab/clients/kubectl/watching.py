"""`-w`: every change of some objects, told while time passes.

A real watch goes on until somebody presses Ctrl-C. Here it goes on for the virtual time that `--request-timeout`
gives, and without that until nothing is under way in the cluster any more.

In Kubernetes
    `GetOptions.watch` in `k8s.io/kubectl/pkg/cmd/get`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelab.api.kinds import Kind
from kubelab.clients.kubectl.output import name_of, printed
from kubelab.clients.kubectl.session import Session
from kubelab.control_plane.api_server.watch import WatchEvent

_PADDING, _NARROWEST = 3, 6
Lines = Callable[[Session, Kind, list[Any]], tuple[list[str], list[list[str]]]]


class Watching:
    """One `-w` on its way: it prints what arrives, in columns that never become narrower."""

    def __init__(self, session: Session, kind: Kind, name: str, lines: Lines) -> None:
        self.session, self.kind, self.name, self.lines = session, kind, name, lines
        self._widths: list[int] = []
        self._waiting: list[list[str]] = []
        self._headed = bool(session.flags.get("no-headers"))

    def go(self) -> None:
        """Let time pass, and tell of each change."""
        self._flush()
        session, flags = self.session, self.session.flags
        namespace = session.namespace if self.kind.namespaced and not session.everywhere else None
        fields = f"metadata.name={self.name}" if self.name else flags.get("field-selector") or ""
        watch = session.client.watch(
            self.kind.resource,
            self._changed,
            namespace,
            selector=flags.get("selector") or "",
            field_selector=fields,
            at_once=True,
        )
        shown = len(session.pieces)
        try:
            session.pass_time()
        finally:
            watch.close()
        if len(session.pieces) == shown:
            session.say_at_rest("-w")

    def _changed(self, event: WatchEvent) -> None:
        self.show(event.type, event.object)
        self._flush()

    def show(self, type_: str, obj: Any) -> None:
        """Print an object, or put it beside others that are printed together."""
        session = self.session
        with_event = session.flags.get("output-watch-events")
        if session.output == "name":
            session.say(name_of(self.kind, obj.metadata.name))
        elif session.output not in ("", "wide"):
            plain = session.shown(obj)
            shown = {"object": plain, "type": type_} if with_event else plain
            session.show(
                ("---\n" if session.output == "yaml" and session.text else "") + printed(session.output, [shown], True)
            )
        else:
            headings, (line,) = self.lines(session, self.kind, [obj])
            if not self._headed:
                self._waiting.append(["EVENT", *headings] if with_event else headings)
                self._headed = True
            self._waiting.append([type_, *line] if with_event else line)

    def _flush(self) -> None:
        lines, self._waiting = self._waiting, []
        for line in lines:
            self._widths += [_NARROWEST] * (len(line) - 1 - len(self._widths))
            for i, cell in enumerate(line[:-1]):
                self._widths[i] = max(self._widths[i], len(cell) + _PADDING)
        for line in lines:
            cells = "".join(cell.ljust(width) for cell, width in zip(line[:-1], self._widths, strict=False))
            self.session.say(cells + line[-1])

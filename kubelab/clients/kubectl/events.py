"""`kubectl events`: what has happened to objects.

In Kubernetes
    `k8s.io/kubectl/pkg/cmd/events`.
"""

from __future__ import annotations

from typing import Any

from kubelab.api.kinds import Kind
from kubelab.clients.kubectl import flags as f
from kubelab.clients.kubectl.describe.events import in_order, interval
from kubelab.clients.kubectl.flags import error
from kubelab.clients.kubectl.output import printed
from kubelab.clients.kubectl.resources import kind_named
from kubelab.clients.kubectl.session import Session
from kubelab.clients.kubectl.watching import Watching
from kubelab.clients.tabwriter import table

FLAGS = (
    *(f.ALL_NAMESPACES, f.text("for"), f.words("types"), f.switch("no-headers"), f.switch("watch", "w"), f.OUTPUT),
)
_HEADINGS = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]


def events(session: Session) -> None:
    """Show events, the oldest first."""
    flags = session.flags
    if any(word.lower() not in ("normal", "warning") for word in flags["types"]):
        raise error("valid --types are Normal or Warning")
    selector = _about(session)
    scope = None if session.everywhere else session.namespace
    if flags["watch"]:
        flags["field-selector"] = selector
        _Watching(session, kind_named(session, "events"), "", _lines).go()
        return
    found = session.client.list("events", scope, field_selector=selector)
    found = in_order([event for event in found if _is_wanted(session, event)])
    if not found:
        session.say("No events found." if session.everywhere else f"No events found in {session.namespace} namespace.")
        return
    if session.output:
        session.show(printed(session.output, [session.shown(event) for event in found], single=False))
        return
    headings, lines = _lines(session, kind_named(session, "events"), found)
    session.show(table(headings, lines, headers=not flags["no-headers"]))


def _about(session: Session) -> str:
    """The field selector that `--for` stands for."""
    wanted = session.flags["for"]
    if not wanted:
        return ""
    type_, slash, name = wanted.partition("/")
    if not slash:
        raise error("--for must be in resource/name form")
    kind = kind_named(session, type_)
    parts = {"kind": kind.name, "apiVersion": kind.api_version, "name": name}
    return ",".join(f"involvedObject.{field}={value}" for field, value in parts.items())


def _is_wanted(session: Session, event: Any) -> bool:
    types = [word.lower() for word in session.flags["types"]]
    return not types or (event.type or "").lower() in types


def _lines(session: Session, kind: Kind, found: list[Any]) -> tuple[list[str], list[list[str]]]:
    rows = []
    for event in found:
        about = f"{event.involvedObject.kind}/{event.involvedObject.name}"
        cells = [event.type or "", event.reason or "", about, (event.message or "").strip()]
        rows.append([interval(event, session.now), *cells])
        if session.everywhere:
            rows[-1].insert(0, event.metadata.namespace)
    return ["NAMESPACE", *_HEADINGS] if session.everywhere else [*_HEADINGS], rows


class _Watching(Watching):
    """A watch of events: only of the types wanted, and not of those that are forgotten."""

    def show(self, type_: str, obj: Any) -> None:
        """Print an event."""
        if type_ != "DELETED" and _is_wanted(self.session, obj):
            super().show(type_, obj)
